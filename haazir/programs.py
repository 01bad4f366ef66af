"""What an instance consists of: each program's command, its place at the processor, and how to tell that it is ready."""

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from asterisk.obtain import AsteriskInstall
from core.settings import Settings
from haazir.probe import http_status
from haazir.supervise import Program

MODULES = {
    "ari-app": "ari_app.main",
    "media-server": "media_server.main",
    "stt-worker": "media_server.stt.main",
    "tts-worker": "media_server.tts.main",
    "brain": "brain.main",
    "gateway": "gateway.main",
    "analytics": "analytics.main",
    "crm": "demo.crm",
    "kb-worker": "kb_api.worker",
    "watchdog": "watchdog.main",
    "dialer": "outbound.main",
    "ari-app-standby": "ari_app.standby",
}

NICE = {
    "asterisk": -10,
    "ari-app": -10,  # a caller waits at each of its steps, which take next to nothing
    "watchdog": -10,  # it must not sleep when the machine is busy
    "media-server": -10,  # a packet leaves every 20 ms, whatever else the machine does
    "gateway": 5,  # chats and reports give way to calls
    "dialer": 5,
    "kb-worker": 10,  # documents can wait, callers can't
}

UP = {"media-server": "/healthz"}
"""What tells the supervisor that a process is up, where /readyz also speaks of others: nobody is restarted for those."""

STOPPING = (
    ("gateway", "crm", "kb-worker", "watchdog", "dialer"),  # the watchdog before those whose end it would take for a death
    ("ari-app-standby",),  # before it sees a chance
    ("ari-app",),  # while Asterisk and the media server still answer it: calls end as calls should
    ("asterisk", "media-server"),
    ("stt-worker", "tts-worker", "brain", "analytics"),
    ("postgres",),
)
"""The order in which an instance is stopped; each step together."""

READY_S, LOADING_S = 60.0, 300.0
"""Longest start of a process; the second where weights of gigabytes come from a slow disk."""

ENVIRONMENT = {
    "PYTHONUNBUFFERED": "1",  # logs at once
    "MALLOC_ARENA_MAX": "2",  # glibc's arenas cost tens of megabytes a process otherwise
    "OPENBLAS_NUM_THREADS": "1",  # its threads spin while they wait: 55 facts took 52 s on two busy cores, 4 s with one thread
    "OMP_NUM_THREADS": "1",
}


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of ours, wherever we are called from."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment(settings: Settings) -> dict[str, str]:
    """What our processes need to find the same settings and the same code as we."""
    checkout = str(Path(__file__).resolve().parent.parent)
    paths = [checkout, *(path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path != checkout)]
    return {**ENVIRONMENT, "HAAZIR_HOME": str(settings.home), "PYTHONPATH": os.pathsep.join(paths)}


def own(settings: Settings) -> list[Program]:
    """Our processes, in the order of core.settings.PROCESSES."""
    return [
        Program(
            name=name,
            command=python(MODULES[name]),
            ready=http_ready(*settings.metrics_address(name), UP.get(name, "/readyz")),
            environment=environment(settings),
            folder=settings.home,
            nice=NICE.get(name, 0),
            ready_s=LOADING_S if settings.engines.neural else READY_S,
        )
        for name in settings.processes()
    ]


def asterisk(settings: Settings, install: AsteriskInstall, configuration: Path) -> Program:
    async def ready() -> str | None:
        status, answer = await http_status(
            "127.0.0.1",
            settings.port("ari_port"),
            "/ari/asterisk/ping",
            user=settings.asterisk.ari_user,
            password=settings.secret("ari"),
        )
        return None if status == 200 else f"ARI: {answer[:200] or status}"

    return Program(
        name="asterisk",
        command=[*install.command, "-f", "-C", str(configuration)],
        ready=ready,
        folder=settings.home,
        nice=NICE["asterisk"],
    )


def http_ready(host: str, port: int, path: str = "/readyz") -> Callable[[], Awaitable[str | None]]:
    """Asks one of our processes."""

    async def ready() -> str | None:
        status, answer = await http_status(host, port, path)
        return None if status == 200 else f"{path}: {answer[:200] or status}"

    return ready
