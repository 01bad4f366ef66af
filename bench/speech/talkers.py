"""Calls that are spoken to without a pause: each wants its next clause when the one before has been played.

A clause joins when it is wanted, is stepped while its listener has less than AHEAD_S of sound, and goes to the codec in pieces.
"""

from dataclasses import dataclass, field

import torch

from bench.speech.made_up import Mouth
from bench.speech.speaking import DESCRIBED, FRAME_MS, KEPT
from media_server.tts.parler.dac import RIGHT, RIGHT_FIRST, Decoding, Piece, span
from media_server.tts.parler.opening import CONTEXT
from media_server.tts.parler.slots import Slots

FIRST = 8
"""Frames of a clause's first piece."""
CLAUSE = 258
"""Frames: three seconds."""
AHEAD_S = 1.5
PROMPT = 45


@dataclass(slots=True)
class Listener:
    wanted_s: float
    """When its clause was asked for, or will be."""
    joined: bool = False
    sent: int = 0
    """Frames of the clause that are sound, or on their way to it."""
    ends_s: float = 0.0
    """When all the sound that it has will have been played; 0: none yet."""


@dataclass(slots=True)
class _OnItsWay:
    decoding: Decoding
    slots: list[int]
    frames: list[int]


@dataclass
class Talkers:
    """So many calls with one voice's engine. `turn` is called again and again with the time in seconds."""

    mouth: Mouth
    calls: int
    first_s: list[float] = field(default_factory=list)
    """Times to first sound."""
    ran_dry: int = 0
    said: int = 0

    def __post_init__(self) -> None:
        of, device = self.mouth.decoder.configuration, self.mouth.decoder.embeddings.device
        self._slots = Slots(self.mouth.decoder, self.calls, CONTEXT, description=DESCRIBED)
        self._slots.warm_up()
        voice = torch.randn(of.layers, 2, of.heads, DESCRIBED, of.head_size, device=device)
        self._voice = voice.to(self.mouth.decoder.embeddings.dtype)
        self._prompt = [number % of.prompt_vocabulary for number in range(PROMPT)]
        self._stream = torch.cuda.Stream() if device.type == "cuda" else None
        self._ways: list[_OnItsWay] = []
        apart_s = CLAUSE * FRAME_MS / 1000 / self.calls  # they do not all begin at once: replies do not
        self._listeners = [Listener(wanted_s=number * apart_s) for number in range(self.calls)]

    def turn(self, now: float) -> bool:
        """One step of all that need one, and what follows from it; False if nobody needs anything now."""
        self._hear_out(now)
        for slot, listener in enumerate(self._listeners):
            if not listener.joined and listener.wanted_s <= now:
                self._slots.join(slot, self._voice, self._prompt, seed=slot)
                listener.joined = True
                break  # one a turn: a join costs as much as a step
        hungry = [slot for slot in range(self.calls) if self._is_hungry(slot, now)]
        if not hungry:
            return bool(self._ways)
        self._slots.step(hungry)
        self._send([slot for slot in hungry if self._piece_ready(slot)])
        return True

    def _is_hungry(self, slot: int, now: float) -> bool:
        listener = self._listeners[slot]
        return listener.joined and self._slots.whole(slot) < CLAUSE + RIGHT and listener.ends_s < now + AHEAD_S

    def _piece_ready(self, slot: int) -> bool:
        sent = self._listeners[slot].sent
        return sent < CLAUSE and self._slots.whole(slot) >= _piece_end(sent) + (RIGHT if sent else RIGHT_FIRST)

    def _send(self, slots: list[int]) -> None:
        if not slots:
            return
        pieces, frames = [], []
        for slot in slots:
            listener = self._listeners[slot]
            keep_to = _piece_end(listener.sent)
            first, last = span(listener.sent, keep_to, self._slots.whole(slot))
            pieces.append(Piece(self._slots.codes(slot, first, last), first, listener.sent, keep_to, 8000))
            frames.append(keep_to - listener.sent)
            listener.sent = keep_to
        self._ways.append(_OnItsWay(Decoding(self.mouth.dac, pieces, self._stream), slots, frames))

    def _hear_out(self, now: float) -> None:
        """Sound that has come out of the codec begins, or goes on, to be played."""
        while self._ways and self._ways[0].decoding.ready:
            way = self._ways.pop(0)
            way.decoding.take()
            for slot, frames in zip(way.slots, way.frames, strict=True):
                self._play(slot, frames, now)

    def _play(self, slot: int, frames: int, now: float) -> None:
        listener = self._listeners[slot]
        if not listener.ends_s:
            self.first_s.append(now - listener.wanted_s)
        elif listener.ends_s < now:
            self.ran_dry += 1
        listener.ends_s = max(listener.ends_s, now) + frames * FRAME_MS / 1000
        if listener.sent >= CLAUSE and not any(slot in way.slots for way in self._ways):
            self._slots.leave(slot)
            self.said += 1
            self._listeners[slot] = Listener(wanted_s=listener.ends_s)


def _piece_end(sent: int) -> int:
    """Where the next piece ends: pieces grow (8, 12, 24 frames), or the second would come after the first was played."""
    return min(sent + min(max(FIRST, sent * 3 // 2), KEPT), CLAUSE)
