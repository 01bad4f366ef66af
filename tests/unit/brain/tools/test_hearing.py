"""What a caller's words say for a tool's arguments, and what a recogniser is to listen for while one is asked for."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from brain.tools.declaration import Declaration, Slot
from brain.tools.hearing import expected, mentioned, reply
from brain.turn import Asked

NOW = datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("Asia/Kolkata"))


def declared(schema: dict[str, Any], **slot: Any) -> Declaration:
    arguments = {"type": "object", "properties": {"it": schema}, "required": ["it"]}
    return Declaration(name="tool", description="A tool.", arguments=arguments, slots={"it": Slot(**slot)})


ORDER = declared({"type": "string", "pattern": "^OD-[0-9]{5}$"})
ORDERS = declared({"type": "string", "pattern": r"^OD-\d+$"})
PARCEL = declared({"type": "string", "pattern": "^[A-Z]{2}[0-9]{4}[A-Z]$"})
TIME = declared({"type": "string", "format": "time"})
DOCTOR = declared(
    {"type": "string", "enum": ["meera_sharma", "gurpreet"]},
    words={"meera_sharma": ("Sharma", "doctor sharma"), "gurpreet": ("गुरप्रीत",)},
)  # fmt: skip


def heard(text: str) -> Asked:
    return Asked(text, "en", 1.0, "text", "chat")


@pytest.mark.parametrize(
    ("declaration", "text", "value"),
    [
        (ORDER, "OD-12345", "OD-12345"),
        (ORDER, "it is od12345", "OD-12345"),
        (ORDER, "od 12345 please", "OD-12345"),
        (ORDER, "12345", "OD-12345"),
        (ORDER, "one two three four five", "OD-12345"),
        (ORDER, "OD-1234", None),
        (ORDERS, "where is OD-77", "OD-77"),
        (PARCEL, "mine is ab 1234 c", "AB1234C"),
        (PARCEL, "AB1234C", "AB1234C"),
        (PARCEL, "AB12", None),
    ],
)
def test_an_id_with_letters_is_understood_however_it_is_written(declaration: Declaration, text: str, value: str | None) -> None:
    assert reply(declaration, "it", heard(text), NOW) == value


def test_an_id_with_letters_is_noticed_without_being_asked_for() -> None:
    assert mentioned(ORDER, heard("where is my order od-12345"), NOW) == {"it": "OD-12345"}
    assert mentioned(PARCEL, heard("the AC 5500 is noisy"), NOW) == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("eleven", "11:00"),
        ("gyarah", "11:00"),
        ("saade teen", "15:30"),
        ("eleven thirty", "11:30"),
        ("5", "17:00"),
        ("dhai baje", "14:30"),
    ],
)
def test_a_bare_hour_is_a_time_where_one_was_asked_for_and_nowhere_else(text: str, value: str) -> None:
    assert reply(TIME, "it", heard(text), NOW) == value


def test_an_hour_nobody_asked_for_is_no_time() -> None:
    assert mentioned(TIME, heard("i want eleven"), NOW) == {}
    assert reply(TIME, "it", heard("24 november"), NOW) is None


@pytest.mark.parametrize(
    ("declaration", "phrases"),
    [
        (TIME, ("{time}",)),
        (declared({"type": "string", "format": "date"}), ("{day}",)),
        (declared({"type": "integer"}), ("{number}",)),
        (DOCTOR, ("sharma", "doctor sharma", "meera sharma", "guraprit", "gurpreet")),
        (ORDER, ()),
        (declared({"type": "string"}), ()),
    ],
)
def test_the_recogniser_is_told_what_a_reply_may_be_made_of(declaration: Declaration, phrases: tuple[str, ...]) -> None:
    assert expected(declaration, "it") == phrases
