"""One forward over all calls that have a chunk due: mel, encoder, each call's own language prompt, greedy decoding.

    sound [calls, samples] ─> mel ─> encoder ─(+ one-hot of the prompt)─> prompt kernel ─> RNNT ─> tokens of each call
              └──────────────────────── rows of Slots, gathered and put back ────────────────────────┘

NeMo 3.0.0's own pipeline drops the prompt (measured: 100 % of the words wrong with a prompt model), and its decoder's
hypotheses grow with the call; tensors in, tensors out does neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from media_server.stt.nemo.loading import HOP, WINDOW, Model, decoding_state_class
from media_server.stt.nemo.slots import Slots, State, computer

Sound = npt.NDArray[np.float32]
"""[calls, samples], full scale is 1."""


@dataclass(frozen=True, slots=True)
class Emitted:
    """One token, as the decoder gave it."""

    token: int
    frame: int
    """Of this chunk."""
    probability: float
    """0 to 1, its share against all other tokens and blank."""


@dataclass(frozen=True, slots=True)
class Row:
    """Who takes part in a step."""

    row: int
    prompt: int
    boost: int = -1
    """Number of its tree of boosted phrases; -1: none."""


class Stepper:
    """Steps rows of one model. Not for two threads at once."""

    def __init__(self, model: Model, slots: Slots) -> None:
        self._model = model
        self._slots = slots
        self._computer = computer(model)
        self._decoding_state = decoding_state_class()
        self._streaming = {frames: _streaming(model, frames) for frames in model.chunks}

    @torch.inference_mode()
    def step(self, rows: Sequence[Row], sound: Sound, *, keep: bool = True) -> list[list[Emitted]]:
        """Each row's tokens of one chunk. `sound`: [len(rows), samples], samples being those of a chunk of the model's menu.

        With keep=False the rows stay as they were before it: a look at what would come if the sound ended like this.
        torch.OutOfMemoryError leaves the rows as they were, too.
        """
        index = self._slots.index([row.row for row in rows])
        before = self._slots.state.rows(index)
        samples = torch.from_numpy(sound).to(self._model.device, non_blocking=True)
        tail_and_new = torch.cat([before.tail, samples], dim=1)
        mel = torch.cat([before.mel, self._mel(tail_and_new)], dim=2)
        encoded, after = self._encode(mel, before, sound.shape[1] // self._model.frame)
        prompted = self._prompt(encoded, [row.prompt for row in rows])
        tokens = self._decode(prompted, before, after, [row.boost for row in rows])
        if keep:
            after.tail = tail_and_new[:, -WINDOW:]
            after.mel = mel[:, :, -before.mel.shape[2] :]
            self._slots.state.put(index, after)
        return tokens

    def _mel(self, sound: Tensor) -> Tensor:
        """[calls, bands, frames] of [calls, WINDOW + new]: the frames whose windows end within the new samples."""
        lengths = torch.full((sound.shape[0],), sound.shape[1], device=sound.device)
        mel, _ = self._model.net.preprocessor.featurizer(sound, lengths)
        return mel[:, :, 2 : 2 + (sound.shape[1] - WINDOW) // HOP]

    def _encode(self, mel: Tensor, before: State, frames: int) -> tuple[Tensor, State]:
        """[calls, width, frames], and the rows' memory with the encoder's part renewed."""
        encoder = self._model.net.encoder
        encoder.att_context_size, encoder.streaming_cfg = [self._model.left, frames - 1], self._streaming[frames]
        encoded, _, channel, time, known = encoder.cache_aware_stream_step(
            processed_signal=mel.to(self._model.precision),
            processed_signal_length=torch.full((mel.shape[0],), mel.shape[2], device=mel.device),
            cache_last_channel=before.channel,
            cache_last_time=before.time,
            cache_last_channel_len=before.known,
            keep_all_outputs=True,
        )
        after = State(
            channel, time, before.hidden, before.cell, known, before.mel, before.tail, before.predicted, before.label,
            before.boosted,
        )  # fmt: skip
        return encoded.float(), after

    def _prompt(self, encoded: Tensor, prompts: Sequence[int]) -> Tensor:
        """[calls, frames, width]: the encoding, told in which language each call is."""
        net = self._model.net
        states = encoded.transpose(1, 2)
        prompt = states.new_zeros(len(prompts), 1, net.num_prompts)
        prompt.scatter_(2, self._slots.index(prompts).view(-1, 1, 1), 1.0)
        told: Tensor = net.prompt_kernel(torch.cat([states, prompt.expand(-1, states.shape[1], -1)], dim=2))
        return told

    def _decode(self, states: Tensor, before: State, after: State, boosts: Sequence[int]) -> list[list[Emitted]]:
        """Greedy tokens of the chunk; the decoder's part of `after` is renewed."""
        count = states.shape[0]
        boosting = self._computer.per_stream_biasing_enabled
        hypotheses, decoded = self._computer(
            x=states,
            out_len=torch.full((count,), states.shape[1], device=states.device),
            prev_batched_state=self._decoding_state(
                predictor_states=(before.hidden, before.cell),
                predictor_outputs=before.predicted,
                labels=before.label,
                decoded_lengths=torch.zeros_like(before.label),  # frames count from the chunk's first
                fusion_states_list=[before.boosted] if boosting else [],
            ),
            multi_biasing_ids=self._slots.index(boosts) if boosting else None,
        )
        hidden, cell = decoded.predictor_states
        after.hidden, after.cell = hidden[:, :count], cell[:, :count]  # with CUDA graphs, all slots come back
        after.predicted, after.label = decoded.predictor_outputs[:count], decoded.labels[:count]
        if boosting:
            after.boosted = decoded.fusion_states_list[0][:count]
        lengths = hypotheses.current_lengths[:count].tolist()
        longest = max(lengths)
        ids, frames, sure = (
            tensor[:count, :longest].tolist()
            for tensor in (hypotheses.transcript, hypotheses.timestamps, hypotheses.step_confidence)
        )
        return [
            [Emitted(*one) for one in zip(ids[call][:length], frames[call], sure[call], strict=False)]
            for call, length in enumerate(lengths)
        ]


def _streaming(model: Model, frames: int) -> Any:
    """The encoder's streaming settings for chunks of so many frames."""
    encoder = model.net.encoder
    encoder.set_default_att_context_size([model.left, frames - 1])
    return encoder.streaming_cfg
