"""`haazir status`: what runs, where it listens, and (for the owner, with the embedded database) the keys."""

import argparse
import asyncio
import contextlib
import sys

import msgspec
import psycopg

from core.settings import Settings, load
from haazir import VERSION, credentials, instance, programs


class SiteStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    site_id: str
    api_key: str | None = None
    """Only where it is known: of the demo site."""
    numbers: list[str]


class Status(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`haazir status --json`. `admin_key` and `api_key` are left out for who may not read them."""

    ready: bool
    api: str
    sip: str
    wss: str | None
    """Where browsers call; None: not yet."""
    metrics: dict[str, str]
    processes: dict[str, int]
    not_ready: dict[str, str]
    """Process -> what it says is missing."""
    admin_key: str | None = None
    sites: list[SiteStatus]
    version: str


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/haazir status",
        description="What runs on this HAAZIR_HOME. Exit status 0: everything is ready; 1: it is not.",
        epilog="Example: bin/haazir status --json | jq -r '.sites[0].api_key'",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    options = parser.parse_args(arguments)
    settings = load()
    found = asyncio.run(status(settings))
    if options.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n")
    elif not found.processes:
        print(f"nothing is running on {settings.home}; start it with: bin/haazir up")
    else:
        print(_table(found))
        print(summary(settings))
    return 0 if found.ready else 1


async def status(settings: Settings) -> Status:
    """Asks every process that runs how it is."""
    state = instance.read_state(settings)
    running = dict(state.processes) if state else {}
    names = [name for name in settings.processes() if name in running]
    answers = await asyncio.gather(*(programs.http_ready(*settings.metrics_address(name))() for name in names))
    not_ready = {name: answer for name, answer in zip(names, answers, strict=True) if answer is not None}
    absent = [name for name in ("asterisk", *settings.processes()) if state and name not in running]
    return Status(
        ready=bool(state and state.ready and not not_ready and not absent),
        api=f"http://{reachable(settings.network.host)}:{settings.port('api_port')}",
        sip=f"{reachable(settings.network.host)}:{settings.port('sip_port')}",
        wss=None,
        metrics={name: "http://{}:{}/metrics".format(*settings.metrics_address(name)) for name in settings.processes()},
        processes=running,
        not_ready=not_ready | {name: "does not run" for name in absent},
        admin_key=key(settings, "admin_key"),
        sites=sites(settings) if running else [],
        version=VERSION,
    )


def sites(settings: Settings) -> list[SiteStatus]:
    """The sites and their numbers; none if the database is away, or not to be read by us."""
    query = (
        "select site_id, array(select number from site_number n where n.site_id = s.site_id order by 1) from site s order by 1"
    )
    try:
        with psycopg.connect(settings.database_admin_url(), connect_timeout=2) as connection:
            rows = connection.execute(query).fetchall()
    except psycopg.Error:
        return []
    demo_key = key(settings, credentials.DEMO_KEY)
    return [SiteStatus(site_id=name, numbers=numbers, api_key=demo_key if name == "demo" else None) for name, numbers in rows]


def key(settings: Settings, name: str) -> str | None:
    """A key, for the owner of an embedded set-up; else None."""
    if not settings.database.url:
        with contextlib.suppress(PermissionError, KeyError):
            return settings.secret(name)
    return None


def reachable(host: str) -> str:
    """An address to call when we listen on `host`, which may be all of them."""
    return "127.0.0.1" if host in ("0.0.0.0", "") else host


def summary(settings: Settings) -> str:
    """Addresses, and what to try next."""
    host = reachable(settings.network.host)
    called = [(site.site_id, number) for site in sites(settings) for number in site.numbers[:1]]
    site, number = called[0] if called else ("demo", "1000")
    return f"""
  SIP      sip:{number}@{host}:{settings.port("sip_port")}       call it from any softphone on this machine
  HTTP     http://{host}:{settings.port("api_port")}       its description: /openapi.json
  keys     bin/haazir status --json

  Try      bin/haazir call --site {site} --wav FILE       speaks a WAV file into a call, prints what was said and how fast
           bin/haazir doctor       if something is odd
           bin/haazir down         stops everything
"""


def _table(found: Status) -> str:
    rows = [f"  {name:13} {found.not_ready.get(name, 'ready'):8} pid {pid}" for name, pid in found.processes.items()]
    rows += [f"  {name:13} {why}" for name, why in found.not_ready.items() if name not in found.processes]
    return "\n".join([f"Haazir {found.version}: {'ready' if found.ready else 'not ready'}", *rows])
