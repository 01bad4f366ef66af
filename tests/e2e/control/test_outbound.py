"""Calls out: through the API, the dialer, ari-app and the trunk to the carrier's numbers, and back as results."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from haazir.caller.trial import Trial
from tests.e2e.hearing import level_dbfs
from tests.standins.carrier import numbers
from tests.standins.carrier.carrier import Carrier, CarrierCall

SITE = "callers"
CALLER_ID = "+911612345678"
ONCE = {"attempts": 1}
OUTBOUND = {
    "enabled": True, "trunk": "carrier", "caller_id": CALLER_ID, "at_once": 6, "per_second": 20.0, "ring_s": 10.0,
    "window": {"hours": "00:00-24:00"}, "retries": ONCE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody who has people called."""

    http: httpx.Client

    def ask(self, method: str, path: str, **how: Any) -> Any:
        answer = self.http.request(method, path, **how)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def call(self, to: str, **asked: Any) -> str:
        made: str = self.ask("POST", "/v1/calls", json={"to": to, "consent": "a test", **asked})["id"]
        return made

    def has(self, outbound_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"/v1/outbound/{outbound_id}")
        return found

    def result(self, outbound_id: str, patience: float = 20.0) -> dict[str, Any]:
        """Once it is over."""
        return self.until(lambda: self.has(outbound_id), lambda call: call["state"] in ("done", "cancelled"), patience)

    def until(
        self, look: Callable[[], dict[str, Any]], fine: Callable[[dict[str, Any]], bool], patience: float = 20.0
    ) -> dict[str, Any]:
        limit = time.monotonic() + patience
        while not fine(found := look()):
            assert time.monotonic() < limit, found
            time.sleep(0.1)
        return found


@pytest.fixture(scope="module")
def desk(trial: Trial, carrier: Carrier) -> Iterator[Desk]:
    """A site of its own that may call out."""
    status = trial.status()
    with httpx.Client(base_url=status.api, headers={"Authorization": f"Bearer {status.admin_key}"}, timeout=20) as admin:
        new = {
            "site_id": SITE, "name": "Callers", "languages": ["en"], "disclosure": "This is a machine, and we record.",
            "outbound": OUTBOUND,
        }  # fmt: skip
        made = admin.post("/v1/sites", json=new)
        assert made.status_code == 201, made.text
        key = admin.post(f"/v1/sites/{SITE}/keys", json={"name": "dialler", "scopes": ["outbound", "calls"]}).json()["api_key"]
        with httpx.Client(base_url=status.api, headers={"Authorization": f"Bearer {key}"}, timeout=20) as http:
            yield Desk(http)
        assert admin.delete(f"/v1/sites/{SITE}", params={"force": True}).status_code == 204


def others(number: str, count: int) -> list[str]:
    """So many numbers that do as this one of the carrier's does."""
    return [f"+9180000{at:02}{number[-3:]}" for at in range(1, count + 1)]


def test_who_answers_hears_the_agent_and_the_call_is_in_the_list(desk: Desk, carrier: Carrier) -> None:
    began = time.time()
    outbound_id = desk.call(numbers.PERSON, purpose={"opening": "It is about your order."})

    async def person() -> CarrierCall:
        call = await carrier.called(numbers.PERSON, since=began)
        await call.answered()
        await asyncio.sleep(6.0)  # what the agent says takes as long as it takes
        call.hang_up()
        await call.over()
        return call

    call = asyncio.run(person())
    assert call.caller.lstrip("+") == CALLER_ID.lstrip("+")
    assert level_dbfs(asyncio.run(call.heard())) > -45, "the agent was heard"
    told = desk.result(outbound_id)
    (attempt,) = told["attempts"]
    assert (told["result"], attempt["result"]) == ("answered", "answered")
    record = desk.until(lambda: desk.ask("GET", f"/v1/calls/{attempt['call_id']}"), lambda record: record["outcome"] is not None)
    assert (record["direction"], record["from"], record["to"]) == ("outbound", CALLER_ID, numbers.PERSON)
    assert record["outcome"] == "caller_hung_up" and record["answered_at"] is not None
    assert any(turn["role"] == "agent" for turn in record["turns"])


def test_what_the_network_says_is_told_with_its_status(desk: Desk) -> None:
    wanted = {486: "busy", 404: "bad_number", 503: "failed", 603: "refused", 480: "no_answer"}
    calls = {status: desk.call(numbers.refusing(status)) for status in wanted}
    told = {status: desk.result(outbound_id) for status, outbound_id in calls.items()}
    assert {status: call["result"] for status, call in told.items()} == wanted
    assert {status: call["attempts"][0]["sip_status"] for status, call in told.items()} == {status: status for status in wanted}


