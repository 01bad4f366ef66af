"""The conversation of a call out, whole: who is called hears who we are and why, answers a form, and the result is delivered."""

import asyncio
import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from haazir.caller.trial import Trial
from tests.e2e.calling import Caller
from tests.e2e.conftest import CUSTOMER
from tests.e2e.control.test_outbound import OUTBOUND, Desk
from tests.standins.carrier import numbers
from tests.standins.carrier.carrier import Carrier, CarrierCall

SITE = "askers"
INDIA = ZoneInfo("Asia/Kolkata")
SORRY = {"en": "Sorry to have troubled you.", "hi-Latn": "Takleef ke liye maaf kijiye."}
DISCLOSURE = "This is a machine, and we record."
FORM = [
    {"id": "owner", "type": "yes_no", "ask": {"en": "Do you own the house?"}},
    {"id": "rooms", "type": "number", "ask": {"en": "How many rooms does it have?"}},
    {"id": "roof", "type": "choice", "ask": {"en": "Is the roof concrete or tin?"},
     "options": [{"value": "concrete"}, {"value": "tin"}]},
    {"id": "visit", "type": "date", "ask": {"en": "On which day may we visit?"}},
]  # fmt: skip
PURPOSE = {"kind": "lead", "opening": "You had asked about solar panels.", "form": "house"}
MAY_WE = "Do you have two minutes to talk now?"
SIGNING = b"a secret of the customer's"


def tomorrow() -> date:
    return datetime.now(INDIA).date() + timedelta(days=1)


@pytest.fixture(scope="module")
def desk(trial: Trial, carrier: Carrier) -> Iterator[Desk]:
    """A site that calls with a form."""
    status = trial.status()
    with httpx.Client(base_url=status.api, headers={"Authorization": f"Bearer {status.admin_key}"}, timeout=20) as admin:
        new = {
            "site_id": SITE, "name": "Askers", "languages": ["en"], "disclosure": DISCLOSURE, "forms": {"house": FORM},
            "outbound": OUTBOUND,
        }  # fmt: skip
        made = admin.post("/v1/sites", json=new)
        assert made.status_code == 201, made.text
        secret = {"value": "whsec_" + base64.b64encode(SIGNING).decode()}
        assert admin.put(f"/v1/sites/{SITE}/secrets/webhook", json=secret).is_success
        key = admin.post(f"/v1/sites/{SITE}/keys", json={"name": "crm", "scopes": ["outbound", "calls"]}).json()["api_key"]
        with httpx.Client(base_url=status.api, headers={"Authorization": f"Bearer {key}"}, timeout=20) as http:
            yield Desk(http)
        assert admin.delete(f"/v1/sites/{SITE}", params={"force": True}).status_code == 204


@dataclass
class Callee:
    """The carrier's person, who says "hello? haan boliye" and then what a test has them say."""

    desk: Desk
    carrier: Carrier
    caller: Caller
    number: str
    outbound_id: str = field(init=False)
    call: CarrierCall = field(init=False)

    def is_called(self, script: Callable[["Callee"], Awaitable[None]], **asked: Any) -> dict[str, Any]:
        """The request, once the call is over and its result is there."""
        began = time.time()
        self.outbound_id = self.desk.call(self.number, **asked)

        async def happen() -> None:
            self.call = await self.carrier.called(self.number, since=began)
            await self.call.answered()
            await script(self)
            await self.call.over(20.0)

        asyncio.run(happen())
        return self.desk.result(self.outbound_id)

    async def hears(self, text: str) -> None:
        """To its end, as the last that was said."""

        def is_said(turns: list[dict[str, Any]]) -> bool:
            return bool(turns) and turns[-1]["role"] == "agent" and text in turns[-1]["text"]

        await asyncio.to_thread(self.desk.until, lambda: self.record, lambda record: is_said(record["turns"]), 25.0)

    async def says(self, text: str, voice: str = "en-us") -> None:
        await self.call.say(self.caller.say(text, voice))

    @property
    def record(self) -> dict[str, Any]:
        attempts = self.desk.has(self.outbound_id)["attempts"]
        found: dict[str, Any] = self.desk.ask("GET", f"/v1/calls/{attempts[-1]['call_id']}") if attempts else {"turns": []}
        return found

    @property
    def heard(self) -> str:
        """All that was said to them."""
        return " ".join(turn["text"] for turn in self.record["turns"] if turn["role"] == "agent")


