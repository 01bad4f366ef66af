"""Is this speech? Silero VAD for all calls at once: one run of the network per tick over every call with 32 ms of new sound.

The model is the one in pipecat's wheel, opened by its path: nothing of pipecat is imported.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from core.audio import RATE, Pcm

WINDOW = 512
"""Samples the network looks at: 32 ms."""
_CONTEXT = 64
"""Samples of the window before, in front of each."""
_LEVELS = 4
_ROUNDS = 4
"""Windows of one call per tick at most: after a stall the backlog is worked off over some ticks."""

Floats = npt.NDArray[np.float32]


class ModelMissing(OSError):
    """A model file is not where its wheel should have put it."""


@dataclass(frozen=True, slots=True)
class Window:
    """32 ms of a call."""

    start: int
    """First sample, on the call's clock."""
    probability: float
    """That somebody speaks."""
    levels: tuple[float, ...]
    """RMS of its four quarters, 8 ms each."""
    concealed: bool = False
    """Some of it was invented in the place of lost packets."""
    ours: bool = False
    """All of it could be our own echo."""


class Listener:
    """One call's sound on its way to the network; from Silero.listen."""

    def __init__(self) -> None:
        self.owner: Callable[[Window], None] | None = None
        """Who wants this call's windows; for whoever runs Silero, it makes no use of it."""
        self._start = 0
        self._pcm: Pcm = np.zeros(0, np.int16)
        self._marks: list[tuple[int, bool, bool]] = []
        """Of each piece pushed: its end, whether it was concealed, whether it was ours."""
        self._context: Floats = np.zeros(_CONTEXT, np.float32)
        self._state: Floats = np.zeros((2, 128), np.float32)

    def push(self, start: int, pcm: Pcm, *, concealed: bool = False, ours: bool = False) -> None:
        """The next sound of the call at 16 kHz; `start` is where on its clock."""
        if not self._pcm.size:
            self._start = start
        self._pcm = np.concatenate((self._pcm, pcm))
        self._marks.append((start + pcm.size, concealed, ours))

    @property
    def full(self) -> bool:
        return self._pcm.size >= WINDOW

    def _next(self) -> tuple[int, Pcm, bool, bool]:
        start, end = self._start, self._start + WINDOW
        pcm, self._pcm = self._pcm[:WINDOW], self._pcm[WINDOW:]
        self._start = end
        last = next(i for i, mark in enumerate(self._marks) if mark[0] >= end)
        concealed = any(mark[1] for mark in self._marks[: last + 1])
        ours = all(mark[2] for mark in self._marks[: last + 1])
        del self._marks[: last + (self._marks[last][0] == end)]
        return start, pcm, concealed, ours


class Silero:
    """All calls of a process. ModelMissing if pipecat's wheel is not installed whole."""

    def __init__(self) -> None:
        self._session = open_model("audio/vad/data/silero_vad.onnx")
        self._listeners: set[Listener] = set()
        self._rate = np.array(RATE, np.int64)
        self._infer([Listener()], np.zeros((1, WINDOW), np.float32))  # the first run is the slow one

    def listen(self) -> Listener:
        """A new call."""
        listener = Listener()
        self._listeners.add(listener)
        return listener

    def forget(self, listener: Listener) -> None:
        """The call is over."""
        self._listeners.discard(listener)

    def run(self) -> list[tuple[Listener, Window]]:
        """Once a tick: a verdict on each whole window, each call's in order."""
        windows: list[tuple[Listener, Window]] = []
        for _ in range(_ROUNDS):
            ready = [listener for listener in self._listeners if listener.full]
            if not ready:
                break
            windows += self._round(ready)
        return windows

    def _round(self, ready: list[Listener]) -> list[tuple[Listener, Window]]:
        pieces = [listener._next() for listener in ready]
        sound: Floats = np.stack([pcm for _, pcm, _, _ in pieces]).astype(np.float32)
        levels = np.sqrt(np.square(sound).reshape(len(ready), _LEVELS, -1).mean(axis=2)).tolist()
        probabilities = self._infer(ready, sound / np.float32(32_768))
        windows = []
        for listener, piece, probability, level in zip(ready, pieces, probabilities, levels, strict=True):
            start, _, concealed, ours = piece
            windows.append((listener, Window(start, probability, tuple(level), concealed, ours)))
        return windows

    def _infer(self, ready: list[Listener], sound: Floats) -> list[float]:
        """Sound of shape (calls, WINDOW), -1 to 1. The network's memory is kept in the listeners."""
        inputs = np.concatenate((np.stack([listener._context for listener in ready]), sound), axis=1)
        state = np.stack([listener._state for listener in ready], axis=1)
        found, state = self._session.run(None, {"input": inputs, "state": state, "sr": self._rate})
        for row, listener in enumerate(ready):
            listener._context = sound[row, -_CONTEXT:]
            listener._state = state[:, row]
        return [float(value) for value in found[:, 0]]


def open_model(path: str) -> Any:
    """An onnxruntime session of one thread over a file of pipecat's wheel. ModelMissing says what to install."""
    found = importlib.util.find_spec("pipecat")
    folders = list(found.submodule_search_locations or ()) if found else []
    file = next((file for folder in folders if (file := Path(folder) / path).is_file()), None)
    if file is None:
        raise ModelMissing(f"pipecat/{path} is not installed: pip install --no-deps pipecat-ai==1.14.0")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # its warnings are about how the model was exported
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
