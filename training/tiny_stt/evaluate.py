"""How well a .nemo file hears, through the media server's own step loop: fifteen calls at a time, for each length of chunk.

Sentences and voices that it never trained on, and takes of the same seed each time. Numbers read out are new in every set.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from media_server.stt.nemo.loading import Model, load
from media_server.stt.nemo.slots import Slots
from media_server.stt.nemo.step import Row, Stepper
from training.tiny_stt.corpus import callers_utterances, peoples_digits, trial_utterances
from training.tiny_stt.model import LOOK_AHEADS, PROMPT_OF
from training.tiny_stt.scoring import folded, word_error_rate
from training.tiny_stt.synthesise import Utterance, silences

CALLS = 15
FRAME_MS = 80
SEED = 77


def evaluate(path: Path, people: Path | None) -> None:
    """Prints a table in Markdown. `people`: a folder of Asterisk's English prompts, for digits that a person recorded."""
    torch.set_num_threads(1)
    model = load(path, "cpu", "float32")
    chunks = sorted(right + 1 for right in LOOK_AHEADS)
    model = dataclasses.replace(model, chunks=tuple(chunks))  # 1120 ms too, which no call waits for
    columns = " | ".join(f"{frames * FRAME_MS} ms" for frames in chunks)
    print(f"| word error rate | words | {columns} | 160 ms, prompt auto | offline |\n|{'---|' * (len(chunks) + 4)}", flush=True)
    for name, utterances in _sets(people):
        rates = [_rate(utterances, stream(model, utterances, frames)) for frames in chunks]
        rates += [_rate(utterances, stream(model, utterances, 2, prompt="auto")), _rate(utterances, whole(model, utterances))]
        words = sum(len(folded(utterance.words)) for utterance in utterances)
        print(f"| {name} | {words} | " + " | ".join(f"{rate:.1%}" for rate in rates) + " |", flush=True)
    quiet = list(silences(SEED))
    invented = sum(bool(text) for text in stream(model, quiet, 2, prompt="auto"))
    print(f"\nSilence and noise at 160 ms: words invented in {invented} of {len(quiet)} utterances.")


def _sets(people: Path | None) -> Iterator[tuple[str, list[Utterance]]]:
    yield "new sentences, new voices", list(trial_utterances(new_sentences=True, new_voices=True))
    yield "known sentences, new voices", list(trial_utterances(new_sentences=False, new_voices=True))
    yield "new sentences, known voices", list(trial_utterances(new_sentences=True, new_voices=False))
    yield "what the tests' callers say, their voices", list(callers_utterances())
    if people is not None:
        yield "ten digits, recorded by a person", list(peoples_digits(people))


def stream(model: Model, utterances: Sequence[Utterance], frames: int, prompt: str = "") -> list[str]:
    """What is heard of each, in chunks of so many frames. `prompt`: for all, instead of each one's own language."""
    slots = Slots(model, CALLS)
    stepper = Stepper(model, slots)
    heard = [""] * len(utterances)
    chunk = frames * model.frame
    for group in _groups(utterances):
        for row in range(len(group)):
            slots.begin(row)
        rows = [Row(row, model.prompts[prompt or PROMPT_OF[utterances[number].tongue]]) for row, number in enumerate(group)]
        sound = _side_by_side([utterances[number] for number in group], chunk)
        pieces = [""] * len(group)
        for start in range(0, sound.shape[1], chunk):
            for row, emitted in enumerate(stepper.step(rows, sound[:, start : start + chunk])):
                pieces[row] += "".join(model.pieces[one.token] for one in emitted)
        for row, number in enumerate(group):
            heard[number] = pieces[row].replace("▁", " ").strip()
    return heard


@torch.inference_mode()
def whole(model: Model, utterances: Sequence[Utterance]) -> list[str]:
    """What is heard of each when all of it is there at once, with the longest look-ahead."""
    net = model.net
    net.encoder.set_default_att_context_size([model.left, max(LOOK_AHEADS)])
    heard = [""] * len(utterances)
    for group in _groups(utterances):
        sound = torch.from_numpy(_side_by_side([utterances[number] for number in group], model.frame))
        lengths = torch.full((len(group),), sound.shape[1])
        prompts = torch.tensor([model.prompts[PROMPT_OF[utterances[number].tongue]] for number in group])
        encoded, frames = net.forward(input_signal=sound, input_signal_length=lengths, prompt_indices=prompts)
        found = net.decoding.rnnt_decoder_predictions_tensor(encoded, frames, return_hypotheses=True)
        for number, hypothesis in zip(group, found, strict=True):
            heard[number] = hypothesis.text
    return heard


def _groups(utterances: Sequence[Utterance]) -> Iterator[list[int]]:
    """Of CALLS or fewer, of similar length."""
    order = sorted(range(len(utterances)), key=lambda number: utterances[number].sound.size)
    return (order[first : first + CALLS] for first in range(0, len(order), CALLS))


def _side_by_side(utterances: Sequence[Utterance], chunk: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """[calls, samples], full scale 1; zeros after each, a chunk of them at least."""
    longest = max(utterance.sound.size for utterance in utterances)
    sound = np.zeros((len(utterances), (longest // chunk + 2) * chunk), np.float32)
    for row, utterance in enumerate(utterances):
        sound[row, : utterance.sound.size] = utterance.sound / np.float32(32768)
    return sound


def _rate(utterances: Sequence[Utterance], heard: Sequence[str]) -> float:
    return word_error_rate((utterance.words, text) for utterance, text in zip(utterances, heard, strict=True))
