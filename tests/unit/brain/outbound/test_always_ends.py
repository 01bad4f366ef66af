"""Whatever people say, a call out comes to its end, and to a result that can be told."""

import random
from datetime import date

import msgspec
import pytest

from brain.dialogue import Mind
from brain.outbound.interview import MOST_TURNS, begin, step
from brain.outbound.moves import TRIES, Aside, Heard, Reply, Wants, open_question
from brain.outbound.script import Script
from brain.outbound.state import Interview
from core.purpose import Purpose
from core.sites import LANGUAGES
from tests.unit.brain.outbound.callee import CALL, HOME, NOW, NUMBER, SOLAR
from tests.unit.brain.outbound.test_answers import REPLIES
from tests.unit.brain.outbound.test_wishes import NO_CALLS, NOTHING, WISHES, each

SAID = [*(text for *_, text in REPLIES), *each(NOTHING), *(text for listed in WISHES.values() for text in each(listed))]
RARE = each(NO_CALLS)
WANTS: tuple[Wants, ...] = ("", "", "", "", "", "", "person", "again")


QUESTIONS = tuple(question.id for question in HOME)
BEGUN = Interview(CALL, questions=QUESTIONS, required=QUESTIONS[:-1])


def script_of(mind: Mind, purpose: Purpose = SOLAR) -> Script:
    return Script(mind.site, purpose, purpose.questions({}), NOW, NUMBER)


@pytest.mark.parametrize(
    "purpose", [SOLAR, msgspec.structs.replace(SOLAR, form=()), Purpose(), Purpose(form=HOME, kind="survey")]
)
def test_whatever_they_say_it_ends(mind: Mind, purpose: Purpose) -> None:
    script = script_of(mind, purpose)
    for seed in range(150):
        chance = random.Random(seed)
        reply: Reply | Aside = begin(Interview(CALL), chance.choice(LANGUAGES), script)
        for turn in range(MOST_TURNS + 2):
            interview = reply.interview
            if isinstance(reply, Reply) and reply.ends:
                break
            says = reply.says if isinstance(reply, Reply) else open_question(interview, "en", script)
            assert says or turn == 0, f"seed {seed}: silence at {interview.stage}"
            text = chance.choice(RARE if chance.random() < 0.01 else SAID)
            heard = Heard(
                text, chance.choice(LANGUAGES), chance.random() > 0.1, chance.random() < 0.1, chance.random() < 0.2,
                chance.choice(WANTS),
            )  # fmt: skip
            reply = step(interview, heard, script)
        assert isinstance(reply, Reply) and reply.ends, f"seed {seed}: {reply.interview.stage} after {MOST_TURNS + 2} turns"
        after = reply.interview
        assert after.stage == "over" and set(after.answers) <= {question.id for question in script.questions}
        assert msgspec.json.decode(msgspec.json.encode(after), type=Interview) == after
        for question in script.questions:
            if (value := after.answers.get(question.id)) is not None and question.type == "date":
                assert date.fromisoformat(str(value))


def test_who_says_nothing_that_can_be_understood_is_let_go_soon(mind: Mind) -> None:
    script = script_of(mind)
    reply: Reply | Aside = begin(BEGUN, "hi-Latn", script)
    turns = 0
    for text in ("haan ji", "haan boliye"):
        reply = step(reply.interview, Heard(text, "hi-Latn"), script)
    while isinstance(reply, Reply) and not reply.ends:
        reply, turns = step(reply.interview, Heard("", "hi-Latn", clear=False), script), turns + 1
    assert turns == sum(question.again + 1 for question in HOME)
    assert reply.interview.came_to == "partial"


def test_at_the_door_too(mind: Mind) -> None:
    script = script_of(mind)
    reply: Reply | Aside = begin(BEGUN, "hi-Latn", script)
    for _ in range(TRIES + 1):
        assert isinstance(reply, Reply) and not reply.ends
        reply = step(reply.interview, Heard("blah", "hi-Latn"), script)
    assert isinstance(reply, Reply) and reply.ends and reply.interview.came_to == "callback"
