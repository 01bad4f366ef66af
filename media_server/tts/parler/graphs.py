"""CUDA graphs of functions that work in place on tensors that stay where they are: one launch instead of some three hundred.

On a CPU the same call runs the function itself. The CUDA half has never run: no GPU was at hand when it was written.
"""

from collections.abc import Callable, Hashable

import torch

WARM_UP = 3
"""Runs before a capture: libraries choose kernels and allocate workspaces in the first ones."""


class Graphs:
    """One captured graph per key. All share one memory pool: they run one after another, in the stream of the moment."""

    def __init__(self, device: torch.device) -> None:
        self._captures = device.type == "cuda"
        self._graphs: dict[Hashable, torch.cuda.CUDAGraph] = {}
        self._pool = torch.cuda.graph_pool_handle() if self._captures else None

    def run(self, key: Hashable, work: Callable[[], None]) -> None:
        """Do the work: by its graph if there is one for this key, else as it is."""
        if (graph := self._graphs.get(key)) is not None:
            graph.replay()
        else:
            work()

    def capture(self, key: Hashable, work: Callable[[], None]) -> None:
        """Make the graph for this key, from work that uses the same shapes ever after. Runs it some times: at a moment when
        that changes nothing. On a CPU it runs once, and there is no graph."""
        if not self._captures:
            work()
            return
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UP):
                work()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool):
            work()
        self._graphs[key] = graph
