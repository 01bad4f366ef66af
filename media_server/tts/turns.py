"""Which call's clause is said next, when a few voices speak for all calls. ◆

    add ──> waiting clauses of each call ──take──> the most urgent that can be said now

A reply that has not sounded yet comes first, in the order of asking; then the call whose listener will run out of sound
soonest. Clauses of one call are said one after another. Time is the caller's, in seconds.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

C = TypeVar("C")


@dataclass(slots=True, eq=False)  # two calls that happen to be in the same state are still two
class Queue(Generic[C]):
    """One call's clauses, in order, and how long its listener is provided for."""

    patient: bool = False
    """Nobody listens: what is made is kept for later, and comes after everything that is listened to."""
    asked_at: float = 0.0
    sounding_until: float | None = None
    """When what has been made so far will have been played; None: this reply has not sounded yet."""
    clauses: deque[C] = field(default_factory=deque)
    current: C | None = None
    """The one that is being said: the next waits for it."""

    def urgency(self) -> tuple[int, float]:
        """Smaller is sooner."""
        if self.patient:
            return 2, self.asked_at
        return (0, self.asked_at) if self.sounding_until is None else (1, self.sounding_until)

    def in_hand(self, now: float) -> float:
        """Seconds of sound that the listener has still to hear: below 0 since it ran out, -inf before the reply's first."""
        if self.patient:
            return float("inf")
        return float("-inf") if self.sounding_until is None else self.sounding_until - now

    def silent_s(self, asked_at: float, sound_at: float) -> float:
        """How long the listener will have heard nothing when a clause that was asked for then sounds at `sound_at`."""
        return sound_at - max(asked_at, self.sounding_until or asked_at)


class Turns(Generic[C]):
    """All calls of a worker. Only calls that opened and have not left take part."""

    def __init__(self) -> None:
        self._queues: list[Queue[C]] = []

    def open(self, *, patient: bool = False) -> Queue[C]:
        queue: Queue[C] = Queue(patient=patient)
        self._queues.append(queue)
        return queue

    def leave(self, queue: Queue[C]) -> None:
        self._queues.remove(queue)

    def begin(self, queue: Queue[C], now: float) -> None:
        """A reply of this call has been asked for, and none of it has sounded."""
        queue.asked_at, queue.sounding_until = now, None

    def sounded(self, queue: Queue[C], seconds: float, now: float) -> None:
        """So much sound has been made for this call."""
        queue.sounding_until = max(queue.sounding_until or now, now) + seconds

    def take(self, ready: Callable[[C, int], bool] = lambda clause, ahead: True) -> tuple[Queue[C], C] | None:
        """The next clause to say; None if no call has one that is ready.

        `ready(clause, ahead)` is asked in the order of urgency, and how many were asked about before it and are not.
        """
        waiting = sorted((queue for queue in self._queues if queue.clauses and queue.current is None), key=Queue.urgency)
        for ahead, queue in enumerate(waiting):
            if ready(queue.clauses[0], ahead):
                return queue, queue.clauses.popleft()
        return None

    def drop(self, queue: Queue[C], unwanted: Callable[[C], bool]) -> None:
        """Forget clauses of a call that nobody wants any more."""
        queue.clauses = deque(clause for clause in queue.clauses if not unwanted(clause))

    def __len__(self) -> int:
        """Clauses that wait, of all calls."""
        return sum(len(queue.clauses) for queue in self._queues)
