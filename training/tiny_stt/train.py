"""Phones first, then words.

    steps      0 ..... PHONE_STEPS ................................ steps
    loss       phones of every 40 ms     RNN-T + a share of the phones' loss
    rate       warm-up, then falls with a cosine to a twentieth

From random weights the RNN-T loss alone sits on the frequency of tokens for thousands of steps; who knows phones does not.
"""

import math
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.tiny_stt.corpus import Corpus
from training.tiny_stt.model import D_MODEL, PROMPT_OF, PROMPTS, SUBSAMPLING, awaken, build
from training.tiny_stt.transducer_loss import transducer_loss

BATCH_FRAMES = 4000
"""Feature frames of a batch, padding included: forty seconds of sound."""
PHONE_STEPS = 500
WARM_UP = 150
PEAK_RATE = 2.0e-3
PHONE_SHARE = 0.3
"""Weight of the phones' loss beside the words', at first; it falls to nothing."""
AVERAGED = 0.998
"""Of the moving average of weights that is exported."""
SAVE_EVERY_S = 120.0
PHONES_A_FRAME = 2
"""Labels of an encoder frame: 40 ms each."""
LATE_FRAMES = (10, 6)
"""Feature frames by which the two labels lie behind the last one an encoder frame has heard: what is no look-ahead yet known."""
PAIRS = 0.1
"""Of utterances, how many are two in a row."""
LEVEL_NEPER = 0.6
"""A take is made louder or softer by up to so much, in natural logarithms of power."""
QUIET, QUIET_FRAMES, FLOOR = 0.75, (9, 28), -24 * math.log(2)
"""How often digital silence comes before a take and after it, how many frames of it, and how a mel band shows it. A stream begins
like that; who has not met it hears a word in the step from nothing to the line's noise."""
SHIFT_BANDS = 2
"""By so many bands a take goes up or down: a throat longer or shorter."""
MASKED_BANDS = 10
"""Of a take, at most so many neighbouring bands are blotted out; of every second one, none."""


@dataclass(slots=True)
class Batch:
    features: Tensor
    """[B, bands, frames]."""
    lengths: Tensor
    targets: Tensor
    """[B, U]."""
    target_lengths: Tensor
    prompts: Tensor
    tracks: Tensor
    """[B, frames]: phone numbers."""


