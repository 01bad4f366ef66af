"""The queue, the dialer and what becomes of attempts, before a real database and an ari-app that takes orders."""

import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from core.events import DoNotCallAsked, OutboundResult
from core.ids import CallId, SiteId
from core.orders import HangUpCall
from core.outbound import Window
from outbound.controller import ANSWER_S
from tests.unit.outbound.conftest import SHOP, Exchange


def shop_with(**rules: object) -> object:
    return msgspec.structs.replace(SHOP, outbound=msgspec.structs.replace(SHOP.outbound, **rules))


def test_a_call_is_ordered_as_it_was_asked_for_and_its_end_is_its_result(exchange: Exchange) -> None:
    made = exchange.place(purpose={"goal": "sell", "variables": {"name": "Asha"}})
    assert (made["state"], made["attempts"]) == ("queued", [])
    (order,) = exchange.rounds()
    assert (order.to, order.trunk, order.caller_id, order.call_id) == (
        "+919812345678", "tata", "+911612345678", f"{made['id']}-1",
    )  # fmt: skip
    assert (order.purpose.goal, order.purpose.variables) == ("sell", {"name": "Asha"})
    assert exchange.call(made["id"])["state"] == "dialling"
    exchange.happens(order.call_id, "completed", answered=True, sip=200)
    assert exchange.rounds() == []
    call = exchange.call(made["id"])
    assert (call["state"], call["result"]) == ("done", "answered")
    assert (call["attempts"][0]["result"], call["attempts"][0]["sip_status"]) == ("answered", 200)


def test_the_id_of_a_call_out_is_the_id_of_its_latest_attempt(exchange: Exchange) -> None:
    """What POST /v1/calls answered is all that a client needs to know."""
    made = exchange.place()
    waiting = exchange.ask("GET", f"/v1/calls/{made['id']}")
    assert (waiting.status_code, waiting.json()["type"]) == (404, "urn:haazir:problem:not-dialled")
    assert exchange.ask("POST", f"/v1/calls/{made['id']}/hangup", {}).json()["type"] == "urn:haazir:problem:not-dialled"
    for attempt in (1, 2):
        (order,) = exchange.rounds()
        exchange.happens(order.call_id, "busy", sip=486)
        exchange.rounds()
        assert exchange.ask("GET", f"/v1/calls/{made['id']}").json()["id"] == f"{made['id']}-{attempt}"
        exchange.due_now()
    assert exchange.ask("GET", f"/v1/calls/{made['id']}/events").json()["data"][0]["subject"] == f"{made['id']}-2"
    assert exchange.town.ask("GET", f"/v1/calls/{made['id']}", "hz_bank_key").status_code == 404


def test_who_was_busy_is_called_again_and_a_wrong_number_is_not(exchange: Exchange) -> None:
    made = exchange.place()
    (first,) = exchange.rounds()
    exchange.happens(first.call_id, "busy", sip=486)
    assert exchange.rounds() == [], "not at once"
    call = exchange.call(made["id"])
    assert (call["state"], call["why"]) == ("queued", "busy")
    exchange.due_now()
    (second,) = exchange.rounds()
    assert second.call_id == f"{made['id']}-2"
    exchange.happens(second.call_id, "bad_number", sip=404)
    exchange.rounds()
    call = exchange.call(made["id"])
    assert (call["state"], call["result"], [each["sip_status"] for each in call["attempts"]]) == (
        "done",
        "bad_number",
        [486, 404],
    )


def test_whose_machine_has_our_message_is_not_called_again(exchange: Exchange) -> None:
    made = exchange.place()
    (order,) = exchange.rounds()
    exchange.happens(order.call_id, "voicemail_left", answered=True)
    exchange.rounds()
    call = exchange.call(made["id"])
    assert (call["state"], call["result"]) == ("done", "machine")


def tonight() -> datetime:
    """23:30 in India, tomorrow: the database's own clock, which says what is due, must not be past the next morning."""
    return datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0) + timedelta(days=1)


