"""Speech for every sentence in many voices: features, the words, and the phone of every feature frame.

    Sentence ─> Renderer ─> trimmed, levelled, 8 kHz ─> silence and noise around ─> µ-law ─> 16 kHz ─> log-mel

Deterministic: the same seed and eSpeak NG give the same corpus.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.audio import Pcm
from training.tiny_stt.render import LINE_RATE, Phone, Renderer, over_the_line, telephoned
from training.tiny_stt.sentences import ALWAYS, SLOT, Sentence, Tongue, spoken, with_digits

HOP_S = 0.01
"""Between feature frames."""
BASES: dict[Tongue, tuple[str, ...]] = {"en": ("en-us", "en"), "hi": ("hi",), "pa": ("pa",)}
VARIANTS = ("", "", "+f2", "+f3", "+f5", "+m2", "+m3", "+m7")
"""With the plain voices, +f2, +f3 and +m3 that the tests' callers have."""
HELD_OUT_VARIANTS = ("+f1", "+f4", "+m1", "+m4", "+m6", "+m8")
CALLERS_PACE = (150, 50)
"""Words a minute and pitch of haazir.caller.voices.Voices."""
RENDERINGS, RENDERINGS_SHORT, RENDERINGS_NUMBER = 20, 36, 45
"""Of a sentence; of one with one or two words; of one with a number, which is another each time."""
SILENT = 100
"""Utterances in which nobody says anything."""


@dataclass(frozen=True, slots=True)
class Take:
    """One way to say it."""

    sentence: Sentence
    voice: str
    words_per_minute: int
    pitch: int
    dbfs: float
    noise_dbfs: float | None
    """None: digital silence behind the voice, as a software caller has."""
    before: float
    after: float
    """Seconds of silence."""
    devanagari: bool


@dataclass(frozen=True, slots=True)
class Utterance:
    words: str
    tongue: Tongue
    voice: str
    sound: Pcm
    """At HEARD_RATE."""
    phones: list[Phone]


def takes(sentences: Sequence[Sentence], seed: int) -> Iterator[Take]:
    """For training, in a fixed order."""
    dice = random.Random(seed)
    for sentence in sentences:
        for _ in range(_renderings(sentence)):
            yield take(with_digits(sentence, dice), dice, VARIANTS)


def take(sentence: Sentence, dice: random.Random, variants: Sequence[str]) -> Take:
    """At random; a third of them exactly as the tests' callers speak."""
    usual = dice.random() < 0.33
    words_per_minute, pitch = CALLERS_PACE if usual else (dice.randint(125, 185), dice.randint(30, 70))
    return Take(
        sentence,
        dice.choice(BASES[sentence.tongue]) + dice.choice(variants),
        words_per_minute,
        pitch,
        dbfs=-26.0 if usual else dice.uniform(-34, -18),
        noise_dbfs=None if dice.random() < 0.5 else dice.uniform(-68, -46),
        before=dice.uniform(0.05, 0.5),
        after=dice.uniform(0.2, 0.7),
        devanagari=dice.random() < 0.5,
    )


def perform(renderer: Renderer, take: Take, noise: np.random.Generator) -> Utterance:
    """One take as a recogniser hears it."""
    text = spoken(take.sentence, devanagari=take.devanagari)
    voiced, phones = telephoned(*renderer.say(text, take.voice, take.words_per_minute, take.pitch), take.dbfs)
    before, after = round(take.before * LINE_RATE), round(take.after * LINE_RATE)
    sound = np.pad(voiced, (before, after))
    moved = [Phone(phone.name, phone.start + before / LINE_RATE) for phone in phones]
    end = (before + voiced.size) / LINE_RATE
    line = over_the_line(_noisy(sound, take.noise_dbfs, noise))
    return Utterance(take.sentence.words, take.sentence.tongue, take.voice, line, [*moved, Phone("", end)])


def silences(seed: int) -> Iterator[Utterance]:
    """Nobody speaks: zeros, or noise."""
    dice, noise = random.Random(seed), np.random.default_rng(seed)
    for number in range(SILENT):
        quiet = np.zeros(round(dice.uniform(0.4, 2.5) * LINE_RATE), np.int16)
        sound = over_the_line(_noisy(quiet, None if number % 2 else dice.uniform(-68, -40), noise))
        yield Utterance("", "en", "", sound, [Phone("", 0.0)])


def phone_track(phones: Sequence[Phone], frames: int, numbers: dict[str, int]) -> NDArray[np.uint8]:
    """The number of the phone at every feature frame; 0 is silence. New phones get the next number."""
    track = np.zeros(frames, np.uint8)
    for phone, following in zip(phones, [*phones[1:], Phone("", frames * HOP_S)], strict=True):
        name = plain(phone.name)
        number = 0 if not name else numbers.setdefault(name, len(numbers) + 1)
        track[max(0, round(phone.start / HOP_S)) : max(0, round(following.start / HOP_S))] = number
    return track


def plain(name: str) -> str:
    """Without stress and marks of language and pause."""
    return "" if name.startswith(("(", "_")) else name.lstrip("',%=;")


def _renderings(sentence: Sentence) -> int:
    words = sentence.words.split()
    if SLOT in words:
        return RENDERINGS_NUMBER * (6 if len(words) == 1 else 1)
    return RENDERINGS_SHORT if len(words) <= 2 or sentence.words in ALWAYS else RENDERINGS


def _noisy(sound: Pcm, dbfs: float | None, noise: np.random.Generator) -> Pcm:
    if dbfs is None:
        return sound
    added = noise.standard_normal(sound.size) * 32768 * 10 ** (dbfs / 20)
    return np.clip(np.rint(sound + added), -32768, 32767).astype(np.int16)
