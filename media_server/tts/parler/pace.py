"""How long steps take here, and when a clause that is begun now will therefore be heard. ◆"""

from collections.abc import Iterable

from media_server.tts.parler.configuration import FRAME_RATE
from media_server.tts.parler.schedule import FIRST

MEMORY = 0.05
"""Weight of a new measurement once there are twenty: what was measured 20 steps ago counts a third."""
FRAMES_PER_CHARACTER = 0.075 * FRAME_RATE
"""Of ordinary speech, to guess when a slot will be free."""


class Average:
    """Of late; `seconds` is a guess until something was measured."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._count = 0

    def add(self, seconds: float) -> None:
        self._count += 1
        self.seconds += max(MEMORY, 1 / self._count) * (seconds - self.seconds)


class Pace:
    """`step`, `join` and `decode` are told what is measured."""

    def __init__(self, right_first: int, codebooks: int) -> None:
        self.step, self.join, self.decode = Average(0.005), Average(0.01), Average(0.015)
        self.steps = FIRST + right_first + codebooks - 1
        """From joining to the first sound."""

    def first_sound_s(self, ahead: int, free: int, left: Iterable[float]) -> float:
        """Until a clause is heard that joins after `ahead` others, when so many slots are free.

        `left`: frames that each clause in a slot is expected to need still; for their listeners' sake others may join one a step.
        """
        left = tuple(left)
        wait = 0.0
        if ahead >= free:
            leaving = sorted(left)
            wait = leaving[min(ahead - free, len(leaving) - 1)] * self.step.seconds if leaving else 0.0
        steps = self.steps + (ahead if left else 0)
        return wait + (ahead + 1) * self.join.seconds + steps * self.step.seconds + self.decode.seconds
