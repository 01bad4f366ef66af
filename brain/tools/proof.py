"""Who is calling? Shown before a tool tells or does anything personal, and remembered for the conversation.

    caller_id   the number they call from is the registered one (calls only; the network vouches for it, more or less)
    last4       the last four digits of the registered number, said or keyed
    keypad      a PIN, keyed; the site's own server says whether it is right

What is remembered is a digest of the registered number: another order of the same customer asks nothing again.
"""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from brain.tools.declaration import Authentication, Way
from brain.tools.job import Job
from brain.tools.outcome import Away, NotFound
from brain.tools.over_http import OverHttp
from brain.tools.template import Unfillable, at
from brain.tools.tool import Request
from brain.turn import Memory
from brain.understand import Meaning, Number

MOST_FAILURES = 3
"""In one conversation. Then a person takes over, who can ask other things."""
DIGITS = {"last4": 4, "keypad": 0}


@dataclass(frozen=True, slots=True)
class Proven:
    memory: Memory


@dataclass(frozen=True, slots=True)
class Wanted:
    """Not yet: the caller has to be asked for this."""

    way: Way
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no way left."""


Verdict = Proven | Wanted | Failed


class Proof:
    def __init__(self, http: OverHttp) -> None:
        self._http = http

    async def wanted(self, job: Job, request: Request, own: Callable[[], Awaitable[Any]]) -> Verdict:
        """What stands between the caller and this job. `own`: the tool's own answer. ToolFailed."""
        asked = job.declaration.authentication
        if asked is None:
            return Proven(request.memory)
        if request.memory.wrong_proofs >= MOST_FAILURES:
            return Failed()
        for way in asked.ways:
            digest = _digest(request, await self._subject(job, asked, way, own))
            if digest in request.memory.proven:
                return Proven(request.memory)
            if way == "caller_id" and request.asked.channel == "call":
                if _same_number(request.asked.caller, await self._registered(job, asked, own)):
                    return Proven(replace(request.memory, proven=(*request.memory.proven, digest)))
            elif way == "last4" or (way == "keypad" and request.asked.channel == "call"):
                return Wanted(way)
        return Failed()

    async def shown(self, job: Job, request: Request, way: Way, meaning: Meaning, own: Callable[[], Awaitable[Any]]) -> Verdict:
        """Whether what the caller said or keyed proves it. ToolFailed."""
        asked = job.declaration.authentication
        assert asked is not None, "nothing was asked for"
        digits = meaning.digits if isinstance(meaning, Number) else ""
        if way == "keypad":
            right = request.asked.via == "keypad" and await self._verified(job, asked, digits)
        else:
            last = _figures(await self._registered(job, asked, own))[-4:]
            right = len(last) == 4 and hmac.compare_digest(last, digits)
        if right:
            digest = _digest(request, await self._subject(job, asked, way, own))
            return Proven(replace(request.memory, proven=(*request.memory.proven, digest), wrong_proofs=0))
        return Failed() if request.memory.wrong_proofs + 1 >= MOST_FAILURES else Wanted(way, wrong=True)

    async def _verified(self, job: Job, asked: Authentication, pin: str) -> bool:
        if not pin:
            return False
        answer = await self._http.verify(job, asked.pin_url, pin)
        return isinstance(answer, dict) and answer.get("valid") is True

    async def _subject(self, job: Job, asked: Authentication, way: Way, own: Callable[[], Awaitable[Any]]) -> str:
        """Whose proof it is: the registered number, or for a PIN what the server is asked about."""
        if way == "keypad":
            return f"pin {asked.pin_url} {sorted(job.arguments.items())}"
        return "number " + _figures(await self._registered(job, asked, own))[-10:]

    async def _registered(self, job: Job, asked: Authentication, own: Callable[[], Awaitable[Any]]) -> str:
        record = await (self._http.look_up(job, asked.url) if asked.url else own())
        if record is None:
            raise NotFound("no record")
        try:
            number = at(record, asked.field)
        except Unfillable as error:
            raise Away("the record has no registered number") from error
        if not isinstance(number, str | int) or isinstance(number, bool) or len(_figures(str(number))) < 4:
            raise Away("the record's registered number is none")
        return str(number)


def _figures(text: str) -> str:
    return "".join(character for character in text if character in "0123456789")


def _same_number(one: str, other: str) -> bool:
    """Indian numbers are the same if their last ten digits are: +91…, 0… and bare. A short one is nobody's."""
    one, other = _figures(one), _figures(other)
    return len(one) >= 10 and len(other) >= 10 and hmac.compare_digest(one[-10:], other[-10:])


def _digest(request: Request, subject: str) -> str:
    """Of this conversation only, so that a stored memory tells nobody a number."""
    return hashlib.sha256(f"{request.site.site_id}\0{request.asked.conversation}\0{subject}".encode()).hexdigest()[:20]
