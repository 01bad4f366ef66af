"""Whose clause it was, when nobody hears it any more; and what is said stays out of what is written about it."""

from concurrent.futures import ThreadPoolExecutor
from typing import cast

from core.bus import Link, PeerGone
from core.ids import CallId
from core.speech import ToTts
from media_server.tts.clause import Call, Clause, Making
from media_server.tts.desk import Desk
from media_server.tts.dispatch import Dispatch
from media_server.tts.engine import Job
from media_server.tts.phrases import PhraseKey
from media_server.tts.site_lexicon import NOBODYS
from tests.unit.media_server.tts.choir import Choir
from tests.unit.media_server.tts.test_dispatch import play


def test_what_nobody_hears_any_more_is_the_reply_it_was_of_and_no_later_one() -> None:
    class Gone:
        def send(self, message: object) -> None:
            raise PeerGone("hung up")

    async def story() -> None:
        with ThreadPoolExecutor(1) as thread:
            desk = Desk("choir", thread, Choir)
            dispatch = Dispatch([desk], None, None, 0.3)
            queue = dispatch.turns.open()
            call = Call(cast("Link[ToTts]", Gone()), CallId("c"), 8000, desk, "", True, queue, NOBODYS, reply=2)
            queue.clauses.append(Clause(call, 0.0, 1, 0, "", "en", last=True))
            dispatch.place()
            assert call.cancelled == {1}

    play(story)


def test_what_is_said_is_not_in_the_repr_of_who_says_it() -> None:
    async def story() -> None:
        with ThreadPoolExecutor(1) as thread:
            desk = Desk("choir", thread, Choir)
            dispatch = Dispatch([desk], None, None, 0.3)
            queue = dispatch.turns.open()
            call = Call(cast("Link[ToTts]", None), CallId("c"), 8000, desk, "", True, queue, NOBODYS)
            key = PhraseKey(engine="choir", voice="", language="en", text="to Asha", rate=8000)
            clause = Clause(call, 0.0, 1, 0, "to Asha", "en", last=True, key=key)
            queue.clauses.append(clause)
            job = Job("to Asha", "en", "", 8000, 0, print)
            for thing in (key, clause, call, queue, Making(desk, job, [clause], key)):
                assert "Asha" not in repr(thing) and type(thing).__name__ in repr(thing)

    play(story)
