"""How long steps take here, and when a clause that is begun now will therefore be heard. ◆"""

from collections.abc import Iterable

from media_server.tts.parler.configuration import FRAME_RATE
from media_server.tts.parler.schedule import FIRST

MEMORY = 0.05
"""Weight of a new measurement: what was measured 20 steps ago counts a third."""
FRAMES_PER_CHARACTER = 0.075 * FRAME_RATE
"""Of ordinary speech, to guess when a slot will be free."""


class Pace:
    """Seconds, each an average of late. `step_s`, `join_s` and `decode_s` are first guesses, best measured in the warm-up."""

    def __init__(self, step_s: float, join_s: float, decode_s: float, right_first: int, codebooks: int) -> None:
        self.step_s, self.join_s, self.decode_s = step_s, join_s, decode_s
        self.steps = FIRST + right_first + codebooks - 1
        """From joining to the first sound."""

    def stepped(self, seconds: float) -> None:
        self.step_s += MEMORY * (seconds - self.step_s)

    def joined(self, seconds: float) -> None:
        self.join_s += MEMORY * (seconds - self.join_s)

    def decoded(self, seconds: float) -> None:
        self.decode_s += MEMORY * (seconds - self.decode_s)

    def first_sound_s(self, ahead: int, free: int, left: Iterable[float]) -> float:
        """Until a clause is heard that joins after `ahead` others, when so many slots are free.

        `left`: frames that each clause in a slot is expected to need still; for their listeners' sake others may join one a step.
        """
        left = tuple(left)
        wait = 0.0
        if ahead >= free:
            leaving = sorted(left)
            wait = leaving[min(ahead - free, len(leaving) - 1)] * self.step_s if leaving else 0.0
        steps = self.steps + (ahead if left else 0)
        return wait + (ahead + 1) * self.join_s + steps * self.step_s + self.decode_s
