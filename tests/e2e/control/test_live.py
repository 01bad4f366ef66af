"""Orders upon running calls over REST: what the caller hears of each, what is recorded, and that nothing is done twice."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field

import httpx
import pytest

from core.audio import Pcm
from haazir.caller.phone import Phone, new_caller
from haazir.caller.script import Call
from haazir.caller.server import Server
from haazir.caller.trial import Trial
from tests.e2e.calling import Caller, ask, greeting
from tests.e2e.desk import CODE, PIN, SAFE, STATUS, Desk, Json, callers_side, desk, until_asked_for_the_code
from tests.e2e.hearing import SAME, level_dbfs, likeness
from tests.e2e.phones import OperatorPhone
from tests.standins.carrier.carrier import Carrier

SAID = "Aapka manager abhi line par aa raha hai."
POLICY = "what is your return policy"
NAME, PASSWORD, THANKS = "my name is Asha", "the password is elephant", "thank you so much"
WORD = "this is the manager speaking"


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
    with httpx.Client(base_url=caller.server.api, headers=headers, timeout=30.0) as admin:

        def supervisors(*extensions: str) -> None:
            admin.patch("/v1/sites/demo", json={"listening": {"supervisors": extensions}}).raise_for_status()

        supervisors("201")
        admin.post("/v1/sites", json=SAFE).raise_for_status()
        admin.post("/v1/sites/safe/tools", json=CODE).raise_for_status()
        yield asyncio.run(_played(caller, trial.server("safe"), _scripts(caller, operators["201"])))
        supervisors()
        admin.delete("/v1/sites/safe", params={"force": "true"}).raise_for_status()


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
            await call.say(caller.say(words))
            await call.wait(0.5)
        await at.do(call_id, "record", {"on": True})
        await call.hang_up()
        seen.record = await at.record(call_id)
        seen.recording = [await at.recording(call_id), await at.recording(call_id, Range="bytes=70000-140000")]

    async def asked_for_a_secret(at: Desk, call: Call, call_id: str, seen: Seen) -> None:
        await greeting(call)
        await until_asked_for_the_code(at, call, call_id, caller)
        await ask(call, caller.say(PIN), PIN)
        await call.hang_up()
        seen.record = await at.record(call_id)
        seen.recording = [await at.recording(call_id)]

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
        await call.say(policy)
        await call.wait(0.5)
        seen.heard["by the supervisor"] = supervisor.heard(since)
        await supervisor.hang_up()
        await call.agent_speaks(12.0, since=since)
        await call.agent_quiet(1.0)

        since = await rung("barge")
        await supervisor.speak(caller.say(WORD, "en"))
        await call.wait(0.5)
        seen.heard["by the caller"] = call.ears.between(since, time.time())
        await call.hang_up()
        await supervisor.over(timeout=5.0)

    return {"orders": said_held_and_hung_up, "recorded": recorded_in_part, "secret": asked_for_a_secret, "monitored": listened_to}


async def _played(caller: Caller, safe: Server, scripts: Mapping[str, Script]) -> dict[str, Seen]:
    async def play(name: str, seen: Seen, after: float) -> None:
        await asyncio.sleep(after)
        number, server = new_caller(), safe if name == "secret" else caller.server
        async with desk(server) as http, phone.call(server.sip, server.number, caller=number) as call:
            await call.answered()
            at = Desk(http)
            await scripts[name](at, call, await at.find(number), seen)

    found = {name: Seen() for name in scripts}
    async with Phone.open() as phone:
        # one after the other, and the last when ari-app has certainly read the site anew (calls.site_cache_s)
        plays = (play(name, found[name], 2.5 * number) for number, name in enumerate(scripts))
        failures = await asyncio.gather(*plays, return_exceptions=True)
    return {name: seen for (name, seen), failure in zip(found.items(), failures, strict=True) if not _failed(name, failure)}


def _failed(name: str, failure: BaseException | None) -> bool:
    """A script that fails fails only the tests that look at its call."""
    if failure is not None:
        print(f"the call {name!r} came to nothing: {failure!r}")
    return failure is not None


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
    left = callers_side(whole)
    alike = {words: likeness(left, caller.say(words)) > SAME for words in (NAME, PASSWORD, THANKS)}
    assert alike == {NAME: True, PASSWORD: False, THANKS: True}
    assert (part.status_code, part.content) == (206, whole.content[70000:140001])


def test_a_secret_that_the_agent_asks_for_is_in_no_recording(seen: Mapping[str, Seen], caller: Caller) -> None:
    secret = seen["secret"]
    left = callers_side(secret.recording[0])
    turns = [(turn["role"], turn["text"]) for turn in secret.record["turns"]]
    assert {words: likeness(left, caller.say(words)) > SAME for words in (STATUS, PIN)} == {STATUS: True, PIN: False}, turns


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
        async with desk(caller.server) as http:
            at = Desk(http)
            call_id = await at.find(number)
            await at.do(call_id, "dtmf", {"digits": "12w3#"})
            await customer.hears("123#")
            await at.do(call_id, "hangup")
            await customer.over()
            assert customer.cause == 16

    asyncio.run(script())
