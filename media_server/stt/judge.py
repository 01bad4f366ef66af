"""Which of the searches is right, and how sure that is. ◆

The confidence is measured, not felt: docs/hearing.md has the recordings it was fitted to and what comes of it.
"""

import math
from dataclasses import dataclass

from core.sites import Language
from media_server.stt.grammar import plain_text
from media_server.stt.phrases import HINDI_WORDS

FEWEST_SPEECH_FRAMES = 12
"""Less than 120 ms of speech-like sound is a click or a breath: nothing was said."""

PHRASE_MIDDLE, PHRASE_SLOPE = -46.0, 5.0
NUMBER_MIDDLE, NUMBER_SLOPE = -34.0, 5.0
"""Where a score per frame, behind that of free phones, means one half; a number is easier to hear where there is none."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the searches say of one utterance. Scores are log likelihoods of the whole of it; None: no path to the end."""

    frames: int
    """Of 10 ms."""
    speech_frames: int
    """Of them, those that free phones hear as speech."""
    free_score: float
    phrase: tuple[str, ...]
    phrase_score: float | None
    number: tuple[str, ...]
    number_score: float | None
    guess: str
    """Words that were likeliest before the end was reached."""


@dataclass(frozen=True, slots=True)
class Heard:
    text: str
    language: Language
    confidence: float


def judge(evidence: Evidence) -> Heard:
    """The likelier of phrase and number. Words nobody can vouch for keep their text and get confidence 0."""
    if evidence.speech_frames < FEWEST_SPEECH_FRAMES:
        return Heard("", "en", 0.0)
    phrase = _confidence(evidence.phrase_score, evidence, PHRASE_MIDDLE, PHRASE_SLOPE)
    number = _confidence(evidence.number_score, evidence, NUMBER_MIDDLE, NUMBER_SLOPE)
    words = evidence.number if number > phrase else evidence.phrase
    text = plain_text(words) if max(number, phrase) > 0 else evidence.guess
    return Heard(text, language_of(text), round(max(number, phrase), 3))


def language_of(text: str) -> Language:
    """Hinglish if a Hindi word is in it: English sentences have none, Hinglish ones are full of English."""
    return "hi-Latn" if HINDI_WORDS & set(text.split()) else "en"


def _confidence(score: float | None, evidence: Evidence, middle: float, slope: float) -> float:
    if score is None:
        return 0.0
    behind = (score - evidence.free_score) / evidence.frames
    return 1 / (1 + math.exp(-(behind - middle) / slope))
