"""ari-app is killed while one caller is on hold and another is asked for a secret: its next life keeps both as they were."""

import asyncio
import contextlib
import time
from collections.abc import Iterator

import httpx
import pytest

from core.audio import Pcm
from haazir.caller.phone import Phone, new_caller
from haazir.caller.script import Call
from haazir.caller.trial import Trial
from tests.e2e.calling import Caller, ask, greeting, metric
from tests.e2e.desk import CODE, PIN, SAFE, STATUS, Desk, Json, callers_side, desk, until_asked_for_the_code
from tests.e2e.hearing import SAME, level_dbfs, likeness

POLICY, THANKS = "what is your return policy", "thank you so much"
UNDER_CONTROL_S = 5.0


@pytest.fixture(scope="module", autouse=True)
def safe(trial: Trial, caller: Caller) -> Iterator[None]:
    headers = {"Authorization": f"Bearer {trial.status().admin_key}"}
    with httpx.Client(base_url=caller.server.api, headers=headers, timeout=30.0) as admin:
        admin.post("/v1/sites", json=SAFE).raise_for_status()
        admin.post("/v1/sites/safe/tools", json=CODE).raise_for_status()
        yield
        admin.delete("/v1/sites/safe", params={"force": "true"}).raise_for_status()


def until_taken_up(url: str, calls: int) -> None:
    until = time.monotonic() + UNDER_CONTROL_S
    while time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError, AssertionError):
            if metric(url, "haazir_ari_app_sessions_active") >= calls:
                return
        time.sleep(0.05)
    raise AssertionError(f"not under control after {UNDER_CONTROL_S:g} s")


def test_what_was_on_hold_stays_so_and_what_was_not_to_be_recorded_is_not(trial: Trial, caller: Caller) -> None:
    url = trial.status().metrics["ari-app"]
    servers = {site: trial.server(site) for site in ("demo", "safe")}
    ready, again = asyncio.Barrier(3), asyncio.Event()
    heard: dict[str, Pcm] = {}
    records: dict[str, Json] = {}

    async def killed() -> None:
        await ready.wait()
        await asyncio.to_thread(trial.kill, "ari-app")
        await asyncio.to_thread(until_taken_up, url, 2)
        again.set()

    async def on_hold(call: Call, at: Desk, call_id: str) -> None:
        await greeting(call)
        await at.do(call_id, "hold", {"on": True})
        await ready.wait()
        await again.wait()
        held = time.time()
        await call.say(caller.say(POLICY))  # to nobody
        await call.wait(1.0)
        heard["on hold"] = call.ears.between(held, time.time())
        await at.do(call_id, "hold", {"on": False}, patience=2.0)
        await call.wait(0.5)
        await ask(call, caller.say(POLICY), POLICY)
        await call.hang_up()
        records["on hold"] = await at.record(call_id)

    async def asked_for_a_secret(call: Call, at: Desk, call_id: str) -> None:
        await greeting(call)
        await until_asked_for_the_code(at, call, call_id, caller)
        await ready.wait()
        await again.wait()
        await ask(call, caller.say(PIN), PIN)
        await call.press("9876")  # should it have been misheard: a secret is awaited until it is understood
        await call.agent_speaks(12.0)
        await call.agent_quiet(1.0)
        await call.say(caller.say(THANKS))
        await call.wait(0.5)
        await call.hang_up()
        records["secret"] = await at.record(call_id)
        heard["recorded"] = callers_side(await at.recording(call_id))

    async def play(phone: Phone, site: str) -> None:
        server, number = servers[site], new_caller()
        script = on_hold if site == "demo" else asked_for_a_secret
        async with desk(server) as http, phone.call(server.sip, server.number, caller=number) as call:
            await call.answered()
            await script(call, at := Desk(http), await at.find(number))

    async def story() -> None:
        async with Phone.open() as phone:
            await asyncio.gather(play(phone, "demo"), play(phone, "safe"), killed())

    asyncio.run(story())
    assert level_dbfs(heard["on hold"]) > -45, "music"
    words = [turn["text"] for turn in records["on hold"]["turns"] if turn["role"] == "caller"]
    assert len(words) == 1, "said twice, once of it on hold"
    found = {words: likeness(heard["recorded"], caller.say(words)) > SAME for words in (STATUS, PIN, THANKS)}
    assert found == {STATUS: True, PIN: False, THANKS: True}, records["secret"]["turns"]
