"""A site whose reception each test arranges anew, and two people who talk to each other about it."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.audio import Pcm
from haazir.caller import wav
from haazir.caller.phone import Phone, new_caller
from haazir.caller.script import Call
from haazir.caller.trial import Trial
from tests.e2e.calling import Caller
from tests.e2e.hearing import SAME, likeness
from tests.e2e.phones import OperatorPhone

Script = Callable[[Call], Awaitable[None]]

SITE = "reception"
SORRY, BEEP = "Sorry, nobody can take your call today.", "Nobody is here. Please leave a message after the beep."


@dataclass(frozen=True, slots=True)
class House:
    """A site whose reception each test arranges anew. A new arrangement gets a new number, which no cache knows."""

    admin: httpx.Client
    caller: Caller
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(3000))

    def arranged(self, **settings: Any) -> str:
        """The number to call."""
        usual = {"max_calls": 15, "overflow": "queue", "reception": None, "hours": None}
        answer = self.admin.patch(f"/v1/sites/{SITE}", json={**usual, **settings})
        assert answer.status_code == 200, answer.text
        number = str(next(self.numbers))
        assert self.admin.post(f"/v1/sites/{SITE}/numbers", json={"number": number}).status_code == 201
        return number

    async def played(self, number: str, script: Script, *, answered: bool = True) -> dict[str, Any]:
        """One call, to its record."""
        who = new_caller()
        async with Phone.open() as phone, phone.call(self.caller.server.sip, number, caller=who) as call:
            if answered:
                await call.answered()
            await script(call)
            await call.hang_up()
            began = call.dialled_at
        return await self.caller.server.record(who, began, timeout=20.0)

    def recorded(self, call_id: str, folder: Path) -> tuple[Pcm, Pcm]:
        """The caller's side and the other, once they are put together."""
        path = folder / "recording.wav"
        path.write_bytes(asyncio.run(self.caller.server.recording(call_id)))
        (left, right), _ = wav.read_channels(path)
        return left, right


@pytest.fixture(scope="module")
def house(trial: Trial, caller: Caller) -> Iterator[House]:
    status = trial.status()
    with httpx.Client(base_url=status.api, headers={"Authorization": f"Bearer {status.admin_key}"}, timeout=20) as admin:
        phrases = {"en": {"sorry": SORRY, "voicemail": BEEP}}
        made = admin.post("/v1/sites", json={"site_id": SITE, "name": "Sunrise", "languages": ["en"], "phrases": phrases})
        assert made.status_code == 201, made.text
        key = admin.post(f"/v1/sites/{SITE}/keys", json={"name": "test"}).json()["api_key"]
        yield House(admin, replace(caller, server=replace(caller.server, site_id=SITE, api_key=key)))
        assert admin.delete(f"/v1/sites/{SITE}", params={"force": True}).status_code == 204


@dataclass(slots=True)
class Talk:
    """Sentences that two people say to each other, judged when all calls are over."""

    complaint: Pcm
    welcome: Pcm
    heard: list[tuple[Pcm, Pcm]] = field(default_factory=list)

    async def between(self, call: Call, operator: OperatorPhone) -> None:
        since = time.time()
        await asyncio.gather(call.say(self.complaint), operator.speak(self.welcome))
        await operator.quiet(0.4, since)
        await call.agent_quiet(0.4)
        self.heard += [(operator.heard(since), self.complaint), (call.ears.between(since, time.time()), self.welcome)]

    def likeness(self) -> list[float]:
        """The operator heard the caller, the caller the operator, and so on."""
        return [round(likeness(sound, said), 2) for sound, said in self.heard]

    def was_heard(self) -> bool:
        return bool(self.heard) and min(self.likeness()) > SAME


@pytest.fixture
def talk(caller: Caller) -> Talk:
    return Talk(caller.say("my mixer is broken"), caller.say("this is the service counter", "en"))
