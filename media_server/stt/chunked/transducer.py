"""Greedy RNNT over a batch: at each frame tokens until the blank, each row at its own frame. ◆

encoded ──joint_enc──> frames ─┐
                               + ──join──> end ──> a token: the predictor takes it in; the blank: on to the next frame
last token ──predictor──> ─────┘
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from media_server.stt.chunked.spelling import Floats, Spoken, log_softmax

Graph = Callable[..., list[Any]]
"""Arrays in, arrays out."""


@dataclass(frozen=True, slots=True)
class Transducer:
    """An RNNT head in parts, as indic-conformer's folder has them. B rows, H the width of the joint."""

    encoded: Graph
    """joint_enc: (B, frames, encoder's width) -> (B, frames, H)"""
    predict: Graph
    """rnnt_decoder: last tokens (B, 1), lengths (B,), two states (layers, B, width) -> (B, width, 1), lengths, both states"""
    predicted: Graph
    """joint_pred: (B, 1, width) -> (B, 1, H)"""
    join: Graph
    """joint_pre_net: (B, 1, H) -> the same"""
    ends: Mapping[str, Graph]
    """joint_post_net of each language: (B, 1, H) -> (B, 1, its tokens and the blank)"""
    begin: int
    """Token that stands for "nothing said yet"."""
    layers: int
    width: int
    most: int
    """Tokens of one frame; a head in a loop goes on to the next."""

    def hear(self, tag: str, encoded: Floats, counts: npt.NDArray[Any]) -> list[list[Spoken]]:
        """`encoded`: (B, encoder's width, frames); `counts`: frames of each row."""
        frames = self.encoded(np.ascontiguousarray(encoded.transpose(0, 2, 1)))[0]
        end = self.ends[tag]
        rows = len(counts)
        spoken: list[list[Spoken]] = [[] for _ in range(rows)]
        at, said = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
        last = np.full((rows, 1), self.begin, np.int32)
        before = [np.zeros((self.layers, rows, self.width), np.float32) for _ in range(2)]
        guess, *after = self._predict(last, before)
        while (active := np.flatnonzero(at < counts)).size:
            logits = end(self.join(frames[active, at[active]][:, None] + guess[active])[0])[0].reshape(active.size, -1)
            chances = log_softmax(logits)
            best = chances.argmax(1)
            speaks = best < logits.shape[1] - 1  # the blank comes last
            for row, token, sure in zip(active[speaks], best[speaks], chances.max(1)[speaks], strict=True):
                spoken[row].append(Spoken(int(token), int(at[row]), int(at[row]) + 1, float(np.exp(sure))))
            going, resting = active[speaks], active[~speaks]
            said[going] += 1
            over = np.concatenate((resting, going[said[going] >= self.most]))
            at[over] += 1
            said[over] = 0
            if going.size:
                last[going, 0] = best[speaks]
                for old, new in zip(before, after, strict=True):
                    old[:, going] = new[:, going]
                fresh, *states = self._predict(last[going], [state[:, going] for state in before])
                guess[going] = fresh
                for old, new in zip(after, states, strict=True):
                    old[:, going] = new
        return spoken

    def _predict(self, last: npt.NDArray[Any], states: list[Floats]) -> tuple[Floats, Floats, Floats]:
        out, _, first, second = self.predict(last, np.ones(len(last), np.int32), *states)
        [guess] = self.predicted(np.ascontiguousarray(out.transpose(0, 2, 1)))
        return np.array(guess), np.array(first), np.array(second)
