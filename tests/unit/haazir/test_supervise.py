import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from haazir.supervise import LOGS_KEPT, CannotStart, Child, Program, ending, keep, restart_wait, rotate, run_step
from tests.processes import still_alive


async def at_once() -> str | None:
    return None


async def never() -> str | None:
    return "it never is"


def shell(script: str, name: str = "thing", **more: object) -> Program:
    return Program(name, ["sh", "-c", script], **{"ready": at_once, **more})  # type: ignore[arg-type]


def test_a_program_is_started_and_stopped(tmp_path: Path) -> None:
    async def story() -> None:
        child = Child(shell("exec cat /dev/zero > /dev/null"), tmp_path)
        await child.start()
        assert await child.until_ready() >= 0
        pid = child.pid
        assert pid is not None and psutil.pid_exists(pid)
        assert await child.stop()
        assert child.pid is None and not psutil.pid_exists(pid)

    asyncio.run(story())


def test_one_that_dies_before_it_is_ready_leaves_its_last_words(tmp_path: Path) -> None:
    async def story() -> None:
        child = Child(shell("echo no such port; exit 3", ready=never), tmp_path)
        await child.start()
        with pytest.raises(CannotStart, match=r"thing ended with status 3[\s\S]*no such port"):
            await child.until_ready()

    asyncio.run(story())


def test_one_that_is_never_ready_says_what_is_missing(tmp_path: Path) -> None:
    async def story() -> None:
        child = Child(shell("exec sleep 60", ready=never, ready_s=0.1), tmp_path)
        await child.start()
        with pytest.raises(CannotStart, match="not ready after 0 s: it never is"):
            await child.until_ready()
        assert await child.stop()

    asyncio.run(story())


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    child = Child(Program("ghost", ["/no/such/program"], at_once), tmp_path)
    with pytest.raises(CannotStart, match=r"ghost can't be started: .*No such file"):
        asyncio.run(child.start())


def test_one_that_will_not_stop_is_killed_with_all_it_started(tmp_path: Path) -> None:
    note = tmp_path / "grandchild"

    async def noted() -> str | None:
        return None if note.exists() and note.read_text().endswith("\n") else "no grandchild yet"

    async def story() -> None:
        script = "trap '' TERM; sleep 60 & echo $! > grandchild; wait"
        child = Child(shell(script, ready=noted, stop_s=0.2, folder=tmp_path), tmp_path)
        await child.start()
        await child.until_ready()
        assert not await child.stop()
        assert still_alive([int(note.read_text())]) == []

    asyncio.run(story())


def test_one_that_dies_is_started_again_and_its_owner_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        said: list[str] = []
        again = asyncio.Event()

        def say(text: str) -> None:
            said.append(text)
            if "is back" in text:
                again.set()

        child = Child(shell("exec cat /dev/zero > /dev/null"), tmp_path)
        await child.start()
        keeping = asyncio.create_task(keep(child, say, lambda: None))
        first = child.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(10):
            await again.wait()
        assert child.pid not in (None, first)
        assert "was killed by SIGKILL" in said[0]
        keeping.cancel()
        await child.stop()

    asyncio.run(story())


def test_children_do_not_outlive_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    code = (
        "import asyncio\n"
        "from pathlib import Path\n"
        "from haazir.supervise import Child, Program\n"
        "async def ready(): return None\n"
        "async def main():\n"
        f"    child = Child(Program('thing', ['sleep', '60'], ready), Path({str(tmp_path)!r}))\n"
        "    await child.start()\n"
        "    print(child.pid, flush=True)\n"
        "    await child.until_dead()\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        orphan = int(supervisor.stdout.readline())
        assert psutil.pid_exists(orphan)
        supervisor.kill()
    assert still_alive([orphan]) == []


def test_a_step_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"step ended with status 1[\s\S]*disk is full"):
        asyncio.run(run_step("step", ["sh", "-c", "echo disk is full; exit 1"], tmp_path))


def test_the_more_often_it_dies_the_longer_we_wait() -> None:
    assert [restart_wait(deaths) for deaths in range(1, 6)] == [0, 0.5, 1, 2, 4]
    assert restart_wait(60) == 30


@pytest.mark.parametrize(
    ("status", "words"), [(0, "ended with status 0"), (-9, "was killed by SIGKILL"), (2, "ended with status 2")]
)
def test_endings_are_told_in_words(status: int, words: str) -> None:
    assert ending(status) == words


def test_old_logs_are_kept_and_the_oldest_goes(tmp_path: Path) -> None:
    for start in range(LOGS_KEPT + 2):
        (tmp_path / "brain.log").write_text(str(start))
        rotate(tmp_path)
    kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert kept == {"brain.log.1": "4", "brain.log.2": "3", "brain.log.3": "2"}


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="this kernel shares the processor out among processes only")
def test_its_place_at_the_processor_counts_against_other_sessions_too(tmp_path: Path) -> None:
    async def story() -> None:
        child = Child(shell("exec sleep 60", nice=5), tmp_path)
        await child.start()
        pid = child.pid
        assert pid is not None
        assert psutil.Process(pid).nice() == os.getpriority(os.PRIO_PROCESS, 0) + 5
        assert Path(f"/proc/{pid}/autogroup").read_text().split("nice ")[1].strip() == "5"
        await child.stop()

    asyncio.run(story())
