"""A call of ours over real sockets: nothing leaves before it is known who answered; then the controller knows it, too."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from core import commands as msg
from core import speech
from core.purpose import Purpose
from media_server.turn.state import Phase, SpeechStarted, SpeechStopped
from tests.standins.edge import OpenCall, Scene, scene, until

Story = Callable[[Scene], Coroutine[Any, Any, None]]
PURPOSE = Purpose(on_machine="Please call {name} back.", on_menu="1w2", variables={"name": "us"})


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Story], None]:
    async def on_stage(story: Story) -> None:
        async with scene(tmp_path) as stage:
            await story(stage)

    return lambda story: asyncio.run(on_stage(story))


Play = Callable[[Story], None]


async def called(stage: Scene) -> OpenCall:
    """Somebody has picked up, and it is being found out who."""
    call = await stage.asked_for(purpose=PURPOSE, screen=True)
    await call.controller.expect(msg.MediaOpened)
    call.connect()
    call.answer()
    await call.reaches(Phase.SCREENING)
    return call


def happens(call: OpenCall, *events: Any) -> None:
    for event in events:
        call.session._inbox.put(event)


def now() -> float:
    return asyncio.get_running_loop().time()


def test_who_says_hello_hears_the_brains_first_words(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await called(stage)
        await until(lambda: bool(stage.brain.all(msg.Ask)))
        assert not stage.brain.all(msg.Commit)
        happens(call, SpeechStarted(now() - 0.4), SpeechStopped(now()))
        told = await call.controller.expect(msg.AnsweredBy)
        assert told.kind == "person" and 0 < told.seconds < 2
        await call.hears_us()
        (ask,) = stage.brain.all(msg.Ask)
        assert ask.news == "answered" and stage.brain.all(msg.Commit)

    play(story)


def test_what_is_said_before_it_is_known_goes_to_the_recogniser_whose_words_tell_a_machine(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await called(stage)
        happens(call, SpeechStarted(now()), speech.Partial(utterance=0, text="please leave a message"))
        assert (await call.controller.expect(msg.AnsweredBy)).kind == "machine"
        happens(call, SpeechStopped(now() - 5.0))
        await until(lambda: any(said.text == "Please call us back." for said in stage.tts.all(speech.Speak)))
        assert (await call.controller.expect(msg.HangUpRequested)).reason == "voicemail_left"

    play(story)


def test_a_menu_has_its_keys_pressed_by_the_controller(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await called(stage)
        happens(call, SpeechStarted(now()), speech.Partial(utterance=0, text="for sales press one"))
        assert (await call.controller.expect(msg.AnsweredBy)).kind == "ivr"
        assert (await call.controller.expect(msg.PressKeys)).digits == "1w2"

    play(story)


def test_a_recogniser_that_dies_meanwhile_leaves_the_ears(play: Play) -> None:
    async def story(stage: Scene) -> None:
        call = await called(stage)
        await stage.stt.die()
        await stage.stt.start()
        happens(call, SpeechStarted(now() - 0.4), SpeechStopped(now()))
        assert (await call.controller.expect(msg.AnsweredBy)).kind == "person"

    play(story)
