"""Days and times as callers say them, in four languages and the mixtures between."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.tools.when import date_in, spoken_time, time_in
from core.script import latin

TODAY = date(2026, 11, 21)  # a Saturday


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("aaj", "2026-11-21"), ("kal subah", "2026-11-22"), ("parson", "2026-11-23"),
        ("day after tomorrow", "2026-11-23"),
        ("tomorrow please", "2026-11-22"), ("कल", "2026-11-22"), ("ਪਰਸੋਂ", "2026-11-23"),
        ("next monday", "2026-11-23"), ("somvar ko", "2026-11-23"),
        ("saturday", "2026-11-28"), ("इतवार को", "2026-11-22"), ("ਸੋਮਵਾਰ", "2026-11-23"),
        ("24 november", "2026-11-24"), ("november 24th", "2026-11-24"),
        ("5 january", "2027-01-05"), ("24 tarikh", "2026-11-24"), ("5 tarikh ko", "2026-12-05"),
        ("2026-12-01", "2026-12-01"),
        ("24/11", "2026-11-24"), ("1/12/2026", "2026-12-01"), ("1.12.26", "2026-12-01"),
        ("kal nahin parson", "2026-11-23"),
        ("monday nahin tuesday", "2026-11-24"),
    ],
)  # fmt: skip
def test_a_day_is_understood(said: str, day: str) -> None:
    assert date_in(latin(said).lower(), TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize("said", ["", "haan", "31 february", "99/99", "number 12345", "refund kab milega", "2026-13-45"])
def test_what_is_no_day_is_none(said: str) -> None:
    assert date_in(said, TODAY) is None


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("5 baje", "17:00"), ("shaam paanch baje", "17:00"), ("subah das baje", "10:00"), ("5 pm", "17:00"),
        ("5 p.m.", "17:00"),
        ("10 am", "10:00"), ("at 9", "09:00"), ("17:30", "17:30"), ("5:30", "17:30"), ("saadhe paanch baje", "17:30"),
        ("sava 4 baje", "16:15"), ("paune paanch baje", "16:45"), ("half past five", "17:30"),
        ("dopahar do baje", "14:00"),
        ("raat 9 baje", "21:00"), ("12 baje", "12:00"), ("shaam ko", "18:00"), ("in the morning", "10:00"), 
        ("शाम पांच बजे", "17:00"), ("ਸ਼ਾਮ ਸਾਢੇ ਪੰਜ ਵਜੇ", "17:30"),
        ("kal 11 baje", "11:00"), ("quarter to five pm", "16:45"), ("dedh baje", "13:30"), ("saade teen baje", "15:30"),
        ("at eleven thirty", "11:30"),
    ],
)  # fmt: skip
def test_a_time_is_understood(said: str, at: str) -> None:
    assert time_in(latin(said).lower()) == time.fromisoformat(at)


@pytest.mark.parametrize("said", ["", "haan do", "order 12345", "mujhe ek phone chahiye"])
def test_what_is_no_time_is_none(said: str) -> None:
    assert time_in(said) is None


@given(st.text(max_size=60))
def test_no_words_break_it(said: str) -> None:
    date_in(said, TODAY)
    time_in(said)


def test_times_are_said_as_people_say_them() -> None:
    assert spoken_time("17:30", "hi-Latn") == "shaam 5:30 baje"
    assert spoken_time("09:00", "en") == "9 AM" and spoken_time("00:15", "en") == "12:15 AM"
    assert spoken_time("soon", "en") == "soon"
