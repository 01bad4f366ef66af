"""Names that a call's site or question makes likely, grown into trees beside the thread that steps all calls, each once.

    names ──Nursery's thread──> Tree ──Ticker's inbox──> SharedTrees, the ticker's thread ──> Row.boost

To grow a tree is all Python and NeMo's: 25 ms of CPU for 400 names, 8 for five. To put one into the decoder takes 0.3.
A step made meanwhile takes as much longer, as both want Python's lock: so trees grow when a call opens or a question is put, and
not when an utterance begins.
"""

import contextlib
import functools
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

import torch

from media_server.stt.nemo.boosting import Boost, Tree, grow, names_of
from media_server.stt.nemo.loading import Model


class Nursery:
    """For any thread. The KEPT trees that were asked for last are not grown again."""

    KEPT = 64

    def __init__(self, model: Model) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="trees")
        self._grown = functools.lru_cache(self.KEPT)(lambda names: grow(model, names))

    def of_site(self, names: frozenset[str]) -> Future[Tree]:
        return self._thread.submit(self._grown, names)

    def of_question(self, site: frozenset[str], phrases: Iterable[str], then: Callable[[Tree], None]) -> None:
        """`then` is told the tree of a site's names and of what a reply may be made of, in the order of asking."""
        grown = self._thread.submit(lambda: self._grown(site | frozenset(names_of(phrases))))
        grown.add_done_callback(lambda done: then(done.result()))

    def close(self) -> None:
        self._thread.shutdown(wait=False)


class SharedTrees:
    """Trees in the decoder: one for all calls that expect the same; KEPT of those that none expects wait for the next."""

    KEPT = 8

    def __init__(self, model: Model) -> None:
        self._model = model
        self._taken: dict[frozenset[str], tuple[Boost, int]] = {}
        self._idle: dict[frozenset[str], Boost] = {}

    def take(self, tree: Tree) -> int:
        """Its number, for Row.boost. torch.OutOfMemoryError: it is not taken."""
        names = tree.names
        if names not in self._taken:
            self._taken[names] = self._idle.pop(names) if names in self._idle else Boost(self._model, tree), 0
        boost, calls = self._taken[names]
        self._taken[names] = boost, calls + 1
        return boost.number

    def give_back(self, tree: Tree | None) -> None:
        """One call fewer has it."""
        if tree is None:
            return
        boost, calls = self._taken.pop(tree.names)
        if calls > 1:
            self._taken[tree.names] = boost, calls - 1
            return
        self._idle[tree.names] = boost
        with contextlib.suppress(torch.OutOfMemoryError):  # to take one out takes memory, too: later, then
            while len(self._idle) > self.KEPT:
                self._idle[oldest := next(iter(self._idle))].close()
                del self._idle[oldest]
