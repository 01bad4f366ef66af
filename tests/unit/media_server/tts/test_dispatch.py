"""Who says what: the call's own engine, sound that is kept, or the reserve when that engine would be late, fails, or is stuck."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from media_server.tts.engine import EngineError, EngineLost, NoMemory, SlotEngine
from tests.unit.media_server.tts.choir import Choir, Loading, Second, by_choir, by_reserve, speaking


def play(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def in_time() -> None:
        async with asyncio.timeout(20):
            await story()

    asyncio.run(in_time())


def test_calls_are_said_side_by_side_and_each_call_s_clauses_one_after_another(tmp_path: Path) -> None:
    async def story() -> None:
        choir = Choir()
        async with speaking(tmp_path, [choir]) as worker:
            first, second = await worker.call(), await worker.call()
            first.ask("one two three four, and then some more words")
            second.ask("five six seven eight nine ten")
            heard = await asyncio.gather(first.sentence(), second.sentence())
            assert [by_choir(sound) for sound in heard if not isinstance(sound, str)] == [pytest.approx(0.9), pytest.approx(0.6)]
            assert choir.begun[2:] == ["and then some more words"]
            assert max(len(hands) for hands in choir.in_hand) == 2

    play(story)


def test_voice_and_seed_are_the_same_through_a_call_and_the_engine_hears_how_much_sound_is_in_hand(tmp_path: Path) -> None:
    async def story() -> None:
        choir = Choir()
        async with speaking(tmp_path, [choir]) as worker:
            call = await worker.call("Divya")
            await call.says("the first sentence of it.", index=0)
            await call.says("and the second one.", index=1)
            await call.says("another reply to that.", reply=2)
            assert len(set(choir.voices)) == 1 and choir.voices[0][0] == "Divya"
            assert choir.in_hand[0] == [float("-inf")]  # nothing has been heard
            assert 0 < choir.in_hand[4][0] < 0.6  # "one." sounded 0.4 s, less what has been played

    play(story)


def test_a_cancelled_reply_leaves_its_slot_at_the_next_step_and_the_next_reply_is_said(tmp_path: Path) -> None:
    async def story() -> None:
        choir = Choir(slots=1)
        async with speaking(tmp_path, [choir]) as worker:
            call = await worker.call()
            choir.hold()
            call.ask("word " * 100)
            await choir.asked.wait()
            call.cancel(1)
            call.ask("the next reply", reply=2)
            await worker.settle()
            choir.steps.release(1 << 20)
            heard = await call.sentence()
            assert not isinstance(heard, str) and by_choir(heard) == pytest.approx(0.3)
            assert len(choir.in_hand) == 4  # the one that was going on, and three of the next reply

    play(story)


def test_a_call_that_hangs_up_leaves_its_slot_though_another_reply_was_asked_meanwhile(tmp_path: Path) -> None:
    async def story() -> None:
        choir = Choir(slots=1)
        async with speaking(tmp_path, [choir]) as worker:
            gone, call = await worker.call(), await worker.call()
            choir.hold()
            gone.ask("one clause of six words only")
            await choir.asked.wait()
            gone.ask("another reply", reply=2)
            await worker.settle()
            await gone.link.close()
            call.ask("whoever stays")
            await worker.settle()
            choir.steps.release(1 << 20)
            heard = await call.sentence()
            assert not isinstance(heard, str) and by_choir(heard) == pytest.approx(0.2)
            assert len(choir.in_hand) == 3  # the one that was going on, and two for who stays

    play(story)


def test_the_reserve_speaks_the_whole_reply_if_the_engine_would_be_late(tmp_path: Path) -> None:
    async def story() -> None:
        choir, second = Choir(expected_s=0.5), Second()
        async with speaking(tmp_path, [choir], reserve=second) as worker:
            call = await worker.call("Rohit")
            assert by_reserve(await call.says("this would be late", reply=1)) == pytest.approx(1.0, abs=0.02)
            choir.expected_s = 0.0
            assert by_reserve(await call.says("the same reply goes on", reply=1, index=1)) == pytest.approx(1.0, abs=0.02)
            assert by_choir(await call.says("the next reply", reply=2)) == pytest.approx(0.3)
            assert [voice for _, voice in second.said] == ["male", "male"]

    play(story)


def test_an_idle_engine_is_tried_again_though_it_was_slow(tmp_path: Path) -> None:
    async def story() -> None:
        choir = Choir(expected_s=5.0)
        async with speaking(tmp_path, [choir], reserve=Second(), afresh_s=0.0) as worker:
            call = await worker.call()
            assert by_choir(await call.says("perhaps it is quick now")) == pytest.approx(0.5)
            choir.hold()
            call.ask("and who comes while it is busy", reply=2)
            await worker.settle()
            assert by_reserve(await (await worker.call()).says("does not try it too")) > 0.9
            choir.steps.release(1 << 20)
            assert isinstance(await call.sentence(), np.ndarray)

    play(story)


def test_who_has_sound_in_hand_waits_longer(tmp_path: Path) -> None:
    async def story() -> None:
        choir, second = Choir(), Second()
        async with speaking(tmp_path, [choir], reserve=second) as worker:
            call = await worker.call()
            await call.says("word " * 30)
            choir.expected_s = 2.0
            assert by_choir(await call.says("three more words", index=1)) == pytest.approx(0.3)
            choir.expected_s = 5.0
            assert by_reserve(await call.says("three words more", index=2)) > 0.9

    play(story)


def test_a_full_engine_makes_others_wait_while_that_is_in_time(tmp_path: Path) -> None:
    async def story() -> None:
        choir = Choir(slots=1)
        async with speaking(tmp_path, [choir]) as worker:
            calls = [await worker.call() for _ in range(3)]
            for number, call in enumerate(calls):
                call.ask(f"call number {number}")
            await asyncio.gather(*(call.sentence() for call in calls))
            assert choir.begun == ["call number 0", "call number 1", "call number 2"]

    play(story)


def test_a_clause_that_fails_before_it_sounded_is_said_by_the_reserve(tmp_path: Path) -> None:
    async def story() -> None:
        async with speaking(tmp_path, [Choir()], reserve=Second()) as worker:
            call, other = await worker.call(), await worker.call()
            call.ask("this is broken, and a second clause")
            other.ask("nothing is wrong here")
            heard, whole = await asyncio.gather(call.sentence(), other.sentence())
            assert not isinstance(heard, str) and by_reserve(heard) == pytest.approx(2.0, abs=0.05)
            assert not isinstance(whole, str) and by_choir(whole) == pytest.approx(0.4)

    play(story)


def test_a_clause_without_any_sound_is_a_failure_too(tmp_path: Path) -> None:
    async def story() -> None:
        async with speaking(tmp_path, [Choir()], reserve=Second()) as worker:
            call = await worker.call()
            assert by_reserve(await call.says("silent all the way")) > 0.9

    play(story)


def test_a_clause_that_fails_in_the_middle_fails_its_sentence(tmp_path: Path) -> None:
    async def story() -> None:
        async with speaking(tmp_path, [Choir()], reserve=Second()) as worker:
            call = await worker.call()
            call.ask("this breaks in the middle", index=0)
            call.ask("the next one works", index=1)
            assert await call.sentence() == "out of memory in the middle"
            assert by_choir(await call.says("and so does this", index=2)) > 0.3

    play(story)


def test_without_a_reserve_the_failure_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with speaking(tmp_path, [Choir()]) as worker:
            call = await worker.call()
            call.ask("this is broken")
            assert await call.sentence() == "out of memory"

    play(story)


def test_what_is_made_to_be_kept_waits_for_its_engine_and_is_said_by_no_other(tmp_path: Path) -> None:
    async def story() -> None:
        choir, second = Choir(expected_s=5.0), Second()
        async with speaking(tmp_path, [choir], reserve=second) as worker:
            call = await worker.call(live=False)
            assert by_choir(await call.says("welcome to our shop")) == pytest.approx(0.4)
            call.ask("this is broken", reply=2)
            assert await call.sentence() == "out of memory"
            assert not second.said

    play(story)


def test_an_engine_that_is_stuck_is_stood_in_for(tmp_path: Path) -> None:
    async def story() -> None:
        choir, second = Choir(), Second()
        async with speaking(tmp_path, [choir], reserve=second, late_s=0.02) as worker:
            call, late = await worker.call(), await worker.call()
            choir.hold()
            assert by_reserve(await call.says("the step does not come back")) > 0.9
            assert by_reserve(await late.says("and this is known to be late")) > 0.9
            choir.asked.clear()
            choir.steps.release(1 << 20)
            patient = await worker.call(live=False)
            await patient.says("somebody with patience")
            assert worker.desks[0].first_sound_s(0) == 0.0  # nobody has reason to think it late
            worker.take_your_time()
            assert by_choir(await call.says("it is back again", reply=2)) == pytest.approx(0.4)

    play(story)


def test_while_an_engine_is_loaded_the_reserve_speaks(tmp_path: Path) -> None:
    async def story() -> None:
        loading = Loading()
        async with speaking(tmp_path, [Choir()], reserve=Second(), load=loading) as worker:
            call, patient = await worker.call(), await worker.call(live=False)
            said = await call.says("weights are being read")
            patient.ask("this can wait", reply=2)
            loading.done()
            assert by_reserve(said) > 0.9
            kept = await patient.sentence()
            assert not isinstance(kept, str) and by_choir(kept) == pytest.approx(0.3)
            assert by_choir(await call.says("now it is there", reply=2)) == pytest.approx(0.4)

    play(story)


@pytest.mark.parametrize(
    ("engine", "voice", "gender"),
    [
        ("parler", "Rohit", "male"), ("parler", "divya", "female"), ("parler", "male", "male"), ("parler", "nobody", "female"),
        ("kokoro", "hm_omega", "male"), ("kokoro", "hf_beta", "female"), ("kokoro", "male", "male"), ("kokoro", "", "female"),
    ],
)  # fmt: skip
def test_who_speaks_for_an_engine_that_is_being_loaded_is_a_man_where_its_voice_is_one(
    tmp_path: Path, engine: str, voice: str, gender: str
) -> None:
    async def story() -> None:
        loading, second = Loading(), Second()
        async with speaking(tmp_path, [Choir(engine)], reserve=second, load=loading) as worker:
            await (await worker.call(voice, engine=engine)).says("weights are being read")
            loading.done()
            assert second.said == [("weights are being read", gender)]

    play(story)


@pytest.mark.parametrize("error", [EngineError("another model's file")])
def test_an_engine_that_cannot_start_ends_the_worker(tmp_path: Path, error: Exception) -> None:
    def load(engine: SlotEngine) -> SlotEngine:
        raise error

    async def story() -> None:
        async with speaking(tmp_path, [Choir()], reserve=Second(), load=load) as worker:
            with pytest.raises(EngineError, match="another model"):
                await worker.running

    play(story)


def test_an_engine_beside_the_usual_one_that_cannot_start_is_stood_in_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def load(engine: SlotEngine) -> SlotEngine:
        if engine.name == "beside":
            raise EngineError("no such checkpoint")
        return engine

    async def story() -> None:
        async with speaking(tmp_path, [Choir(), Choir("beside")], reserve=Second(), load=load) as worker:
            call, other = await worker.call(), await worker.call("beside:Divya", engine="beside")
            assert by_choir(await call.says("as ever")) == pytest.approx(0.2)
            assert by_reserve(await other.says("by another")) > 0.9
            assert not worker.running.done()

    with caplog.at_level(logging.ERROR):
        play(story)
    assert "! engine cannot start, the reserve speaks for it" in [record.message for record in caplog.records]


def test_without_memory_for_an_engine_the_reserve_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def load(engine: SlotEngine) -> SlotEngine:
        raise NoMemory("a neighbour has it")

    async def story() -> None:
        async with speaking(tmp_path, [Choir()], reserve=Second(), load=load) as worker:
            call = await worker.call()
            assert by_reserve(await call.says("still here")) > 0.9
            assert not worker.running.done()

    with caplog.at_level(logging.ERROR):
        play(story)
    assert "! no memory for the engine" in [record.message for record in caplog.records]


def test_an_engine_that_is_lost_ends_the_worker(tmp_path: Path) -> None:
    async def story() -> None:
        async with speaking(tmp_path, [Choir()], reserve=Second()) as worker:
            call = await worker.call()
            call.ask("all is lost")
            with pytest.raises(EngineLost, match="the device is gone"):
                await worker.running

    play(story)


def test_a_site_s_voice_names_its_engine_and_an_unknown_one_is_the_usual(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        usual, other, second = Choir(), Choir("kokoro"), Second()
        async with speaking(tmp_path, [usual, other], reserve=second, late_s=5.0) as worker:
            await (await worker.call("kokoro:hf_alpha", engine="kokoro")).says("the other one")
            await (await worker.call("espeak:f3", engine="espeak")).says("the reserve by name")
            await (await worker.call("magpie:Aria")).says("the usual one")
        assert (other.begun, other.voices[0][0]) == (["the other one"], "hf_alpha")
        assert second.said == [("the reserve by name", "f3")]
        assert (usual.begun, usual.voices[0][0]) == (["the usual one"], "")

    with caplog.at_level(logging.WARNING):
        play(story)
    assert "! no such engine, speaking with the usual one" in [record.message for record in caplog.records]
