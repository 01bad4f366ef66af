"""The conversation of a call out, whole: who is called hears who we are and why, answers a form, and the result is delivered."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from haazir.caller.trial import Trial
from tests.e2e.calling import Caller
from tests.e2e.control.test_outbound import OUTBOUND, Desk
from tests.standins.carrier.carrier import Carrier, CarrierCall

SITE = "askers"
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

    def is_called(self, script: Callable[["Callee"], Awaitable[None]], **asked: Any) -> dict[str, Any]:
        """The request, once the call is over and its result is there."""
        began = time.time()
        self.outbound_id = self.desk.call(self.number, **asked)

        async def happen() -> None:
            self.call: CarrierCall = await self.carrier.called(self.number, since=began)
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

    async def says(self, text: str) -> None:
        await self.call.say(self.caller.say(text))

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

    told = callee.is_called(answers, purpose=PURPOSE)
    assert callee.heard.startswith(DISCLOSURE) and callee.heard.count(DISCLOSURE) == 1, "whole, and once"
    assert "All right, 3." in callee.heard and "All right, tin." in callee.heard, "what was understood is said back"
    (attempt,) = told["attempts"]
    tomorrow = datetime.now(ZoneInfo("Asia/Kolkata")).date() + timedelta(days=1)
    expected = {"owner": True, "rooms": 3, "roof": "tin", "visit": tomorrow.isoformat()}
    assert (attempt["result"], attempt["outcome"]["status"]) == ("answered", "completed")
    assert attempt["outcome"]["answers"] == expected
