"""One call over real sockets, from OpenMedia to MediaClosed: what the caller hears, whatever dies around it."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core import commands as msg
from core import speech
from core.events import MediaReported, TurnCompleted
from media_server import brain_link, mouth
from media_server.turn import moves
from media_server.turn.state import Phase
from tests.standins.edge import ANSWER, LINES, QUESTION, OpenCall, Scene, hears, only_opens, scene, speaks, thinks, until

Story = Callable[[Scene], Coroutine[Any, Any, None]]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Story], None]:
    """Runs a story in an edge of its own, whose patience with its neighbours is short."""
    monkeypatch.setattr(brain_link, "BRAIN_BACK", 0.2)

    async def on_stage(story: Story) -> None:
        async with scene(tmp_path) as stage:
            await story(stage)

    return lambda story: asyncio.run(on_stage(story))


Play = Callable[[Story], None]


def said(stage: Scene, role: str) -> list[str]:
    return [fact.text for fact in stage.records.published if isinstance(fact, TurnCompleted) and fact.role == role]


# ── a call as it should be ───────────────────────────────────────────────────────────────────────────────────────────
def test_the_greeting_goes_out_when_the_call_is_answered(play: Play) -> None:
    async def story(stage: Scene) -> None:
        await stage.answered()
        assert said(stage, "agent") == [LINES.greeting]

    play(story)


def test_a_question_is_asked_committed_answered_aloud_and_written_down(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        call.speaks()
        await call.hears_us()
        await until(lambda: bool(stage.brain.all(msg.Heard)))
        (ask,), (commit,) = stage.brain.all(msg.Ask), stage.brain.all(msg.Commit)
        assert (ask.text, commit.turn, commit.revision) == (QUESTION, ask.turn, ask.revision)
        assert stage.brain.all(msg.Heard) == [msg.Heard(turn=ask.turn, text=ANSWER, complete=True)]
        assert said(stage, "caller") == [QUESTION]
        assert said(stage, "agent") == [LINES.greeting, ANSWER]

    play(story)


def test_the_language_written_down_is_the_one_we_spoke(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        stage.brain.answer = lambda message: [
            msgspec.structs.replace(one, language="hi-Latn") if isinstance(one, msg.Sentence) else one for one in thinks(message)
        ]
        call.speaks()
        await until(lambda: said(stage, "agent")[1:] == [ANSWER])
        assert [fact.language for fact in stage.records.published if isinstance(fact, TurnCompleted)] == ["en", "en", "hi-Latn"]

    play(story)


def test_the_recogniser_is_told_what_our_question_may_be_answered_with_and_a_new_one_is_told_again(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        stage.brain.answer = lambda message: [
            msgspec.structs.replace(said, replies=("{day}",)) if isinstance(said, msg.AnswerDone) else said
            for said in thinks(message)
        ]
        call.speaks()
        await until(lambda: speech.Expect(phrases=("{day}",)) in stage.stt.all(speech.Expect))
        told = len(stage.stt.all(speech.Expect))
        await stage.stt.hang_up()
        await until(lambda: len(stage.stt.all(speech.Expect)) > told)
        assert stage.stt.all(speech.Expect)[-1].phrases == ("{day}",)

    play(story)


def test_the_end_reports_the_line(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        call.controller.link.send(msg.CloseMedia(reason="caller hung up"))
        await call.controller.expect(msg.MediaClosed)
        (report,) = [fact for fact in stage.records.published if isinstance(fact, MediaReported)]
        assert report.rtp.sent > 0

    play(story)


def test_answers_that_were_replaced_are_forgotten(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        stage.brain.answer = only_opens(thinks)
        texts = iter(f"my order number is {number} and" for number in range(100))
        stage.stt.answer = lambda message: [
            speech.Final(utterance=0, revision=message.revision, text=next(texts), language="en", confidence=0.9)
        ] if isinstance(message, speech.Flush) else hears(message)  # fmt: skip
        for asked in range(1, 6):
            call.speaks()
            await until(lambda asked=asked: len(stage.brain.all(msg.Ask)) >= asked)  # type: ignore[misc]
        assert len(call.session._brain._answers) == 1
        assert len(call.session._ledger._replies) == 1

    play(story)


# ── neighbours that are away, or die ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("away", ["stt", "tts", "brain"])
def test_a_call_that_lacks_a_neighbour_is_refused_by_its_name(play: Play, away: str) -> None:
    async def story(stage: Scene) -> None:
        await getattr(stage, away).die()
        call = await stage.asked_for()
        refused = await call.controller.expect(msg.MediaRefused)
        assert away in refused.reason and "is away" in refused.reason
        await until(lambda: call.controller.ended)
        await call.controller.leave()
        await stage.nothing_is_left()

    play(story)


def test_a_brain_that_dies_and_returns_is_asked_again(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        stage.brain.answer = only_opens(thinks)
        call.speaks()
        await call.reaches(Phase.THINKING)
        await stage.brain.die()
        stage.brain.answer = thinks
        await stage.brain.start()
        await until(lambda: said(stage, "agent")[1:] == [ANSWER])

    play(story)


def test_a_brain_that_dies_for_good_costs_an_apology_and_the_caller_goes_to_people(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        stage.brain.answer = only_opens(thinks)
        call.speaks()
        await call.reaches(Phase.THINKING)
        await stage.brain.die()
        wanted = await call.controller.expect(msg.TransferRequested)
        assert wanted.reason == "brain_failed"
        assert said(stage, "agent")[1:] == [LINES.apology]

    play(story)


def test_a_brain_that_hangs_after_its_first_sentence_costs_an_apology_and_the_caller_goes_to_people(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moves, "REST_LIMIT", 0.3)

    async def story(stage: Scene) -> None:
        call = await stage.answered()
        stage.brain.answer = lambda message: thinks(message)[:1]
        call.speaks()
        wanted = await call.controller.expect(msg.TransferRequested)
        assert wanted.reason == "brain_failed"
        assert said(stage, "agent")[1:] == [ANSWER, LINES.apology]

    play(story)


def test_a_brain_that_dies_after_its_answer_is_not_missed(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        stage.tts.answer = long_speech
        call.speaks()
        await call.reaches(Phase.SPEAKING)
        await stage.brain.die()
        await stage.brain.start()
        await call.reaches(Phase.LISTENING)
        assert len(stage.brain.all(msg.Ask)) == 1
        assert said(stage, "agent")[1:] == [ANSWER]

    play(story)


def long_speech(message: speech.ToTts) -> list[Any]:
    """Half a second a sentence, so that something can happen while it is said."""
    sound = speaks(message)
    if isinstance(message, speech.Speak):
        return [speech.Sound(reply=one.reply, index=one.index, pcm=one.pcm * 10, last=True) for one in sound]  # type: ignore[attr-defined]
    return sound


def test_a_voice_that_dies_is_asked_for_the_sentence_again(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        stage.tts.answer = only_opens(speaks)
        call.speaks()
        await until(lambda: bool(stage.tts.all(speech.Speak)))
        await stage.tts.die()
        stage.tts.answer = speaks
        await stage.tts.start()
        await until(lambda: said(stage, "agent")[1:] == [ANSWER])
        assert [sentence.text for sentence in stage.tts.all(speech.Speak)] == [ANSWER, ANSWER]

    play(story)


def test_a_voice_that_is_dead_costs_an_apology_that_needs_none(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mouth, "STALL", 0.05)

    async def story(stage: Scene) -> None:
        call = await stage.answered()
        stage.tts.answer = only_opens(speaks)
        call.speaks()
        wanted = await call.controller.expect(msg.TransferRequested)
        assert wanted.reason == "speaking_failed"
        assert said(stage, "agent")[1:] == [LINES.apology]

    play(story)


@pytest.mark.parametrize("how", ["it dies", "it says so and closes"])
def test_a_recogniser_that_fails_once_costs_a_please_again(play: Play, how: str) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        call.starts_to_speak()
        await call.reaches(Phase.HEARING)
        if how == "it dies":
            await stage.stt.die()
            await stage.stt.start()
        else:
            stage.stt.tell(speech.HearingFailed(detail="the recogniser died"))
            await stage.stt.hang_up()
        await until(lambda: said(stage, "agent")[1:] == [LINES.again])
        await call.reaches(Phase.LISTENING)
        await until(lambda: call.session._hearing.ready.is_set())
        call.speaks()
        await until(lambda: said(stage, "agent")[2:] == [ANSWER])

    play(story)


def no_room(message: speech.ToStt) -> list[msgspec.Struct]:
    return [speech.HearingFailed(detail="full: 15 callers are heard", full=True)]


def test_a_call_is_refused_at_once_when_as_many_are_heard_as_can_be(play: Play) -> None:
    async def story(stage: Scene) -> None:
        stage.stt.answer = no_room
        call = await stage.asked_for()
        refused = await call.controller.expect(msg.MediaRefused)
        assert refused.reason == "stt-worker is full", "not `away`, which is said when patience has run out"
        assert len(stage.stt.all(speech.OpenHearing)) == 1
        await call.controller.leave()
        await stage.nothing_is_left()

    play(story)


def test_a_call_that_finds_no_room_after_its_recogniser_died_tries_again(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        await stage.stt.die()
        stage.stt.answer = no_room
        await stage.stt.start()
        await until(lambda: len(stage.stt.all(speech.OpenHearing)) >= 3)
        stage.stt.answer = hears
        await until(lambda: call.session._hearing.ready.is_set())
        await call.reaches(Phase.LISTENING)
        call.speaks()
        await until(lambda: ANSWER in said(stage, "agent"))

    play(story)


# ── the end, whenever it comes ───────────────────────────────────────────────────────────────────────────────────────
async def while_opening(stage: Scene) -> OpenCall:
    return await stage.asked_for()


async def while_ringing(stage: Scene) -> OpenCall:
    return await stage.opened()


async def while_connected(stage: Scene) -> OpenCall:
    call = await stage.opened()
    call.connect()
    return call


async def while_greeting(stage: Scene) -> OpenCall:
    call = await while_connected(stage)
    call.answer()
    await call.hears_us()
    return call


async def while_hearing(stage: Scene) -> OpenCall:
    call = await stage.answered()
    call.starts_to_speak()
    await call.reaches(Phase.HEARING)
    return call


async def while_thinking(stage: Scene) -> OpenCall:
    stage.brain.answer = only_opens(thinks)
    call = await stage.answered()
    call.speaks()
    await call.reaches(Phase.THINKING)
    return call


async def while_speaking(stage: Scene) -> OpenCall:
    stage.tts.answer = long_speech
    call = await stage.answered()
    call.speaks()
    await call.reaches(Phase.SPEAKING)
    return call


STEPS = (while_opening, while_ringing, while_connected, while_greeting, while_hearing, while_thinking, while_speaking)


@pytest.mark.parametrize("step", STEPS)
def test_a_call_that_is_closed_leaves_nothing_behind(play: Play, step: Callable[[Scene], Coroutine[Any, Any, OpenCall]]) -> None:
    async def story(stage: Scene) -> None:
        call = await step(stage)
        call.controller.link.send(msg.CloseMedia(reason="caller hung up"))
        await call.controller.expect(msg.MediaClosed)
        await until(lambda: call.controller.ended)
        await call.controller.leave()
        await stage.nothing_is_left()

    play(story)
