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
    Question("रिफंड कितने दिन में आता है", voice="hi"),
    Question("how long does", "delivery take"),
    Question("is there a warranty", voice="en"),
    Question("डिलीवरी कितने", "दिन में होगी", voice="hi+f2"),
    Question("where is your shop", voice="en-us+f3"),
    Question("is cash on", "delivery available", voice="en-us+m3"),
    Question("क्या ई एम आई मिलती है", voice="hi+m3"),
)
"""Each has its fact in demo/site/facts.toml. Hinglish is spoken from Devanagari: eSpeak reads Latin letters as English."""

INTERRUPTION = Question("wait please stop, I want to ask something else")
