"""Clauses that recur are made once; what is one caller's is neither kept on disk nor in memory."""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.speech import Sound
from media_server.tts.kept import LONGEST_S, Kept
from media_server.tts.phrases import PhraseCache, PhraseKey
from media_server.tts.recurring import CALLS, COUNTED, Recurring, common
from tests.unit.media_server.tts.choir import Choir, by_choir, speaking
from tests.unit.media_server.tts.test_dispatch import play

HOLD = "one moment please"


@pytest.fixture
def disk() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as thread:
        yield thread


def kept(folder: Path, disk: Executor) -> Kept:
    return Kept(PhraseCache(folder / "clauses"), disk)


def on_disk(folder: Path) -> int:
    return len(list((folder / "clauses").glob("*.pcm")))


async def after(disk: Executor, then: Callable[[Path], int], folder: Path) -> int:
    """What it says when all that waits for the disk is done."""
    return await asyncio.get_running_loop().run_in_executor(disk, then, folder)


def test_a_clause_said_before_needs_no_engine_and_sounds_the_same(tmp_path: Path, disk: ThreadPoolExecutor) -> None:
    async def story() -> None:
        choir = Choir()
        async with speaking(tmp_path, [choir], kept=kept(tmp_path, disk)) as worker:
            first = await (await worker.call()).says(HOLD)
            again = await (await worker.call()).says(HOLD)
            other = await (await worker.call("Rohit")).says(HOLD)
        assert np.array_equal(first, again) and len(other) == len(first)
        assert choir.begun == [HOLD, HOLD]  # once for each voice

    play(story)


def test_equal_clauses_of_the_moment_are_made_once_and_both_calls_hear_all_of_it(tmp_path: Path) -> None:
    async def story() -> None:
        choir = Choir()
        async with speaking(tmp_path, [choir]) as worker:
            calls = [await worker.call() for _ in range(3)]
            choir.hold()
            for call in calls:
                call.ask("your order number is five five")
            await worker.settle()
            choir.steps.release(1 << 20)
            sounds = await asyncio.gather(*(call.sentence() for call in calls))
        assert choir.begun == ["your order number is five five"]
        assert [by_choir(sound) for sound in sounds if not isinstance(sound, str)] == [pytest.approx(0.6)] * 3

    play(story)


def test_who_comes_late_to_a_clause_hears_it_from_the_beginning(tmp_path: Path) -> None:
    async def story() -> None:
        choir = Choir()
        async with speaking(tmp_path, [choir]) as worker:
            first, late = await worker.call(), await worker.call()
            choir.hold()
            choir.steps.release(3)
            first.ask("one two three four five six")
            beginnings = [await first.link.receive()]
            late.ask("one two three four five six")
            beginnings.append(await late.link.receive())  # what was there already
            choir.steps.release(1 << 20)
            for call, beginning in zip((first, late), beginnings, strict=True):
                assert isinstance(beginning, Sound) and isinstance(rest := await call.sentence(), np.ndarray)
                assert by_choir(np.concatenate([np.frombuffer(beginning.pcm, "<i2"), rest])) == pytest.approx(0.6)
        assert len(choir.begun) == 1

    play(story)


def test_who_leaves_a_clause_that_others_hear_does_not_stop_it(tmp_path: Path) -> None:
    async def story() -> None:
        choir = Choir()
        async with speaking(tmp_path, [choir]) as worker:
            goes, stays = await worker.call(), await worker.call()
            choir.hold()
            for call in (goes, stays):
                call.ask("please hold the line a little")
            await worker.settle()
            goes.cancel(1)
            await worker.settle()
            choir.steps.release(1 << 20)
            heard = await stays.sentence()
            assert not isinstance(heard, str) and by_choir(heard) == pytest.approx(0.6)
            assert by_choir(await goes.says("the next reply", reply=2)) == pytest.approx(0.3)

    play(story)


