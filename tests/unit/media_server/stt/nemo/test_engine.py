"""Calls through the worker to the NeMo engine and back, with a tiny random model: nonsense, but every caller's own."""

import asyncio
import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
import torch
from prometheus_client import REGISTRY

from core.budget import GUESSED_STREAMS, Budget, Caps, Machine
from core.budget_file import write
from core.checkpoints import CheckpointMissing, CheckpointUnfit
from core.engines import Hearing
from core.settings import Settings
from core.speech import (
    EndUtterance,
    Expect,
    Final,
    HearingFailed,
)
from media_server.stt.nemo.engine import Nemo, checkpoint, most_streams
from media_server.stt.nemo.loading import Model
from tests.standins.edge import until
from tests.unit.media_server.stt.nemo.hall import OPEN, SOUND, Hall, Play, hurried, phrases


def test_a_caller_is_heard_with_partials_times_and_numbers_of_their_pauses(play: Play) -> None:
    async def story(stage: Hall) -> None:
        async with stage.call() as call:
            final = await call.says(SOUND, start=7000, revision=2)
            assert (final.utterance, final.revision) == (0, 2)
            assert final.text and 0 < final.confidence < 1
            assert final.words and all(6000 < word.start < word.end < 7000 + 24_000 for word in final.words)
            assert call.partials and final.words[0].text.startswith(call.partials[0].text.split()[0][:3])

    play(story)


def test_a_pause_that_was_none_changes_nothing_of_what_is_heard(play: Play) -> None:
    async def story(stage: Hall) -> None:
        async with stage.call() as call, stage.call() as other:
            paused = await call.says(SOUND[:9000])
            assert await call.says(SOUND[:0], revision=1) == Final(
                utterance=0, revision=1, text=paused.text, language=paused.language, confidence=paused.confidence,
                words=paused.words,
            )  # fmt: skip
            whole = await call.says(SOUND[9000:], start=9000, revision=2)
            unbroken = await other.says(SOUND, revision=2)
            assert whole.text == unbroken.text and [word.start for word in whole.words] == [word.start for word in unbroken.words]

    play(story)


def test_each_utterance_begins_with_nothing_of_the_one_before(play: Play) -> None:
    async def story(stage: Hall) -> None:
        async with stage.call() as call:
            first = await call.says(SOUND, start=20_000)
            call.link.send(EndUtterance(utterance=0))
            call.link.send(Expect(phrases=("red or blue",)))
            call.link.send(Expect(phrases=()))
            again = await call.says(SOUND, start=120_000, utterance=1)
            assert again.text == first.text and again.utterance == 1
            assert again.words[0].start - first.words[0].start == 100_000
            call.link.send(EndUtterance(utterance=1))
            call.pause(2)
            assert (await call.final()).text == "", "nothing came"

    play(story)


def test_an_utterance_of_four_hundred_milliseconds_is_answered(play: Play) -> None:
    async def story(stage: Hall) -> None:
        async with stage.call() as call:
            assert (await call.says(SOUND[:6400])).utterance == 0

    play(story)


