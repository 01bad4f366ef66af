"""Orders upon running calls over REST: what the caller hears of each, what is recorded, and that nothing is done twice."""

import asyncio
import io
import time
import wave
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
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


Script = Callable[[Desk, Call, str], Awaitable[None]]


def talked(caller: Caller, script: Script) -> None:
    """One call, and somebody at a desk."""

    async def play() -> None:
        number = new_caller()
        async with (
            desk(caller) as http,
            Phone.open() as phone,
            phone.call(caller.server.sip, caller.server.number, caller=number) as call,
        ):
            await call.answered()
            await script(Desk(http), call, await Desk(http).find(number))

    asyncio.run(play())


def desk(caller: Caller) -> httpx.AsyncClient:
    headers = {"X-Site-Id": caller.server.site_id, "X-Api-Key": caller.server.api_key}
    return httpx.AsyncClient(base_url=caller.server.api, headers=headers, timeout=10.0, verify=False)


@pytest.fixture(scope="module", autouse=True)
def supervised(trial: Trial, caller: Caller) -> Iterator[None]:
    """201 may listen."""

    def patch(supervisors: list[str]) -> None:
        headers = {"Authorization": f"Bearer {trial.status().admin_key}"}
        wish = {"listening": {"supervisors": supervisors}}
        httpx.patch(f"{caller.server.api}/v1/sites/demo", json=wish, headers=headers).raise_for_status()

    patch(["201"])
    yield
    patch([])


def test_the_agent_says_it_once_plays_music_comes_back_and_hangs_up(caller: Caller) -> None:
    policy = caller.say("what is your return policy")
    heard: dict[str, Pcm] = {}
    answers: list[httpx.Response] = []
    records: list[Json] = []

    async def script(at: Desk, call: Call, call_id: str) -> None:
        await greeting(call)
        since = time.time()
        wish = {"text": SAID, "language": "hi-Latn"}
        answers.extend(await asyncio.gather(*(at.order(call_id, "say", wish, f"manager-{call_id}") for _ in range(2))))
        await call.agent_speaks()
        await call.agent_quiet(1.0)
        heard["said"] = call.ears.between(since, time.time())

        await at.do(call_id, "hold", {"on": True})
        answers.append(await at.order(call_id, "say", {"text": "Hello"}))
        held = time.time()
        await call.say(policy)  # to nobody
        heard["on hold"] = call.ears.between(held + 0.3, time.time())
        await at.do(call_id, "hold", {"on": False})
        await call.wait(0.5)
        await ask(call, policy, "policy")

        answers.append(await at.order(call_id, "transfer", {"destination": "9999"}))
        await at.do(call_id, "hangup")
        await call.over(5.0)
        records.append(await at.record(call_id))
        answers.append(await at.order(call_id, "say", {"text": "Hello"}))
        answers.append(await at.order("no-such-call", "hangup"))

    talked(caller, script)
    assert answers[0].json() == answers[1].json()
    kinds = [answer.json().get("type", "done").rpartition(":")[2] for answer in answers]
    assert kinds == ["done", "done", "call-busy", "call-no-such-destination", "call-over", "no-such-call"]
    assert [answer.status_code for answer in answers] == [200, 200, 409, 422, 409, 404]
    assert likeness(heard["said"], caller.rendered(SAID, "hi-Latn")) > SAME
    assert level_dbfs(heard["on hold"]) > -45
    turns = records[0]["turns"]
    assert [turn["text"] for turn in turns].count(SAID) == 1
    assert sum("return policy" in turn["text"] for turn in turns if turn["role"] == "caller") == 1, "on hold nobody listened"
    assert (records[0]["outcome"], records[0]["cause"]["code"]) == ("completed", 16)


def test_keys_reach_the_other_side(caller: Caller, carrier: Carrier) -> None:
    async def script() -> None:
        number = new_caller()
        customer = await carrier.call("1000", caller=number)
        await customer.answered()
        async with desk(caller) as http:
            at = Desk(http)
            call_id = await at.find(number)
            await asyncio.sleep(1.0)
            await at.do(call_id, "dtmf", {"digits": "12w3#"})
            await customer.hears("123#")
            await at.do(call_id, "hangup")
            await customer.over()
            assert customer.cause == 16

    asyncio.run(script())


def test_what_is_said_while_the_recording_is_off_is_in_no_recording(caller: Caller, trial: Trial) -> None:
    before, secret, after = (caller.say(words) for words in ("my name is Asha", "the password is elephant", "thank you so much"))
    found: dict[str, Any] = {}

    async def script(at: Desk, call: Call, call_id: str) -> None:
        await greeting(call)
        await call.say(before)
        await call.agent_speaks()
        await call.agent_quiet(1.0)
        await at.do(call_id, "record", {"on": False})
        await at.do(call_id, "record", {"on": False})
        await call.say(secret)
        await call.agent_speaks()
        await call.agent_quiet(1.0)
        await at.do(call_id, "record", {"on": True})
        await call.say(after)
        await call.agent_speaks()
        await call.agent_quiet(1.0)
        await call.hang_up()
        found["record"] = await at.record(call_id)
        found["whole"] = await at.recording(call_id)
        found["part"] = await at.recording(call_id, Range="bytes=70000-140000")

    talked(caller, script)
    sound = found["whole"].content
    with wave.open(io.BytesIO(sound)) as file:
        left = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)[:, 0]
    assert likeness(left, before) > SAME and likeness(left, after) > SAME
    assert likeness(left, secret) < SAME
    assert (found["part"].status_code, found["part"].content) == (206, sound[70000:140001])
    files = list(trial.settings.recordings_dir.glob(f"{found['record']['id']}*"))
    assert [file.suffix for file in files] == [".sealed"], "neither legs nor a file that can be read"
    assert b"RIFF" not in files[0].read_bytes()


def test_a_supervisor_listens_and_barges_in_and_nobody_else_does(caller: Caller, operators: Mapping[str, OperatorPhone]) -> None:
    question = caller.say("what is your return policy")
    word = caller.say("this is the manager speaking", "en")
    supervisor = operators["201"]
    heard: dict[str, Pcm] = {}
    refusals: list[tuple[int, str]] = []

    async def rung(at: Desk, call_id: str, mode: str) -> None:
        await at.do(call_id, "monitor", {"extension": "201", "mode": mode})
        await supervisor.answer()

    async def script(at: Desk, call: Call, call_id: str) -> None:
        await greeting(call)
        for wish in ({"extension": "202"}, {"extension": "201", "mode": "whisper"}):
            answer = await at.order(call_id, "monitor", wish)
            refusals.append((answer.status_code, answer.json()["type"].rpartition(":")[2]))
        await rung(at, call_id, "listen")
        since = time.time()
        await call.say(question)
        await call.agent_speaks()
        heard["alone"] = call.ears.between(since, time.time())
        await call.agent_quiet(1.0)
        heard["by the supervisor"] = supervisor.heard(since)
        await supervisor.hang_up()

        await rung(at, call_id, "barge")
        since = time.time()
        await supervisor.speak(word)
        heard["by the caller"] = call.ears.between(since, time.time())
        await call.hang_up()
        await supervisor.over(timeout=5.0)

    talked(caller, script)
    assert refusals == [(403, "call-not-allowed"), (409, "call-busy")]
    assert likeness(heard["by the supervisor"], question) > SAME
    assert likeness(heard["by the caller"], word) > SAME
