"""A site's own names, made likelier in its calls and in no others: NeMo's tree of phrases per stream, built and weighed by us.

    names_of(phrases) ──grow──> Tree ──Boost──> number ──Row(boost=number)──> logits of this row's tokens += the tree's weights

In greedy decoding blank stays blank: nothing is heard where nothing was said. Among tokens, the first of a name gains WEIGHT,
each further one more than DEPTH times that while the name goes on; if it does not, the next token pays it back. With NeMo's own
weights (context_score 1, alpha 1) a trained model's first guess leads by more than that, and they change nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from core.number_words import TIMES, VALUES
from core.script import sounded
from core.tongue import ENGLISH_WORDS, HINDI_WORDS
from media_server.stt.nemo.loading import Model
from media_server.stt.nemo.slots import computer
from media_server.stt.phrases import CONVERSATION
from media_server.stt.phrases import HINDI_WORDS as SITES_HINDI

WEIGHT = 2.0
"""Natural logarithms that the first token of a name gains…"""
DEPTH = 2.0
"""…and how many times that (and a little more by depth) each further one."""
MOST_NAMES = 400
SHORTEST = 4
"""Letters of a name: shorter ones are the beginning of half of all words."""

LONGEST = 3
"""Words of a name. More in a row are no name."""

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_SLOT = re.compile(r"\{\w+\}")
_SAID_EVERYWHERE = {word for phrase in CONVERSATION for word in phrase.split()}
_COMMON = frozenset(map(sounded, HINDI_WORDS | ENGLISH_WORDS | SITES_HINDI | _SAID_EVERYWHERE)) | VALUES.keys() | TIMES.keys()


def names_of(phrases: Iterable[str]) -> list[str]:
    """The words of a site's phrases that are no small words, no numbers, and not said to every site; the rarest first, as names
    of products are said in one question and "refund" in ten. Up to LONGEST neighbours stay together: "kit bag"."""
    found: Counter[str] = Counter()
    for phrase in phrases:
        for part in _SLOT.split(phrase):
            found.update(_runs(_WORD.findall(part)))
    long_enough = [name for name in found if len(name) >= SHORTEST]
    return sorted(long_enough, key=lambda name: (found[name], name))[:MOST_NAMES]


def _runs(words: Sequence[str]) -> list[str]:
    runs: list[list[str]] = [[]]
    for word in words:
        if sounded(word.lower()) in _COMMON:
            runs.append([])
        else:
            runs[-1].append(word)
    return [name for run in runs for name in ([" ".join(run)] if len(run) <= LONGEST else run) if name]


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Names, ready for the decoder."""

    names: frozenset[str]
    grown: Any | None
    """NeMo's GPUBoostingTreeModel, on the CPU; None if there is nothing to boost."""


def grow(model: Model, names: Iterable[str], *, weight: float = WEIGHT) -> Tree:
    """In any thread: it touches nothing of the model's that a step changes."""
    wanted = frozenset(names)
    tokens = _spelled(model, sorted(wanted))
    return Tree(wanted, _grown(tokens, len(model.pieces), weight) if tokens and weight else None)


class Boost:
    """One tree in a model's decoder. Made, used and closed in the engine's thread; calls that expect the same share it.

    A row takes it with its next utterance (Slots.begin): in the middle of one its place in the tree would be another tree's.
    torch.OutOfMemoryError, of making and of closing, leaves the decoder with the trees that it had.
    """

    def __init__(self, model: Model, tree: Tree) -> None:
        self._trees = computer(model).biasing_multi_model
        with torch.inference_mode(False):
            self.number: int = -1 if tree.grown is None else _added(self._trees, tree.grown)
        """For Row.boost; -1 if there is nothing to boost."""

    def close(self) -> None:
        """No row has it any more."""
        if self.number >= 0:
            with torch.inference_mode(False):
                _look_for_room(self._trees)
                self._trees.remove_model(self.number)
            self.number = -1


def _added(trees: Any, grown: Any) -> int:
    before = set(range(trees.num_models)) - trees.free_ids
    try:
        number: int = trees.add_model(grown, 1.0)
    except torch.OutOfMemoryError:
        trees.free_ids = set(range(trees.num_models)) - before
        for moved in trees.reallocation_callbacks:  # some tables may lie elsewhere now, where CUDA graphs don't look for them
            moved()
        raise
    return number


def _look_for_room(trees: Any) -> None:
    """What lies behind a tree moves up, one table after the other, each through a copy. OutOfMemoryError if there is no memory
    for the largest: in the midst of it, it would leave the others in disorder. What is found here torch keeps at hand."""
    torch.empty(
        max(trees.num_arcs_extended_total, 2 * trees.num_states_total), dtype=torch.int64, device=trees.all_ilabels.device
    )


def _spelled(model: Model, names: Iterable[str]) -> dict[str, list[int]]:
    """Each name's tokens: as it was given, with capitals, and all in capitals if it could be an abbreviation. What the model has
    no letters for is left out."""
    tokenizer = model.net.tokenizer.tokenizer
    found = {}
    for name in names:
        ways = (name, name.title(), name.upper() if len(name) <= SHORTEST else name)
        for way in dict.fromkeys(ways):
            tokens = tokenizer.encode(way)
            if tokens and tokenizer.unk_id() not in tokens:
                found[way] = tokens
    return found


def _grown(tokens: dict[str, list[int]], vocabulary: int, weight: float) -> Any:
    with torch.inference_mode(False):  # both were imported with the model, quietly
        from nemo.collections.asr.parts.context_biasing.boosting_graph_batched import GPUBoostingTreeModel
        from nemo.collections.asr.parts.context_biasing.context_graph_universal import ContextGraph

        graph = ContextGraph(context_score=weight, depth_scaling=DEPTH)
        graph.build(token_ids=list(tokens.values()), phrases=list(tokens))
        return GPUBoostingTreeModel.from_context_graph(graph, vocab_size=vocabulary)
