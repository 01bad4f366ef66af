"""What a conversation keeps of itself, and what a person who takes over reads."""

from dataclasses import replace

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from brain import recap_words
from brain.recap import RECENT, SUMMARY_LIMIT, exchanges, for_person, reheard, remember, resumed
from brain.turn import Exchange, Memory, Proposal, Told
from core.commands import Line
from core.sites import LANGUAGES


def turn(number: int, channel: str = "chat") -> Exchange:
    return Exchange(f"sawal {number}", f"jawab {number}", channel, "hi-Latn")  # type: ignore[arg-type]


def after(count: int) -> Memory:
    memory = Memory("hi-Latn")
    for number in range(count):
        memory = remember(memory, turn(number))
    return memory


def test_the_last_turns_stay_and_of_those_before_the_questions() -> None:
    memory = after(RECENT + 3)
    assert [exchange.asked for exchange in memory.recent] == [f"sawal {number}" for number in range(3, RECENT + 3)]
    assert memory.summary == "Asked before: sawal 0; sawal 1; sawal 2"


@given(st.lists(st.text(max_size=300), max_size=60))
def test_a_summary_never_grows_past_what_is_read(questions: list[str]) -> None:
    memory = Memory("en")
    for question in questions:
        memory = remember(memory, Exchange(question, "x", "chat", "en"))
    assert len(memory.summary) <= SUMMARY_LIMIT and len(for_person(memory, "hi")) <= 2 * SUMMARY_LIMIT
    assert len(memory.recent) <= RECENT


def test_a_person_reads_what_was_asked_over_every_channel_and_told_last() -> None:
    memory = remember(remember(Memory("pa"), turn(1)), turn(2, "call"))
    assert for_person(memory, "en") == (
        "Caller speaks Punjabi. Came over chat and call. Asked: sawal 1; sawal 2. Told last: jawab 2"
    )
    assert for_person(Memory("en"), "en") == "Caller speaks English. Asked: nothing yet."


def test_they_read_it_in_their_own_language_and_the_caller_s_words_as_they_were() -> None:
    memory = remember(remember(Memory("en"), turn(1)), turn(2, "call"))
    assert for_person(memory, "hi") == ("कॉलर अंग्रेज़ी बोलते हैं। चैट और कॉल से आए। पूछा: sawal 1; sawal 2। आख़िर में बताया: jawab 2")
    assert for_person(after(RECENT + 1), "hi-Latn").endswith("Pehle poochha: sawal 0")


def test_no_language_lacks_a_word_of_it() -> None:
    tables = [each for each in vars(recap_words).values() if isinstance(each, dict) and set(each) & set(LANGUAGES)]
    inner = [each for table in tables for each in table.values() if isinstance(each, dict)]
    for table in (*tables, *inner, *recap_words.CHANNELS.values()):
        assert tuple(table) == LANGUAGES or set(table) == set(LANGUAGES)
    assert len(tables) > 8


def test_an_interrupted_answer_is_remembered_as_far_as_it_was_heard() -> None:
    assert reheard(after(2), "jaw").recent[-1].answered == "jaw"
    assert reheard(Memory("en"), "x") == Memory("en")


def test_on_another_channel_or_later_nothing_waits_for_a_reply_and_nothing_is_proven() -> None:
    waiting = replace(
        after(1), expects="digits", digits=5, offered_person=True, proposal=Proposal("t", {}), proven=("x",),
        told=Told(("a",), "en"), uncertain=Proposal("w", {}, key="k"), topic="refund",
    )  # fmt: skip
    assert resumed(waiting, same_channel=True, silent_s=60) == waiting
    for memory in (resumed(waiting, same_channel=False, silent_s=1), resumed(waiting, same_channel=True, silent_s=7200)):
        assert (memory.expects, memory.offered_person, memory.proposal, memory.proven) == ("anything", False, None, ())
        assert (memory.topic, memory.recent, memory.uncertain) == ("refund", waiting.recent, waiting.uncertain)


def test_a_memory_comes_back_from_the_database_as_it_was() -> None:
    memory = replace(after(3), proposal=Proposal("t", {"a": 1}), told=Told(("a", "b"), "hi"), asked=("x",), proven=("p",))
    assert msgspec.json.decode(msgspec.json.encode(memory), type=Memory) == memory
    assert msgspec.convert({"language": "en"}, Memory) == Memory("en")


def test_a_client_s_own_history_is_paired_up() -> None:
    lines = (Line("agent", "hello"), Line("caller", "a"), Line("agent", "b"), Line("agent", "c"), Line("caller", "d"))
    assert exchanges(lines, "en") == (Exchange("a", "b c", "chat", "en"), Exchange("d", "", "chat", "en"))