def test_nobody_is_called_at_night(exchange: Exchange) -> None:
    exchange.settings = msgspec.structs.replace(
        exchange.settings, outbound=msgspec.structs.replace(exchange.settings.outbound, hours="09:00-21:00")
    )
    night = tonight()
    exchange.now = lambda: night
    made = exchange.place()
    assert exchange.rounds() == []
    call = exchange.call(made["id"])
    assert (call["why"], call["next_attempt_at"]) == ("hours", f"{night + timedelta(hours=9, minutes=30):%Y-%m-%dT%H:%M:%SZ}")


def test_a_database_whose_clock_is_far_ahead_keeps_no_dialer_busy_for_ever(exchange: Exchange) -> None:
    exchange.settings = msgspec.structs.replace(
        exchange.settings, outbound=msgspec.structs.replace(exchange.settings.outbound, hours="09:00-21:00")
    )
    exchange.now = lambda: tonight() - timedelta(days=3)
    made = exchange.place()
    assert exchange.rounds(2) == []
    assert exchange.call(made["id"])["why"] == "hours"


def test_who_is_on_a_list_is_never_dialled(exchange: Exchange) -> None:
    made = exchange.place()
    assert exchange.ask("POST", "/v1/dnc", {"numbers": ["98123 45678"]}).status_code == 204
    assert exchange.rounds() == []
    call = exchange.call(made["id"])
    assert (call["state"], call["result"], call["why"]) == ("done", "not_allowed", "do_not_call")


def test_who_says_mat_call_karo_is_not_called_again_until_somebody_takes_them_off(exchange: Exchange) -> None:
    asked = DoNotCallAsked(call_id=CallId("c"), site_id=SiteId("shop"), at=datetime.now(UTC).timestamp(), number="+919812345678")
    exchange.town.happen(asked)
    made = exchange.place()
    assert exchange.rounds() == []
    assert exchange.call(made["id"])["why"] == "do_not_call"
    assert exchange.ask("GET", "/v1/dnc").json()["data"][0]["source"] == "voice"
    assert exchange.ask("DELETE", "/v1/dnc/%2B919812345678").status_code == 204
    exchange.place()
    assert len(exchange.rounds()) == 1, "what was said before counts no more"


def test_what_no_site_may_call_no_site_calls(exchange: Exchange) -> None:
    exchange.town.ask("POST", "/v1/dnc/all", "hzadm_admin", {"numbers": ["+919812345678"]})
    made = exchange.place()
    assert exchange.rounds() == []
    assert exchange.call(made["id"])["why"] == "do_not_call"
    assert exchange.ask("GET", "/v1/dnc").json()["data"] == [], "and a site does not see whom"


def test_no_more_calls_at_once_than_the_site_may(exchange: Exchange) -> None:
    for last in range(5):
        exchange.place(to=f"+91981234567{last}")
    first = exchange.rounds(3)
    assert len(first) == 2
    exchange.happens(first[0].call_id, "completed", answered=True)
    assert len(exchange.rounds(3)) == 1


def test_no_more_minutes_than_a_day_has(exchange: Exchange) -> None:
    exchange.set_up(shop_with(daily_minutes=0))  # type: ignore[arg-type]
    exchange.place()
    assert exchange.rounds() == []


def test_an_admin_who_gives_no_trunk_lets_nobody_call(exchange: Exchange) -> None:
    exchange.settings = msgspec.structs.replace(
        exchange.settings, asterisk=msgspec.structs.replace(exchange.settings.asterisk, trunks=({"name": "tata"},))
    )
    made = exchange.place()
    assert exchange.rounds() == []
    assert exchange.call(made["id"])["why"] == "no_trunk"


def test_without_ari_app_everything_waits(exchange: Exchange) -> None:
    made = exchange.place()
    assert exchange.rounds(without_ari_app=True) == []
    assert exchange.call(made["id"])["state"] == "queued"
    assert len(exchange.rounds()) == 1


def test_an_order_that_was_not_taken_costs_no_attempt(exchange: Exchange) -> None:
    made = exchange.place()
    exchange.ari_app.why = "draining"
    exchange.rounds()
    assert exchange.call(made["id"])["state"] == "queued"
    exchange.ari_app.why = None
    exchange.due_now()
    (order,) = exchange.rounds()
    assert order.call_id == f"{made['id']}-2", "an id is never used twice"
    assert exchange.town.server is not None
    exchange.happens(order.call_id, "busy", sip=486)
    exchange.rounds()
    assert exchange.call(made["id"])["state"] == "queued"


