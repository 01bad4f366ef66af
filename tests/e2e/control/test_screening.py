"""Who answers a call of ours: a person is greeted as their hello ends, a voicemail gets its message after the beep."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from haazir.caller.trial import Trial
from tests.e2e.control.test_outbound import OUTBOUND, Desk
from tests.e2e.hearing import level_dbfs
from tests.standins.carrier import numbers
from tests.standins.carrier.carrier import Carrier, CarrierCall

SITE = "screeners"
GREETED_MS = 900
"""From a person's last sound to our first, of which 260 to 800 are the silence that tells them from a machine."""


@pytest.fixture(scope="module")
def desk(trial: Trial, carrier: Carrier) -> Iterator[Desk]:
    status = trial.status()
    with httpx.Client(base_url=status.api, headers={"Authorization": f"Bearer {status.admin_key}"}, timeout=20) as admin:
        new = {
            "site_id": SITE,
            "name": "Screeners",
            "languages": ["en"],
            "disclosure": "This is a machine.",
            "outbound": OUTBOUND,
        }
        assert admin.post("/v1/sites", json=new).status_code == 201
        key = admin.post(f"/v1/sites/{SITE}/keys", json={"name": "crm", "scopes": ["outbound", "calls"]}).json()["api_key"]
        with httpx.Client(base_url=status.api, headers={"Authorization": f"Bearer {key}"}, timeout=20) as http:
            yield Desk(http)
        assert admin.delete(f"/v1/sites/{SITE}", params={"force": True}).status_code == 204


def call(desk: Desk, carrier: Carrier, number: str, up_s: float | None = None, **purpose: Any) -> tuple[CarrierCall, str, Any]:
    """To its end, ours or after `up_s` theirs: the carrier's call, the attempt's result, the record."""
    began = time.time()
    outbound_id = desk.call(number, purpose=purpose)

    async def happen() -> CarrierCall:
        at_carrier = await carrier.called(number, since=began)
        await at_carrier.answered()
        if up_s is not None:
            await asyncio.sleep(up_s)
            at_carrier.hang_up()
        await at_carrier.over(40.0)
        return at_carrier

    at_carrier = asyncio.run(happen())
    (attempt,) = desk.result(outbound_id)["attempts"]
    record = desk.until(lambda: desk.ask("GET", f"/v1/calls/{attempt['call_id']}"), lambda found: found["outcome"] is not None)
    return at_carrier, attempt["result"], record


def test_a_person_is_greeted_as_their_hello_ends(desk: Desk, carrier: Carrier) -> None:
    _, result, record = call(desk, carrier, numbers.PERSON, up_s=7.0, opening="It is about your order.")
    assert (record["answered_by"], result) == ("person", "answered")
    first = next(turn for turn in record["turns"] if turn["role"] == "agent")
    timings = first["timings"]
    assert timings["first_sound"] - timings["speech_end"] < GREETED_MS, timings


def test_who_says_nothing_is_spoken_to_in_the_end(desk: Desk, carrier: Carrier) -> None:
    at_carrier, result, record = call(desk, carrier, numbers.SILENT_PERSON, up_s=9.0)
    assert (record["answered_by"], result) == ("unknown", "answered")
    assert level_dbfs(asyncio.run(at_carrier.heard())) > -45


def test_a_voicemail_has_the_message_after_its_beep(desk: Desk, carrier: Carrier) -> None:
    at_carrier, result, record = call(
        desk, carrier, numbers.VOICEMAIL, on_machine="This is Screeners. Your order is ready. Please call us back. Goodbye."
    )
    assert (record["answered_by"], record["outcome"], result) == ("machine", "voicemail_left", "machine")
    message = asyncio.run(at_carrier.message())
    assert message.size > 3 * 8000 and level_dbfs(message[: 3 * 8000]) > -40, "all of it, from its first word on"


def test_a_machine_for_which_there_is_no_message_is_hung_up_on(desk: Desk, carrier: Carrier) -> None:
    _, result, record = call(desk, carrier, numbers.VOICEMAIL)
    assert (record["answered_by"], record["outcome"], result) == ("machine", "machine", "machine")


def test_a_menu_and_a_voice_that_asks_who_calls_are_not_spoken_to_as_people(desk: Desk, carrier: Carrier) -> None:
    """By sound both are machines; which of them, only a recogniser that writes everything can tell (docs/outbound.md)."""
    for number, itself in ((numbers.IVR, "ivr"), (numbers.SCREENING, "screening")):
        at_carrier, result, record = call(desk, carrier, number, opening="It is about your order.")
        assert record["answered_by"] in ("machine", itself) and result == "machine"
        said = " ".join(turn["text"] for turn in record["turns"] if turn["role"] == "agent")
        assert "This is a machine." not in said, "what is for a person"
        if record["answered_by"] == "machine":
            assert level_dbfs(asyncio.run(at_carrier.heard())) < -60, "not a sound"
