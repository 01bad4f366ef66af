"""Typed answers, in what people say: replies.tsv, every type in four languages. A wrong answer is worse than asking again."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from brain.outbound.answers import Setting, answer
from core.forms import Answer, Option, Question

HOMES = (
    Option(value="flat", say={"hi-Latn": "flat", "hi": "फ्लैट", "pa": "ਫਲੈਟ"}, words=("apartment",)),
    Option(value="villa", say={"hi-Latn": "kothi", "hi": "कोठी", "pa": "ਕੋਠੀ"}, words=("independent house",)),
    Option(value="plot", say={"hi-Latn": "plot", "hi": "ज़मीन", "pa": "ਪਲਾਟ"}, words=("zameen",)),
)
QUESTIONS = {
    "yes_no": Question(id="q", ask="Kya ghar aapka hai?", type="yes_no"),
    "number": Question(id="q", ask="Kitne kamre hain?", type="number"),
    "choice": Question(id="q", ask="Flat, kothi ya plot?", type="choice", options=HOMES),
    "date": Question(id="q", ask="Kis din aayein?", type="date"),
    "phone": Question(id="q", ask="Kis number par call karein?", type="phone"),
    "text": Question(id="q", ask="Aur kuchh?", type="text"),
}
SETTING = Setting(date(2026, 11, 21), "+919800000001")  # a Saturday
LINES = (Path(__file__).parent / "replies.tsv").read_text().splitlines()
REPLIES = [line.split("\t") for line in LINES if not line.startswith("#")]


def judged(kind: str, wanted: str, text: str) -> tuple[str, Answer | None]:
    """right, asked_again (there was an answer, and we did not get it), or wrong."""
    found = answer(QUESTIONS[kind], text, SETTING)
    meant: Answer | None = {"-": None, "yes": True, "no": False, "=": text}.get(wanted, wanted)
    if kind == "number" and isinstance(meant, str):
        meant = float(meant)
    return ("right" if found == meant else "asked_again" if found is None else "wrong"), found


@pytest.mark.parametrize("kind", QUESTIONS)
def test_replies_are_understood_or_asked_for_again_but_hardly_ever_mistaken(kind: str) -> None:
    replies = [(wanted, text) for of, wanted, text in REPLIES if of == kind]
    verdicts = [(judged(kind, wanted, text), wanted, text) for wanted, text in replies]
    counted = Counter(verdict for (verdict, _), _, _ in verdicts)
    amiss = [f"{text!r}: {found!r}, not {wanted}" for (verdict, found), wanted, text in verdicts if verdict != "right"]
    assert len(replies) >= 40
    assert counted["wrong"] <= 0.02 * len(replies), amiss
    assert counted["right"] >= 0.9 * len(replies), amiss


def test_what_is_keyed_is_an_answer_too() -> None:
    keyed = Setting(SETTING.today, SETTING.caller, keyed=True)
    wanted = {
        "yes_no": (("1", True), ("2", False), ("3", None)),
        "number": (("42", 42),),
        "phone": (("9876543210", "+919876543210"),),
    }
    wanted |= {"choice": (("2", "villa"), ("4", None), ("0", None)), "date": (("24", None),), "text": (("5", None),)}
    for kind, replies in wanted.items():
        assert [answer(QUESTIONS[kind], digits, keyed) for digits, _ in replies] == [value for _, value in replies], kind


def test_a_number_outside_what_makes_sense_is_none() -> None:
    rooms = Question(id="rooms", ask="Kitne kamre?", type="number", least=1, most=50)
    assert answer(rooms, "teen", SETTING) == 3
    assert answer(rooms, "do sau", SETTING) is None
    assert answer(rooms, "ek bhi nahin", SETTING) is None


def test_options_with_numbers_in_their_names_are_meant_by_these_and_not_by_their_place() -> None:
    flats = Question(
        id="bhk", ask="Kitne B H K?", type="choice", options=(Option(value="2 BHK"), Option(value="3 BHK"), Option(value="4 BHK"))
    )
    assert [answer(flats, text, SETTING) for text in ("do", "teen bhk", "3bhk", "ek", "do ya teen")] == [
        "2 BHK", "3 BHK", "3 BHK", None, None,
    ]  # fmt: skip


def test_of_an_option_that_is_part_of_another_the_longer_is_meant() -> None:
    loans = Question(id="loan", ask="Kaun sa loan?", type="choice", options=(Option(value="loan"), Option(value="home loan")))
    assert answer(loans, "home loan chahiye", SETTING) == "home loan"
    assert answer(loans, "loan chahiye", SETTING) == "loan"
