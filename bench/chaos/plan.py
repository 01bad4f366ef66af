"""What a seed makes of a run: the faults in their order, and what each caller is like."""

import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["kill", "stop", "loss", "full disk", "database away", "slow brain"]
Nature = Literal["talks", "silent", "leaves", "wants a person"]

KILLED = (
    "ari-app", "media-server", "stt-worker", "tts-worker", "brain", "watchdog", "analytics", "gateway", "kb-worker", "dialer",
    "crm", "postgres",
)  # fmt: skip
"""Asterisk is left alive: with it each call would end, and none of them by us."""
STOPPED = ("ari-app", "media-server", "stt-worker", "tts-worker", "brain", "watchdog", "analytics", "gateway")


@dataclass(frozen=True, slots=True)
class Fault:
    kind: Kind
    target: str = ""
    """The process, of a kill or a stop."""
    seconds: float = 0.0
    """How long it lasts; a kill lasts until the supervisor has started the process again."""

    @property
    def name(self) -> str:
        """Faults of one name are one line of the table."""
        return f"{self.kind} {self.target}".strip()


@dataclass(frozen=True, slots=True)
class Role:
    """One caller."""

    phone: str
    """Their own number, an Indian mobile: in no other call of the run."""
    nature: Nature
    seconds: float
    """After so long they hang up, whatever they are at; of one who leaves: since they dialled."""
    questions: tuple[int, ...]
    """Which ones they ask, by number."""


DECK = (
    *(Fault("kill", process) for process in KILLED),
    *(Fault("stop", process) for process in STOPPED),
    Fault("loss"), Fault("full disk"), Fault("database away"), Fault("slow brain"),
)  # fmt: skip
NAMES = tuple(fault.name for fault in DECK)
_LASTS: dict[Kind, tuple[float, float]] = {
    "kill": (0, 0), "stop": (1, 9), "loss": (6, 12), "full disk": (6, 12), "database away": (5, 60), "slow brain": (8, 15),
}  # fmt: skip
"""Seconds, at least and at most. A stop may be longer or shorter than the watchdog's patience with ari-app (5 s)."""


def faults(seed: int, names: Collection[str] = NAMES) -> Iterator[Fault]:
    """Without end: all of these names in random order, then all of them in another one."""
    dice = random.Random(f"faults {seed}")
    deck = [fault for fault in DECK if fault.name in names]
    while deck:
        for fault in dice.sample(deck, len(deck)):
            yield Fault(fault.kind, fault.target, round(dice.uniform(*_LASTS[fault.kind]), 1))


def role(seed: int, number: int) -> Role:
    """Of the call of that number."""
    dice = random.Random(f"caller {seed} {number}")
    natures: tuple[Nature, ...] = ("talks", "silent", "leaves", "wants a person")
    (nature,) = dice.choices(natures, weights=(5, 2, 2, 2))
    seconds = dice.uniform(0.1, 14.0) if nature == "leaves" else dice.uniform(12.0, 25.0)
    phone = f"9{seed % 10_000:04}{number:05}"
    return Role(phone, nature, round(seconds, 2), tuple(dice.randrange(1000) for _ in range(6)))
