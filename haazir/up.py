"""`haazir up`: the order in which an instance starts, and what it tells its owner.

folders, secrets, ports ─┬─ PostgreSQL ── tables ──┬─ our processes ─┐
                         │                         └─ demo site ─────┼─ ready: addresses
                         └─ Asterisk (unpacked first, if need be) ───┘
"""

import argparse
import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from asterisk import obtain, render
from core import settings as core_settings
from core.settings import Settings
from haazir import VERSION, credentials, instance, ports, postgres, programs, status
from haazir.supervise import CannotStart, Child, Program, keep, rotate, run_step

DEMO_SITE = Path(core_settings.REPOSITORY) / "demo" / "site"
DETACHED_LOG = "up.log"
EXPECTED = (CannotStart, obtain.NoAsterisk, render.ConfigurationError, OSError)
"""What may go wrong on somebody's machine: told in a line. Anything else is a bug of ours, and told with its trace."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/haazir up",
        description="Install what is missing and run everything. Ctrl-C (or `bin/haazir down`) stops it.",
        epilog="Example, a second instance beside the first:\n"
        "  HAAZIR_HOME=/tmp/two HAAZIR_NETWORK_PORT_OFFSET=1000 bin/haazir up --detach",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only",
        metavar="NAMES",
        type=lambda names: tuple(names.split(",")),
        default=(),
        help="on a host that only hears and speaks for another one: media-server,stt-worker,tts-worker,brain",
    )
    parser.add_argument("--detach", action="store_true", help="return when everything is ready, and go on in the background")
    options = parser.parse_args(arguments)
    settings = core_settings.load()
    if strange := set(options.only) - set(settings.processes()):
        parser.error(f"there is no process {sorted(strange)[0]!r}; there are {', '.join(settings.processes())}")
    try:
        instance.make_folders(settings)
        if options.detach:
            return _detach(settings, options.only)
        with instance.claim(settings):
            return asyncio.run(Instance(settings, Clock(), options.only).run())
    except (instance.AlreadyRunning, OSError) as error:
        print(f"haazir: {error}", file=sys.stderr)
        return 1


class Clock:
    """Says what happens, with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, text: str) -> None:
        with contextlib.suppress(OSError):  # nobody listens any more, or the disk is full: calls go on
            print(f"{time.monotonic() - self._began:6.1f} s  {text}", flush=True)


