"""The carrier of the tests: a second Asterisk with a trunk to the instance, numbers that answer, and callers who call.

with Carrier.running(...) as carrier:
    call = await carrier.call("1000", caller="919812345678")      somebody calls the instance
    call = await carrier.called(numbers.PERSON, since=began)      the instance has called somebody
    call.heard()
"""

import asyncio
import contextlib
import itertools
import random
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from asterisk.obtain import AsteriskInstall
from core.audio import Pcm
from haazir.caller import wav
from haazir.caller.voices import Voices, pause
from tests.e2e.watch import Watch
from tests.standins.carrier.control import Control, Event
from tests.standins.carrier.render import render
from tests.standins.ports import free_port

HOST = "127.0.0.2"
"""Not the instance's address, by which each knows the other; all of 127.0.0.0/8 is this machine."""
_LENGTH = slice(40, 44)
"""Of a wave file: how many bytes of sound it has."""
_RTP_PORTS = 400


class CarrierFailed(RuntimeError):
    """The second Asterisk did not start; the message has its last words."""


@dataclass(slots=True)
class CarrierCall:
    """One call as the carrier sees it."""

    id: str
    number: str
    """That was dialled."""
    caller: str
    name: str
    carrier: "Carrier"
    state: Literal["ringing", "up", "over"] = "ringing"
    cause: int | None = None
    """Q.850, once it is over."""
    sip_status: int | None = None
    """That refused it."""
    pressed: str = ""
    """Keys that the instance sent."""
    channel: str = ""
    said: int = 0
    parts: int = 0
    """Seams in its recording."""
    at: dict[str, float] = field(default_factory=dict)
    """state -> time.time() since when."""

    def become(self, state: Literal["ringing", "up", "over"]) -> None:
        self.state = state
        self.at[state] = time.time()

    async def answered(self, timeout: float = 15.0) -> None:
        await self.carrier.watch.until(lambda: self.state != "ringing", timeout, f"an answer of {self.number}")
        if self.state == "over":
            raise CarrierFailed(f"{self.number} was refused: SIP {self.sip_status}, cause {self.cause}")

    async def over(self, timeout: float = 15.0) -> None:
        await self.carrier.watch.until(lambda: self.state == "over", timeout, f"the end of the call to {self.number}")

    async def hears(self, keys: str, timeout: float = 10.0) -> None:
        """Until these keys have come from the instance."""
        await self.carrier.watch.until(lambda: keys in self.pressed, timeout, f"the keys {keys}")

    async def say(self, sound: Pcm) -> None:
        """To the end. Whatever the number was doing, it listens afterwards."""
        before, name = self.said, f"{self.id}-{time.monotonic_ns()}"
        wav.write(self.carrier.folder / "sounds" / f"{name}.wav", np.concatenate([sound, pause(0.1)]))
        self.carrier.do("Setvar", Channel=self.channel, Variable="SAYING", Value=str(self.carrier.folder / "sounds" / name))
        self.carrier.do("Redirect", Channel=self.channel, Context="callers", Exten="say", Priority="1")
        await self.carrier.watch.until(lambda: self.said > before, sound.size / wav.RATE + 5, "the end of what we say")

    def press(self, digits: str) -> None:
        for digit in digits:
            self.carrier.do("PlayDTMF", Channel=self.channel, Digit=digit)

    def hang_up(self, cause: int = 16) -> None:
        self.carrier.do("Hangup", Channel=self.channel, Cause=str(cause))

    async def heard(self) -> Pcm:
        """What came from the instance so far, at 8 kHz. A moment is lost at the seam, when the call goes on.

        Asterisk writes sound in lumps of two seconds: only a recording that has ended is whole.
        """
        if self.state == "up":
            recordings = self.carrier.folder / "recordings"
            self.parts += 1
            files = (f"{side}({recordings}/{self.id}-{self.parts}-{side}x.wav)" for side in "rt")
            self.carrier.do("StopMixMonitor", Channel=self.channel)
            self.carrier.do("MixMonitor", Channel=self.channel, File="", Options="".join(files))
        ended = self.parts if self.state == "up" else self.parts + 1
        return np.concatenate([await self._recorded(f"{part}-rx") for part in range(ended)])

    async def message(self) -> Pcm:
        """What a voicemail has recorded after its beep, once it has ended."""
        return await self._recorded("message")

    async def _recorded(self, what: str) -> Pcm:
        """Whole: the length in a wave file's header is written last."""
        path = self.carrier.folder / "recordings" / f"{self.id}-{what}.wav"
        await asyncio.to_thread(_wait_until_whole, path)
        return wav.read(path)