class Trainer:
    """One run; `save` and `resume` keep everything that it needs to go on."""

    def __init__(self, corpus: Corpus, tokens: Path, steps: int, seed: int = 1) -> None:
        torch.manual_seed(seed)
        self.model = build(tokens)
        self.corpus, self.steps, self.step = corpus, steps, 0
        self.phones = nn.Linear(D_MODEL, PHONES_A_FRAME * (len(corpus.phones) + 1))
        self._targets = [self.model.tokenizer.text_to_ids(words) for words in corpus.words]
        parameters = [*self.model.parameters(), *self.phones.parameters()]
        self._optimiser = torch.optim.AdamW(parameters, lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01)
        self._parameters = parameters
        self.average = {name: value.clone() for name, value in self.model.state_dict().items()}
        self._dice = random.Random(seed)
        self._queue: list[list[int]] = []
        first = self.batch(self._dice.sample(range(len(corpus)), 24))
        awaken(self.model.encoder.eval(), first.features, first.lengths)

    def save(self, path: Path) -> None:
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "average": self.average,
            "phones": self.phones.state_dict(),
            "optimiser": self._optimiser.state_dict(),
        }
        draft = path.with_suffix(".draft")
        torch.save(state, draft)
        draft.replace(path)

    def resume(self, path: Path) -> None:
        state = torch.load(path, weights_only=True)
        self.step, self.average = state["step"], state["average"]
        self.model.load_state_dict(state["model"])
        self.phones.load_state_dict(state["phones"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._dice.seed(self.step)

    def run(self, checkpoint: Path, report_every: int = 50) -> None:
        """Until `steps`; saves every two minutes and at the end, prints losses and a few decoded sentences."""
        saved, began, sums, counted = time.monotonic(), time.process_time(), np.zeros(2), 0
        while self.step < self.steps:
            sums += self.advance()
            counted += 1
            if self.step % report_every == 0:
                words, phones = sums / counted
                each = (time.process_time() - began) / counted
                left = (self.steps - self.step) * each / 60
                losses = f"words {words:7.3f}  phones {phones:6.3f}"
                print(f"{self.step:5d}/{self.steps}  {losses}  {each:.2f} s  {left:.0f} CPU-min to go", flush=True)
                began, sums, counted = time.process_time(), np.zeros(2), 0
            if self.step % (5 * report_every) == 0 and self.step > PHONE_STEPS:
                self._show()
            if time.monotonic() - saved > SAVE_EVERY_S or self.step == self.steps:
                self.save(checkpoint)
                saved = time.monotonic()

    def advance(self) -> tuple[float, float]:
        """One step: the losses of words (per token) and of phones (per label)."""
        batch = self.batch(self._next())
        self.model.train()
        for group in self._optimiser.param_groups:
            group["lr"] = PEAK_RATE * self._rate()
        encoded, lengths = self.model.encoder(audio_signal=batch.features, length=batch.lengths)
        encoded = encoded.transpose(1, 2)
        phones = self._phone_loss(encoded, lengths, batch)
        words = self._word_loss(encoded, lengths, batch) if self.step >= PHONE_STEPS else torch.zeros(())
        share = 1.0 if self.step < PHONE_STEPS else PHONE_SHARE * max(0.0, 1 - self.step / (0.8 * self.steps))
        loss = words + share * phones
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self._parameters, 2.0)
        if torch.isfinite(norm):
            self._optimiser.step()
        self.step += 1
        self._follow()
        return float(words), float(phones)

    def batch(self, chosen: list[int]) -> Batch:
        """The utterances of these numbers, a few of them two in a row."""
        rows = [self._row(number) for number in chosen]
        frames, tokens = max(len(row[0]) for row in rows), max(len(row[2]) for row in rows)
        features = torch.full((len(rows), frames, rows[0][0].shape[1]), 0.0)
        tracks = torch.zeros(len(rows), frames, dtype=torch.long)
        targets = torch.zeros(len(rows), max(tokens, 1), dtype=torch.long)
        for place, (mel, track, ids, _) in enumerate(rows):
            features[place, : len(mel)] = torch.from_numpy(mel)
            tracks[place, : len(track)] = torch.from_numpy(track)
            targets[place, : len(ids)] = torch.tensor(ids, dtype=torch.long)
        return Batch(
            features.transpose(1, 2),
            torch.tensor([len(row[0]) for row in rows]),
            targets,
            torch.tensor([len(row[2]) for row in rows]),
            torch.tensor([row[3] for row in rows]),
            tracks,
        )

    def _row(self, number: int) -> tuple[Any, Any, list[int], int]:
        """Features, phones, tokens, prompt."""
        numbers = [number] if self._dice.random() > PAIRS else [number, self._dice.randrange(len(self.corpus))]
        mels, tracks, ids = [], [], list[int]()
        for each in numbers:
            rows = self.corpus.rows(each)
            mels.append(varied(self.corpus.features[rows].astype(np.float32), self._dice))
            tracks.append(self.corpus.tracks[rows].astype(np.int64))
            ids += self._targets[each]
        tongue = PROMPTS[PROMPT_OF[self.corpus.tongues[number]]]
        prompt = PROMPTS["auto"] if len(numbers) > 1 or self._dice.random() < 0.4 else tongue
        before, after = (self._dice.randint(*QUIET_FRAMES) if self._dice.random() < QUIET else 0 for _ in range(2))
        mel = np.pad(np.concatenate(mels), ((before, after), (0, 0)), constant_values=FLOOR)
        return mel, np.pad(np.concatenate(tracks), (before, after)), ids, prompt

    def _next(self) -> list[int]:
        """Utterances of similar length, in a new order each time round."""
        if not self._queue:
            about = np.random.default_rng(self._dice.randrange(1 << 30)).uniform(0.9, 1.1, len(self.corpus))
            lengths = np.diff(self.corpus.ends, prepend=0) * about
            group: list[int] = []
            for number in np.argsort(lengths):
                if group and (len(group) + 1) * lengths[number] > BATCH_FRAMES:
                    self._queue.append(group)
                    group = []
                group.append(int(number))
            self._queue.append(group)
            self._dice.shuffle(self._queue)
        return self._queue.pop()

    def _rate(self) -> float:
        if self.step < WARM_UP:
            return (self.step + 1) / WARM_UP
        done = (self.step - WARM_UP) / max(1, self.steps - WARM_UP)
        return 0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * done))

    def _phone_loss(self, encoded: Tensor, lengths: Tensor, batch: Batch) -> Tensor:
        """Cross-entropy of the phones, per label. `encoded` [B, T, D]."""
        logits = self.phones(encoded).unflatten(-1, (PHONES_A_FRAME, -1))
        wanted = phone_labels(batch.tracks, encoded.shape[1])
        real = torch.arange(encoded.shape[1])[None] < lengths[:, None]
        return nn.functional.cross_entropy(logits[real].flatten(0, 1), wanted[real].flatten())

    def _word_loss(self, encoded: Tensor, lengths: Tensor, batch: Batch) -> Tensor:
        """RNN-T loss per token. `encoded` [B, T, D]."""
        prompts = nn.functional.one_hot(batch.prompts, len(PROMPTS)).to(encoded.dtype)
        prompted = self.model.prompt_kernel(torch.cat([encoded, prompts[:, None].expand(-1, encoded.shape[1], -1)], dim=-1))
        predicted, _, _ = self.model.decoder(targets=batch.targets, target_length=batch.target_lengths)
        joint = self.model.joint
        logits = joint.joint_net(joint.enc(prompted)[:, :, None] + joint.pred(predicted.transpose(1, 2))[:, None])
        losses = transducer_loss(logits, batch.targets, lengths, batch.target_lengths, self.model.decoder.blank_idx)
        return losses.sum() / batch.target_lengths.sum().clamp(min=1)

    @torch.no_grad()
    def _follow(self) -> None:
        """The average moves towards the weights; faster at first."""
        keep = min(AVERAGED, (1 + self.step) / (10 + self.step))
        for name, value in self.model.state_dict().items():
            if value.dtype.is_floating_point:
                self.average[name].lerp_(value, 1 - keep)

    @torch.no_grad()
    def _show(self) -> None:
        """What it hears now, of three utterances."""
        self.model.eval()
        chosen = self._dice.sample(range(len(self.corpus)), 4)
        batch = self.batch(chosen)
        encoded, lengths = self.model.encoder(audio_signal=batch.features, length=batch.lengths)
        prompts = nn.functional.one_hot(batch.prompts, len(PROMPTS)).float()[:, None].expand(-1, encoded.shape[2], -1)
        prompted = self.model.prompt_kernel(torch.cat([encoded.transpose(1, 2), prompts], dim=-1)).transpose(1, 2)
        found = self.model.decoding.rnnt_decoder_predictions_tensor(prompted, lengths, return_hypotheses=False)
        for ids, heard in zip(batch.targets.tolist(), found, strict=True):
            text = heard if isinstance(heard, str) else heard.text
            print(f"        {self.model.tokenizer.ids_to_text(ids)!r}  ->  {text!r}", flush=True)


def varied(mel: Any, dice: random.Random) -> Any:
    """Features [frames, bands] of the same words, by another voice on another line."""
    shift = dice.randint(-SHIFT_BANDS, SHIFT_BANDS)
    places = np.clip(np.arange(mel.shape[1]) + shift, 0, mel.shape[1] - 1)
    moved = mel[:, places]
    louder = np.where(moved < -16, moved, moved + dice.uniform(-LEVEL_NEPER, LEVEL_NEPER))  # digital silence stays
    if dice.random() < 0.5:
        first, width = dice.randrange(mel.shape[1]), dice.randint(1, MASKED_BANDS)
        louder[:, first : first + width] = louder[:, first : first + width].mean()
    return louder


def phone_labels(tracks: Tensor, frames: int) -> Tensor:
    """[B, feature frames] -> [B, frames, PHONES_A_FRAME]: what was said a little before each encoder frame's last moment."""
    places = torch.arange(frames)[:, None] * SUBSAMPLING - torch.tensor(LATE_FRAMES)
    inside = places.clamp(0, tracks.shape[1] - 1)
    labels = tracks[:, inside.flatten()].unflatten(1, places.shape)
    return torch.where((places < 0)[None], 0, labels)
