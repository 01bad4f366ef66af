"""Callers with people: the queue, its summary and its key with nobody in control, *8, hand-overs among operators, hang-ups."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from asterisk import obtain
from core.audio import Pcm
from haazir.caller import wav
from haazir.caller.script import Call
from haazir.caller.trial import Trial
from tests.e2e.calling import Caller
from tests.e2e.handing import Operators, hooks
from tests.e2e.hearing import SAME, likeness
from tests.e2e.house import House, Talk, house, talk
from tests.e2e.phones import OperatorPhone, first_to_ring

__all__ = ["hooks", "house", "talk"]

CLOSED = {"week": {"mon": ["00:00-00:01"]}, "closed": "queue"}


def pair(operators: Operators, first: OperatorPhone) -> OperatorPhone:
    """The other one."""
    return next(phone for phone in operators.values() if phone is not first)


@contextlib.contextmanager
def asleep(pid: int) -> Iterator[None]:
    """SIGSTOP, until the end of the block: as good as dead, and nobody starts it again."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def asterisk(trial: Trial, command: str) -> str:
    """What its console answers."""
    install, etc = obtain.find(trial.settings), trial.settings.home / "asterisk" / "etc"
    assert install is not None
    told = [*install.command, "-C", str(etc / "asterisk.conf"), "-rx", command]
    return subprocess.run(told, capture_output=True, text=True, check=True, timeout=10).stdout


def in_queue(trial: Trial) -> str | None:
    """The name of the channel that waits there, once there is one."""
    channels = (line.split("!") for line in asterisk(trial, "core show channels concise").splitlines())
    return next((fields[0] for fields in channels if len(fields) > 5 and fields[5] == "Queue"), None)


def test_the_queue_tells_who_calls_and_asks_for_a_key_with_nobody_in_control(
    house: House, trial: Trial, operators: Operators, talk: Talk, caller: Caller
) -> None:
    """The first operator declines, the second accepts; ari-app sleeps from before the first ring on."""
    summary, settings = caller.say("an angry customer with a broken mixer", "en"), trial.settings
    path = settings.run_dir / "summary.wav"
    wav.write(path, summary)
    ari_app = trial.status().processes["ari-app"]
    told: list[Pcm] = []

    async def script(call: Call) -> None:
        for phone in operators.values():
            phone.refusing = True
        await call.agent_speaks(15.0)
        while (waiting := in_queue(trial)) is None:
            await call.wait(0.2)
        asterisk(trial, f"dialplan set chanvar {waiting} __SUMMARY {path.with_suffix('')}")
        with asleep(ari_app):
            for phone in operators.values():
                phone.refusing = False
            first = await first_to_ring(operators.values())
            since = time.time()
            await first.answer()
            await first.quiet(1.0, since)
            told.append(first.heard(since))
            music = time.time()
            await first.press("2")
            await first.over()
            second = pair(operators, first)
            await second.answer()
            await call.wait(0.5)
            assert call.ears.last_sound is not None and call.ears.last_sound > music
            await second.press("1")
            await call.wait(0.3)
            await talk.between(call, second)
            await second.hang_up()
            await call.over(5.0)

    record = asyncio.run(house.played(house.arranged(max_calls=0), script))
    assert talk.was_heard(), talk.likeness()
    assert likeness(told[0], summary[: 2 * wav.RATE]) > SAME  # no packets come after the last sound
    assert record["outcome"] == "transferred"


def test_another_operator_takes_the_ringing_call_with_star_eight(house: House, operators: Operators, talk: Talk) -> None:
    async def script(call: Call) -> None:
        ringing = await first_to_ring(operators.values())
        picker = pair(operators, ringing)
        await picker.dial("*8")
        await ringing.over()
        await call.wait(0.3)
        await talk.between(call, picker)
        await picker.hang_up()
        await call.over(5.0)

    asyncio.run(house.played(house.arranged(max_calls=0), script))
    assert talk.was_heard(), talk.likeness()


def test_operators_hand_a_caller_on_and_the_record_follows(
    house: House, operators: Operators, talk: Talk, tmp_path: Path
) -> None:
    """Blind to a colleague, attended back to the first, and blind to the agent."""
    came: list[str] = []

    async def script(call: Call) -> None:
        one = await first_to_ring(operators.values())
        two = pair(operators, one)
        came.extend((one.extension, two.extension, one.extension))
        await one.answer()
        await call.wait(0.3)
        await talk.between(call, one)
        sending = asyncio.create_task(one.transfer(two.extension))
        await two.answer()
        await sending
        await call.wait(0.3)
        await talk.between(call, two)
        asking = asyncio.create_task(two.consult(one.extension))
        await one.answer()
        await asking
        await two.transfer_to_consulted()
        await call.wait(0.5)
        await talk.between(call, one)
        back = time.time()
        await one.transfer("1000")
        await call.agent_speaks(10.0, since=back)
        await call.agent_quiet(1.0)

    record = asyncio.run(house.played(house.arranged(max_calls=1, hours=CLOSED), script))
    assert talk.was_heard(), talk.likeness()
    assert [person["person"] for person in record["people"]] == came
    assert all(person["ended_at"] for person in record["people"])
    left, right = house.recorded(record["id"], tmp_path)
    assert (likeness(left, talk.complaint) > SAME, likeness(right, talk.welcome) > SAME) == (True, True)


@pytest.mark.parametrize("step", ["waiting", "ringing", "talking", "on hold"])
def test_a_caller_who_hangs_up_among_people_frees_them(house: House, operators: Operators, step: str) -> None:
    async def script(call: Call) -> None:
        if step == "waiting":
            for phone in operators.values():
                phone.refusing = True
            await call.agent_speaks(15.0)
            return
        one = await first_to_ring(operators.values())
        if step == "ringing":
            return
        await one.answer()
        await call.wait(0.5)
        if step == "on hold":
            await one.hold()
            await call.wait(0.5)

    asyncio.run(house.played(house.arranged(max_calls=0), script))

    async def all_free() -> None:
        for phone in operators.values():
            await phone.over()

    asyncio.run(all_free())
