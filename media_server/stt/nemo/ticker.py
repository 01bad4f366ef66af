"""The one thread that steps all calls: takes what came, asks the pace who is next, steps them, hands out their words.

    join, put, leave ──inbox──> streams ──Pace.next──> Stepper.step ──> Call.answer      (called in this thread)

It ends when it is told to, or with the error that it can't go on from: a CUDA error leaves nothing to go on with.
"""

import gc
import logging
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from core.speech import Audio, EndUtterance, Expect, Final, Flush, HearingFailed, Partial
from media_server.stt import metrics
from media_server.stt.nemo.boosting import Boost, names_of
from media_server.stt.nemo.loading import Model
from media_server.stt.nemo.pace import Batch, Pace, Queued, Wait
from media_server.stt.nemo.slots import Slots
from media_server.stt.nemo.step import Emitted, Row, Stepper
from media_server.stt.nemo.stream import AFTER_WORDS, DELAY, Stream

log = logging.getLogger(__name__)

BURST_S = 0.002
"""Packets of all calls come together: a moment is waited for the rest of them."""
SPEAKS_S = 0.5
"""A call whose sound came no longer ago than this is speaking."""
_RUNS, _LONG_ENOUGH_S = 6, 0.3
"""Steps of each kind that are timed at start, the quickest counts; slow ones need not be timed so often."""

Heard = Partial | Final | HearingFailed


@dataclass(eq=False, slots=True)
class Call:
    """One call that is heard."""

    row: int
    prompt: int
    stream: Stream
    answer: Callable[[Heard], None]
    left: Callable[[], None]
    """Called when nothing of the call is left in the engine: its row is free."""
    phrases: tuple[str, ...] = ()
    """What its site's callers are likely to say…"""
    expected: tuple[str, ...] = ()
    """…and what a reply to the question that is open may be made of."""
    names: frozenset[str] = frozenset()
    """Of these, what is made likelier in this utterance."""
    boost: int = -1
    fed: float = 0.0
    """When its last sound came."""
    begun: bool = False
    """Its row is this utterance's."""


class Joined:
    """In the inbox: a new call."""


class Left:
    """In the inbox: a call is over."""


Message = Audio | Flush | EndUtterance | Expect | Joined | Left


