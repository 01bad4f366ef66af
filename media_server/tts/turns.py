"""Which call's clause is said next, when one voice speaks for all calls.

    add ──> waiting clauses of each call ──take(now)──> the most urgent

A reply that has not sounded yet comes first, in the order of asking; then the call whose listener will run out of sound
soonest. Time is the caller's, in seconds.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

C = TypeVar("C")


@dataclass(slots=True, eq=False)  # two calls that happen to be in the same state are still two
class Queue(Generic[C]):
    """One call's clauses, in order, and how long its listener is provided for."""

    asked_at: float = 0.0
    sounding_until: float | None = None
    """When what has been made so far will have been played; None: this reply has not sounded yet."""
    clauses: deque[C] = field(default_factory=deque)

    def urgency(self) -> tuple[bool, float]:
        """Smaller is sooner."""
        return (True, self.sounding_until) if self.sounding_until is not None else (False, self.asked_at)


class Turns(Generic[C]):
    """All calls of one voice. Only calls that opened and have not left take part."""

    def __init__(self) -> None:
        self._queues: list[Queue[C]] = []

    def open(self) -> Queue[C]:
        queue: Queue[C] = Queue()
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

    def take(self) -> tuple[Queue[C], C] | None:
        """The next clause to say; None if no call has one."""
        waiting = [queue for queue in self._queues if queue.clauses]
        if not waiting:
            return None
        queue = min(waiting, key=Queue.urgency)
        return queue, queue.clauses.popleft()

    def drop(self, queue: Queue[C], unwanted: Callable[[C], bool]) -> None:
        """Forget clauses of a call that nobody wants any more."""
        queue.clauses = deque(clause for clause in queue.clauses if not unwanted(clause))

    def __len__(self) -> int:
        """Clauses that wait, of all calls."""
        return sum(len(queue.clauses) for queue in self._queues)
