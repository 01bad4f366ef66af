"""What the model remembers of each call: one row per call in tensors that stay where they are. Joined and left at any step.

    Slots.state ──rows([3, 0, 7])──> State of three rows ──step──> State of three rows ──put([3, 0, 7])──> Slots.state

A call's row has the same size after an hour as at its start: tokens are handed out, never kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor

from media_server.stt.nemo.loading import HOP, WINDOW, Model

PRE_ENCODE = 9
"""Mel frames before a chunk that the subsampling convolutions look back on."""
SILENCE = 2.0**-24
"""Energy that NeMo adds to every mel band: the logarithm of it is what digital silence looks like."""


@dataclass(slots=True)
class State:
    """Some calls' memory. Rows are dimension 1 of the first four, 0 of the others."""

    channel: Tensor
    """[layers, rows, left, width]: inputs of self-attention, of the frames before."""
    time: Tensor
    """[layers, rows, width, kernel - 1]: inputs of the convolutions."""
    hidden: Tensor
    """[layers of the prediction network, rows, width]: LSTM's hidden state…"""
    cell: Tensor
    """…and its cell."""
    known: Tensor
    """[rows] int64: frames of `channel` that hold something."""
    mel: Tensor
    """[rows, bands, PRE_ENCODE]: the last mel frames."""
    tail: Tensor
    """[rows, WINDOW]: the last samples, for the next frame's window."""
    predicted: Tensor
    """[rows, 1, width]: the prediction network's output after the last token."""
    label: Tensor
    """[rows] int64: the last token, or blank."""
    boosted: Tensor
    """[rows] int64: where in its tree of boosted phrases the call is."""

    def rows(self, index: Tensor) -> "State":
        """A copy of these rows. `index`: [n] int64 on the same device."""
        return State(**{name: kept.index_select(dim, index) for name, kept, dim in self._each()})

    def put(self, index: Tensor, rows: "State") -> None:
        """The reverse of `rows`."""
        for name, kept, dim in self._each():
            kept.index_copy_(dim, index, getattr(rows, name))

    def _each(self) -> list[tuple[str, Tensor, int]]:
        return [(field.name, getattr(self, field.name), 1 if place < 4 else 0) for place, field in enumerate(fields(self))]


class Slots:
    """All calls' rows, of one model."""

    @torch.inference_mode()
    def __init__(self, model: Model, count: int) -> None:
        self.count = count
        self._device = model.device
        fresh = _fresh(model)
        everywhere = torch.zeros(count, dtype=torch.int64, device=model.device)
        with torch.inference_mode(False):  # what is made inside may be changed only inside
            self._fresh = State(**{field.name: getattr(fresh, field.name).clone() for field in fields(State)})
            self.state = self._fresh.rows(everywhere)

    @torch.inference_mode()
    def begin(self, row: int) -> None:
        """A new utterance, or a new call: nothing is left of the one before."""
        self.state.put(self.index([row]), self._fresh)

    def index(self, rows: Sequence[int]) -> Tensor:
        return torch.tensor(rows, dtype=torch.int64, device=self._device)


def _fresh(model: Model) -> State:
    """One row that has heard nothing."""
    net, device = model.net, model.device
    channel, time, known = net.encoder.get_initial_cache_state(batch_size=1, dtype=model.precision, device=device)
    begun = computer(model)._get_batched_decoding_state_after_sos(device=device, batch_size=1)
    hidden, cell = begun.predictor_states
    return State(
        channel=channel,
        time=time,
        hidden=hidden,
        cell=cell,
        known=known,
        mel=torch.full((1, net.preprocessor.featurizer.nfilt, PRE_ENCODE), SILENCE, device=device).log(),
        tail=torch.zeros((1, WINDOW), device=device),
        predicted=begun.predictor_outputs,
        label=begun.labels,
        boosted=begun.fusion_states_list[0] if begun.fusion_states_list else torch.zeros_like(begun.labels),
    )


def computer(model: Model) -> Any:
    """NeMo's batched greedy decoder (GreedyBatchedRNNTLabelLoopingComputer), which takes and gives its state as tensors."""
    return model.net.decoding.decoding.decoding_computer


assert WINDOW // HOP == 2  # step.py: two frames of the tail are whole before the first new one