class Ticker:
    """`join`, `put`, `leave` and `stop` may be called from any thread; `run` is the thread."""

    def __init__(self) -> None:
        self._inbox: queue.SimpleQueue[tuple[Call, Message] | None] = queue.SimpleQueue()
        self._calls: dict[int, Call] = {}

    # ── from outside ─────────────────────────────────────────────────────────────────────────────────────────────────
    def join(self, call: Call) -> None:
        self._inbox.put((call, Joined()))

    def put(self, call: Call, message: Audio | Flush | EndUtterance | Expect) -> None:
        self._inbox.put((call, message))

    def leave(self, call: Call) -> None:
        self._inbox.put((call, Left()))

    def stop(self) -> None:
        self._inbox.put(None)

    # ── the thread ───────────────────────────────────────────────────────────────────────────────────────────────────
    def run(self, model: Model, slots: Slots, pace: Pace) -> None:
        """Until it is stopped. Errors of torch that are no lack of memory come out of it."""
        self._model, self._slots, self._pace = model, slots, pace
        self._stepper = Stepper(model, slots)
        self._names = SharedNames(model)
        wait = Wait(None)
        while self._receive(wait):
            wait = self._work()

    def _receive(self, wait: Wait) -> bool:
        """What came, all of it. False: stop."""
        timeout = wait.seconds
        while True:
            try:
                came = self._inbox.get(timeout=timeout)
            except queue.Empty:
                return True
            if came is None:
                return False
            call, message = came
            self._take(call, message)
            timeout = BURST_S if isinstance(message, Audio) else 0.0

    def _take(self, call: Call, message: Message) -> None:
        match message:
            case Joined():
                self._calls[call.row] = call
            case Left():
                self._calls.pop(call.row, None)
                self._names.give_back(call.names)
                call.left()
            case Audio():
                call.fed = time.monotonic()
                call.stream.take(message)
            case EndUtterance():
                call.begun = False
                call.stream.take(message)
            case Flush():
                call.stream.take(message)
            case Expect():
                call.expected = message.phrases

    def _work(self) -> Wait:
        """Steps until there is nothing to do now, or something may have come; how long to wait for it."""
        now = time.monotonic()
        for call in self._calls.values():
            self._begin(call, now)
        queued = [Queued(row, call.stream.waiting, call.stream.flushed) for row, call in self._calls.items()]
        due = self._pace.next([one for one in queued if one.samples or one.flushed], now, DELAY + AFTER_WORDS)
        if isinstance(due, Wait):
            return due
        self._step([self._calls[row] for row in due.rows], due)
        took = time.monotonic() - now
        speaking = sum(now - call.fed < SPEAKS_S for call in self._calls.values())
        self._pace.took(due, took, now, speaking)
        metrics.STEP.labels("look" if due.look else "chunk").observe(took)
        metrics.CHUNK.set(self._pace.chunk)
        return Wait(0.0)

    def _begin(self, call: Call, now: float) -> None:
        """The first sound of an utterance: its row forgets, and its chunks are brought into step with the others'."""
        if call.begun or not (call.stream.waiting or call.stream.flushed):
            return
        call.begun = True
        names = frozenset(names_of([*call.phrases, *call.expected]))
        if names != call.names:
            self._names.give_back(call.names)
            call.names, call.boost = names, self._names.take(names)
        self._slots.begin(call.row)
        if call.stream.waiting and not call.stream.flushed:
            call.stream.lead(self._pace.lead(call.stream.waiting, now))

    def _step(self, calls: list[Call], batch: Batch, *, halved: bool = False) -> None:
        """One forward for these calls; if memory does not suffice for all, for half of them at a time, and else for none."""
        try:
            heard = self._forward(calls, batch)
        except torch.OutOfMemoryError as error:
            log.warning("! out of memory", extra={"calls": len(calls), "chunk": batch.samples, "error": str(error)})
            if self._model.device.type == "cuda":
                torch.cuda.empty_cache()
            if halved or len(calls) == 1:
                self._fail(calls)
            else:
                middle = len(calls) // 2
                self._step(calls[:middle], batch, halved=True)
                self._step(calls[middle:], batch, halved=True)
            return
        for call, tokens in zip(calls, heard, strict=True):
            self._tell(call, batch, tokens)

    def _forward(self, calls: list[Call], batch: Batch) -> list[list[Emitted]]:
        rows = [Row(call.row, call.prompt, call.boost) for call in calls]
        sound = np.stack([call.stream.chunk(batch.samples) for call in calls])
        heard: list[list[Emitted]] = self._stepper.step(rows, sound, keep=not batch.look)
        return heard

    def _tell(self, call: Call, batch: Batch, tokens: list[Emitted]) -> None:
        spelt = [(self._model.pieces[one.token], one.frame * self._model.frame, one.probability) for one in tokens]
        if batch.look:
            for final in call.stream.looked(spelt):
                call.answer(final)
        elif (partial := call.stream.stepped(batch.samples, spelt)) is not None:
            call.answer(partial)

    def _fail(self, calls: list[Call]) -> None:
        """These are not heard any more: their connections end, and new ones begin with nothing."""
        metrics.FAILURES.labels("memory").inc(len(calls))
        for call in calls:
            self._calls.pop(call.row, None)
            call.answer(HearingFailed(detail="out of memory"))


class SharedNames:
    """Trees of boosted names: one for all calls that expect the same, gone when none does."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._trees: dict[frozenset[str], tuple[Boost, int]] = {}

    def take(self, names: frozenset[str]) -> int:
        """Number of their tree, for Row.boost."""
        tree, calls = self._trees.get(names) or (Boost(self._model, sorted(names)), 0)
        self._trees[names] = tree, calls + 1
        return tree.number

    def give_back(self, names: frozenset[str]) -> None:
        """One call fewer has them."""
        if names not in self._trees:
            return
        tree, calls = self._trees.pop(names)
        if calls > 1:
            self._trees[names] = tree, calls - 1
        else:
            tree.close()


@torch.inference_mode()
def measured(model: Model, slots: Slots) -> dict[int, tuple[float, float]]:
    """Seconds of a step by chunk (samples): for no call, and for each more. Warms all up at full slots, CUDA graphs too."""
    stepper = Stepper(model, slots)
    times = {}
    for frames in sorted(model.chunks, reverse=True):
        samples = frames * model.frame
        all_rows = [Row(row, 0) for row in range(slots.count)]
        full, one = (_quickest(model, stepper, rows, samples) for rows in (all_rows, all_rows[:1]))
        each = max(full - one, 0.01 * one) / max(slots.count - 1, 1)
        times[samples] = max(one - each, 0.1 * one), each
    gc.collect()
    gc.freeze()  # what is loaded stays: a collection in mid-step need not look at it
    return times


def _quickest(model: Model, stepper: Stepper, rows: list[Row], samples: int) -> float:
    """Of the processor's time where that does the work: what others do on this machine meanwhile is not the model's."""
    clock = time.thread_time if model.device.type == "cpu" else time.perf_counter
    sound = np.zeros((len(rows), samples), np.float32)
    times: list[float] = []
    stepper.step(rows, sound, keep=False)
    while len(times) < _RUNS and sum(times) < _LONG_ENOUGH_S:
        before = clock()
        stepper.step(rows, sound, keep=False)
        times.append(clock() - before)
    return min(times)
