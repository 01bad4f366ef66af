"""Which of the searches is right, and how sure that is. ◆

A grammar always finds something: out of a cough, out of another language. What tells is how far its best path lies behind
the best path of free phones, how long its words are, and how much of the speech they leave out. The weights are fitted by
logistic regression to one human and some synthetic voices; the constants were then moved by hand: docs/hearing.md.
"""

import math
from dataclasses import dataclass

from core.sites import Language
from media_server.stt.grammar import MARK, plain_text
from media_server.stt.phrases import HINDI_WORDS

FEWEST_SPEECH_FRAMES = 12
"""Less than 120 ms of speech-like sound is a click or a breath: nothing was said."""
LONGEST_PHONE = 25
"""Mean frames of the free phones. Speech has 10; tones, hum and hiss come out as one phone held for a second."""


@dataclass(frozen=True, slots=True)
class BestPath:
    """The best way of one search through the whole utterance."""

    words: tuple[str, ...]
    score: float
    """Log likelihood, in units of PocketSphinx's log base."""
    frames: int
    """Of 10 ms, in words."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the searches say of one utterance. None: no way to the end of the grammar."""

    frames: int
    speech_frames: int
    """Of them, those that free phones hear as speech…"""
    phones: int
    """…in so many phones."""
    free_score: float
    phrase: BestPath | None
    number: BestPath | None
    guess: str
    """Words that were likeliest before the end was reached."""
    reply: BestPath | None = None
    """To the question that is open."""


@dataclass(frozen=True, slots=True)
class Heard:
    text: str
    language: Language
    confidence: float
    reply: bool = False
    """To the question that was open: words like "monday" and "eleven" that don't tell a language."""


@dataclass(frozen=True, slots=True)
class _Weights:
    behind: float
    """Per unit of score a frame that the path is better than free phones."""
    word_length: float
    """Per frame of the mean word."""
    left_out: float
    """Per unit of speech frames over frames in words."""
    amount: float
    """Per unit of the logarithm of frames in words: much that fits is better evidence than little."""
    constant: float
    most: float
    """The confidence of what cannot be mistaken for anything else."""


_PHRASE = _Weights(behind=0.275, word_length=-0.037, left_out=-2.92, amount=0.876, constant=3.0, most=1.0)
_NUMBER = _Weights(behind=0.367, word_length=0.061, left_out=0.0, amount=3.206, constant=-15.7, most=0.8)
# A number that surely is one may still have a wrong digit in it: of 24 read by a human voice, 10 had.
_REPLY = _Weights(behind=0.275, word_length=0.0, left_out=-1.0, amount=0.876, constant=1.5, most=1.0)
"""Of a reply that was asked for. Set by hand: free phones hear a sound in the silence after a short word."""


ASKED = 2.5
"""So much score a frame a reply may lie behind the best phrase: most who are asked for a day name one. Of 152 replies 2 lay
further behind, of 327 questions asked meanwhile 285 did (docs/hearing.md)."""


def judge(evidence: Evidence) -> Heard:
    """The most believable of phrase, number and reply. Words nobody can vouch for keep their text and get confidence 0."""
    if not _is_speech(evidence):
        return Heard("", "en", 0.0)
    if evidence.reply is not None and _replies(evidence.reply, evidence):
        return _heard(evidence.reply, evidence, _REPLY)
    believed = [path for path in (evidence.phrase, evidence.number) if path and path.words]
    if not believed:
        return Heard(evidence.guess, language_of(evidence.guess), 0.0)
    best = max(believed, key=lambda path: _odds(path, evidence, _weights(path)))
    return _heard(best, evidence, _weights(best))


def language_of(text: str) -> Language:
    """Hinglish if a Hindi word is in it: English sentences have none, Hinglish ones are full of English."""
    return "hi-Latn" if HINDI_WORDS & set(text.split()) else "en"


def _is_speech(evidence: Evidence) -> bool:
    return FEWEST_SPEECH_FRAMES <= evidence.speech_frames <= LONGEST_PHONE * evidence.phones


def _replies(reply: BestPath, evidence: Evidence) -> bool:
    """Rather than asking something else."""
    phrase = evidence.phrase
    if not reply.words or phrase is None or not phrase.words:
        return bool(reply.words)
    return (reply.score - phrase.score) / evidence.frames > -ASKED


def _heard(path: BestPath, evidence: Evidence, weights: _Weights) -> Heard:
    text, odds = plain_text(path.words), _odds(path, evidence, weights)
    confidence = weights.most / (1 + math.exp(-max(-50.0, min(50.0, odds))))
    return Heard(text, language_of(text), round(confidence, 3), reply=path is evidence.reply)


def _weights(path: BestPath) -> _Weights:
    return _NUMBER if any(word.startswith(MARK) for word in path.words) else _PHRASE


def _odds(path: BestPath, evidence: Evidence, weights: _Weights) -> float:
    """Logarithm of the odds that these are the words."""
    return (
        weights.constant
        + weights.behind * (path.score - evidence.free_score) / evidence.frames
        + weights.word_length * path.frames / len(path.words)
        + weights.left_out * evidence.speech_frames / max(1, path.frames)
        + weights.amount * math.log(max(1, path.frames))
    )
