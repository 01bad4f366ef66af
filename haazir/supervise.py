"""Child processes: start, wait until ready, keep alive, stop. The shell of `haazir up`; what runs is told by programs.py.

    Program ──start──> Child ──until_ready──> keep (restarts it when it dies) ──stop──> gone, with everything it started

No child outlives us, however we die: the kernel signals each when its parent ends (PR_SET_PDEATHSIG, prctl(2)).
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from core.niceness import move_session

Say = Callable[[str], None]

LOGS_KEPT = 3
"""Logs of earlier starts: name.log.1 is the last one."""
TAIL_LINES = 15
PROBE_S = 0.05
STEADY_S = 60.0
"""A process that lived so long starts again at once if it dies; one that keeps dying waits longer each time."""
LONGEST_WAIT_S = 30.0

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, and how to tell that it works."""

    name: str
    command: Sequence[str]
    ready: Callable[[], Awaitable[str | None]]
    """None if it works, else in words what is missing."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to ours."""
    folder: Path | None = None
    user: str | None = None
    """To run as; None: as we are."""
    nice: int = 0
    """-20 (first at the processor) to 19. Below 0 only where we may."""
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    """What it gets if we are killed."""
    ready_s: float = 60.0
    stop_s: float = 4.0
    """After this long it is killed."""


class CannotStart(RuntimeError):
    """A process died, or did not become ready in time. The message says which, why, and its last words."""


class Child:
    """One program and the process that runs it now."""

    def __init__(self, program: Program, log_dir: Path) -> None:
        self.program = program
        self.log = log_dir / f"{program.name}.log"
        self.started_at = 0.0
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """None if it does not run."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        program = self.program
        self.started_at = time.monotonic()
        try:
            with self.log.open("ab") as log:
                self._process = await spawn(program, log)
        except (OSError, subprocess.SubprocessError) as error:
            raise CannotStart(f"{program.name} can't be started: {error}") from error

    async def until_ready(self) -> float:
        """Wait until it works; seconds since its start. CannotStart if it dies or takes too long."""
        assert self._process is not None
        while True:
            waited = time.monotonic() - self.started_at
            if self._process.returncode is not None:
                raise CannotStart(f"{self.program.name} {ending(self._process.returncode)} before it was ready\n{self.tail()}")
            if (missing := await self.program.ready()) is None:
                return waited
            if waited >= self.program.ready_s:
                limit = f"{self.program.ready_s:.0f} s"
                raise CannotStart(f"{self.program.name} is not ready after {limit}: {missing}\n{self.tail()}")
            await asyncio.sleep(PROBE_S)

    async def until_dead(self) -> int:
        """Its exit status, as in subprocess."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> bool:
        """Ask it to stop, wait, kill what is left of it. False if it had to be killed."""
        if self._process is None:
            return True
        clean = True
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(self.program.stop_signal)
        try:
            async with asyncio.timeout(self.program.stop_s):
                await self._process.wait()
        except TimeoutError:
            clean = False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # what it may have left of its own; it leads its own group
        await self._process.wait()
        return clean

    def tail(self) -> str:
        """The last lines of its log, indented."""
        lines = self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
        return "\n".join([f"  {self.log}:", *(f"  | {line}" for line in lines)])


async def keep(child: Child, say: Say, changed: Callable[[], None]) -> None:
    """Start the child again whenever it dies, for ever. `changed` is called when its pid has changed."""
    deaths = 0
    while True:
        status = await child.until_dead()
        deaths = 1 if time.monotonic() - child.started_at > STEADY_S else deaths + 1
        wait_s = restart_wait(deaths)
        say(f"! {child.program.name} {ending(status)}; starting it again in {wait_s:g} s, its log is {child.log}")
        changed()
        await asyncio.sleep(wait_s)
        try:
            await child.start()
            changed()
            say(f"{child.program.name} is back after {await child.until_ready():.1f} s (pid {child.pid})")
        except CannotStart as error:
            say(f"! {error}")
            await child.stop()


def restart_wait(deaths: int) -> float:
    """Seconds before the next start, after so many deaths in a row: 0, 0.5, 1, 2, 4, … 30."""
    return 0.0 if deaths <= 1 else min(LONGEST_WAIT_S, 0.5 * 2.0 ** (deaths - 2))


def ending(status: int) -> str:
    """How a process ended, in words, from its status as in subprocess."""
    if status >= 0:
        return f"ended with status {status}"
    return f"was killed by {signal.Signals(-status).name}"


async def spawn(program: Program, log: BinaryIO) -> asyncio.subprocess.Process:
    """The process of a program, its output in `log`, in a session of its own (Ctrl-C is for us alone)."""
    parent = os.getpid()

    def settle() -> None:  # in the child, before it becomes the program
        _hurry(program.nice)
        if program.user:
            _become(program.user)
        _libc.prctl(_PR_SET_PDEATHSIG, int(program.orphan_signal))  # after the change of user, which would clear it
        if os.getppid() != parent:
            os._exit(1)

    return await asyncio.create_subprocess_exec(
        *program.command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=program.folder,
        env={**os.environ, **program.environment},
        start_new_session=True,
        preexec_fn=settle,
    )


def _hurry(nice: int) -> None:
    """Linux shares the processor out among sessions first (autogroup), and nice counts only within one: each has its own."""
    with contextlib.suppress(PermissionError):
        os.nice(nice)
        with contextlib.suppress(OSError):  # there are no groups where that is off
            move_session(nice)


def _become(user: str) -> None:
    import pwd

    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


async def run_step(name: str, command: Sequence[str], log_dir: Path, say: Say | None = None, **options: object) -> None:
    """Run a command to its end, its output in name.log (and line by line to `say`). CannotStart if it fails.

    `options` are fields of Program (user, environment, folder).
    """
    child = Child(Program(name, command, _always, **options), log_dir)  # type: ignore[arg-type]
    before = child.log.stat().st_size if child.log.exists() else 0
    await child.start()
    try:
        status = await child.until_dead()
    finally:
        await child.stop()
    if say:
        with child.log.open(errors="replace") as log:
            log.seek(before)
            for line in log.read().splitlines():
                say(line)
    if status:
        raise CannotStart(f"{name} {ending(status)}\n{child.tail()}")


async def _always() -> str | None:
    return None


def rotate(log_dir: Path, keep: str = "") -> None:
    """Put the logs of the last start aside, but not the one named `keep`."""
    for log in log_dir.glob("*.log"):
        if log.name == keep:
            continue
        for age in range(LOGS_KEPT, 0, -1):
            older = log.with_name(f"{log.name}.{age}")
            newer = log.with_name(f"{log.name}.{age - 1}") if age > 1 else log
            if newer.exists():
                newer.replace(older)
