"""What bench callers ask the demo site, and as whom. A pause inside a sentence must not end the turn."""

from dataclasses import dataclass

import numpy as np

from core.audio import Pcm
from haazir.caller.voices import Voices, pause

INNER_PAUSE_S = 0.3


@dataclass(frozen=True, slots=True)
class Question:
    """Spoken in one go, or as two parts with a pause between them."""

    first: str
    second: str = ""
    voice: str = "en-us"

    @property
    def name(self) -> str:
        return f"{self.first} … {self.second}" if self.second else self.first

    def spoken(self, voices: Voices) -> Pcm:
        sound = voices.say(self.first, self.voice)
        if not self.second:
            return sound
        return np.concatenate([sound, pause(INNER_PAUSE_S), voices.say(self.second, self.voice)])


QUESTIONS = (
    Question("what is your return policy"),
    Question("how many days does delivery take"),
    Question("do you have", "cash on delivery"),
    Question("what are your store timings", voice="en-gb"),
    Question("how do I get", "a refund", voice="en-us+f3"),
    Question("is there a warranty"),
    Question("do you deliver", "on sunday", voice="en-us+m3"),
    Question("which payment methods do you accept"),
)

INTERRUPTION = Question("wait please stop, I want to ask something else")
