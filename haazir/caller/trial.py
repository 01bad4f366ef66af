"""A whole instance of one's own, to be tried and broken: another home, other ports, gone at the end.

    with running(HAAZIR_ENGINES_TTS="instant") as trial: ...         the tests' and the bench's

It shares the Python environment and the Asterisk of the checkout's own home, which it unpacks there if there is none.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from asterisk import obtain
from core import settings as core_settings
from core.settings import REPOSITORY, Settings
from haazir import ports
from haazir.caller import server
from haazir.caller.server import Server
from haazir.status import Status, status

_STEP = 4000
"""Asterisk's RTP ports are 4000 wide; every other port moves along."""
_FIRST_OFFSET, _LAST_OFFSET = 20_000, 52_000


class TrialFailed(RuntimeError):
    """The instance did not start, or did not stop; its last words are in the message."""


@dataclass(frozen=True, slots=True)
class Trial:
    settings: Settings
    environment: Mapping[str, str]

    def server(self, site_id: str = "demo") -> Server:
        """One of its sites, to call."""
        return asyncio.run(server.find(self.settings, site_id))

    def status(self) -> Status:
        return asyncio.run(status(self.settings))

    def kill(self, process: str) -> int:
        """SIGKILL one process; its former pid. The supervisor starts it again."""
        pid = self.status().processes[process]
        os.kill(pid, signal.SIGKILL)
        return pid

    @contextlib.asynccontextmanager
    async def without(self, process: str) -> AsyncIterator[None]:
        """SIGKILL one process; nobody starts it again before the end: the supervisor stands still meanwhile."""
        pid = (await status(self.settings)).processes[process]
        _, after_name = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)
        supervisor = int(after_name.split()[1])
        os.kill(supervisor, signal.SIGSTOP)
        try:
            os.kill(pid, signal.SIGKILL)
            yield
        finally:
            os.kill(supervisor, signal.SIGCONT)

    def haazir(self, *arguments: str, timeout: float = 180.0) -> "subprocess.CompletedProcess[str]":
        """`bin/haazir …` on this instance, in the environment that already runs."""
        command = [sys.executable, "-P", "-m", "haazir", *arguments]
        return subprocess.run(
            command, env=dict(self.environment), cwd=REPOSITORY, text=True, capture_output=True, timeout=timeout, check=False
        )

    def last_words(self, lines: int = 15) -> str:
        """The ends of its logs, for whoever has to find out what went wrong."""
        logs = sorted(self.settings.log_dir.glob("*.log")) if self.settings.log_dir.exists() else []
        ends = [(log, log.read_text(errors="replace").splitlines()[-lines:]) for log in logs]
        return "\n".join(line for log, end in ends if end for line in (f"── {log.name}", *end))


@contextlib.contextmanager
def running(folder: Path | None = None, /, **variables: str) -> Iterator[Trial]:
    """Started and ready; stopped, and its home (in `folder`) deleted, at the end. HAAZIR_TRIAL_KEEP=1 keeps the home.

    TrialFailed if it does not start, or does not stop as it should.
    """
    home = Path(tempfile.mkdtemp(prefix="haazir-trial-", dir=folder))
    trial = _prepare(home, variables)
    try:
        up = trial.haazir("up", "--detach", timeout=300.0)
        if up.returncode != 0:
            raise TrialFailed(f"haazir up ended with {up.returncode}:\n{up.stdout}{up.stderr}\n{trial.last_words()}")
        yield trial
    finally:
        down, last_words = trial.haazir("down", timeout=60.0), trial.last_words()
        if not os.environ.get("HAAZIR_TRIAL_KEEP"):
            shutil.rmtree(home, ignore_errors=True)
    if down.returncode != 0:  # not in `finally`: what went wrong inside matters more
        raise TrialFailed(f"haazir down ended with {down.returncode}:\n{down.stdout}{down.stderr}\n{last_words}")


def _offsets(first: int) -> list[int]:
    """Where an instance may stand. Downwards first: far above, Linux lends our ports to outgoing connections."""
    return [first, *range(first - _STEP, 0, -_STEP), *range(first + _STEP, _LAST_OFFSET, _STEP)]


def _prepare(home: Path, variables: Mapping[str, str]) -> Trial:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HAAZIR_NETWORK_")}
    paths = os.pathsep.join(filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH"))))
    environment = {**inherited, "HAAZIR_HOME": str(home), "PYTHONPATH": paths, **variables}
    own = core_settings.load()
    if not own.asterisk.root and not own.asterisk.binary:
        obtain.obtain(own, lambda text: print(text, file=sys.stderr))
        if (own.home / "asterisk-root").exists():
            environment["HAAZIR_ASTERISK_ROOT"] = str(own.home / "asterisk-root")
    first = int(os.environ.get("HAAZIR_TRIAL_PORT_OFFSET", _FIRST_OFFSET))
    complaints: list[str] = []
    for offset in _offsets(first):
        environment["HAAZIR_NETWORK_PORT_OFFSET"] = str(offset)
        settings = core_settings.load(environment)
        complaints = ports.taken(settings)
        if not complaints:
            return Trial(settings, environment)
    raise TrialFailed("no free ports for another instance:\n" + "\n".join(complaints))
