"""What is left when all calls are over: in Asterisk, in our processes, on the disk."""

import asyncio
import contextlib
import time
from collections.abc import Mapping

import httpx
import psutil

from bench.processes import left_in_asterisk
from core.settings import Settings
from haazir import instance
from haazir.caller.trial import Trial
from tests.e2e.calling import metric

PATIENCE_S = 45.0
"""Asterisk is searched for what belongs to no call every 30 s (`[calls] orphan_s`)."""


async def remains(trial: Trial) -> Mapping[str, int]:
    """Kind -> how many; looked at again until there are none, or for PATIENCE_S."""
    until = time.monotonic() + PATIENCE_S
    while True:
        with contextlib.suppress(httpx.HTTPError):
            found = await asyncio.to_thread(_look, trial)
            if not any(found.values()) or time.monotonic() > until:
                return found
        await asyncio.sleep(1.0)


def _look(trial: Trial) -> dict[str, int]:
    settings, status = trial.settings, trial.status()
    left, pids = left_in_asterisk(settings), status.processes
    first, last = settings.port("rtp_first"), settings.port("rtp_last")
    return {
        "channels": left.channels,
        "bridges": left.bridges,
        "calls in ari-app": int(metric(status.metrics["ari-app"], "haazir_ari_app_sessions_active")),
        "sessions in media-server": int(metric(status.metrics["media-server"], "haazir_media_sessions")),
        "RTP sockets of Asterisk": sum(first <= port <= last for port in _udp_ports(pids["asterisk"])),
        "sockets of media-server": len(_udp_ports(pids["media-server"])),
        "entries in the journal": len(list((settings.home / "calls").glob("*.json"))),
        "processes": len(_strangers(settings)),
    }


def _udp_ports(pid: int) -> list[int]:
    return [connection.laddr.port for connection in psutil.Process(pid).net_connections("udp") if connection.laddr]


def _strangers(settings: Settings) -> list[int]:
    """Processes of this home whom nobody keeps any more."""
    state = instance.read_state(settings)
    assert state is not None, "the house runs"
    kept = {state.pid, *(child.pid for child in psutil.Process(state.pid).children(recursive=True))}
    return [process.pid for process in psutil.process_iter() if process.pid not in kept and _of(process, settings)]


def _of(process: psutil.Process, settings: Settings) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return process.environ().get("HAAZIR_HOME") == str(settings.home)
    return False
