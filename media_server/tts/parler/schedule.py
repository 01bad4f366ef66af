"""Which clause joins, which go on, and when some of their frames become sound: Parler's slots, step by step. ◆

    begin(job) ─> join ─> advance ─> advance ─> … ─> due: 7 frames ─> … ─> due: up to 24 ─> … ─> leave

Every slot has one clause. A listener who is short of sound comes first: those who have plenty rest meanwhile, and a piece
leaves early when waiting for more frames would be heard as a gap. Nothing here knows of torch or of a clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from media_server.tts.parler.configuration import FRAME_RATE

J = TypeVar("J")

FIRST = 7
"""Frames of a clause's first piece: 81 ms of sound, there after the 19th step, with four frames after it for the codec to see."""
PIECE = 24
"""Frames of a piece when nobody waits for it: the codec's margins cost 1.8 times what it makes of these."""
LEAST = 8
"""Frames of a piece when somebody does: below it the margins are most of the work."""
CLOSE_S = 0.06
"""A listener with less sound in hand waits: the way from codes to ear takes so long."""
SHORT_S = 0.5
"""A listener with less in hand needs every step…"""
PLENTY_S = 2.0
"""…and one with more can do without."""
MOST_JOINS = 16
"""In one step: whoever joined first waits for the others."""
CHARACTER_S = 0.16
"""Longest time that a character of a clause is given, twice what a slow speaker needs; with START_S, when the end never comes."""
START_S = 1.5
HASTE_S = 0.025
"""Nobody says a character in less: a clause that was over so soon has swallowed words."""


@dataclass(eq=False, slots=True)
class Seat(Generic[J]):
    """A clause in a slot."""

    job: J
    slot: int
    most: int
    """Frames after which it is cut off: its end should have come."""
    heard: int = 0
    """Frames that have been made sound, or are on their way to be."""
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """Frames of a clause that are to be made sound now. None if `keep_from` is `keep_to`."""

    keep_from: int
    keep_to: int
    last: bool
    cut: bool = False
    """It was stopped, its end had not come."""


class Schedule(Generic[J]):
    """`right_first` and `right` are the frames after a piece that the codec wants to see: of one that somebody waits for, and of
    others."""

    def __init__(self, slots: int, right_first: int, right: int) -> None:
        self._slots = slots
        self._right_first, self._right = right_first, right
        self.waiting: dict[J, int] = {}
        """Begun and in no slot yet, in the order of beginning, with the number of their characters."""
        self.seats: dict[J, Seat[J]] = {}

    @property
    def free(self) -> int:
        """Clauses that may be begun."""
        return self._slots - len(self.seats) - len(self.waiting)

    def begin(self, job: J, characters: int) -> None:
        self.waiting[job] = characters

    def leave(self, job: J) -> int | None:
        """It is over, or not wanted any more: the slot that it had."""
        self.waiting.pop(job, None)
        seat = self.seats.pop(job, None)
        return seat.slot if seat else None

    def joins(self, in_hand: Mapping[J, float], join_s: float, ready: Callable[[J], bool] = lambda job: True) -> list[Seat[J]]:
        """Who takes slots before this step: the shortest of sound first, of those that are ready. One of them, and as many more
        as can be prefilled, `join_s` each, before the sound of somebody who listens runs out."""
        sounding = (in_hand[job] for job, seat in self.seats.items() if seat.heard)
        time_s = min(sounding, default=float("inf")) - CLOSE_S
        waiting = sorted(filter(ready, self.waiting), key=lambda job: in_hand[job])
        most = max(1, int(min(MOST_JOINS, time_s / join_s)))
        return [self._join(job) for job in waiting[:most]]

    def _join(self, job: J) -> Seat[J]:
        """Into the lowest free slot, as a step is as wide as the highest one in use."""
        taken = {seat.slot for seat in self.seats.values()}
        slot = next(slot for slot in range(self._slots) if slot not in taken)
        most = round((START_S + CHARACTER_S * self.waiting.pop(job)) * FRAME_RATE)
        seat = self.seats[job] = Seat(job, slot, most)
        return seat

    def advance(self, in_hand: Mapping[J, float]) -> list[int]:
        """The slots that this step goes on with."""
        short = any(in_hand[job] < SHORT_S for job in self.seats)
        slots = []
        for job, seat in self.seats.items():
            if not short or in_hand[job] <= PLENTY_S:
                seat.steps += 1
                slots.append(seat.slot)
        return slots

    def due(self, seat: Seat[J], whole: int, over: bool, in_hand: float) -> Due | None:
        """What is to be heard of a clause now, of which so many frames are whole; None: nothing yet."""
        if over or whole >= seat.most:
            piece = Due(seat.heard, whole, last=True, cut=not over)
        elif seat.heard == 0:
            if whole < FIRST + self._right_first:
                return None
            piece = Due(0, FIRST, last=False)
        else:
            close = in_hand < CLOSE_S
            ready = whole - (self._right_first if close else self._right) - seat.heard
            if ready < (LEAST if close else PIECE):
                return None
            piece = Due(seat.heard, seat.heard + ready, last=False)
        seat.heard = piece.keep_to
        return piece


def swallowed(frames: int, characters: int) -> bool:
    """Whether a clause of so many characters that lasts so many frames lacks some of its words."""
    return frames < HASTE_S * characters * FRAME_RATE