def test_a_dialer_that_died_with_an_attempt_in_its_hands_dials_nobody_twice(exchange: Exchange) -> None:
    """The attempt was written down; whether ari-app got the order, nobody knows: nothing is heard of it, so it never was one."""
    made = exchange.place()
    (order,) = exchange.rounds()
    assert exchange.rounds(3) == [], "as long as it may be going on"
    exchange.town.run("update outbound_attempt set lost_at = now() - interval '1 second'")
    exchange.rounds()
    call = exchange.call(made["id"])
    assert (call["state"], call["attempts"][0]["detail"]) == ("queued", "never dialled: the controller was away")
    exchange.happens(order.call_id, "completed", answered=True)
    exchange.due_now()
    assert len(exchange.rounds()) == 1


def test_nobody_is_taken_for_never_dialled_before_all_who_would_tell_have_been_here_for_a_while(exchange: Exchange) -> None:
    """The database was away for a minute and a half; what they said meanwhile still lies in ari-app's outbox."""
    made = exchange.place()
    (order,) = exchange.rounds()
    exchange.town.run("update outbound_attempt set lost_at = now() - interval '1 second'")
    exchange.all_here_s = 5.0
    exchange.rounds()
    assert exchange.call(made["id"])["state"] == "dialling"
    exchange.happens(order.call_id, "completed", answered=True)
    exchange.all_here_s = 60.0
    assert exchange.rounds() == []
    assert exchange.call(made["id"])["result"] == "answered"


def test_who_was_answered_and_whose_end_was_not_seen_is_not_called_again(exchange: Exchange) -> None:
    made = exchange.place()
    (order,) = exchange.rounds()
    exchange.happens(order.call_id, answered=True)
    exchange.rounds()
    exchange.town.run("update outbound_attempt set lost_at = now() - interval '1 second'")
    exchange.rounds()
    call = exchange.call(made["id"])
    assert (call["state"], call["result"], call["attempts"][0]["detail"]) == ("done", "answered", "end not seen")


def test_whose_end_nobody_saw_is_not_called_again_on_a_guess(exchange: Exchange) -> None:
    made = exchange.place()
    (order,) = exchange.rounds()
    exchange.happens(order.call_id, "failed", cause=127)
    exchange.rounds()
    assert (exchange.call(made["id"])["state"], exchange.call(made["id"])["result"]) == ("done", "failed")


def test_an_order_says_until_when_it_is_good(exchange: Exchange) -> None:
    exchange.place()
    (order,) = exchange.rounds()
    assert time.time() < order.good_until <= time.time() + ANSWER_S


def test_a_phone_that_is_hung_up_by_order_while_it_rings_rings_no_more(exchange: Exchange) -> None:
    made = exchange.place()
    (order,) = exchange.rounds()
    exchange.happens(order.call_id, "rejected")
    exchange.rounds()
    exchange.due_now()
    assert exchange.rounds() == []
    assert exchange.call(made["id"])["state"] == "cancelled"


def test_a_site_that_cannot_be_read_stops_no_other(exchange: Exchange, caplog: pytest.LogCaptureFixture) -> None:
    made = exchange.place()
    (order,) = exchange.rounds()
    other = exchange.place()
    exchange.town.run("update site set settings = settings || '{\"outbound\": 1}' where site_id = 'shop'")
    try:
        exchange.happens(order.call_id, "busy", sip=486)
        assert exchange.rounds(2) == [], "and the dialer lives"
    finally:
        exchange.set_up(SHOP)
    assert exchange.call(made["id"])["state"] == "queued", "its end is not lost: retries as of a site that chose nothing"
    assert [placed.call_id for placed in exchange.rounds()] == [f"{other['id']}-1"]
    assert [told.levelname for told in caplog.records if "unread" in told.message] == ["ERROR"]


def test_the_end_of_a_call_is_settled_by_the_next_dialer(exchange: Exchange) -> None:
    made = exchange.place()
    (order,) = exchange.rounds()
    exchange.happens(order.call_id, "no_answer", sip=480)
    exchange.rounds(without_ari_app=True)
    assert exchange.call(made["id"])["attempts"][0]["result"] == "no_answer"


