"""In a call out a model knows what we have called for, once it is they who speak."""

import msgspec
import pytest

from brain.outbound.conversation import CallOut, answer
from brain.turn import Asked, Done
from tests.standins.llm import Reply, said_by_user
from tests.unit.brain.by_model.talk import Recorder, Talk, Tell
from tests.unit.brain.outbound.callee import CALL, NOW, NUMBER, SOLAR, Events

PURPOSE = msgspec.structs.replace(SOLAR, goal="Find out whether {name} wants <b>solar</b> panels.")
GOAL = "<goal>Find out whether Ravi wants"
QUESTION = "bluetooth kya hota hai"


async def called(talk: Talk, *replies: str) -> str:
    """What the model was asked, after these replies to our call."""
    for text in ("", *replies):
        asked = Asked(text, "hi-Latn", 0.9, caller=NUMBER, conversation=CALL, at=NOW, news="" if text else "answered")
        async for piece in answer(asked, talk.memory, talk.mind, CallOut(PURPOSE, Events())):
            talk.memory = piece.memory if isinstance(piece, Done) else talk.memory
    return said_by_user(talk.cloud.requests[-1])


@pytest.mark.parametrize("tools", [{}, {"check_order_status": Recorder()}], ids=["no tools", "tools"])
def test_what_we_have_called_for_reaches_the_model_as_data(tell: Tell, tools: dict[str, Recorder]) -> None:
    async def story(talk: Talk) -> None:
        talk.tools = tools
        talk.cloud.reply = Reply(("Bluetooth ek technology hai.",))
        asked = await called(talk, "haan main Ravi bol raha hoon", QUESTION)
        assert GOAL in asked and "<b>" not in asked, "and it can't end its marks"

    tell(story)


def test_who_calls_us_is_called_for_nothing(tell: Tell) -> None:
    async def story(talk: Talk) -> None:
        await talk.says(QUESTION)
        assert "<goal>" not in said_by_user(talk.cloud.requests[-1])

    tell(story)
