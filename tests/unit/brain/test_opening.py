"""Whether the site is open: asked in many words, answered from its hours, and known to a model."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from brain import opening
from brain.llm import prompts
from brain.opening import Asks
from brain.turn import Asked, Memory
from core.sites import LANGUAGES, Hours, Language, Phrases, Site

SATURDAY = date(2026, 11, 21)
WEEK = Hours(
    week={"mon": ("10:00-19:30",), "fri": ("10:00-13:00", "16:00-20:00"), "sat": ("20:00-02:00",)},
    holidays=(date(2026, 11, 23),),
)
LINES = Phrases(greeting="a", hold=("b",), reminder="c", again="d", apology="e", goodbye="f", transfer="g")
SITE = Site(site_id="clinic", name="Clinic", phrases={"en": LINES}, hours=WEEK)  # type: ignore[arg-type]


def india(day: int, hour: int, minute: int = 0) -> datetime:
    """Of November 2026, as our clock has it."""
    return datetime.fromtimestamp(datetime.fromisoformat(f"2026-11-{day}T{hour:02}:{minute:02}+05:30").timestamp(), UTC)


def told(at: datetime, language: Language = "en", day: date | None = None) -> str:
    asks = Asks(day or opening.local(SITE, at).date(), sure=True)
    return " ".join(opening.told(SITE, asks, at, language))


@pytest.mark.parametrize(
    ("question", "day", "sure"),
    [
        ("are you open", SATURDAY, True),
        ("kya abhi dukan khuli hai", SATURDAY, True),
        ("क्या अभी दुकान खुली है", SATURDAY, True),
        ("ਕੀ ਦੁਕਾਨ ਹੁਣ ਖੁੱਲ੍ਹੀ ਹੈ", SATURDAY, True),
        ("aaj chhutti hai kya", SATURDAY, True),
        ("are you open tomorrow", date(2026, 11, 22), True),
        ("when do you close today", SATURDAY, True),
        ("sunday ko khule ho kya", date(2026, 11, 22), True),
        ("dukan kab khulti hai", SATURDAY, False),
    ],
)
def test_it_is_asked_in_many_words(question: str, day: date, sure: bool) -> None:
    assert opening.asked(question, SATURDAY) == Asks(day, sure)


@pytest.mark.parametrize(
    "question",
    ["how do i open the tv", "can i open an account today", "are you open on diwali", "order cancel karna hai", "mera order", ""],
)
def test_what_only_has_a_word_of_it_is_another_question(question: str) -> None:
    assert opening.asked(question, SATURDAY) is None


def test_open_closed_and_when_again() -> None:
    assert told(india(27, 11)) == "Yes, we are open now, until 1 PM."
    assert told(india(27, 14)) == "We are closed now. We open today at 4 PM."
    assert told(india(27, 21)) == "We are closed now. We open tomorrow at 8 PM."
    assert told(india(22, 1)) == "Yes, we are open now, until 2 AM."  # Saturday's night
    assert told(india(22, 12)) == "We are closed today. We open on 27 November at 10 AM."  # Monday is a holiday
    assert told(india(27, 11), day=date(2026, 11, 30)) == "We are open on 30 November from 10 AM to 7:30 PM."
    assert told(india(20, 11), day=date(2026, 11, 23)) == "We are closed on 23 November."


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_it_without_a_gap(language: Language) -> None:
    for at in (india(27, 11), india(27, 14), india(22, 12), india(22, 1)):
        text = told(at, language)
        assert text and "{" not in text


def test_a_day_without_end_has_no_closing_time() -> None:
    site = msgspec.structs.replace(SITE, hours=Hours(holidays=(date(2026, 11, 30),)))
    assert opening.told(site, Asks(SATURDAY, sure=True), india(21, 11), "en") == ("Yes, we are open now.",)


def test_a_model_knows_hours_in_its_rules_and_the_time_in_the_last_message() -> None:
    asked = Asked("will somebody be there at nine", "en", 1.0, at=india(27, 14))
    prompt = prompts.grounded(SITE, asked, "en", Memory("en"), [])
    assert "mon 10:00-19:30; tue closed" in prompt.messages[0].text and "23 November 2026" in prompt.messages[0].text
    assert "Friday, 27 November 2026, 14:00" in prompt.messages[-1].text and "We are closed now." in prompt.messages[-1].text
    without = msgspec.structs.replace(SITE, hours=Hours())
    prompt = prompts.grounded(without, asked, "en", Memory("en"), [])
    assert "Opening hours:" not in prompt.messages[0].text and "2026" not in prompt.messages[-1].text
