"""Operators' phones: a real baresip each, without a loudspeaker, remote-controlled and with its ears in our hands.

    call = await operators["201"].rings()               who calls: call.number, call.name
    await operators["201"].answer()
    await operators["201"].speak(sound)
    operators["201"].heard()

Verbs are coroutines of any event loop: what happens is learnt by a thread (baresip.py).
"""

import asyncio
import contextlib
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from core.audio import Pcm
from haazir.caller import wav
from haazir.caller.voices import pause
from tests.e2e.baresip import Baresip, Event, PhoneFailed

_TAIL_S = 5.0
"""Silence after a sentence, in which we go back to the silence proper."""
_KEY_S = 0.2
"""From one key to the next."""


@dataclass(slots=True)
class PhoneCall:
    """One call at a phone."""

    id: str
    """Its SIP Call-ID."""
    direction: Literal["incoming", "outgoing"]
    number: str
    """Of the other side."""
    name: str
    state: Literal["ringing", "up", "over"] = "ringing"
    reason: str = ""
    """Why it is over, in baresip's words."""
    at: dict[str, float] = field(default_factory=dict)
    """state -> time.time() since when."""

    def become(self, state: Literal["ringing", "up", "over"]) -> None:
        self.state = state
        self.at[state] = time.time()


class OperatorPhone:
    """Use `OperatorPhone.open()`. Verbs act on the newest call that is not over."""

    def __init__(self, extension: str, password: str, server: str, folder: Path) -> None:
        self.extension = extension
        self.calls: list[PhoneCall] = []
        self.refusing = False
        """Answers every call with 486 at once, as a phone set to do-not-disturb does."""
        self.server = server
        self._account = f"<sip:{extension}@{server}>;auth_user={extension};auth_pass={password};regint=300;answermode=manual"
        self._folder = folder
        self._registered: bool | None = None
        self._transfer = ""
        """Why the last one failed."""
        self._baresip = Baresip(folder, self._happened)
        self._until = self._baresip.watch.until

    @classmethod
    @contextlib.contextmanager
    def open(cls, extension: str, password: str, server: str) -> Iterator["OperatorPhone"]:
        """A phone that is switched on and not registered yet. `server` is host:port."""
        with tempfile.TemporaryDirectory(prefix=f"phone-{extension}-") as name:
            phone = cls(extension, password, server, Path(name))
            try:
                yield phone
            finally:
                phone._baresip.stop()

    # ── what an operator does ────────────────────────────────────────────────────────────────────────────────────────
    async def register(self) -> None:
        """PhoneFailed if the server does not want us."""
        self._registered = None
        await self._baresip.command("uanew", self._account)
        await self._until(lambda: self._registered is not None, 10.0, f"the registration of {self.extension}")
        if not self._registered:
            raise PhoneFailed(f"{self.extension} could not register:\n{self._baresip.last_words()}")

    async def unregister(self) -> None:
        await self._baresip.command("uadel", f"sip:{self.extension}@{self.server}")

    async def rings(self, timeout: float = 20.0) -> PhoneCall:
        """The call that is coming in. To let it ring, do nothing."""
        await self._until(lambda: self._ringing() is not None, timeout, f"a call for {self.extension}")
        call = self._ringing()
        assert call is not None
        return call

    async def answer(self) -> PhoneCall:
        call = await self.rings()
        await self._baresip.command("accept")
        await self._until(lambda: call.state != "ringing", 5.0, "the call that was answered")
        return call

    async def decline(self) -> None:
        """486 while it rings: baresip knows no other answer."""
        call = await self.rings()
        await self._baresip.command("hangup")
        await self.over(call)

    async def dial(self, number: str, timeout: float = 10.0) -> PhoneCall:
        """Until the other side answers. PhoneFailed if it does not."""
        before = len(self.calls)
        await self._baresip.command("dial", f"sip:{number}@{self.server}")
        await self._until(lambda: any(call.state != "ringing" for call in self.calls[before:]), timeout, "an answer")
        call = self.calls[before]
        if call.state == "over":
            raise PhoneFailed(f"{number}: {call.reason}")
        return call

    async def press(self, digits: str) -> None:
        for digit in digits:
            await self._baresip.command("sndcode", digit)
            await asyncio.sleep(_KEY_S)

    async def speak(self, sound: Pcm) -> None:
        """To the end."""
        path = self._folder / "speech.wav"
        wav.write(path, np.concatenate([sound, pause(_TAIL_S)]))
        try:
            await self._baresip.command("ausrc", f"aufile,{path}")
            await asyncio.sleep(sound.size / wav.RATE)
        finally:
            await self._baresip.command("ausrc", f"aufile,{self._baresip.silence}")

    async def quiet(self, seconds: float, since: float, timeout: float = 15.0) -> None:
        """Until the other side, who has made a sound since then (time.time()), has made none for this long."""

        def silent() -> bool:
            last = self._baresip.dump.last_sound_after(since)
            return last is not None and time.time() - last >= seconds

        await self._until(silent, timeout, f"{seconds} s of silence at {self.extension}")

    async def hold(self) -> None:
        await self._baresip.command("hold")

    async def resume(self) -> None:
        await self._baresip.command("resume")

    async def transfer(self, number: str) -> None:
        """Blind: the other side goes to `number`, we are out."""
        await self._refer(self._current(), f"sip:{number}@{self.server}")

    async def consult(self, number: str) -> PhoneCall:
        """Put the caller on hold and ask somebody; `transfer_to_consulted` brings the two together."""
        await self.hold()
        return await self.dial(number)

    async def transfer_to_consulted(self) -> None:
        """Attended: whom we had on hold gets whom we talk to."""
        held, consulted = [call for call in self.calls if call.state == "up"][-2:]
        ours, theirs = self._tags(consulted)
        replaces = f"{consulted.id}%3Bto-tag%3D{theirs}%3Bfrom-tag%3D{ours}"
        await self._baresip.command("callfind", held.id)
        await self._refer(held, f"<sip:{consulted.number}@{self.server}?Replaces={replaces}>")
        await self.over(consulted)

    async def hang_up(self) -> None:
        """Safe twice."""
        for call in [call for call in self.calls if call.state != "over"][-1:]:
            await self._baresip.command("hangup")
            await self.over(call)

    async def over(self, call: PhoneCall | None = None, timeout: float = 10.0) -> None:
        """Until the call (all calls, if none is named) is over."""
        wanted = [call] if call else self.calls
        await self._until(lambda: all(call.state == "over" for call in wanted), timeout, f"the end of {self.extension}'s call")

    async def free(self) -> None:
        """As it was switched on: no calls, refusing nobody. For the beginning of a test."""
        self.refusing = False
        while any(call.state != "over" for call in self.calls):
            await self.hang_up()

    # ── what an operator knows ───────────────────────────────────────────────────────────────────────────────────────
    @property
    def state(self) -> Literal["idle", "ringing", "up"]:
        states = {call.state for call in self.calls}
        return "ringing" if "ringing" in states else "up" if "up" in states else "idle"

    def heard(self, since: float = 0.0) -> Pcm:
        """What came over the line since that time.time(), at 8 kHz, silence where no packet came."""
        return self._baresip.dump.heard(since)

    def first_sound_after(self, moment: float) -> float | None:
        """time.time() of the first 20 ms above -45 dBFS, to 10 ms."""
        return self._baresip.dump.first_sound_after(moment)

    def signalling(self) -> str:
        """Every SIP message that it sent and got, and what baresip said to them."""
        return self._baresip.log()

    # ── what drives it ───────────────────────────────────────────────────────────────────────────────────────────────
    def _happened(self, event: Event) -> None:
        kind, call = event["type"], self._call(event.get("id", ""))
        match kind:
            case "REGISTER_OK" | "REGISTER_FAIL":
                self._registered = kind == "REGISTER_OK"
            case "CALL_INCOMING" if self.refusing:
                self._baresip.send("hangup")
            case "CALL_INCOMING" | "CALL_RINGING" | "CALL_PROGRESS" if call is None:
                self._begin(event)
            case "CALL_ESTABLISHED":
                (call or self._begin(event)).become("up")
            case "CALL_CLOSED":
                call = call or self._begin(event)
                call.reason = event.get("param", "")
                call.become("over")
            case "TRANSFER_FAILED":
                self._transfer = event.get("param", "") or "failed"

    def _begin(self, event: Event) -> PhoneCall:
        match = re.search(r"sips?:([^@;>]*)", event.get("peeruri", ""))
        call = PhoneCall(event["id"], event["direction"], match[1] if match else "", event.get("peerdisplayname", ""))
        call.become("ringing")
        self.calls.append(call)
        return call

    def _call(self, call_id: str) -> PhoneCall | None:
        return next((call for call in self.calls if call.id == call_id), None)

    def _current(self) -> PhoneCall:
        return next(call for call in reversed(self.calls) if call.state == "up")

    def _ringing(self) -> PhoneCall | None:
        incoming = (call for call in self.calls if call.direction == "incoming" and call.state == "ringing")
        return next(incoming, None)

    async def _refer(self, call: PhoneCall, target: str) -> None:
        self._transfer = ""
        await self._baresip.command("transfer", target)
        await self._until(lambda: call.state == "over" or bool(self._transfer), 15.0, "the end of the transfer")
        if self._transfer:
            raise PhoneFailed(f"transfer to {target}: {self._transfer}")

    def _tags(self, call: PhoneCall) -> tuple[str, str]:
        """Our tag and the other's in the dialog of a call that we dialled: only the SIP messages have them."""
        found = re.findall(rf"SIP/2\.0 200 (?:(?!\r\n\r\n).)*?{re.escape(call.id)}(?:(?!\r\n\r\n).)*", self.signalling(), re.S)
        tags = {name.lower(): tag for name, tag in re.findall(r"(From|To):[^\r\n]*;tag=([^;\s]+)", found[0])}
        return tags["from"], tags["to"]


async def first_to_ring(phones: Iterable[OperatorPhone], timeout: float = 20.0) -> OperatorPhone:
    """The queue decides whom it rings first."""
    waiting = {asyncio.create_task(phone.rings(timeout)): phone for phone in phones}
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        await (first := done.pop())
        return waiting[first]
    finally:
        for task in waiting:
            task.cancel()
