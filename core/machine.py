"""The shape of our state machines: step(state, event, now) -> (state, actions), and a state that knows its deadline.

A machine neither waits nor sends. `core.drive` does both for it, tests do neither.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Tick:
    """The deadline of the state has come."""


class State(Protocol):
    @property
    def deadline(self) -> float | None:
        """When to be woken by a Tick, on the clock of `now`; None: only an event wakes it."""

    @property
    def over(self) -> bool:
        """Nothing more will come of this machine."""


S = TypeVar("S", bound=State)
E = TypeVar("E")
A = TypeVar("A")
Step = Callable[[S, E | Tick, float], tuple[S, Sequence[A]]]
