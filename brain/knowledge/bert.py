"""BERT's layers (arXiv:1810.04805) as a network for onnxruntime, which needs half of numpy's time for them: made from the
weights when they are loaded, in half a second.

    x[1, tokens, 384] ── norm ── 6 x ( attention ── + ── norm ── feed-forward ── + ── norm )      bias[1, 1, tokens, tokens]
                                       who sees whom ┘
"""

import tempfile
from collections.abc import Mapping, Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from brain.knowledge.onnx_file import MICROSOFT, network, node

Floats = NDArray[np.float32]
LAYERS, HEADS, WIDTH = 6, 12, 384
"""Of MiniLM-L6."""
_EPSILON = 1e-12


def session(weights: Mapping[str, Floats]) -> onnxruntime.InferenceSession:
    """{"x", "bias"} -> what the last layer makes of x. Of one thread: two on two busy cores take longer than one."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:  # bytes would be kept as long as the session: 42 MB
        file.write(_Layers(weights).written())
        file.flush()
        return onnxruntime.InferenceSession(file.name, options, providers=["CPUExecutionProvider"])


class _Layers:
    """Nodes one after the other, by the names that their weights have in the model's file."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        self._weights = weights
        self._nodes: list[bytes] = []
        self._held: dict[str, NDArray[np.float32] | NDArray[np.int64]] = {"thirds": np.full(3, WIDTH, np.int64)}

    def written(self) -> bytes:
        norm = self._own("embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias")
        self._nodes.append(node("LayerNormalization", ["x", *norm], ["layer.0"], epsilon=_EPSILON))
        for layer in range(LAYERS):
            self._layer(f"encoder.layer.{layer}.", f"layer.{layer}", f"layer.{layer + 1}")
        tokens = (1, "tokens", WIDTH)
        inputs = {"x": tokens, "bias": (1, 1, "tokens", "tokens")}
        return network(self._nodes, self._held, inputs, {f"layer.{LAYERS}": tokens})

    def _layer(self, of: str, before: str, after: str) -> None:
        attention = of + "attention.self."
        self._times(before, [attention + part for part in ("query", "key", "value")], of + "qkv.product")
        bias = np.concatenate([self._weights[f"{attention}{part}.bias"] for part in ("query", "key", "value")])
        self._held[of + "qkv.bias"] = bias
        self._nodes.append(node("Add", [of + "qkv.product", of + "qkv.bias"], [of + "qkv"]))
        parts = [of + "query", of + "key", of + "value"]
        self._nodes.append(node("Split", [of + "qkv", "thirds"], parts, axis=2))
        seen = [*parts, "", "", "bias"]
        self._nodes.append(node("MultiHeadAttention", seen, [of + "seen"], MICROSOFT, num_heads=HEADS))
        self._times(of + "seen", [of + "attention.output.dense"], of + "told")
        self._add(of + "told", before, of + "attention.output.", of + "attended")
        self._times(of + "attended", [of + "intermediate.dense"], of + "wide")
        widened = [of + "wide", *self._own(of + "intermediate.dense.bias")]
        self._nodes.append(node("BiasGelu", widened, [of + "chosen"], MICROSOFT))
        self._times(of + "chosen", [of + "output.dense"], of + "narrow")
        self._add(of + "narrow", of + "attended", of + "output.", after)

    def _times(self, x: str, by: Sequence[str], out: str) -> None:
        """Matrices are kept the other way round in the file; several beside each other are one multiplication."""
        together = np.concatenate([self._weights[name + ".weight"] for name in by])
        self._held[out + ".by"] = np.ascontiguousarray(together.T)
        self._nodes.append(node("MatMul", [x, out + ".by"], [out]))

    def _add(self, x: str, skipped: str, of: str, out: str) -> None:
        norm = self._own(of + "LayerNorm.weight", of + "LayerNorm.bias", of + "dense.bias")
        self._nodes.append(node("SkipLayerNormalization", [x, skipped, *norm], [out], MICROSOFT, epsilon=_EPSILON))

    def _own(self, *names: str) -> Sequence[str]:
        """Weights as they are in the file."""
        self._held |= {name: self._weights[name] for name in names}
        return names
