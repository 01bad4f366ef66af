"""A call's voice on the wire: keeps the pacer's ring filled from the playout, and knows what has really left.

    say ──> Playout ──take──> ring (25 frames) ──C thread──> wire
                    <──take back── drop             │
            events, reference <── sent ─────────────┘ counted every tick

Sound is in the ring, not noise: what is said while nothing is heard leaves with the very next packet.
"""

from dataclasses import dataclass

import numpy as np

from core.audio import FRAME, FRAME_S, RATE, Codec, Pcm
from core.resample import Resampler
from media_server.rtp.pacing import RING, Look, Pacer
from media_server.rtp.playout import Heard, Playout, PlayoutEvent, comfort_noise


@dataclass(frozen=True, slots=True)
class Tick:
    """What has left since the last one."""

    reference: Pcm
    """The line's sound at 16 kHz, what an echo would be of: 320 samples for each packet that left, one packet ahead."""
    events: list[PlayoutEvent]


class Outgoing:
    """One call. Times are time.monotonic()'s, which is also the event loop's."""

    def __init__(self, codec: Codec, pacer: Pacer) -> None:
        self._codec = codec
        self._pacer = pacer
        self._playout = Playout(codec)
        self._line: int | None = None
        self._last: Look | None = None
        self._left: list[Pcm | None] = []
        """Sound of the packets that left since the last tick; None: noise."""
        self._upsampler = Resampler(codec.rate, RATE)
        self._upsampler_empty = True
        self._events: list[PlayoutEvent] = []

    def connect(self, fd: int) -> None:
        """From the next tick of the pacer on packets leave through this connected socket. PacerError: no line left."""
        noise = b"".join(self._codec.encode(frame) for frame in comfort_noise(self._codec.name))
        self._line = self._pacer.open(fd, self._codec, noise)
        self._last = self._pacer.look(self._line)
        self._top_up()

    def close(self) -> None:
        """Nothing leaves any more; close the socket after this, not before."""
        if self._line is not None:
            self._account()
            self._pacer.close(self._line)
            self._line = None

    @property
    def busy(self) -> bool:
        """Something is being said, or about to be."""
        return self._playout.busy

    @property
    def paused(self) -> bool:
        return self._playout.paused

    @property
    def sent(self) -> int:
        """Packets, as of the last tick."""
        return self._last.sent if self._last else 0

    @property
    def underruns(self) -> int:
        """Frames of noise in the middle of a sentence."""
        return self._playout.underruns

    @property
    def pacing_p99_ms(self) -> float:
        return self._pacer.p99_ms(self._line) if self._line is not None else 0.0

    def say(self, reply: int, index: int, pcm: Pcm, last: bool = False) -> None:
        """More of a sentence, at the codec's rate. Sentences are heard in the order of their first `say`, which may be empty."""
        self._account()  # noise that left before it is no hole in it
        self._playout.say(reply, index, pcm, last)
        self._top_up()

    def tick(self, now: float) -> Tick:
        """Once every 20 ms: what has left, and the ring filled again."""
        self._account()
        self._events += self._playout.settle(now)
        self._top_up()
        tick = Tick(self._reference(), self._events)
        self._left, self._events = [], []
        return tick

    def duck(self) -> None:
        """12 dB quieter, from the next frame but one."""
        self._rethink(keep=1)
        self._playout.duck()
        self._top_up()

    def unduck(self) -> None:
        """As loud as before; after a pause, on from where it was."""
        self._rethink(keep=1)
        self._playout.unduck()
        self._top_up()

    resume = unduck

    def pause(self) -> None:
        """Silent from the next frame on, after a short fade; nothing is forgotten."""
        self._rethink(keep=0)
        self._playout.pause()
        self._top_up()

    def stop(self) -> list[Heard]:
        """Silent from the next frame on, after a short fade; everything is dropped. How much of it was heard."""
        self._rethink(keep=0)
        heard = self._playout.stop()
        self._top_up()
        return heard

    def _reference(self) -> Pcm:
        """The packets that left but the first, which the last tick told of, and the one that is next.

        An echo must not overtake its reference: one packet of foresight makes up for the tick's coming after the packet.
        """
        if not self._left:
            return np.zeros(0, np.int16)
        frames = [*self._left[1:], self._playout.next]
        silent = all(frame is None for frame in frames)
        if silent and self._upsampler_empty:  # most of the time
            return np.zeros(FRAME * len(frames), np.int16)
        self._upsampler_empty = silent
        silence = np.zeros(self._codec.frame_samples, np.int16)
        return self._upsampler.push(np.concatenate([silence if frame is None else frame for frame in frames]))

    def _rethink(self, keep: int) -> None:
        """Take the frames that wait back into the playout, and account for those that have left."""
        if self._line is not None:
            self._playout.take_back(self._pacer.drop(self._line, keep))
            self._account()

    def _top_up(self) -> None:
        if self._line is None or not self._playout.ready:
            return
        room = RING - self._pacer.look(self._line).queued
        while room > 0 and self._playout.ready:
            self._pacer.push(self._line, self._playout.take())
            room -= 1

    def _account(self) -> None:
        if self._line is None or self._last is None:
            return
        look = self._pacer.look(self._line)
        voiced, noise = look.voiced - self._last.voiced, look.noise - self._last.noise
        at = look.last - (voiced + noise - 1) * FRAME_S
        self._last = look
        # Noise goes out when the ring was empty: before the sound if sound went last, else after it.
        for is_voice in [False] * noise + [True] * voiced if look.talking else [True] * voiced + [False] * noise:
            if is_voice:
                frame, events = self._playout.sent(at)
                self._left.append(frame)
                self._events += events
            else:
                self._playout.sent_noise()
                self._left.append(None)
            at += FRAME_S
