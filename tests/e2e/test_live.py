"""Orders upon running calls over REST: what the caller hears of each, what is recorded, and that nothing is done twice."""

import asyncio
import io
import time
import wave
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import pytest

from core.audio import Pcm
from haazir.caller.phone import Phone, new_caller
from haazir.caller.script import Call
from haazir.caller.trial import Trial
from tests.e2e.calling import Caller, ask, greeting
from tests.e2e.hearing import SAME, level_dbfs, likeness
from tests.e2e.phones import OperatorPhone
from tests.standins.carrier.carrier import Carrier

Json = dict[str, Any]
SAID = "Aapka manager abhi line par aa raha hai."
POLICY = "what is your return policy"
NAME, PASSWORD, THANKS = "my name is Asha", "the password is elephant", "thank you so much"
WORD = "this is the manager speaking"


@dataclass(frozen=True, slots=True)
class Desk:
    """Who gives orders."""

    http: httpx.AsyncClient

    async def find(self, number: str) -> str:
        """Id of the call that is going on from `number`."""
        async with asyncio.timeout(5):
            while True:
                listed = await self.http.get("/v1/calls", params={"number": number, "outcome": "in_progress"})
                if found := listed.raise_for_status().json()["data"]:
                    return str(found[0]["id"])
                await asyncio.sleep(0.05)

    async def order(self, call: str, deed: str, wish: Json | None = None, key: str = "") -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.http.post(f"/v1/calls/{call}/{deed}", json=wish or {}, headers=headers)

    async def do(self, call: str, deed: str, wish: Json | None = None) -> None:
        answer = await self.order(call, deed, wish)
        assert answer.status_code == 200, answer.text

    async def record(self, call: str) -> Json:
        """Once it is over and its recording is ready."""
        async with asyncio.timeout(25):
            while True:
                found: Json = (await self.http.get(f"/v1/calls/{call}")).raise_for_status().json()
                if found["recording"] is not None and found["recording"]["state"] == "ready":
                    return found
                await asyncio.sleep(0.1)

    async def recording(self, call: str, **headers: str) -> httpx.Response:
        return await self.http.get(f"/v1/calls/{call}/recording", headers=headers)


@dataclass(slots=True)
class Seen:
    """What a script saw and heard; judged when all calls are over."""

    heard: dict[str, Pcm] = field(default_factory=dict)
    answers: list[httpx.Response] = field(default_factory=list)
    record: Json = field(default_factory=dict)
    recording: list[httpx.Response] = field(default_factory=list)

    @property
    def kinds(self) -> list[tuple[int, str]]:
        return [(each.status_code, each.json().get("type", "done").rpartition(":")[2]) for each in self.answers]


Script = Callable[[Desk, Call, str, Seen], Awaitable[None]]


@pytest.fixture(scope="module")
def seen(trial: Trial, caller: Caller, operators: Mapping[str, OperatorPhone]) -> Iterator[Mapping[str, Seen]]:
    """All calls of this module, at the same time. 201 is the site's supervisor meanwhile."""
    headers = {"Authorization": f"Bearer {trial.status().admin_key}"}

    def supervisors(*extensions: str) -> None:
        wish = {"listening": {"supervisors": extensions}}
        httpx.patch(f"{caller.server.api}/v1/sites/demo", json=wish, headers=headers).raise_for_status()

    supervisors("201")
    yield asyncio.run(_played(caller, _scripts(caller, operators["201"])))
    supervisors()


def _scripts(caller: Caller, supervisor: OperatorPhone) -> dict[str, Script]:
    policy = caller.say(POLICY)

    async def said_held_and_hung_up(at: Desk, call: Call, call_id: str, seen: Seen) -> None:
        await greeting(call)
        since = time.time()
        wish = {"text": SAID, "language": "hi-Latn"}
        seen.answers += await asyncio.gather(*(at.order(call_id, "say", wish, f"manager-{call_id}") for _ in range(2)))
        await call.agent_speaks()
        await call.agent_quiet(1.0)
        seen.heard["said"] = call.ears.between(since, time.time())

        await at.do(call_id, "hold", {"on": True})
        seen.answers.append(await at.order(call_id, "say", {"text": "Hello"}))
        held = time.time()
        await call.say(policy)  # to nobody
        seen.heard["on hold"] = call.ears.between(held + 0.3, time.time())
        await at.do(call_id, "hold", {"on": False})
        await call.wait(0.5)
        await ask(call, policy, "policy")

        seen.answers.append(await at.order(call_id, "transfer", {"destination": "9999"}))
        await at.do(call_id, "hangup")
        await call.over(5.0)
        seen.record = await at.record(call_id)
        seen.answers.append(await at.order(call_id, "say", {"text": "Hello"}))
        seen.answers.append(await at.order("no-such-call", "hangup"))

    async def recorded_in_part(at: Desk, call: Call, call_id: str, seen: Seen) -> None:
        await greeting(call)
        for words, on in ((NAME, True), (PASSWORD, False), (THANKS, True)):
            await at.do(call_id, "record", {"on": on})
            await ask(call, caller.say(words), words)
        await at.do(call_id, "record", {"on": True})
        await call.hang_up()
        seen.record = await at.record(call_id)
        seen.recording = [await at.recording(call_id), await at.recording(call_id, Range="bytes=70000-140000")]

    async def listened_to(at: Desk, call: Call, call_id: str, seen: Seen) -> None:
        async def rung(mode: str) -> float:
            await at.do(call_id, "monitor", {"extension": "201", "mode": mode})
            await supervisor.answer()
            await call.wait(0.5)  # as people do
            return time.time()

        await greeting(call)
        for wish in ({"extension": "202"}, {"extension": "201", "mode": "whisper"}):
            seen.answers.append(await at.order(call_id, "monitor", wish))
        since = await rung("listen")
        await ask(call, policy, "policy")
        seen.heard["by the supervisor"] = supervisor.heard(since)
        await supervisor.hang_up()

        since = await rung("barge")
        await supervisor.speak(caller.say(WORD, "en"))
        seen.heard["by the caller"] = call.ears.between(since, time.time())
        await call.hang_up()
        await supervisor.over(timeout=5.0)

    return {"orders": said_held_and_hung_up, "recorded": recorded_in_part, "monitored": listened_to}


