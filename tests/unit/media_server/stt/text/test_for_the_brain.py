"""What hearing writes is what the brain reads: numbers, dates and amounts mean the same to both."""

from datetime import date

import pytest

from brain.digits import number_in
from brain.outbound.amounts import number_said
from brain.tools.when import date_in, time_in
from core.script import latin
from core.sites import Language
from media_server.stt.text.inverse import inverse

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("heard", "language", "digits"),
    [
        ("mera order number one double two paanch hai", "hi-Latn", "1225"),
        ("मेरा ऑर्डर नंबर वन डबल टू फाइव है", "hi", "1225"),
        ("ਮੇਰਾ ਆਰਡਰ ਨੰਬਰ ਇੱਕ ਦੋ ਤਿੰਨ ਚਾਰ ਪੰਜ ਹੈ", "pa", "12345"),
        ("order id O D one two three four five", "en", "12345"),
        ("nine eight seven six five, four three two one zero", "en", "9876543210"),
    ],
)
def test_an_order_is_found_by_its_number(heard: str, language: Language, digits: str) -> None:
    assert number_in(latin(inverse(heard.split(), language)).lower())[0] == digits


@pytest.mark.parametrize(
    ("heard", "language", "value"),
    [
        ("dhai lakh rupaye", "hi-Latn", 250_000),
        ("साढ़े तीन हज़ार रुपये", "hi", 3500),
        ("ਡੇਢ ਸੌ ਰੁਪਏ", "pa", 150),
        ("two point five percent", "en", 2.5),
        ("saadhe teen", "hi-Latn", 3.5),
        ("paanch", "hi-Latn", 5),
    ],
)
def test_an_amount_is_the_amount_that_was_said(heard: str, language: Language, value: float) -> None:
    assert number_said(inverse(heard.split(), language)) == value


@pytest.mark.parametrize(
    ("heard", "language", "day"),
    [
        ("twenty fourth november", "en", date(2026, 11, 24)),
        ("चौबीस नवंबर को", "hi", date(2026, 11, 24)),
        ("paanch december", "hi-Latn", date(2026, 12, 5)),
        ("ਦੋ ਤਾਰੀਖ਼ ਨੂੰ", "pa", date(2026, 12, 2)),
    ],
)
def test_a_day_is_the_day_that_was_said(heard: str, language: Language, day: date) -> None:
    assert date_in(latin(inverse(heard.split(), language)).lower(), TODAY) == day


@pytest.mark.parametrize(
    ("heard", "language", "at"),
    [("saadhe paanch baje", "hi-Latn", "17:30"), ("das baje subah", "hi-Latn", "10:00"), ("at five thirty p m", "en", "17:30")],
)
def test_a_time_is_the_time_that_was_said(heard: str, language: Language, at: str) -> None:
    found = time_in(latin(inverse(heard.split(), language)).lower())
    assert found is not None
    assert found.isoformat("minutes") == at
