"""What is written down of turns: once each, with the timings of the reply that answered them."""

from core.commands import Ask
from core.events import TurnCompleted
from core.ids import CallId, SiteId
from media_server.ledger import Ledger


def ledger() -> Ledger:
    """Answered at loop time 100, which is 5000 by the wall clock."""
    made = Ledger(CallId("c1"), SiteId("demo"))
    made.answered(100.0, 5000.0)
    return made


def ask(turn: int, revision: int, text: str = "what are your timings") -> Ask:
    return Ask(turn=turn, revision=revision, text=text, language="en", confidence=0.8)


def summary(facts: list[TurnCompleted]) -> list[tuple[str, int, str]]:
    return [(fact.role, fact.turn, fact.text) for fact in facts]


def test_a_turn_is_told_when_its_answer_is_heard_and_the_answer_when_it_ends() -> None:
    book = ledger()
    book.paused(110.0)
    book.understood(110.2)
    book.asked(ask(1, 1), reply=2)
    assert book.facts() == []
    book.taken(2, 110.45)
    book.worded(2, "en", 110.25)
    book.mark(2, "tts_first_audio", 110.3)
    book.sourced(2, "knowledge")
    book.sounded(2, 110.5)
    assert summary(book.facts()) == [("caller", 1, "what are your timings")]
    book.said(2, "We are open from ten to eight.", 113.0, interrupted=False)
    (told,) = book.facts()
    assert (told.at, told.answer_source, told.interrupted) == (5013.0, "knowledge", False)
    timings = told.timings
    assert (timings.speech_end, timings.turn_committed, timings.stt_final) == (10.0, 10.45, 10.2)
    assert timings.v2v_content is not None and round(timings.v2v_content, 3) == 0.5
    assert timings.v2v_any == timings.v2v_content


def test_a_holding_line_is_a_sound_but_no_content() -> None:
    book = ledger()
    book.paused(110.0)
    book.asked(ask(1, 1), reply=2)
    book.taken(2, 110.45)
    book.phrase(3, "hold", "en")
    book.sounded(3, 111.2)
    book.sounded(2, 113.0)
    book.said(2, "Your order is on its way.", 115.0, interrupted=False)
    timings = book.facts()[-1].timings
    assert timings.v2v_any is not None and round(timings.v2v_any, 3) == 1.2
    assert timings.v2v_content is not None and round(timings.v2v_content, 3) == 3.0


def test_an_answer_that_was_interrupted_keeps_its_own_timings() -> None:
    book = ledger()
    book.paused(110.0)
    book.asked(ask(1, 1), reply=2)
    book.taken(2, 110.45)
    book.sounded(2, 110.5)
    book.facts()
    book.paused(113.0)
    book.asked(ask(2, 2, "and refunds"), reply=3)
    book.said(2, "We are open", 113.5, interrupted=True)
    (told,) = book.facts()
    assert told.interrupted and told.timings.speech_end == 10.0
    book.taken(3, 113.5)
    book.sounded(3, 113.6)
    assert summary(book.facts()) == [("caller", 2, "and refunds")]


def test_words_that_changed_are_told_once_in_their_last_form() -> None:
    book = ledger()
    book.asked(ask(1, 1, "what are"), reply=2)
    book.asked(ask(1, 2, "what are your timings"), reply=3)
    book.taken(3, 110.45)
    book.sounded(2, 110.5)
    book.sounded(3, 110.6)
    book.said(3, "Ten to eight.", 112.0, interrupted=False)
    assert summary(book.facts()) == [("caller", 1, "what are your timings"), ("agent", 1, "Ten to eight.")]


def test_a_caller_who_hangs_up_before_the_answer_is_still_told() -> None:
    book = ledger()
    book.asked(ask(1, 1), reply=2)
    book.closed(111.0)
    book.closed(111.0)
    assert summary(book.facts()) == [("caller", 1, "what are your timings")]
