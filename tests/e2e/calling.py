"""How end-to-end tests call the instance: scripts in, finished calls with their records out.

finished = caller.play(script)          one call
rounds = caller.play_all({...})         many at once; one that fails fails only the tests that look at it
"""

import asyncio
import tomllib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np

from core.audio import Pcm
from core.bus import connect
from core.ids import CallId
from core.settings import REPOSITORY, load
from core.sites import Language
from core.speech import FromTts, OpenSpeaking, Sound, Speak, SpeakingFailed
from haazir.call import outcome
from haazir.caller.line import Line
from haazir.caller.measure import Exchange, Outcome
from haazir.caller.phone import Phone, new_caller
from haazir.caller.precedence import first_served
from haazir.caller.script import Call
from haazir.caller.sdp import Codec
from haazir.caller.server import Server
from haazir.caller.trial import Trial
from haazir.caller.voices import Voices

Script = Callable[[Call], Awaitable[None]]

VOICE: str = tomllib.loads((REPOSITORY / "demo" / "site" / "site.toml").read_text())["voice"]


@dataclass(frozen=True, slots=True)
class Role:
    """One caller of a round."""

    script: Script
    line: Line = field(default_factory=Line)
    codecs: tuple[Codec, ...] = ("ulaw", "alaw")
    after: float = 0.0
    """Seconds to wait before dialling."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A call that is over, and what the server recorded of it."""

    call: Call
    outcome: Outcome

    @property
    def record(self) -> dict[str, Any]:
        return self.outcome.record

    @property
    def exchanges(self) -> list[Exchange]:
        return self.outcome.exchanges

    def turns(self, role: str) -> list[dict[str, Any]]:
        return [turn for turn in self.record["turns"] if turn["role"] == role]

    @property
    def answers(self) -> list[dict[str, Any]]:
        """Agent turns that answer something the caller said."""
        return [
            turn
            for turn in self.turns("agent")
            if turn["answer_source"] in ("tool", "knowledge", "fallback", "small_talk", "abstain")
        ]

    @property
    def understood(self) -> list[str]:
        """What the caller said, as it was heard."""
        return [turn["text"].lower().rstrip(".?") for turn in self.turns("caller")]

    def said_by_agent(self) -> str:
        return " ".join(turn["text"] for turn in self.turns("agent"))


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls one site of the instance under test."""

    trial: Trial
    server: Server
    voices: Voices

    @classmethod
    def of(cls, trial: Trial) -> "Caller":
        return cls(trial, trial.server(), Voices(load().home / "cache" / "callers"))

    def say(self, text: str, voice: str = "en-us") -> Pcm:
        return self.voices.say(text, voice)

    def play(self, script: Script, **role: Any) -> Finished:
        """One call, to its record."""
        with first_served():
            return asyncio.run(self._alone(Role(script, **role)))

    def play_all(self, roles: Mapping[str, Role]) -> dict[str, Finished | Exception]:
        """All at once. A failure is in the place of its call."""
        with first_served():
            return asyncio.run(self._together(roles))

    async def _alone(self, role: Role) -> Finished:
        async with Phone.open() as phone:
            return await self.perform(phone, role)

    async def _together(self, roles: Mapping[str, Role]) -> dict[str, Finished | Exception]:
        async with Phone.open() as phone:
            results = await asyncio.gather(*(self.perform(phone, role) for role in roles.values()), return_exceptions=True)
        found: dict[str, Finished | Exception] = {}
        for name, result in zip(roles, results, strict=True):
            if isinstance(result, BaseException) and not isinstance(result, Exception):
                raise result
            found[name] = result
        return found

    async def perform(self, phone: Phone, role: Role) -> Finished:
        await asyncio.sleep(role.after)
        caller = new_caller()
        async with phone.call(self.server.sip, self.server.number, caller=caller, line=role.line, codecs=role.codecs) as call:
            await call.answered()
            await role.script(call)
            await call.hang_up()
        record = await self.server.record(caller, call.dialled_at, timeout=20.0)
        return Finished(call, outcome(call, caller, record, []))

    def rendered(self, text: str, language: Language) -> Pcm:
        """`text` as the demo site's voice says it, at 8 kHz: what must be found in what was heard."""
        return asyncio.run(self._rendered(text, language))

    async def _rendered(self, text: str, language: Language) -> Pcm:
        async with await connect(self.trial.settings.socket("tts-worker"), FromTts) as link:
            link.send(OpenSpeaking(call_id=CallId("test"), voice=VOICE, rate=8000))
            link.send(Speak(reply=1, index=0, text=text, language=language))
            parts = []
            async for message in link:
                match message:
                    case Sound(pcm=pcm, last=last):
                        parts.append(np.frombuffer(pcm, np.int16))
                        if last:
                            break
                    case SpeakingFailed(detail=detail):
                        raise AssertionError(detail)
        return np.concatenate(parts)


async def greeting(call: Call) -> None:
    """Hear the greeting to its end."""
    await call.agent_speaks(since=call.answered_at)
    await call.agent_quiet(0.8)


async def ask(call: Call, question: Pcm, name: str, quiet: float = 1.0) -> None:
    """Say it and hear the answer to its end."""
    await call.say(question, name)
    await call.agent_speaks(12.0)
    await call.agent_quiet(quiet)


def metric(url: str, name: str) -> float:
    """One unlabelled figure of a process's /metrics."""
    for line in httpx.get(url, timeout=5.0).text.splitlines():
        if line.startswith(f"{name} "):
            return float(line.split()[-1])
    raise AssertionError(f"{url} has no {name}")