def test_a_phone_that_rings_on_and_one_that_only_the_carrier_answers_were_not_answered(desk: Desk) -> None:
    rings, early = desk.call(numbers.RINGS), desk.call(numbers.EARLY_MEDIA_THEN_BUSY)
    no_answer, busy = desk.result(rings), desk.result(early)
    assert (no_answer["result"], busy["result"]) == ("no_answer", "busy")
    assert [call["attempts"][0]["answered_at"] for call in (no_answer, busy)] == [None, None], "early media is no answer"


def test_who_must_not_be_called_is_not_called(desk: Desk, carrier: Carrier) -> None:
    (number,) = others(numbers.SHORT_PERSON, 1)
    desk.ask("POST", "/v1/dnc", json={"numbers": [number], "reason": "asked by mail"})
    told = desk.result(desk.call(number))
    assert (told["result"], told["why"], told["attempts"]) == ("not_allowed", "do_not_call", [])
    assert not [call for call in carrier.calls if call.number == number]
    desk.ask("DELETE", f"/v1/dnc/{number.replace('+', '%2B')}")


def test_the_same_request_again_calls_once(desk: Desk, carrier: Carrier) -> None:
    number = others(numbers.SHORT_PERSON, 2)[1]
    key = {"Idempotency-Key": f"once-{time.time_ns()}"}
    ids = {desk.ask("POST", "/v1/calls", json={"to": number, "consent": "a test"}, headers=key)["id"] for _ in range(3)}
    (outbound_id,) = ids
    assert desk.result(outbound_id)["result"] in ("answered", "machine")
    assert len([call for call in carrier.calls if call.number == number]) == 1


def test_a_campaign_of_ten_is_paused_goes_on_and_is_stopped_at_once(desk: Desk, carrier: Carrier) -> None:
    rows = [{"to": number, "consent": "a test"} for number in others(numbers.refusing(486), 10)]
    made = desk.ask("POST", "/v1/campaigns", json={"name": "ten", "calls": rows, "per_minute": 60.0})
    campaign = made["campaign"]["id"]
    path = f"/v1/campaigns/{campaign}"

    def progress() -> dict[str, Any]:
        found: dict[str, Any] = desk.ask("GET", path)["progress"]
        return found

    desk.until(progress, lambda now: now["done"] >= 2)
    desk.ask("POST", f"{path}/pause")
    paused = desk.until(progress, lambda now: now["dialling"] == 0)
    time.sleep(2.0)  # two more would be dialled, at one a second
    assert progress() == paused and paused["queued"] > 0
    desk.ask("POST", f"{path}/resume")
    desk.until(progress, lambda now: now["done"] > paused["done"])
    stopped = desk.ask("POST", f"{path}/stop")
    assert (stopped["state"], stopped["progress"]["queued"]) == ("stopped", 0)
    final = desk.until(progress, lambda now: now["dialling"] == 0)
    assert final["done"] + final["cancelled"] == 10 and final["cancelled"] > 0
    assert final["results"] == {"busy": final["done"]}
    dialled = [call.number for call in carrier.calls if call.number in others(numbers.refusing(486), 10)]
    assert len(dialled) == len(set(dialled)) == final["done"], "and nobody twice"
    sheet = desk.http.get(f"{path}/results", params={"format": "csv"}).text.splitlines()
    assert len(sheet) == 11 and sheet[0].startswith("id,to,state,result")


def test_a_dialer_that_is_killed_loses_no_result_and_calls_nobody_twice(desk: Desk, carrier: Carrier, trial: Trial) -> None:
    began, called = time.time(), others(numbers.PERSON, 2)
    calls = [desk.call(number) for number in called]

    async def answer() -> None:
        for number in called:
            call = await carrier.called(number, since=began)
            await call.answered()

    async def hang_up() -> None:
        for call in [call for call in carrier.calls if call.number in called]:
            call.hang_up()
            await call.over()

    asyncio.run(answer())
    trial.kill("dialer")
    asyncio.run(hang_up())
    assert [desk.result(outbound_id, 30.0)["result"] for outbound_id in calls] == ["answered", "answered"]
    assert len([call for call in carrier.calls if call.number in called]) == 2


def test_an_ari_app_that_is_killed_while_it_rings_tells_how_it_ended(desk: Desk, carrier: Carrier, trial: Trial) -> None:
    began, number = time.time(), others(numbers.RINGS, 1)[0]
    outbound_id = desk.call(number)
    asyncio.run(carrier.called(number, since=began))
    trial.kill("ari-app")
    told = desk.result(outbound_id, 30.0)
    assert told["result"] == "no_answer" and len(told["attempts"]) == 1
    assert len([call for call in carrier.calls if call.number == number]) == 1