async def _played(caller: Caller, scripts: Mapping[str, Script]) -> dict[str, Seen]:
    async def play(script: Script, seen: Seen, after: float) -> None:
        await asyncio.sleep(after)
        number = new_caller()
        async with phone.call(caller.server.sip, caller.server.number, caller=number) as call:
            await call.answered()
            await script(at, call, await at.find(number), seen)

    found = {name: Seen() for name in scripts}
    async with desk(caller) as http, Phone.open() as phone:
        at = Desk(http)
        # one after the other, and the last when ari-app has certainly read the site anew (calls.site_cache_s)
        await asyncio.gather(*(play(scripts[name], found[name], 2.5 * number) for number, name in enumerate(scripts)))
    return found


def desk(caller: Caller) -> httpx.AsyncClient:
    headers = {"X-Site-Id": caller.server.site_id, "X-Api-Key": caller.server.api_key}
    return httpx.AsyncClient(base_url=caller.server.api, headers=headers, timeout=10.0, verify=False)


def test_the_agent_says_what_it_is_told_to_once(seen: Mapping[str, Seen], caller: Caller) -> None:
    orders = seen["orders"]
    assert orders.answers[0].json() == orders.answers[1].json()
    assert likeness(orders.heard["said"], caller.rendered(SAID, "hi-Latn")) > SAME
    assert [turn["text"] for turn in orders.record["turns"]].count(SAID) == 1


def test_on_hold_the_caller_hears_music_and_nobody_listens(seen: Mapping[str, Seen]) -> None:
    orders = seen["orders"]
    assert level_dbfs(orders.heard["on hold"]) > -45
    words = [turn["text"] for turn in orders.record["turns"] if turn["role"] == "caller"]
    assert len(words) == 1, "said twice, once of it on hold"


def test_a_call_that_has_moved_on_says_so_and_an_order_ends_it(seen: Mapping[str, Seen]) -> None:
    orders = seen["orders"]
    assert orders.kinds[2:] == [
        (409, "call-busy"),
        (422, "call-no-such-destination"),
        (409, "call-over"),
        (404, "no-such-call"),
    ]
    assert (orders.record["outcome"], orders.record["cause"]["code"]) == ("completed", 16)


def test_what_is_said_while_the_recording_is_off_is_in_no_recording(seen: Mapping[str, Seen], caller: Caller) -> None:
    whole, part = seen["recorded"].recording
    with wave.open(io.BytesIO(whole.content)) as file:
        left = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)[:, 0]
    alike = {words: likeness(left, caller.say(words)) > SAME for words in (NAME, PASSWORD, THANKS)}
    assert alike == {NAME: True, PASSWORD: False, THANKS: True}
    assert (part.status_code, part.content) == (206, whole.content[70000:140001])


def test_a_recording_lies_encrypted(seen: Mapping[str, Seen], trial: Trial) -> None:
    files = list(trial.settings.recordings_dir.glob(f"{seen['recorded'].record['id']}*"))
    assert [file.suffix for file in files] == [".sealed"], "neither legs nor a file that can be read"
    assert b"RIFF" not in files[0].read_bytes()


def test_a_supervisor_listens_and_barges_in_and_nobody_else_does(seen: Mapping[str, Seen], caller: Caller) -> None:
    monitored = seen["monitored"]
    assert monitored.kinds == [(403, "call-not-allowed"), (409, "call-busy")]
    assert likeness(monitored.heard["by the supervisor"], caller.say(POLICY)) > SAME
    assert likeness(monitored.heard["by the caller"], caller.say(WORD, "en")) > SAME


def test_keys_reach_the_other_side(caller: Caller, carrier: Carrier) -> None:
    async def script() -> None:
        number = new_caller()
        customer = await carrier.call("1000", caller=number)
        await customer.answered()
        async with desk(caller) as http:
            at = Desk(http)
            call_id = await at.find(number)
            await at.do(call_id, "dtmf", {"digits": "12w3#"})
            await customer.hears("123#")
            await at.do(call_id, "hangup")
            await customer.over()
            assert customer.cause == 16

    asyncio.run(script())