def test_callers_at_once_hear_themselves(play: Play) -> None:
    async def story(stage: Hall) -> None:
        sounds = [SOUND, SOUND[::-1].copy(), np.roll(SOUND, 8000), SOUND // 4]
        alone = []
        for sound in sounds:
            async with stage.call() as call:
                alone.append((await call.says(sound)).text)
        assert len(set(alone)) > 1
        batches: list[int] = []
        await until(lambda: len(stage.engine._free) == 4)
        async with stage.call() as one, stage.call() as two, stage.call() as three, stage.call() as four:
            with stage.at_each_step(batches.append):
                together = await asyncio.gather(
                    *(call.says(sound) for call, sound in zip((one, two, three, four), sounds, strict=True))
                )
        assert [final.text for final in together] == alone
        assert max(batches) > 1, "they were not stepped together"

    play(story)


def test_more_calls_than_can_be_heard_are_refused_at_once_until_one_has_left(play: Play) -> None:
    async def story(stage: Hall) -> None:
        await until(lambda: len(stage.engine._free) == 4)
        async with contextlib.AsyncExitStack() as calls:
            for _ in range(3):
                await calls.enter_async_context(stage.call())
            async with stage.call() as fourth:
                refused = await stage.refused()
                assert isinstance(refused, HearingFailed) and refused.full and refused.detail.startswith("full: 4 calls")
                assert (await fourth.says(SOUND[:6400])).utterance == 0
            await until(lambda: len(stage.engine._free) == 1)
            async with stage.call():
                assert isinstance(await stage.refused(), HearingFailed)

    play(story)


def test_the_room_that_is_told_is_what_there_is_now_and_not_when_somebody_last_called(file: Path, tmp_path: Path) -> None:
    def told() -> float | None:
        return REGISTRY.get_sample_value("haazir_stt_room_streams")

    async def story() -> None:
        settings = Settings(home=tmp_path, hearing=Hearing(model=str(file), device="cpu", max_streams=2))
        async with Nemo(settings, phrases(), ticker=hurried()) as engine:
            assert told() == 0, "while the model is being loaded"
            await engine.loaded.wait()
            assert told() == 2
            async with engine.open(OPEN):
                assert told() == 1
                async with engine.open(OPEN):
                    assert told() == 0
            await until(lambda: told() == 2)
        assert told() == 0, "after the end"

    asyncio.run(story())


def test_names_that_a_question_brings_are_prepared_beside_the_thread_that_steps_all_calls(play: Play) -> None:
    prepared_here: list[str] = []

    def look(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_name in ("names_of", "from_context_graph"):
            prepared_here.append(frame.f_code.co_name)

    async def story(stage: Hall) -> None:
        async with stage.call() as call:
            with stage.at_each_step(lambda _: sys.setprofile(look)):
                await call.says(SOUND[:6400])
                call.link.send(EndUtterance(utterance=0))
                call.link.send(Expect(phrases=("golden scooter",)))
                await call.says(SOUND[:6400], start=50_000, utterance=1)
            assert prepared_here == []
            (heard,) = stage.engine._ticker._calls.values()
            await until(lambda: heard.likely is not None and "golden scooter" in heard.likely.names)
            call.link.send(EndUtterance(utterance=1))
            with stage.at_each_step(lambda _: sys.setprofile(None)):
                await call.says(SOUND[:6400], start=90_000, utterance=2)
            assert heard.tree is heard.likely and heard.tree is not None and heard.boost >= 0
            assert heard.tree.names == {"golden scooter", "return kit"}

    play(story)


def no_more_than(most: int) -> Callable[[int], None]:
    def step(calls: int) -> None:
        if calls > most:
            raise torch.OutOfMemoryError("a neighbour has all of it")

    return step


def test_calls_that_do_not_fit_into_memory_together_are_heard_in_halves(play: Play) -> None:
    async def story(stage: Hall) -> None:
        async with stage.call() as one, stage.call() as two:
            with stage.at_each_step(no_more_than(1)):
                heard = await asyncio.gather(one.says(SOUND), two.says(SOUND))
            assert heard[0].text == heard[1].text != ""

    play(story)


def test_only_calls_for_which_memory_is_out_fail_and_new_ones_are_heard(play: Play) -> None:
    async def story(stage: Hall) -> None:
        async with stage.call() as one, stage.call() as two:
            with stage.at_each_step(no_more_than(0)):
                one.speak(SOUND[:6400])
                answers = [answer async for answer in one.link]
            assert answers == [HearingFailed(detail="out of memory"), HearingFailed(detail="the recogniser died")]
            assert (await two.says(SOUND)).text
        async with stage.call() as three:
            assert (await three.says(SOUND)).text

    play(story)


def test_a_checkpoint_that_is_no_good_ends_the_engine_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "bad.nemo").write_text("no")

    async def story() -> None:
        gone = asyncio.Event()
        async with Nemo(Settings(home=tmp_path, hearing=Hearing(model=str(tmp_path / "bad.nemo"))), phrases(), gone.set):
            await gone.wait()

    with pytest.raises(CheckpointUnfit, match=r"bad\.nemo is not a whole"):
        asyncio.run(story())


def test_the_tiny_model_is_heard_with_when_no_other_is_here(tmp_path: Path) -> None:
    assert checkpoint(Settings(home=tmp_path))[1] == "tiny"
    with pytest.raises(CheckpointMissing, match="bin/haazir models fetch nemotron"):
        checkpoint(Settings(home=tmp_path, hearing=Hearing(model="nemotron-3.5")))


def test_where_nothing_was_measured_there_are_as_many_rows_as_the_budget_guesses(tmp_path: Path) -> None:
    model = Model(None, torch.device("cpu"), torch.float32, (), {}, left=56, frame=1280, chunks=(2,))
    assert most_streams(Settings(home=tmp_path), model, "tiny") == (GUESSED_STREAMS, "nobody")
    caps = Caps(streams={160: 7}, slots=1, measured=True)
    write(tmp_path, Budget(made_at="", version="", machine=Machine(device="cpu"), stt="tiny", caps=caps))
    assert most_streams(Settings(home=tmp_path), model, "another") == (GUESSED_STREAMS, "nobody")


def test_a_machine_that_the_bench_found_too_slow_for_one_call_still_has_a_row_to_be_timed_with(tmp_path: Path) -> None:
    caps = Caps(streams={160: 0, 560: 0}, slots=1, measured=True)
    write(tmp_path, Budget(made_at="", version="", machine=Machine(device="cpu"), stt="tiny", caps=caps))
    model = Model(None, torch.device("cpu"), torch.float32, (), {}, left=56, frame=1280, chunks=(2,))
    assert most_streams(Settings(home=tmp_path), model, "tiny") == (1, "bench")


@pytest.mark.parametrize(("chunk_ms", "most"), [(0, 200), (80, 60), (100, 60), (160, 120), (1000, 200)])
def test_a_chunk_that_the_settings_fix_carries_as_many_calls_as_the_bench_found_with_it(
    tmp_path: Path, chunk_ms: int, most: int
) -> None:
    caps = Caps(streams={80: 60, 160: 120, 560: 200}, slots=1, measured=True)
    write(tmp_path, Budget(made_at="", version="", machine=Machine(device="cpu"), stt="tiny", caps=caps))
    model = Model(None, torch.device("cpu"), torch.float32, (), {}, left=56, frame=1280, chunks=(1, 2, 7))
    assert most_streams(Settings(home=tmp_path, hearing=Hearing(chunk_ms=chunk_ms)), model, "tiny") == (most, "bench")
