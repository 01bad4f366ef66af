"""A man's voice does not say "kar rahi hoon"."""

import re
from typing import get_args

import pytest

from brain.gender import is_male, said_by_a_man
from brain.small_talk import SMALL_TALK
from brain.wording import _LINES
from core.ids import SiteId
from core.phrases import usual_phrases
from core.sites import Language, Site


@pytest.mark.parametrize(
    ("hers", "his"),
    [
        ("Aap line par rahein, main check kar rahi hoon.", "Aap line par rahein, main check kar raha hoon."),
        ("Maaf kijiye, main theek se samajh nahin paayi.", "Maaf kijiye, main theek se samajh nahin paaya."),
        ("Yeh main yahan se nahin kar sakti.", "Yeh main yahan se nahin kar sakta."),
        ("Aapke TV mein deri ho rahi hai.", "Aapke TV mein deri ho rahi hai."),
        ("मैं आपकी क्या मदद कर सकती हूँ?", "मैं आपकी क्या मदद कर सकता हूँ?"),
        ("मैं ठीक से समझ नहीं पाई।", "मैं ठीक से समझ नहीं पाया।"),
        ("आपके TV में देरी हो रही है।", "आपके TV में देरी हो रही है।"),
        ("ਮੈਂ ਤੁਹਾਡੀ ਕੀ ਮਦਦ ਕਰ ਸਕਦੀ ਹਾਂ?", "ਮੈਂ ਤੁਹਾਡੀ ਕੀ ਮਦਦ ਕਰ ਸਕਦਾ ਹਾਂ?"),
        ("ਮੈਂ ਠੀਕ ਤਰ੍ਹਾਂ ਸਮਝ ਨਹੀਂ ਸਕੀ।", "ਮੈਂ ਠੀਕ ਤਰ੍ਹਾਂ ਸਮਝ ਨਹੀਂ ਸਕਿਆ।"),
        ("ਮੈਂ ਸਮਝ ਨਹੀਂ ਪਾ ਰਹੀ।", "ਮੈਂ ਸਮਝ ਨਹੀਂ ਪਾ ਰਿਹਾ।"),
    ],
)  # fmt: skip
def test_first_person_verbs_are_a_man_s_and_others_stay(hers: str, his: str) -> None:
    assert said_by_a_man(hers) == his
    assert said_by_a_man(his) == his


def test_no_line_of_ours_is_left_a_woman_s() -> None:
    lines = [text for line in _LINES.values() for text in line.values()]
    lines += [text for talk in SMALL_TALK.values() for text in talk.answers.values()]
    feminine = re.compile(r"\b(?:rahi|sakti|paayi)\b(?! hai)|[तहप]ी हूँ|पाई[।,]|सकती[।?]|[ਦਹ]ੀ ਹਾਂ|ਸਕੀ।|ਪਾ ਰਹੀ।|ਸਕਦੀ।")
    assert [text for text in map(said_by_a_man, lines) if feminine.search(text)] == []


def test_voices_say_whose_they_are() -> None:
    assert [voice for voice in ("", "female", "f2", "hi+f3", "male", "m3", "hi+m3", "Asha") if is_male(voice)] == [
        "male",
        "m3",
        "hi+m3",
    ]


def test_who_greets_a_new_site_s_callers_also_answers_them() -> None:
    phrases = {language: usual_phrases(language, "Sunrise") for language in get_args(Language)}
    site = Site(site_id=SiteId("sunrise"), name="Sunrise", phrases=phrases)
    greetings = [each.greeting for each in phrases.values()]
    assert is_male(site.voice) and list(map(said_by_a_man, greetings)) == greetings
