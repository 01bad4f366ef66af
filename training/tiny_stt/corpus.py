"""From takes to a Corpus on disk: renders, computes features, lays them end to end."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from haazir.caller import wav
from training.tiny_stt.model import preprocessor
from training.tiny_stt.render import Renderer, over_the_line
from training.tiny_stt.sentences import callers, mixed, split, with_digits
from training.tiny_stt.synthesise import (
    CALLERS_PACE,
    HELD_OUT_VARIANTS,
    VARIANTS,
    Take,
    Utterance,
    perform,
    phone_track,
    silences,
    take,
    takes,
)

SEED = 5
TRIALS = 1
"""Takes of each sentence in a set for evaluation."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Utterances laid end to end; `ends` are frame numbers."""

    features: NDArray[np.float16]
    """[frames, mel bands]."""
    tracks: NDArray[np.uint8]
    """[frames]: phone numbers."""
    ends: NDArray[np.int64]
    words: list[str]
    tongues: list[str]
    phones: list[str]
    """Names; number 1 is the first."""

    @staticmethod
    def read(path: Path) -> "Corpus":
        with np.load(path, allow_pickle=False) as file:
            texts = [[str(text) for text in file[name]] for name in ("words", "tongues", "phones")]
            return Corpus(file["features"], file["tracks"], file["ends"], *texts)

    def write(self, path: Path) -> None:
        draft = path.with_suffix(".draft.npz")
        np.savez(
            draft,
            features=self.features,
            tracks=self.tracks,
            ends=self.ends,
            words=np.array(self.words),
            tongues=np.array(self.tongues),
            phones=np.array(self.phones),
        )
        draft.replace(path)

    def __len__(self) -> int:
        return len(self.words)

    def rows(self, number: int) -> slice:
        """Frames of one utterance."""
        return slice(int(self.ends[number - 1]) if number else 0, int(self.ends[number]))


def make(path: Path, utterances: Iterable[Utterance]) -> Corpus:
    """Renders as it goes; prints how far it is."""
    numbers: dict[str, int] = {}
    features, tracks = [], []
    words, tongues = list[str](), list[str]()
    mel = preprocessor()
    for utterance in utterances:
        with torch.no_grad():
            sound = torch.from_numpy(utterance.sound.astype(np.float32) / 32768)[None]
            bands, length = mel(input_signal=sound, length=torch.tensor([sound.shape[1]]))
        frames = int(length[0])
        features.append(bands[0, :, :frames].T.numpy().astype(np.float16))
        tracks.append(phone_track(utterance.phones, frames, numbers))
        words.append(utterance.words)
        tongues.append(utterance.tongue)
        if len(words) % 500 == 0:
            print(f"{path.name}: {len(words)} utterances, {sum(map(len, features)) / 6000:.0f} min", flush=True)
    ends = np.cumsum([len(piece) for piece in features])
    corpus = Corpus(np.concatenate(features), np.concatenate(tracks), ends, words, tongues, list(numbers))
    corpus.write(path)
    return corpus


def training_utterances() -> Iterator[Utterance]:
    """Sentences and voices of the training set, silence, word salad."""
    renderer, noise, sentences = Renderer(), np.random.default_rng(SEED), split()[0]
    spoken = (perform(renderer, each, noise) for each in takes(sentences, SEED))
    return chain(spoken, silences(SEED), mixed_utterances(renderer, noise))


def mixed_utterances(renderer: Renderer, noise: np.random.Generator) -> Iterator[Utterance]:
    """Each word salad once."""
    dice = random.Random(SEED + 2)
    for sentence in mixed(split()[0], SEED):
        yield perform(renderer, take(with_digits(sentence, dice), dice, VARIANTS), noise)


def trial_utterances(*, new_sentences: bool, new_voices: bool) -> Iterator[Utterance]:
    """One set for evaluation; numbers in it are always new."""
    sentences = split()[1 if new_sentences else 0]
    renderer, noise, dice = Renderer(), np.random.default_rng(SEED + 1), random.Random(SEED + 1)
    variants = HELD_OUT_VARIANTS if new_voices else VARIANTS
    for sentence in sentences:
        for _ in range(TRIALS * (8 if new_sentences else 1)):
            yield perform(renderer, take(with_digits(sentence, dice), dice, variants), noise)


def callers_utterances() -> Iterator[Utterance]:
    """What the tests' callers say, as they say it."""
    renderer, noise = Renderer(), np.random.default_rng(SEED)
    pace, pitch = CALLERS_PACE
    for sentence in callers():
        for voice in ("en-us", "en", "en-us+f3") if sentence.tongue == "en" else ("hi", "hi+f2", "hi+m3"):
            yield perform(renderer, Take(sentence, voice, pace, pitch, -26.0, None, 0.3, 0.3, devanagari=True), noise)


def peoples_digits(sounds: Path) -> Iterator[Utterance]:
    """The digits as a person recorded them: Asterisk's English prompts, in the folder `sounds`."""
    for value, word in enumerate("zero one two three four five six seven eight nine".split()):
        sound = np.pad(wav.read(sounds / "digits" / f"{value}.wav"), 2400)
        yield Utterance(word, "en", "a person", over_the_line(sound), [])
