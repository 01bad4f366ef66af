"""Whose sound is decoded next: a caller's who is waited for, before that of callers who still speak.

    Audio, Flush … ──> Seat ─┐
    Audio, Flush … ──> Seat ─┼─ Seats.next() ──> Seat.work(): a slice of decoding ──> Partial, Final
    Audio, Flush … ──> Seat ─┘

A process has more work than time when many speak at once. Who still speaks loses nothing by being decoded a little later;
who has paused (Flush) waits for an answer, and the longest wait goes first.
"""

import contextlib
import itertools
import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from core.speech import Audio, EndUtterance, Expect, Final, Flush, HearingFailed, Partial
from media_server.stt.hearing import MOST_SOUND, Hearing

log = logging.getLogger(__name__)

_arrivals = itertools.count()


@dataclass(eq=False, slots=True)
class Seat:
    """One call's messages that wait, and the work on the first of them."""

    hearing: Hearing
    answer: Callable[[Partial | Final | HearingFailed], None]
    """May raise PeerGone."""
    _waiting: deque[Audio | Flush | EndUtterance | Expect] = field(default_factory=deque)
    _sound: int = 0
    """Bytes of sound in it."""
    _flushes: deque[int] = field(default_factory=deque)
    """When those in it came."""
    _work: Iterator[Partial | Final | None] | None = None

    def put(self, message: Audio | Flush | EndUtterance | Expect) -> None:
        """More to do. Sound beyond what an utterance may have is not kept."""
        match message:
            case Audio() if self._sound > MOST_SOUND:
                return
            case Audio():
                self._sound += len(message.pcm)
            case Flush():
                self._flushes.append(next(_arrivals))
        self._waiting.append(message)

    @property
    def busy(self) -> bool:
        return bool(self._waiting)

    @property
    def waited_for(self) -> int | None:
        """Since when, in the order of all calls' flushes; None: the caller still speaks."""
        return self._flushes[0] if self._flushes else None

    def work(self) -> None:
        """A slice: some 14 ms. Only if `busy`."""
        if self._work is None:
            self._work = self.hearing.take(self._waiting[0])
        try:
            answer = next(self._work)
        except StopIteration:
            self._done()
        except RuntimeError as error:  # PocketSphinx's own: this utterance is lost, its decoder too
            log.warning("! decoder failed", extra={"error": str(error)})
            self.hearing.drop()
            self._done()
            self.answer(HearingFailed(detail=f"decoder failed: {error}"))
        else:
            if answer is not None:
                self.answer(answer)

    def _done(self) -> None:
        self._work = None
        match self._waiting.popleft():
            case Audio(pcm=pcm):
                self._sound -= len(pcm)
            case Flush():
                self._flushes.popleft()


class Seats:
    """All calls of a process."""

    def __init__(self) -> None:
        self._seats: deque[Seat] = deque()

    @contextlib.contextmanager
    def taken(self, seat: Seat) -> Iterator[Seat]:
        """For as long as the call lasts."""
        self._seats.append(seat)
        try:
            yield seat
        finally:
            self._seats.remove(seat)
            seat.hearing.close()

    def next(self) -> Seat | None:
        """Who is waited for longest; else each in turn. None: there is nothing to do."""
        waited_for = [(seat.waited_for, seat) for seat in self._seats if seat.waited_for is not None]
        if waited_for:
            return min(waited_for, key=lambda one: one[0])[1]
        for _ in range(len(self._seats)):
            self._seats.rotate(-1)
            if self._seats[-1].busy:
                return self._seats[-1]
        return None
