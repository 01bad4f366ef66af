"""How often the demo site's questions are understood, and how rarely it says something that was not asked. See docs/brain.md."""

import pytest

from brain.apply import SiteFolder
from brain.elsewhere import ELSEWHERE
from brain.knowledge.match import known
from brain.knowledge.normal import spoken
from tests.unit.brain.demo_site import DemoKnowledge, questions


def test_every_way_to_ask_that_the_site_lists_is_understood(demo: SiteFolder, demo_knowledge: DemoKnowledge) -> None:
    for doc in demo.docs:
        for text in (text for texts in doc.ask.values() for text in texts if spoken(text)):
            match = demo_knowledge.find_now(text)
            assert match is not None and match.exact and match.entry.key == doc.key, text


def test_no_question_of_the_set_is_one_that_the_site_lists(demo: SiteFolder) -> None:
    listed = {text for doc in demo.docs for texts in doc.ask.values() for text in texts}
    assert not listed & {question for part in ("calibration", "held_out") for _, question in questions(part)}
    assert sum(meant == "-" for part in ("calibration", "held_out") for meant, _ in questions(part)) >= 80


@pytest.mark.parametrize(("part", "least_right", "most_wrong"), [("calibration", 0.80, 0.02), ("held_out", 0.40, 0.03)])
def test_most_are_answered_and_few_wrongly(
    demo_knowledge: DemoKnowledge, part: str, least_right: float, most_wrong: float
) -> None:
    asked = questions(part)
    right = wrong = 0
    for meant, question in asked:
        match = demo_knowledge.find_now(question)
        if match is None or not known(match) or match.entry.key == ELSEWHERE:
            continue
        right += match.entry.key == meant
        wrong += match.entry.key != meant
    answerable = sum(meant != "-" for meant, _ in asked)
    assert right / answerable >= least_right
    assert wrong / len(asked) <= most_wrong
