"""What words tell of who has answered, in four languages and two scripts."""

import pytest

from media_server.screening.words import only_connects, told

MACHINES = [
    "you have reached ravi please leave a message after the beep",
    "I can't take your call right now",
    "I can’t come to the phone",
    "The number you have dialed is currently switched off.",
    "aap jis vyakti ko call kar rahe hain woh abhi vyast hai",
    "kripya beep ke baad apna sandesh chhodein",
    "जिस नंबर पर आप कॉल कर रहे हैं वह अभी बंद है",
    "कृपया बीप के बाद अपना संदेश छोड़ें",
    "ਬੀਪ ਤੋਂ ਬਾਅਦ ਆਪਣਾ ਸੁਨੇਹਾ ਛੱਡੋ",
    "leave a message and when you are done press hash",
]
MENUS = ["for sales press one", "Press 1 for English", "hindi ke liye ek dabaye", "बिल के लिए एक दबाएं", "ਇੱਕ ਦਬਾਓ"]
SCREENERS = [
    "please state your name and why you are calling",
    "the person you're calling is using a screening service",
    "record your name and reason for calling",
    "at the tone please say your name",
]
PEOPLE = [
    "hello",
    "haan ji boliye",
    "हेलो कौन बोल रहा है",
    "who is this",
    "ਹਾਂ ਜੀ ਦੱਸੋ",
    "sharma traders namaste",
    "",
    "main abhi gaadi chala raha hoon",
]


def kind(text: str) -> str | None:
    found = told(text)
    return found.kind if found is not None and found.certain else None


@pytest.mark.parametrize("text", MACHINES)
def test_machines_are_told_by_their_words(text: str) -> None:
    assert kind(text) == "machine"


@pytest.mark.parametrize("text", MENUS)
def test_menus_are_told_by_their_words(text: str) -> None:
    assert kind(text) == "ivr"


@pytest.mark.parametrize("text", SCREENERS)
def test_who_asks_who_calls_is_told_by_their_words(text: str) -> None:
    assert kind(text) == "screening"


@pytest.mark.parametrize("text", PEOPLE)
def test_nothing_that_people_say_when_they_pick_up_makes_machines_of_them(text: str) -> None:
    assert kind(text) is None


def test_the_beginning_of_an_announcement_may_become_anything_but_a_person() -> None:
    found = told("the person you are calling")
    assert found is not None and found.kind == "machine" and not found.certain


def test_half_a_word_is_no_word() -> None:
    assert kind("i am depressed") is None


def test_thank_you_please_hold_is_nobody_yet() -> None:
    assert only_connects("Thank you, please stay on the line") and not only_connects("hello")
