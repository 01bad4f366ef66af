"""Rows of a campaign, as JSON and as CSV; its results; who may ask for calls at all."""

import csv
import io
from typing import Any

import msgspec
import pytest

from core.events import OutboundResult
from core.ids import SiteId
from core.outbound import Outbound
from core.phrases import usual_phrases
from core.purpose import Purpose
from core.sites import Site
from outbound.plan import Plan
from outbound.results import _cell
from outbound.uploads import CsvUnreadable, rows_of_csv, taken
from tests.unit.outbound.conftest import ASKED, SHOP, Exchange

CSV = """Phone,Consent,Name,Order No.
98123 45670,web form,Asha,12345
+919812345671,web form,"Rao, Ravi",
12,web form,Nobody,1
+14155550100,web form,Far,2
+919812345670,web form,Again,3
+919812345672,,Silent,4
"""
SITE = Site(
    site_id=SiteId("shop"), name="Shop", phrases={"en": usual_phrases("en", "Shop")}, languages=("en",),
    outbound=Outbound(enabled=True),
)  # fmt: skip


def test_a_sheet_is_read_row_by_row_and_says_what_is_wrong_in_which() -> None:
    good, errors = taken(rows_of_csv(CSV), Plan(), SITE)
    assert [(row.number, row.call.variables) for row in good] == [
        ("+919812345670", {"name": "Asha", "order_no": "12345"}),
        ("+919812345671", {"name": "Rao, Ravi"}),
    ]
    assert [(error.row, error.field) for error in errors] == [(3, "to"), (4, "to"), (5, "to"), (6, "consent")]


def test_a_variable_that_is_said_must_be_in_every_row() -> None:
    plan = Plan(purpose=Purpose(opening="It is about order {order_no}."))
    _, errors = taken(rows_of_csv(CSV), plan, SITE)
    assert (2, "opening", "{order_no} is no variable of this call") in [(each.row, each.field, each.detail) for each in errors]


@pytest.mark.parametrize("text", ["", "name\nAsha\n", "to\n", 'to\n"unclosed', "to\n\0\n"])
def test_what_is_no_such_sheet_is_refused_as_a_whole(text: str) -> None:
    with pytest.raises(CsvUnreadable):
        rows_of_csv(text)


def test_rows_with_unknown_fields_or_wrong_types_spoil_no_other() -> None:
    rows: list[dict[str, Any]] = [{"to": 5}, {"to": "+919812345670", "consent": "x", "colour": "red"}, {**ASKED}]
    good, errors = taken(rows, Plan(), SITE)
    assert [row.number for row in good] == ["+919812345678"]
    assert {error.row for error in errors} == {1, 2}


@pytest.mark.parametrize(
    ("value", "cell"),
    [("+919812345678", "+919812345678"), ("=SUM(A1)", "'=SUM(A1)"), ("-cmd", "'-cmd"), ("@x", "'@x"), (True, "true"), (None, "")],
)
def test_no_cell_is_a_formula(value: object, cell: str) -> None:
    assert _cell(value) == cell


# ── over HTTP ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_sheet_is_uploaded_called_and_comes_back_as_one_with_answers(exchange: Exchange) -> None:
    campaign = exchange.ask("POST", "/v1/campaigns", {"name": "Diwali"}).json()["campaign"]["id"]
    answer = exchange.upload(campaign, CSV)
    assert (answer["accepted"], [error["row"] for error in answer["errors"]]) == (2, [3, 4, 5, 6])
    first, second = exchange.rounds()
    exchange.happens(first.call_id, "completed", answered=True)
    exchange.happens(second.call_id, "bad_number", sip=404)
    told = OutboundResult(
        call_id=first.call_id, site_id=SiteId("shop"), at=1.0, status="completed", answers={"budget": 40000}, language="en"
    )
    exchange.town.happen(told)
    exchange.rounds()
    shown = exchange.ask("GET", f"/v1/campaigns/{campaign}").json()
    assert (shown["state"], shown["progress"]["results"]) == ("done", {"answered": 1, "bad_number": 1})
    sheet = exchange.ask("GET", f"/v1/campaigns/{campaign}/results?format=csv").text
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert [(row["to"], row["result"], row["name"], row["answer_budget"]) for row in rows] == [
        ("+919812345670", "answered", "Asha", "40000"),
        ("+919812345671", "bad_number", "Rao, Ravi", ""),
    ]
    page = exchange.ask("GET", f"/v1/campaigns/{campaign}/results?limit=1").json()
    rest = exchange.ask("GET", f"/v1/campaigns/{campaign}/results?limit=1&cursor={page['next_cursor']}").json()
    assert [each["data"][0]["to"] for each in (page, rest)] == ["+919812345670", "+919812345671"]
    assert rest["next_cursor"] is None


