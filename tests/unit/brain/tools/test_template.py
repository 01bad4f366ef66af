"""Templates: a value is put in whole, whatever is in it."""

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.tools.template import LONGEST_VALUE, Unfillable, fill_url, fill_words, flaw

URL = "https://crm.example.com/orders/{order}/items?lang={language}"


@given(st.text(max_size=50), st.text(max_size=50))
def test_no_argument_changes_where_a_request_goes(order: str, language: str) -> None:
    try:
        url = fill_url(URL, {"order": order, "language": language})
    except Unfillable:
        assert order in ("", ".", "..") or language in ("", ".", "..") or any("\ud800" <= c <= "\udfff" for c in order + language)
        return
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("https", "crm.example.com")
    _, orders, value, items = parts.path.split("/")
    assert (orders, unquote(value), items) == ("orders", order, "items")
    assert parts.query.count("=") == 1 and "&" not in parts.query and not parts.fragment


@pytest.mark.parametrize("value", ["../../admin", "1/../../admin", "1?x=1", "1#", "@evil.com", "1\r\nX: y", "%2e%2e", "१२"])
def test_tricks_are_just_text(value: str) -> None:
    assert urlsplit(fill_url(URL, {"order": value, "language": "en"})).path.count("/") == 3


def test_values_are_said_as_people_say_them_and_written_plainly() -> None:
    values: dict[str, Any] = {
        "id": "12345",
        "cost": 149900,
        "on": "2026-11-24",
        "at": "17:00",
        "who": {"names": ["Ravi"]},
        "n": 3.0,
    }
    text = "{id|digits} {cost|rupees} {on|date} {at|time} {who.names.0} {n}"
    assert fill_words(text, values, "en", "call") == "1 2 3 4 5 ₹1,49,900 24 November 5 PM Ravi 3"
    assert fill_words("{id|digits}", values, "en", "chat") == "12345"


def test_the_time_in_a_date_and_time_is_said_unless_it_is_utc() -> None:
    values = {"local": "2026-11-24T10:30:00+05:30", "utc": "2026-11-24T05:00:00Z"}
    assert fill_words("{local|date} {local|time}", values, "hi-Latn", "call") == "24 November subah 10:30 baje"
    assert fill_words("{utc|time}", values, "en", "call") == values["utc"]


@pytest.mark.parametrize("template", ["{x}", "{id.y}", "{list.5}", "{list}", "{none}", "{id|rupees}"])
def test_what_is_not_there_or_has_the_wrong_type_is_unfillable(template: str) -> None:
    with pytest.raises(Unfillable):
        fill_words(template, {"id": "1", "list": [1], "none": None}, "en", "call")


def test_what_a_crm_writes_is_one_line_of_text() -> None:
    nasty = "TV\r\n\u202egnip\u200b [click](http://evil) {id} " + "x" * 500
    told = fill_words("{item}", {"item": nasty, "id": "secret"}, "en", "chat")
    assert "\n" not in told and "\u202e" not in told and "](" not in told and "secret" not in told
    assert len(told) <= LONGEST_VALUE


def test_an_argument_is_called_by_its_label() -> None:
    labels: Any = {"status": {"cancelled": {"en": "called off"}}}
    assert fill_words("It is {status|label}.", {"status": "cancelled"}, "en", "call", labels) == "It is called off."
    assert fill_words("It is {status|label}.", {"status": "odd"}, "en", "call", labels) == "It is odd."


def test_flaws_are_told() -> None:
    assert flaw("{a} {b|date}", ("a", "b")) == ""
    for wrong in ("{", "}", "{a", "{a b}", "{a!r}", "{a.__class__[0]}", "{c}", "{a|shout}", "{{a}}"):
        assert flaw(wrong, ("a",)), wrong
