"""Who calls us back only to say so: no calls any more."""

import asyncio

from brain.dialogue import Mind
from brain.outbound.conversation import no_calls, wants_no_calls_any_more
from brain.turn import Asked, Barrier, Done, Memory, Say
from core.events import DoNotCallAsked
from tests.unit.brain.outbound.callee import Events

SAID = Asked("aap log mujhe call mat kiya karo", "hi-Latn", 0.9, caller="098000 00001", conversation="c-1")


def test_it_is_told_once_the_turn_is_theirs_and_the_conversation_goes_on(mind: Mind) -> None:
    events = Events()

    async def turn() -> Done:
        pieces = no_calls(SAID, Memory("hi-Latn", offered_person=True), mind.site, events)
        assert isinstance(await anext(pieces), Barrier) and events.told == []
        said = [piece async for piece in pieces]
        assert isinstance(said[0], Say) and isinstance(said[-1], Done)
        return said[-1]

    assert wants_no_calls_any_more(SAID)
    done = asyncio.run(turn())
    assert done.then == "listen" and not done.memory.offered_person
    [told] = events.told
    assert isinstance(told, DoNotCallAsked) and told.number == "+919800000001"


def test_it_is_for_telephones_that_show_their_number() -> None:
    for asked in (
        Asked(SAID.text, "hi-Latn", 0.9),
        Asked(SAID.text, "hi-Latn", 1.0, "text", "chat", SAID.caller),
        Asked("mujhe call kijiye", "hi-Latn", 0.9, caller=SAID.caller),
    ):
        assert not wants_no_calls_any_more(asked)
