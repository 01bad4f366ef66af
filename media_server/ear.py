"""The caller's sound, from packets to "speech started" and to the recogniser.

    datagram ──> Receiver ──> frames ──> EchoCanceller ─┬─> Silero window ──> Segmenter ──> SpeechStarted, SpeechStopped
                                                        └─> pre-roll ──(while a turn is heard)──> Audio

What the recogniser gets begins a little before the onset that VAD saw, and jumps over the silence between turns.
"""

from collections import deque
from collections.abc import Callable

from core.audio import FRAME, RATE, Codec, Pcm
from core.settings import Media
from core.speech import Audio
from media_server.echo.canceller import EchoCanceller
from media_server.echo.guard import EchoGuard
from media_server.rtp.dtmf import KeyPressed
from media_server.rtp.receiver import Frame, Receiver
from media_server.screening.heard import ToneHeard
from media_server.screening.tones import Tones
from media_server.turn.state import SpeechStarted, SpeechStopped, SpeechSuspected
from media_server.vad import segment
from media_server.vad.silero import Listener, Window

PRE_ROLL = 38
"""Frames kept from before VAD said "speech" (it is about 100 ms late): 760 ms."""
LEAD = int(0.3 * RATE)
"""Samples sent from before the onset…"""
LATE_LEAD = int(0.6 * RATE)
"""…and if the caller may have been taken for our echo at first: measured, for 0.15 to 0.45 s."""
CLOCK_CREEP = 0.0002
"""Seconds a frame by which the estimate of the caller's clock may drift later: 1 %, more than any phone's crystal."""


class Ear:
    """One call's. `hear` sends Audio to the recogniser, `happened` tells the turn machine."""

    def __init__(
        self,
        codec: Codec,
        listener: Listener,
        settings: Media,
        hear: Callable[[Audio], None],
        happened: Callable[[SpeechSuspected | SpeechStarted | SpeechStopped | ToneHeard], None],
    ) -> None:
        self.receiver = Receiver(codec)
        self.listener = listener
        self._segmenter = segment.Segmenter(on=settings.vad_on, off=settings.vad_off)
        self._echo = EchoCanceller() if settings.echo_cancellation else None
        self._guard = EchoGuard() if settings.echo_cancellation else None
        self.tones: Tones | None = None
        """While somebody wants to know of them."""
        self._hear = hear
        self._happened = happened
        self._recent: deque[tuple[int, Pcm, Pcm]] = deque(maxlen=PRE_ROLL)
        """Where it begins, without our echo, and as it came."""
        self._sent = 0
        """Sample up to which the recogniser has been given sound."""
        self._heeding = False
        self._onset = 0
        self._zero: float | None = None
        """Loop time of sample 0, by the packets that came soonest."""
        self._resyncs = 0
        self.last_packet: float | None = None

    def datagram(self, data: bytes, now: float) -> None:
        """One RTP packet, as it came."""
        self.last_packet = now
        self._take(self.receiver.push(data, now), now)

    def key_pressed(self, now: float) -> None:
        """ARI told of a key."""
        self.receiver.key_pressed(now)

    def tick(self, now: float, reference: Pcm) -> None:
        """Every 20 ms: what is missing by now, and what we ourselves sent (16 kHz)."""
        if self._echo is not None and self._guard is not None:
            self._echo.render(reference)
            self._guard.render(reference)
        self._take(self.receiver.pull(now), now)

    def window(self, window: Window) -> None:
        """What Silero says of 32 ms of this call."""
        for event in self._segmenter.push(window):
            match event:
                case segment.SpeechSuspected():
                    self._happened(SpeechSuspected())
                case segment.SpeechStarted(at=at):
                    self._onset = at
                    self._happened(SpeechStarted(self._time(at)))
                case segment.SpeechStopped(at=at):
                    self._happened(SpeechStopped(self._time(at)))

    def heed(self, on: bool) -> None:
        """Whether the turn machine is hearing a turn: only then the recogniser gets sound, from just before the onset on."""
        if on and not self._heeding:
            late = self._echo is not None and self._echo.resting and self._echo.line_returns
            start = max(self._sent, self._onset - (LATE_LEAD if late else LEAD))
            for at, clean, plain in self._recent:
                if at >= start:
                    self._send(at, plain if late else clean)
        self._heeding = on

    def _take(self, found: list[Frame | KeyPressed], now: float) -> None:
        for item in found:
            if isinstance(item, Frame):  # keys come from ARI: Asterisk does not forward them on this leg
                self._frame(item, now)

    def _frame(self, frame: Frame, now: float) -> None:
        if self._echo is not None and self._guard is not None:
            if self.receiver.resyncs != self._resyncs:
                self._resyncs = self.receiver.resyncs
                self._echo.reset()
                self._guard.reset()
            clean = self._echo.capture(frame.pcm)
            plain, returns = self._echo.plain, self._echo.line_returns
            ours = self._guard.is_echo(clean, line_returns=returns, theirs=self._echo.resting)
        else:
            clean, plain, ours = frame.pcm, frame.pcm, False
        zero = now - (frame.start + FRAME) / RATE
        self._zero = zero if self._zero is None else min(zero, self._zero + CLOCK_CREEP)
        self.listener.push(frame.start, clean, concealed=frame.concealed, ours=ours)
        if self.tones is not None and (tone := self.tones.push(frame.start, clean)) is not None:
            self._happened(ToneHeard(self._time(tone.start), self._time(tone.end), beep=tone.beep))
        self._recent.append((frame.start, clean, plain))
        if self._heeding:
            self._send(frame.start, clean)

    def _send(self, at: int, pcm: Pcm) -> None:
        self._sent = at + pcm.size
        self._hear(Audio(start=at, pcm=pcm.tobytes()))

    def _time(self, sample: int) -> float:
        return (self._zero or 0.0) + sample / RATE
