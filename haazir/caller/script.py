"""One call as a person makes it: the words of a script are the methods of `Call`.

    async with phone.call("127.0.0.1:5060", "1000") as call:
        await call.answered()
        await call.agent_quiet(0.8)
        await call.say(question, "where is my order")
        await call.agent_speaks()
        await call.hang_up()
    call.mouth.spoken, call.ears.segments          what was said and heard, and when

Every wait has a limit and says in its error what did not happen. All times kept are time.time().
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from core.audio import CODECS, Pcm
from haazir.caller import sdp
from haazir.caller.dialog import Action, Connected, Dialog, Ended, Phase, Progress, Refused, Send
from haazir.caller.ears import Ears
from haazir.caller.line import Line
from haazir.caller.media import MediaPort
from haazir.caller.mouth import Mouth, Spoken


class CallRefused(Exception):
    """Nobody answered, or with an error."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status


class CallOver(Exception):
    """The call ended while the script was waiting for something else."""


class NotHeard(TimeoutError):
    """What the script waited for did not happen in time."""


class Call:
    """Made by Phone.call. `mouth` and `ears` exist from the answer on."""

    mouth: Mouth
    ears: Ears

    def __init__(
        self,
        dialog: Dialog,
        media: MediaPort,
        offer: sdp.Description,
        line: Line,
        transmit: Callable[[bytes], None],
        dice: Callable[[int], int],
    ) -> None:
        self.dialog = dialog
        self.media = media
        self._offer = offer
        self._line = line
        self._transmit = transmit
        self._dice = dice
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self._connected = 0
        self.remote = ("", 0)
        """Where our sound goes."""
        self.dialled_at = 0.0
        """When the INVITE left."""
        self.ringing_at: float | None = None
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.ended_by: Literal["us", "them"] | None = None
        self.ended_cause = ""
        self.refused: Refused | None = None

    # ── the words of a script ────────────────────────────────────────────────────────────────────────────────────────
    async def answered(self, timeout: float = 15.0) -> float:
        """When the call was answered. CallRefused with the status that came instead."""
        await self._until(lambda: self.answered_at is not None, timeout, "an answer")
        assert self.answered_at is not None
        return self.answered_at

    async def say(self, sound: Pcm, name: str = "") -> Spoken:
        """Speak to the end."""
        spoken = self.start_saying(sound, name)
        await self._until(lambda: spoken.finished is not None, sound.size / 8000 + 5, "the end of our own sentence")
        return spoken

    def start_saying(self, sound: Pcm, name: str = "") -> Spoken:
        """Speak, and go on with the script meanwhile."""
        return self.mouth.say(sound, name)

    async def press(self, digits: str) -> list[Spoken]:
        """Keys, one after the other, until the last is released."""
        keys = self.mouth.press(digits)
        await self._until(lambda: all(key.finished is not None for key in keys), len(digits) + 5, "the end of our own keys")
        return keys

    async def agent_speaks(self, timeout: float = 10.0, since: float | None = None) -> float:
        """When the agent began to speak, later than `since` (by default, now)."""
        moment = time.time() if since is None else since
        await self._until(lambda: self.ears.first_sound_after(moment) is not None, timeout, "the agent's voice")
        started = self.ears.first_sound_after(moment)
        assert started is not None
        return started

    async def agent_quiet(self, seconds: float, timeout: float = 30.0) -> None:
        """Until the agent, who has spoken at least once, has made no sound for this long."""

        def quiet() -> bool:
            return self.ears.last_sound is not None and time.time() - self.ears.last_sound >= seconds

        await self._until(quiet, timeout, f"{seconds} s of the agent's silence")

    async def agent_has_spoken_for(self, seconds: float, timeout: float = 15.0) -> None:
        """Until the agent is this far into what it is saying: the moment to interrupt."""
        started = await self.agent_speaks(timeout)
        await asyncio.sleep(max(0.0, started + seconds - time.time()))

    async def wait(self, seconds: float) -> None:
        """Say nothing. CallOver if the other side hangs up meanwhile."""
        end = time.time() + seconds
        await self._until(lambda: time.time() >= end, seconds + 5, "the time to pass")

    async def hold(self, direction: sdp.Direction = "sendonly") -> None:
        """As phones do it: `sendonly`, or `inactive`."""
        await self._renegotiate(direction)

    async def unhold(self) -> None:
        await self._renegotiate("sendrecv")

    async def hang_up(self) -> None:
        """At whatever step the call is. Safe twice."""
        self._perform(self.dialog.hang_up(self._loop.time()))
        await self.over(5.0)

    async def over(self, timeout: float = 30.0) -> None:
        """Until the call has ended, by either side, or was refused."""
        await self._until(lambda: self.dialog.phase is Phase.OVER, timeout, "the end of the call")

    # ── what drives it ───────────────────────────────────────────────────────────────────────────────────────────────
    def dial(self) -> None:
        """Send the INVITE. Phone.call does it, unless it was told not to."""
        self.dialled_at = time.time()
        self._perform(self.dialog.start(self._offer, self._loop.time()))

    def perform_answers(self, actions: list[Action]) -> None:
        """What the phone's socket brought."""
        self._perform(actions)

    def close(self) -> None:
        """The sound stops; requests that wait for an answer are not repeated any more."""
        if self._timer is not None:
            self._timer.cancel()
        self.media.close()

    def _perform(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Send(data):
                    self._transmit(data)
                case Progress(status):
                    self.ringing_at = self.ringing_at or (time.time() if status >= 180 else None)
                case Connected(remote):
                    self._connect(remote)
                case Refused():
                    self.refused, self.ended_at = action, time.time()
                case Ended(by, cause):
                    self.ended_at, self.ended_by, self.ended_cause = time.time(), by, cause
                    self.media.close()
        if self._timer is not None:
            self._timer.cancel()
        if (deadline := self.dialog.deadline) is not None:
            self._timer = self._loop.call_at(deadline, self._tick)
        self._wake()

    def _tick(self) -> None:
        self._perform(self.dialog.tick(self._loop.time()))

    def _connect(self, remote: sdp.Description) -> None:
        self.remote = remote.host, remote.port
        self.media.redirect(remote.host, remote.port)
        self._connected += 1
        if self.answered_at is not None:
            return
        self.answered_at = time.time()
        codec = CODECS[remote.codecs[0]]
        self.mouth = Mouth(codec, remote.digits, self._dice(2**32), self._dice(2**16), self._dice(2**32), self._line)
        self.ears = Ears(codec)
        self.media.start(self.mouth, self.ears, self._line, self._wake)

    async def _renegotiate(self, direction: sdp.Direction) -> None:
        before = self._connected
        self._perform(self.dialog.renegotiate(replace(self._offer, direction=direction), self._loop.time()))
        await self._until(lambda: self._connected > before, 5.0, "the answer to our re-INVITE")
        self.media.paused = direction == "inactive"

    def _wake(self) -> None:
        for condition, future in self._waiting:
            if not future.done() and (condition() or self.dialog.phase is Phase.OVER):
                future.set_result(None)

    async def _until(self, condition: Callable[[], bool], timeout: float, what: str) -> None:
        """Looks after every frame and every SIP message."""
        if not condition() and self.dialog.phase is not Phase.OVER:
            entry = condition, self._loop.create_future()
            self._waiting.append(entry)
            try:
                async with asyncio.timeout(timeout):
                    await entry[1]
            except TimeoutError:
                raise NotHeard(f"waited {timeout:g} s for {what}") from None
            finally:
                self._waiting.remove(entry)
        if condition():
            return
        if self.refused is not None:
            raise CallRefused(self.refused.status, self.refused.reason)
        raise CallOver(
            f"the call was over while waiting for {what} (ended by {self.ended_by}, {self.ended_cause or 'no cause given'})"
        )