def test_the_same_request_with_the_same_key_is_one_call(exchange: Exchange) -> None:
    answers = [exchange.ask("POST", "/v1/calls", ASKED, Idempotency_Key="order-1") for _ in range(3)]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(exchange.rounds()) == 1


def test_a_site_that_is_not_set_up_calls_nobody_and_says_what_is_missing(exchange: Exchange) -> None:
    exchange.set_up(msgspec.structs.replace(SHOP, outbound=Outbound(), disclosure=""))
    refused = exchange.ask("POST", "/v1/calls", ASKED)
    assert refused.status_code == 409
    assert all(
        name in refused.json()["detail"] for name in ("outbound.enabled", "outbound.trunk", "outbound.caller_id", "disclosure")
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": "+14155550100"}, "body.to"),
        ({"to": "12"}, "body.to"),
        ({"consent": ""}, "body.consent"),
        ({"timezone": "Mars/Phobos"}, "body.timezone"),
        ({"webhook": "http://127.0.0.1/x"}, "body.webhook"),
        ({"purpose": {"form": "nothing"}}, "body.purpose.form"),
        ({"window": {"hours": "25:00-26:00"}}, "body.window.hours"),
    ],
)
def test_what_can_not_be_is_said_field_by_field(exchange: Exchange, change: dict[str, Any], field: str) -> None:
    refused = exchange.ask("POST", "/v1/calls", ASKED | change)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"] == field


def test_a_webhook_needs_its_secret_first(exchange: Exchange) -> None:
    refused = exchange.ask("POST", "/v1/calls", ASKED | {"webhook": "https://crm.example.com/calls"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:haazir:problem:no-webhook-secret")


def test_another_site_sees_and_cancels_nothing(exchange: Exchange) -> None:
    made = exchange.place()
    campaign = exchange.ask("POST", "/v1/campaigns", {"name": "Diwali"}).json()["campaign"]["id"]
    bank = "hz_bank_key"
    assert exchange.town.ask("GET", f"/v1/outbound/{made['id']}", bank).status_code == 404
    assert exchange.town.ask("DELETE", f"/v1/calls/{made['id']}", bank).status_code == 404
    assert exchange.town.ask("POST", f"/v1/campaigns/{campaign}/stop", bank).status_code == 404
    assert exchange.town.ask("GET", "/v1/outbound", bank).json()["data"] == []
    assert exchange.town.ask("GET", "/v1/campaigns", bank).json()["data"] == []


def test_a_key_for_records_does_not_call(exchange: Exchange) -> None:
    exchange.town.run("update api_key set scopes = '{calls}' where site_id = 'shop'")
    assert exchange.ask("POST", "/v1/calls", ASKED).status_code == 403
    assert exchange.ask("POST", "/v1/campaigns", {"name": "x"}).status_code == 403
    assert exchange.ask("POST", "/v1/dnc", {"numbers": ["+919812345678"]}).status_code == 403


def test_a_sites_key_does_not_write_what_no_site_may_call(exchange: Exchange) -> None:
    assert exchange.ask("POST", "/v1/dnc/all", {"numbers": ["+919812345678"]}).status_code == 401


def test_a_sheet_that_is_sent_again_calls_nobody_twice(exchange: Exchange) -> None:
    """The first answer was lost, or a colleague had the same idea."""
    campaign = exchange.ask("POST", "/v1/campaigns", {"name": "Diwali", "calls": [ASKED]}).json()["campaign"]["id"]
    again = exchange.upload(campaign, "to,consent\n+919812345678,web\n+919812345679,web\n")
    assert (again["accepted"], [(error["row"], error["field"]) for error in again["errors"]]) == (1, [(1, "to")])
    assert again["campaign"]["progress"]["calls"] == 2