def test_what_the_conversation_came_to_stands_with_its_attempt_in_its_types(exchange: Exchange) -> None:
    made = exchange.place()
    (order,) = exchange.rounds()
    exchange.happens(order.call_id, "completed", answered=True)
    exchange.rounds()
    told = OutboundResult(
        call_id=order.call_id, site_id=SiteId("shop"), at=1.0, status="completed", answers={"budget": 40000, "own_house": True},
        language="hi-Latn",
    )  # fmt: skip
    exchange.town.happen(told)
    exchange.rounds()
    outcome = exchange.call(made["id"])["attempts"][0]["outcome"]
    assert (outcome["status"], outcome["answers"]) == ("completed", {"budget": 40000, "own_house": True})


def test_a_call_that_is_cancelled_is_never_dialled_and_one_that_is_being_dialled_can_not_be(exchange: Exchange) -> None:
    made = exchange.place()
    assert exchange.ask("DELETE", f"/v1/calls/{made['id']}").status_code == 204
    assert exchange.ask("DELETE", f"/v1/calls/{made['id']}").status_code == 204
    assert exchange.rounds() == []
    other = exchange.place()
    exchange.rounds()
    refused = exchange.ask("DELETE", f"/v1/calls/{other['id']}")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:haazir:problem:call-moved-on")


@pytest.mark.parametrize(("deed", "state"), [("pause", "queued"), ("stop", "cancelled")])
def test_pause_and_stop_take_hold_at_once(exchange: Exchange, deed: str, state: str) -> None:
    rows = [{"to": f"+91981234567{last}", "consent": "web"} for last in range(5)]
    taken = exchange.ask("POST", "/v1/campaigns", {"name": "Diwali", "calls": rows}).json()
    campaign = taken["campaign"]["id"]
    first = exchange.rounds()
    assert len(first) == 2
    steered = exchange.ask("POST", f"/v1/campaigns/{campaign}/{deed}").json()
    assert steered["progress"] | {"results": {}} == {
        "calls": 5, "queued": 0, "dialling": 2, "done": 0, "cancelled": 0, "results": {}, state: 3,
    }  # fmt: skip
    exchange.happens(first[0].call_id, "busy", sip=486)
    assert exchange.rounds(2) == []
    hung_up = [order.call_id for order in exchange.ari_app.orders if isinstance(order, HangUpCall) and order.unless_answered]
    assert set(hung_up) == ({first[1].call_id} if deed == "stop" else set())
    if deed == "pause":
        exchange.ask("POST", f"/v1/campaigns/{campaign}/resume")
        assert len(exchange.rounds()) == 1
    else:
        assert exchange.ask("POST", f"/v1/campaigns/{campaign}/resume").status_code == 409


def test_a_campaign_paces_itself_and_holds_up_no_other(exchange: Exchange) -> None:
    rows = [{"to": f"+91981234567{last}", "consent": "web"} for last in range(5)]
    exchange.ask("POST", "/v1/campaigns", {"name": "slow", "calls": rows, "at_once": 1})
    exchange.place(to="+919899999999")
    assert sorted(order.to for order in exchange.rounds(2)) == ["+919812345670", "+919899999999"]


def test_a_campaign_at_night_is_put_off_as_a_whole(exchange: Exchange) -> None:
    rows = [{"to": f"+91981234567{last}", "consent": "web"} for last in range(5)]
    night = msgspec.to_builtins(Window(hours="10:00-11:00"))
    now = tonight()
    exchange.now = lambda: now
    campaign = exchange.ask("POST", "/v1/campaigns", {"name": "day", "calls": rows, "window": night}).json()["campaign"]["id"]
    assert exchange.rounds() == []
    waiting = exchange.ask("GET", f"/v1/outbound?campaign={campaign}").json()["data"]
    assert {call["why"] for call in waiting} == {"hours"}
    assert {call["next_attempt_at"] for call in waiting} == {f"{now + timedelta(hours=10, minutes=30):%Y-%m-%dT%H:%M:%SZ}"}