class Instance:
    """All children of one `haazir up`, from the first to the last."""

    def __init__(self, settings: Settings, say: Clock, only: tuple[str, ...] = ()) -> None:
        """`only`: these processes of ours, no Asterisk and no database; all, if empty."""
        self._settings = settings
        self._only = only
        self._say = say
        self._children: dict[str, Child] = {}
        self._ready = False

    async def run(self) -> int:
        """Start, keep alive, and stop at a signal; the exit status."""
        stopped = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        try:
            await _unless(stopped, self._start())
            if not stopped.is_set():
                await _unless(stopped, self._keep_all())
            return 0
        except ExceptionGroup as group:
            if not isinstance(reason := first(group), EXPECTED):
                raise
            self._say(f"! {reason}")
            return 1
        finally:
            await self._stop()

    async def _start(self) -> None:
        settings = self._settings
        self._say(f"Haazir {VERSION} starts; state is in {settings.home}, logs in {settings.log_dir}")
        if complaints := ports.taken(settings):
            raise CannotStart("\n  ".join(["ports are taken:", *complaints]))
        if warning := ports.borrowed(settings):
            self._say(f"! {warning}")
        rotate(settings.log_dir, keep=DETACHED_LOG)
        if made := credentials.make_missing(settings):
            self._say(f"made {len(made)} secrets in {settings.home / 'secrets'}")
        async with asyncio.TaskGroup() as tasks:
            if self._only:
                tasks.create_task(self._start_only())
            else:
                tasks.create_task(self._start_asterisk())
                tasks.create_task(self._start_own())
        self._say(f"ready\n{status.summary(settings)}")
        self._ready = True
        self._note()

    async def _start_asterisk(self) -> None:
        settings = self._settings
        if (install := obtain.find(settings)) is None:
            step = run_step(
                "asterisk-root", programs.python("asterisk.obtain"), settings.log_dir, environment=programs.environment(settings)
            )
            self._say("unpacking Asterisk from Debian testing (once; about 100 MB)")
            await step
            install = obtain.obtain(settings, self._say)
        self._say(f"asterisk {install.version} found: {install.command[-1]}")
        await self._launch(programs.asterisk(settings, install, render.render(settings, install)))

    async def _start_own(self) -> None:
        settings = self._settings
        if not settings.database.url:
            if await postgres.prepare(settings):
                self._say("made a database cluster")
            await self._launch(postgres.program(settings))
        await self._step("migrate", "core.migrate")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._step("demo-site", "kb_api.apply", "--if-changed", str(DEMO_SITE)))
            for program in programs.own(settings):
                tasks.create_task(self._launch(program))

    async def _start_only(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for program in programs.own(self._settings):
                if program.name in self._only:
                    tasks.create_task(self._launch(program))

    async def _step(self, name: str, module: str, *arguments: str) -> None:
        command = programs.python(module, *arguments)
        await run_step(name, command, self._settings.log_dir, environment=programs.environment(self._settings))
        self._say(f"{name} done")

    async def _launch(self, program: Program) -> None:
        child = self._children[program.name] = Child(program, self._settings.log_dir)
        await child.start()
        self._note()
        seconds = await child.until_ready()
        self._say(f"{program.name:13} ready after {seconds:4.1f} s   pid {child.pid}")

    async def _keep_all(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for child in self._children.values():
                tasks.create_task(keep(child, self._say, self._note))

    async def _stop(self) -> None:
        if self._children:
            self._say("stopping")
        self._ready = False
        for names in programs.STOPPING:
            going = [child for name, child in self._children.items() if name in names]
            for child, clean in zip(going, await asyncio.gather(*(child.stop() for child in going)), strict=True):
                if not clean:
                    self._say(f"! {child.program.name} did not stop in {child.program.stop_s:g} s and was killed")
        if self._children:
            self._say("stopped")

    def _note(self) -> None:
        pids = {name: child.pid for name, child in self._children.items()}
        running = {name: pid for name, pid in pids.items() if pid is not None}
        state = instance.State(pid=os.getpid(), ready=self._ready, processes=running)
        try:
            instance.write_state(self._settings, state)
        except OSError as error:  # a full disk: `status` shows what was last noted, calls go on
            self._say(f"! can't note what runs: {error}")


async def _unless(stopped: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do `work`, but drop it as soon as `stopped` is set."""
    async with asyncio.TaskGroup() as tasks:
        doing = tasks.create_task(work)
        waiting = tasks.create_task(stopped.wait())
        await asyncio.wait((doing, waiting), return_when=asyncio.FIRST_COMPLETED)
        doing.cancel()
        waiting.cancel()


def first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first real exception in a nest of groups."""
    inner = group.exceptions[0]
    return first(inner) if isinstance(inner, BaseExceptionGroup) else inner


def _detach(settings: Settings, only: tuple[str, ...]) -> int:
    """Start the same in the background; repeat what it says until it is ready or gone."""
    if (pid := instance.running(settings)) is not None:
        raise instance.AlreadyRunning(f"already running (pid {pid}); stop it with: bin/haazir down")
    log = settings.log_dir / DETACHED_LOG
    with log.open("wb") as out:
        child = subprocess.Popen(
            programs.python("haazir", "up", *(("--only", ",".join(only)) if only else ())),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    with log.open(errors="replace") as said:
        while child.poll() is None:
            print(said.read(), end="", flush=True)
            state = instance.read_state(settings)
            if state and state.ready and state.pid == child.pid:
                print(said.read(), end="", flush=True)
                child.returncode = 0  # it goes on without us
                return 0
            time.sleep(0.05)
        print(said.read(), end="", flush=True)
        return child.returncode or 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
