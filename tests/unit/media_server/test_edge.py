"""All calls of one edge: its controller may go and come back, and what goes wrong in one call stays there."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core import commands as msg
from core.bus import connect
from core.events import TurnCompleted
from core.ids import CallId
from media_server import brain_link, session
from media_server.turn.state import Phase
from tests.standins.edge import LINES, QUESTION, SITE, Scene, only_opens, scene, thinks, until

Story = Callable[[Scene], Coroutine[Any, Any, None]]
Play = Callable[[Story], None]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """Runs a story in an edge of its own."""
    monkeypatch.setattr(brain_link, "BRAIN_BACK", 0.05)

    async def on_stage(story: Story) -> None:
        async with scene(tmp_path) as stage:
            await story(stage)

    return lambda story: asyncio.run(on_stage(story))


# ── the controller goes, and comes back ──────────────────────────────────────────────────────────────────────────────
def test_a_call_goes_on_without_its_controller_and_is_adopted(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        await call.controller.leave()
        call.speaks()
        await call.hears_us()
        await stage.adopt(call)
        opened = await call.controller.expect(msg.MediaOpened)
        assert opened.port == call.session.socket.port
        await call.reaches(Phase.LISTENING)

    play(story)


def test_a_controller_that_returns_is_told_what_it_missed(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        await call.controller.leave()
        stage.brain.answer = only_opens(thinks)
        call.speaks()
        await call.reaches(Phase.THINKING)
        await stage.brain.die()
        await call.reaches(Phase.LEAVING)
        await stage.adopt(call)
        await call.controller.expect(msg.TransferRequested)
        assert [type(message) for message in call.controller.got] == [msg.MediaOpened, msg.SecretAwaited, msg.TransferRequested]

    play(story)


def test_a_controller_that_returns_is_told_how_long_a_secret_has_been_recorded(play: Play) -> None:
    def asks_for_a_secret(message: msg.ToBrain) -> list[msgspec.Struct]:
        return [
            msgspec.structs.replace(reply, conceal=True) if isinstance(reply, msg.AnswerDone) else reply
            for reply in thinks(message)
        ]

    async def story(stage: Scene) -> None:
        call = await stage.answered()
        await call.controller.leave()
        stage.brain.answer = asks_for_a_secret
        call.speaks()
        await call.reaches(Phase.SPEAKING)
        await stage.adopt(call)
        await until(lambda: len(call.controller.got) == 3)
        _, first, second = call.controller.got
        assert isinstance(first, msg.SecretAwaited) and first.on and first.overheard_s > 0
        assert second == msg.SecretAwaited(on=True)

    play(story)


def test_a_call_that_was_adopted_ends_on_the_link_that_it_has_now(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        before = call.controller
        await stage.adopt(call)
        await call.controller.expect(msg.MediaOpened)
        await until(lambda: before.ended)
        call.controller.link.send(msg.CloseMedia(reason="caller hung up"))
        await call.controller.expect(msg.MediaClosed)
        await until(lambda: call.controller.ended)
        await stage.nothing_is_left()

    play(story)


def test_a_call_whose_controller_died_before_it_could_say_answered_is_greeted_once(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.opened()
        call.connect()
        await call.controller.leave()
        await stage.adopt(call)
        call.answer()
        await call.hears_us()
        await call.reaches(Phase.LISTENING)
        call.answer()
        call.speaks()
        await call.reaches(Phase.SPEAKING)
        said = [fact.text for fact in stage.records.published if isinstance(fact, TurnCompleted)]
        assert said == [LINES.greeting, QUESTION]

    play(story)


def test_a_call_that_begins_anew_gets_a_new_session_for_the_one_its_controller_left(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.opened()
        call.connect()
        await call.controller.leave()
        await until(lambda: call.session.controller is None)
        left = call.session
        call.controller = await stage.controller(
            msg.OpenMedia(call_id=call.call_id, site=SITE, codec="ulaw", caller="98", called="1000")
        )
        await call.controller.expect(msg.MediaOpened)
        assert call.session is not left and stage.edge.calls == 1
        call.connect()
        call.answer()
        await call.hears_us()

    play(story)


@pytest.mark.parametrize("when", ["before the session is open", "before the leg is there", "before a packet came"])
def test_a_call_that_nobody_takes_up_again_ends(play: Play, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    monkeypatch.setattr(session, "DEAD_LINE", 0.05)

    async def story(stage: Scene) -> None:
        call = await stage.asked_for()
        if when != "before the session is open":
            await call.controller.expect(msg.MediaOpened)
        if when == "before a packet came":
            call.connect()
        await call.controller.leave()
        await stage.nothing_is_left()

    play(story)


def test_only_a_call_that_is_here_can_be_adopted(play: Play) -> None:
    async def story(stage: Scene) -> None:
        stranger = await stage.controller(msg.AdoptMedia(call_id=CallId("unknown")))
        assert (await stranger.expect(msg.MediaRefused)).reason == "no such call here"
        rude = await stage.controller(msg.Hold())
        await rude.expect(msg.MediaRefused)

    play(story)


def test_a_call_is_opened_once(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.opened()
        again = msg.OpenMedia(call_id=call.call_id, site=SITE, codec="ulaw", caller="98", called="1000")
        twin = await stage.controller(again)
        await twin.expect(msg.MediaRefused)
        assert call.phase is Phase.RINGING, "the first one is none the worse for it"

    play(story)


# ── what goes wrong stays in its call ────────────────────────────────────────────────────────────────────────────────
def test_a_tick_that_raises_ends_its_call_only(play: Play) -> None:
    async def story(stage: Scene) -> None:
        broken, sound = await stage.answered(), await stage.answered()
        broken.session.socket.close()
        await broken.controller.expect(msg.MediaClosed)
        await until(lambda: broken.controller.ended)
        sound.speaks()
        await sound.hears_us()
        assert stage.edge.calls == 1

    play(story)


def test_an_address_that_cannot_be_ends_its_call(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.opened()
        call.controller.link.send(msg.ConnectMedia(host="127.0.0.1", port=70_000))
        await call.controller.expect(msg.MediaClosed)
        await call.controller.leave()
        await stage.nothing_is_left()

    play(story)


def test_closing_the_edge_ends_every_call(play: Play) -> None:
    async def story(stage: Scene) -> None:
        calls = [await stage.answered(), await stage.opened(), await stage.asked_for()]
        await until(lambda: stage.edge.calls == 3)
        await stage.edge.close()
        for call in calls:
            await until(lambda call=call: call.controller.ended)  # type: ignore[misc]
        await stage.nothing_is_left()

    play(story)


# ── health, and no new calls ─────────────────────────────────────────────────────────────────────────────────────────
async def health(stage: Scene, ask: msg.ToMedia) -> msg.MediaHealth:
    async with await connect(stage.settings.socket("media-server"), msg.MediaHealth) as link:
        link.send(ask)
        answer: msg.MediaHealth = await link.receive()
        return answer


def test_it_says_how_many_calls_it_has_and_could_have(play: Play) -> None:
    async def story(stage: Scene) -> None:
        await stage.opened()
        assert await health(stage, msg.ProbeMedia()) == msg.MediaHealth(sessions=1, capacity=60)

    play(story)


def test_draining_it_refuses_new_calls_and_keeps_those_it_has(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.answered()
        assert (await health(stage, msg.DrainMedia(on=True))).draining
        assert stage.edge.missing is not None
        refused = await stage.controller(
            msg.OpenMedia(call_id=CallId("new"), site=SITE, codec="ulaw", caller="98", called="1000")
        )
        assert (await refused.expect(msg.MediaRefused)).reason == "draining"
        call.speaks()
        await call.hears_us()
        assert not (await health(stage, msg.DrainMedia(on=False))).draining
        await stage.opened()

    play(story)


def test_a_call_whose_first_media_server_died_is_asked_to_say_it_again(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await stage.asked_for(session=2)
        await call.controller.expect(msg.MediaOpened)
        call.connect()
        call.answer()
        await call.hears_us()
        await call.reaches(Phase.LISTENING)
        (said,) = [fact for fact in stage.records.published if isinstance(fact, TurnCompleted)]
        assert (said.text, said.turn) == (LINES.again, session.TURNS_APART)

    play(story)