def test_only_what_several_calls_have_heard_reaches_the_disk_and_is_there_in_another_life(
    tmp_path: Path, disk: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("media_server.tts.kept.LOOK_S", 10.0)  # a busy machine's disk may take longer than a caller would wait

    async def story() -> None:
        choir = Choir()
        async with speaking(tmp_path, [choir], kept=kept(tmp_path, disk)) as worker:
            for number in range(CALLS):
                assert await after(disk, on_disk, tmp_path) == 0
                for _ in range(2):
                    await (await worker.call(name=f"call {number}")).says(HOLD)
            assert await after(disk, on_disk, tmp_path) == 1
        async with speaking(tmp_path, [choir], kept=kept(tmp_path, disk)) as worker:
            await (await worker.call()).says(HOLD)
        assert choir.begun == [HOLD]

    play(story)


@pytest.mark.parametrize("text", ["Your OTP is 4 5 8 2", "you owe five hundred rupees", "this may be doubtful"])
def test_figures_and_doubtful_sound_are_said_anew_each_time(tmp_path: Path, disk: ThreadPoolExecutor, text: str) -> None:
    async def story() -> None:
        choir = Choir()
        async with speaking(tmp_path, [choir], kept=kept(tmp_path, disk)) as worker:
            for number in range(CALLS + 1):
                await (await worker.call(name=f"call {number}")).says(text)
            assert await after(disk, on_disk, tmp_path) == 0
        assert choir.begun == [text] * (CALLS + 1)

    play(story)


def test_a_new_model_s_sound_is_made_anew(tmp_path: Path, disk: ThreadPoolExecutor) -> None:
    async def story() -> None:
        choir = Choir()
        async with speaking(tmp_path, [choir], kept=kept(tmp_path, disk)) as worker:
            call = await worker.call()
            await call.says(HOLD)
            choir.revision = "2"
            await call.says(HOLD, reply=2)
        assert choir.begun == [HOLD, HOLD]

    play(story)


def test_a_disk_that_hangs_makes_nobody_wait_for_long(tmp_path: Path, disk: ThreadPoolExecutor) -> None:
    key = PhraseKey(engine="choir@1", voice="", language="en", text=HOLD, rate=8000)
    (tmp_path / "clauses").mkdir()
    file = tmp_path / "clauses" / key.file_name
    os.mkfifo(file)  # who reads it waits for a writer
    back = threading.Event()

    def repair() -> None:
        back.set()
        os.close(os.open(file, os.O_RDWR))

    async def story() -> None:
        async with speaking(tmp_path, [Choir()], kept=kept(tmp_path, disk)) as worker:
            assert by_choir(await (await worker.call()).says(HOLD)) == pytest.approx(0.3)
            assert not back.is_set()

    late = threading.Timer(3, repair)
    late.start()
    try:
        play(story)
    finally:
        late.cancel()
        if not back.is_set():
            repair()


def test_a_clause_is_looked_for_once_and_written_behind_its_callers(tmp_path: Path) -> None:
    class Counting(ThreadPoolExecutor):
        asked: list[str] = []  # noqa: RUF012

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
            self.asked.append(fn.__name__)
            return super().submit(fn, *args, **kwargs)

    async def story() -> None:
        with Counting(1) as disk:
            async with speaking(tmp_path, [Choir(slots=1)], kept=kept(tmp_path, disk)) as worker:
                busy, waits = await worker.call(), await worker.call()
                busy.ask("please wait " * 6)  # 12 steps
                waits.ask(HOLD)
                await asyncio.gather(busy.sentence(), waits.sentence())
                assert disk.asked.count("_read") == 2
                full = threading.Event()
                disk.submit(full.wait)
                for number in range(CALLS):
                    await (await worker.call(name=f"call {number}")).says(HOLD)
                assert "store" in disk.asked and on_disk(tmp_path) == 0
                full.set()
                assert await after(disk, on_disk, tmp_path) == 1

    play(story)


def test_what_was_made_too_long_ago_is_forgotten_and_made_anew(tmp_path: Path, disk: ThreadPoolExecutor) -> None:
    async def story() -> None:
        choir, keeping = Choir(), kept(tmp_path, disk)
        async with speaking(tmp_path, [choir], kept=keeping) as worker:
            for number in range(CALLS):
                await (await worker.call(name=f"call {number}")).says(HOLD)
            await keeping.tidy(time.time() + LONGEST_S - 60)
            assert await after(disk, on_disk, tmp_path) == 1 and len(choir.begun) == 1
            await keeping.tidy(time.time() + LONGEST_S + 60)
            assert await after(disk, on_disk, tmp_path) == 0
            await (await worker.call()).says(HOLD)
        assert choir.begun == [HOLD, HOLD]

    play(story)


def test_what_the_disk_had_too_long_is_deleted_when_a_worker_starts(tmp_path: Path, disk: ThreadPoolExecutor) -> None:
    async def story() -> None:
        choir = Choir()
        async with speaking(tmp_path, [choir], kept=kept(tmp_path, disk)) as worker:
            for number in range(CALLS):
                await (await worker.call(name=f"call {number}")).says(HOLD)
            assert await after(disk, on_disk, tmp_path) == 1
        (file,) = (tmp_path / "clauses").iterdir()
        os.utime(file, (0, time.time() - LONGEST_S - 60))
        async with speaking(tmp_path, [choir], kept=kept(tmp_path, disk)) as worker:
            await (await worker.call()).says(HOLD)
            assert await after(disk, on_disk, tmp_path) == 0
        assert choir.begun == [HOLD, HOLD]

    play(story)


@pytest.mark.parametrize(
    ("written", "spoken", "anybody"),
    [
        ("जी, एक सेकंड।", "जी, एक सेकंड।", True),
        ("Main check kar raha hoon", "मैं check कर रहा हूँ", True),
        ("आपका order 4582 कल आएगा", "कल आएगा", False),
        ("paanch sau rupaye dene hain", "पाँच सौ रुपये देने हैं", False),
        ("A B one two", "A B one two", False),
        ("write to help@haazir.in", "write to help at haazir dot in", False),
        ("see www.haazir.in", "see haazir dot in", False),
        ("so " * 40, "so " * 40, False),
    ],
)
def test_what_may_be_everybody_s(written: str, spoken: str, anybody: bool) -> None:
    assert common(written, spoken) is anybody


def test_who_heard_what_is_forgotten_when_there_is_too_much_of_it() -> None:
    recurring = Recurring()
    for number in range(CALLS - 1):
        assert not recurring.heard("hold", f"call {number}")
        assert not recurring.heard("hold", f"call {number}")
    for number in range(COUNTED):
        recurring.heard(number, "call")
    assert not recurring.heard("hold", "call 9")