class Carrier:
    """Use `Carrier.running()`."""

    def __init__(self, folder: Path, sip: str) -> None:
        self.folder = folder
        self.sip = sip
        """host:port"""
        self.watch = Watch()
        self.calls: list[CarrierCall] = []
        """In the order in which they began, both directions."""
        self._numbers = itertools.count(1)
        self._booted = threading.Event()
        self._control: Control

    @classmethod
    @contextlib.contextmanager
    def running(cls, sip: str, instance: str, install: AsteriskInstall, voices: Voices) -> Iterator["Carrier"]:
        """At the address `sip`, with a trunk to `instance` (host:port both)."""
        with tempfile.TemporaryDirectory(prefix="carrier-") as name:
            carrier = cls(Path(name), sip)
            control, rtp = free_port(), _free_range()
            ports = {"control": str(control), "rtp_first": str(rtp), "rtp_last": str(rtp + _RTP_PORTS - 1)}
            configuration = render(carrier.folder, install, {"sip": sip, "instance": instance, **ports}, voices)
            process = subprocess.Popen(
                [*install.command, "-f", "-C", str(configuration)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )
            try:
                carrier._connect(control, process)
                yield carrier
                carrier._control.close()
            finally:
                process.terminate()
                process.wait(10)

    async def call(
        self, number: str, caller: str = "919800000001", name: str = "", then: str = "listen", *, movable: bool = False
    ) -> CarrierCall:
        """Somebody calls a number of the instance; `then`: listen or echo, once it answers. caller "": anonymous.

        movable: through a switch of the carrier's, which takes them elsewhere if the instance asks it to (REFER).
        """
        call_id = f"caller-{next(self._numbers)}"
        through = f"Local/{number}@switch/n" if movable else f"PJSIP/{number}@{'instance' if caller else 'anonymous'}"
        call = CarrierCall(call_id, number, caller, name, self)
        call.become("ringing")
        self.calls.append(call)
        self.do(
            "Originate", f"__FROM={caller}", Channel=through, ChannelId=call_id, Context="callers", Exten=then, Priority="1",
            CallerID=f'"{name}" <{caller or "anonymous"}>', Timeout="60000", Async="true",
        )  # fmt: skip
        await self.watch.until(lambda: bool(call.channel) or call.state == "over", 5.0, "the carrier's channel")
        return call

    async def called(self, number: str, *, since: float, timeout: float = 15.0) -> CarrierCall:
        """The newest call of the instance to `number` that began at `since` or later, once there is one."""

        def newest() -> CarrierCall | None:
            fitting = (call for call in reversed(self.calls) if call.number == number and call.at["ringing"] >= since)
            return next(fitting, None)

        await self.watch.until(lambda: newest() is not None, timeout, f"a call to {number}")
        call = newest()
        assert call is not None
        return call

    def do(self, action: str, *variables: str, **fields: str) -> None:
        """An action of the manager interface."""
        self._control.do(action, *variables, **fields)

    def last_words(self) -> str:
        log = self.folder / "log" / "messages"
        return "\n".join(log.read_text(errors="replace").splitlines()[-30:]) if log.exists() else ""

    def _connect(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        until = time.monotonic() + 20
        while True:
            try:
                self._control = Control(port, self._happened)
                self._booted.wait(until - time.monotonic())
                return
            except ConnectionRefusedError:
                if time.monotonic() > until or process.poll() is not None:
                    raise CarrierFailed(f"the carrier's Asterisk did not start:\n{self.last_words()}") from None
                time.sleep(0.05)

    def _happened(self, event: Event) -> None:
        call = next((call for call in self.calls if call.id == event.get("Uniqueid")), None)
        match event.get("Event"):
            case "FullyBooted":
                self._booted.set()
            case "Newchannel" if call is None:
                name = event["CallerIDName"].replace("<unknown>", "")
                call = CarrierCall(event["Uniqueid"], event["Exten"], event["CallerIDNum"].replace("<unknown>", ""), name, self)
                call.become("ringing")
                call.channel = event["Channel"]
                self.calls.append(call)
            case "Newchannel" if call is not None:
                call.channel = event["Channel"]
            case "Newstate" if call is not None and event["ChannelStateDesc"] == "Up":
                call.become("up")
            case "DTMFEnd" if call is not None and event["Direction"] == "Received":
                call.pressed += event["Digit"]
            case "UserEvent" if call is not None and event["UserEvent"] == "Said":
                call.said += 1
            case "Hangup" if call is not None:
                call.cause = int(event["Cause"])
                call.sip_status = int(event["TechCause"]) if event.get("TechCause", "").isdigit() else None
                call.become("over")
        self.watch.changed()


def _free_range() -> int:
    """Above the ports that the system gives out by itself, and those of instances."""
    return random.randrange(61_000, 65_000, _RTP_PORTS)


def _wait_until_whole(path: Path, patience: float = 10.0) -> None:
    until = time.monotonic() + patience
    while not path.exists() or path.read_bytes()[_LENGTH] in (b"", bytes(4)):
        if time.monotonic() > until:
            raise CarrierFailed(f"{path.name} did not end in {patience:g} s")
        time.sleep(0.01)