def test_a_form_is_answered_over_the_line_and_its_answers_stand_in_the_result(
    desk: Desk, carrier: Carrier, caller: Caller
) -> None:
    callee = Callee(desk, carrier, caller, "+918000031200")

    async def answers(callee: Callee) -> None:
        for question, reply in (
            (MAY_WE, "yes, go ahead"),
            ("own the house", "yes"),
            ("How many rooms", "three"),
            ("concrete or tin", "tin"),
            ("which day", "tomorrow"),
        ):
            await callee.hears(question)
            await callee.says(reply)

    days = [tomorrow()]
    told = callee.is_called(answers, purpose=PURPOSE)
    days.append(tomorrow())  # another one if midnight has passed meanwhile
    assert callee.heard.startswith(DISCLOSURE) and callee.heard.count(DISCLOSURE) == 1, "whole, and once"
    assert "All right, 3." in callee.heard and "All right, tin." in callee.heard, "what was understood is said back"
    (attempt,) = told["attempts"]
    assert (attempt["result"], attempt["outcome"]["status"]) == ("answered", "completed")
    found = attempt["outcome"]["answers"]
    assert found == {"owner": True, "rooms": 3, "roof": "tin", "visit": found["visit"]}
    assert found["visit"] in [day.isoformat() for day in days]


def test_who_says_do_not_call_hears_that_and_is_not_called_again(desk: Desk, carrier: Carrier, caller: Caller) -> None:
    callee = Callee(desk, carrier, caller, "+918000032200")

    async def has_enough(callee: Callee) -> None:
        await callee.hears(MAY_WE)
        await callee.says("mat call karo")

    told = callee.is_called(has_enough, purpose=PURPOSE)
    (attempt,) = told["attempts"]
    assert (attempt["result"], attempt["outcome"]["status"]) == ("answered", "dnc")
    assert callee.record["turns"][-1]["text"].startswith(SORRY[callee.record["turns"][-1]["language"]]), "a polite end"
    listed = desk.until(lambda: desk.ask("GET", "/v1/dnc"), lambda found: callee.number in str(found))
    assert [each["source"] for each in listed["data"] if each["number"] == callee.number] == ["voice"]
    again = desk.result(desk.call(callee.number, purpose=PURPOSE))
    assert (again["result"], again["why"], again["attempts"]) == ("not_allowed", "do_not_call", [])


def test_who_has_no_time_is_asked_when_and_the_moment_stands_in_the_result(desk: Desk, carrier: Carrier, caller: Caller) -> None:
    callee = Callee(desk, carrier, caller, "+918000033200")

    async def drives(callee: Callee) -> None:
        await callee.hears(MAY_WE)
        await callee.says("no")
        await callee.hears("When shall we call")
        await callee.says("tomorrow at five")

    days = [tomorrow()]
    told = callee.is_called(drives, purpose=PURPOSE)
    days.append(tomorrow())  # another one if midnight has passed meanwhile
    outcome = told["attempts"][0]["outcome"]
    at = datetime.fromisoformat(outcome["callback_at"]).astimezone(INDIA)
    assert (outcome["status"], at.minute) == ("callback", 0) and at.date() in days
    assert at.hour == 17, "in the afternoon: nobody is called at five in the morning"


class Customer(http.server.ThreadingHTTPServer):
    """Their server: fails at first, then takes what it is told."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.got: list[tuple[dict[str, str], bytes]] = []
        super().__init__((CUSTOMER, 0), Posted)
        self.url = f"http://{CUSTOMER}:{self.server_address[1]}/calls"


class Posted(http.server.BaseHTTPRequestHandler):
    server: Customer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.statuses.pop(0))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Not to the tests' own output."""


def signature(headers: dict[str, str], body: bytes) -> str:
    """As https://www.standardwebhooks.com has it."""
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    return "v1," + base64.b64encode(hmac.new(SIGNING, signed, hashlib.sha256).digest()).decode()


def test_a_result_is_delivered_signed_and_again_after_a_500(desk: Desk) -> None:
    with Customer(500, 204) as customer:
        serving = threading.Thread(target=customer.serve_forever, daemon=True)
        serving.start()
        outbound_id = desk.call(numbers.refusing(486), webhook=customer.url)
        desk.until(lambda: {"tries": len(customer.got)}, lambda found: found["tries"] == 2, patience=30.0)
        customer.shutdown()
        serving.join()
    (first, body), (second, same) = customer.got
    assert (first["webhook-id"], body) == (second["webhook-id"], same), "the same news, told again"
    assert [signature(*got) == got[0]["webhook-signature"] for got in customer.got] == [True, True]
    assert all(abs(int(headers["webhook-timestamp"]) - time.time()) < 60 for headers, _ in customer.got)
    told = json.loads(body)
    assert (told["type"], told["data"]["id"], told["data"]["result"]) == ("call.finished", outbound_id, "busy")
