"""Two of each: what a second ari-app that stands by and a second media server are good for. An instance of its own."""

import asyncio
import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
import wave
from collections.abc import Iterator

import httpx
import numpy as np
import pytest

from core.audio import Pcm
from core.settings import load
from haazir.caller.phone import Phone, new_caller
from haazir.caller.script import Call
from haazir.caller.trial import Trial, running
from haazir.caller.voices import Voices
from tests.e2e.calling import Caller, Finished, Role, ask, greeting, metric
from tests.e2e.conftest import assert_nothing_left
from tests.e2e.hearing import SAME, likeness

TWO = """\
[calls]
standby = true
[[media.servers]]
name = "one"
[[media.servers]]
name = "two"
address = "127.0.0.1:{port}"
"""
SECRET = "known to both"
TAKE_OVER_S = 5.0
NAMES = ("ari-app", "ari-app-standby")
CALLS = 3


@pytest.fixture(scope="module")
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def pair(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    configuration = tmp_path_factory.mktemp("pair") / "haazir.toml"
    configuration.write_text(TWO.format(port=port))
    with running(HAAZIR_CONFIG=str(configuration), HAAZIR_SECRET_MEDIA_BUS=SECRET) as instance:
        yield instance


@pytest.fixture(scope="module")
def caller_of_pair(pair: Trial) -> Caller:
    return Caller(pair, pair.server(), Voices(load().home / "cache" / "callers"))


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left(pair: Trial) -> Iterator[None]:
    """Of this module's own instance, unless its last test has stopped it."""
    yield
    if pair.status().processes:
        assert_nothing_left(pair)


@contextlib.contextmanager
def second_media_server(pair: Trial, port: int) -> Iterator[None]:
    """As on another host: it listens on a port, and shares the workers of this one."""
    own = {"HAAZIR_MEDIA_LISTEN": f"127.0.0.1:{port}", "HAAZIR_NETWORK_METRICS_PORT": "9060"}
    log = (pair.settings.log_dir / "media-server-two.log").open("wb")
    command = [sys.executable, "-P", "-m", "media_server.main"]
    process = subprocess.Popen(command, env={**pair.environment, **own}, stdout=log, stderr=log)
    try:
        until_healthy(pair, "two")
        yield
    finally:
        process.terminate()
        process.wait(10)
        log.close()


def side(recording: bytes, channel: int) -> Pcm:
    """0: the caller, 1: us."""
    with wave.open(io.BytesIO(recording)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)[channel::2]


def until_healthy(pair: Trial, name: str, patience: float = 20.0) -> None:
    until = time.monotonic() + patience
    while not any(_healthy(pair.status().metrics[process], name) for process in ("ari-app", "ari-app-standby")):
        assert time.monotonic() < until, pair.last_words()
        time.sleep(0.2)


def _healthy(url: str, name: str) -> bool:
    with contextlib.suppress(httpx.HTTPError, AssertionError):
        return metric(url, f'haazir_ari_app_media_server_healthy{{name="{name}"}}') == 1.0
    return False


def wait_until_ready(pair: Trial, patience: float = 30.0) -> None:
    until = time.monotonic() + patience
    while not (status := pair.status()).ready:
        assert time.monotonic() < until, f"not mended: {status.not_ready}\n{pair.last_words()}"
        time.sleep(0.2)


def test_a_call_whose_media_server_dies_is_asked_by_another_one_to_say_it_again(
    pair: Trial, caller_of_pair: Caller, port: int
) -> None:
    caller = caller_of_pair
    question = caller.say("what is your return policy")
    silent_s: list[float] = []

    async def script(call: Call) -> None:
        await greeting(call)
        killed_at = time.time()
        await asyncio.to_thread(pair.kill, "media-server")
        silent_s.append(await call.agent_speaks(5.0, since=killed_at) - killed_at)
        await call.agent_quiet(0.8)
        await ask(call, question, "question")

    with second_media_server(pair, port):
        call = caller.play(script)
        wait_until_ready(pair)
    print(f"asked to say it again {silent_s[0]:.2f} s after the kill")
    assert call.record["outcome"] == "caller_hung_up"
    assert [turn["answer_source"] for turn in call.turns("agent")] == ["greeting", "again", "knowledge"]
    again = caller.rendered(call.turns("agent")[1]["text"], "hi-Latn")
    recording = asyncio.run(caller.server.recording(call.record["id"]))
    assert likeness(side(recording, 1), again) > SAME, "what the second media server said is in the recording"


def test_a_standby_takes_over_from_a_controller_that_stands_still_and_keeps_control(pair: Trial, caller_of_pair: Caller) -> None:
    caller = caller_of_pair
    question = caller.say("what is your return policy")
    wait_until_ready(pair)
    urls, pid = pair.status().metrics, pair.status().processes["ari-app"]
    took: list[float] = []

    def standby_has_it() -> bool:
        with contextlib.suppress(httpx.HTTPError, AssertionError):
            return metric(urls["ari-app-standby"], "haazir_ari_app_sessions_active") >= 1
        return False

    async def script(call: Call) -> None:
        await greeting(call)
        os.kill(pid, signal.SIGSTOP)
        stopped = time.monotonic()
        try:
            while not await asyncio.to_thread(standby_has_it):
                assert time.monotonic() - stopped < TAKE_OVER_S
                await asyncio.sleep(0.05)
            took.append(time.monotonic() - stopped)
        finally:
            os.kill(pid, signal.SIGCONT)
        await ask(call, question, "question")
        await call.wait(2.0)

    call = caller.play(script)
    print(f"the standby had the call after {took[0]:.2f} s")
    assert [turn["answer_source"] for turn in call.answers] == ["knowledge"]
    assert call.record["outcome"] == "caller_hung_up"
    wait_until_ready(pair)
    assert metric(pair.status().metrics["ari-app-standby"], "haazir_ari_app_in_control") == 1.0


def test_control_goes_from_hand_to_hand_and_no_call_notices(pair: Trial, caller_of_pair: Caller) -> None:
    """A clean stop of who has it, then kill -9 of the other; each time the calls that are there are asked for something."""
    caller = caller_of_pair
    question = caller.say("what is your return policy")
    asked = asyncio.Barrier(CALLS + 1)

    async def script(call: Call) -> None:
        await greeting(call)
        for _ in range(2):
            await asked.wait()
            await asked.wait()
            await ask(call, question, "question")

    async def handed_over(number: signal.Signals) -> float:
        await asked.wait()
        before = await asyncio.to_thread(end_control, pair, number)
        began = time.monotonic()
        # who was killed may be back before the lease is another's to take
        heirs = [name for name in NAMES if name != before or number is signal.SIGKILL]
        while await asyncio.to_thread(with_calls, pair, heirs) < CALLS:
            assert time.monotonic() - began < TAKE_OVER_S
            await asyncio.sleep(0.05)
        took = time.monotonic() - began
        await asked.wait()
        return took

    async def story() -> list[Finished]:
        async with Phone.open() as phone:
            calls = [asyncio.create_task(caller.perform(phone, Role(script, after=number))) for number in range(CALLS)]
            print("all calls in control after", [round(await handed_over(how), 2) for how in (signal.SIGTERM, signal.SIGKILL)])
            return await asyncio.gather(*calls)

    for call in asyncio.run(story()):
        assert [turn["answer_source"] for turn in call.answers] == ["knowledge"] * 2
        assert (call.record["outcome"], call.record["transfers"]) == ("caller_hung_up", [])


def end_control(pair: Trial, how: signal.Signals) -> str:
    """Of the one of the two that has it; its name. Both are there before."""
    wait_until_ready(pair)
    status = pair.status()
    name = next(name for name in NAMES if metric(status.metrics[name], "haazir_ari_app_in_control") == 1.0)
    os.kill(status.processes[name], how)
    return name


def with_calls(pair: Trial, names: list[str]) -> float:
    """Calls that one of these has in control."""
    found = 0.0
    for name in names:
        with contextlib.suppress(httpx.TransportError, KeyError):  # it is being started again
            url = pair.status().metrics[name]
            if metric(url, "haazir_ari_app_in_control") == 1.0:
                found = max(found, metric(url, "haazir_ari_app_sessions_active"))
    return found


def test_drained_it_stops_when_its_last_call_has_ended(pair: Trial, caller_of_pair: Caller) -> None:
    """The last test of the instance."""
    caller = caller_of_pair
    wait_until_ready(pair)
    question = caller.say("what is your return policy")

    async def script() -> None:
        async with Phone.open() as phone, phone.call(caller.server.sip, caller.server.number, caller=new_caller()) as call:
            await call.answered()
            await greeting(call)
            stopping = asyncio.create_task(asyncio.to_thread(pair.haazir, "drain", "--then-stop"))
            await ask(call, question, "question")
            assert not stopping.done()
            await call.hang_up()
            done = await stopping
            assert done.returncode == 0, done.stdout + done.stderr

    asyncio.run(script())
    assert not pair.status().processes, "stopped"
