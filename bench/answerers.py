"""Who answers calls out, as recordings that anybody can make again from who_answers.toml: what bench/screening.py listens to.

    "wait 0.6"   "en+f3 155 60: Hello. => hello"   "prompt vm-intro: please leave…"   "tone 480+620 0.5"   "cough 0.08"
                  eSpeak's voice, words a minute,    Asterisk's own human voice           "music NAME from seconds"
                  pitch: text => as a recogniser                                          "8 times tone 400 0.75; wait 0.75"
                  writes it

Each goes over a telephone line: its band, its noise, G.711.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from core.audio import CODECS, Pcm
from haazir.caller import wav
from haazir.caller.voices import Voices, pause

RATE = wav.RATE
RECIPES = Path(__file__).with_name("who_answers.toml")
Kind = Literal["person", "machine", "ivr", "screening", "nobody"]
KINDS: tuple[Kind, ...] = ("person", "machine", "ivr", "screening", "nobody")
Half = Literal["tuned", "held_out"]
HALVES: tuple[Half, ...] = ("tuned", "held_out")
TONE_AMPLITUDE = 4000
"""-18 dBFS."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    codec: Literal["ulaw", "alaw"]
    noise_dbfs: float
    gain_db: float = 0.0
    street: bool = False
    """Noise that comes and goes, with the colour of traffic."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    line: str
    parts: tuple[str, ...]


class _File(msgspec.Struct, frozen=True, kw_only=True):
    lines: dict[str, Line]
    tuned: dict[Kind, list[Recipe]]
    held_out: dict[Kind, list[Recipe]]


class Said(NamedTuple):
    at: float
    """Seconds from the beginning of the recording to the end of the word."""
    word: str


@dataclass(frozen=True, slots=True)
class Recording:
    half: Half
    kind: Kind
    name: str
    sound: Pcm
    """8 kHz."""
    words: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Workshop:
    voices: Voices
    prompts: Path
    """Asterisk's, and its music."""
    music: Path

    def recordings(self) -> Iterator[Recording]:
        """All of them, always the same."""
        file = msgspec.convert(tomllib.loads(RECIPES.read_text()), _File)
        for half, kinds in zip(HALVES, (file.tuned, file.held_out), strict=True):
            for kind in KINDS:
                for number, recipe in enumerate(kinds[kind]):
                    yield self._make(half, kind, recipe, file.lines[recipe.line], np.random.default_rng(number))

    def _make(self, half: Half, kind: Kind, recipe: Recipe, line: Line, rng: np.random.Generator) -> Recording:
        sounds, words, at = list[Pcm](), list[Said](), 0.0
        for part in _unrolled(recipe.parts):
            sound, said = self._part(part, rng)
            words += [Said(at + number / len(said) * sound.size / RATE, word) for number, word in enumerate(said, start=1)]
            sounds.append(sound)
            at += sound.size / RATE
        return Recording(half, kind, recipe.name, _over(line, np.concatenate(sounds), rng), tuple(words))

    def _part(self, part: str, rng: np.random.Generator) -> tuple[Pcm, list[str]]:
        """Its sound, and its words."""
        how, _, text = part.partition(": ")
        match how.split():
            case ["wait", seconds]:
                return pause(float(seconds)), []
            case ["tone", hz, seconds]:
                return _tone([float(one) for one in hz.split("+")], float(seconds)), []
            case ["cough", seconds]:
                burst = rng.normal(0, 2500, round(float(seconds) * RATE))
                return (burst * np.hanning(burst.size)).astype(np.int16), []
            case ["music", name, start, seconds]:
                begin, length = round(float(start) * RATE), round(float(seconds) * RATE)
                return wav.read(self.music / f"{name}.wav")[begin : begin + length], []
            case ["prompt", name]:
                return wav.read(self.prompts / f"{name}.wav"), text.split()
            case [voice, speed, pitch]:
                spoken, _, written = text.partition(" => ")
                return self.voices.say(spoken, voice, int(speed), int(pitch)), (written or spoken).split()
        raise ValueError(f"{RECIPES.name}: {part!r} is no part of a recording")


def _unrolled(parts: tuple[str, ...]) -> Iterator[str]:
    for part in parts:
        times, found, repeated = part.partition(" times ")
        yield from repeated.split("; ") * int(times) if found and times.isdigit() else [part]


def _tone(hz: list[float], seconds: float) -> Pcm:
    time = np.arange(round(seconds * RATE)) / RATE
    lines = np.sin(2 * np.pi * np.outer(hz, time))
    tone: Pcm = np.rint(lines.mean(axis=0) * TONE_AMPLITUDE).astype(np.int16)
    return tone


def _over(line: Line, sound: Pcm, rng: np.random.Generator) -> Pcm:
    """As it comes out at the other end."""
    hz = np.fft.rfftfreq(sound.size, 1 / RATE)
    band = 1 / (1 + (250 / np.maximum(hz, 1)) ** 6) / (1 + (hz / 3450) ** 30)
    heard = np.fft.irfft(np.fft.rfft(sound * 10 ** (line.gain_db / 20)) * band, sound.size)
    noise = rng.normal(0, 32768 * 10 ** (line.noise_dbfs / 20), sound.size)
    if line.street:
        coming_and_going = 1 + 0.8 * np.sin(2.1 * np.arange(sound.size) / RATE)
        noise = np.convolve(noise, np.ones(6) / np.sqrt(6), mode="same") * coming_and_going
    codec = CODECS[line.codec]
    return codec.decode(codec.encode(np.clip(np.rint(heard + noise), -32768, 32767).astype(np.int16)))
