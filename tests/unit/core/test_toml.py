"""What is written is read back as it was."""

import tomllib
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from core.toml import dumps

TEXT = some.text(some.characters(exclude_categories=("Cs",)), max_size=12)
VALUE = some.recursive(
    some.booleans() | some.integers(-(2**63), 2**63 - 1) | some.floats(allow_nan=False) | TEXT | some.dates(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


@example({"0": 1, "0\n": 2})
@given(some.dictionaries(TEXT, VALUE, max_size=4))
def test_any_document_survives(document: dict[str, object]) -> None:
    assert tomllib.loads(dumps(document)) == document


def test_it_reads_as_somebody_would_write_it() -> None:
    site = {
        "name": 'Dr. "K"',
        "languages": ["hi-Latn", "en"],
        "hours": {"holidays": [date(2026, 1, 26)], "week": {"mon": ["10:00-19:00"]}},
        "phrases": {"en": {"greeting": "Hello."}, "pa": {"greeting": "ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ"}},
        "persona": "You are kind.\nYou are brief.",
        "ways": ["where is my order please tell me", "when will it come, i have been waiting for days", "track my order now"],
    }
    assert (
        dumps(site)
        == '''\
name = "Dr. \\"K\\""
languages = ["hi-Latn", "en"]
persona = """
You are kind.
You are brief."""
ways = [
  "where is my order please tell me",
  "when will it come, i have been waiting for days",
  "track my order now",
]

[hours]
holidays = [2026-01-26]

[hours.week]
mon = ["10:00-19:00"]

[phrases.en]
greeting = "Hello."

[phrases.pa]
greeting = "ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ"
'''
    )


def test_what_toml_can_not_say_is_an_error() -> None:
    with pytest.raises(TypeError, match="NoneType"):
        dumps({"x": None})
