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

from core.speech import Audio, EndUtterance, Final, Flush, HearingFailed, Partial
from media_server.stt import metrics
from media_server.stt.nemo.boosting import Tree
from media_server.stt.nemo.loading import Model
from media_server.stt.nemo.pace import Batch, Pace, Queued, Wait
from media_server.stt.nemo.slots import Slots
from media_server.stt.nemo.step import Emitted, Row, Stepper
from media_server.stt.nemo.stream import AFTER_WORDS, DELAY, Stream
from media_server.stt.nemo.trees import SharedTrees

log = logging.getLogger(__name__)

BURST_S = 0.002
"""Packets of all calls come together: a moment is waited for the rest of them."""
SPEAKS_S = 0.5
"""A call whose sound came no longer ago than this is speaking."""
BESIDE_S = 0.1
"""…and one whose sound came no longer ago than this is a measure for when chunks end."""
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
    likely: Tree | None = None
    """What is made likelier from the next utterance on…"""
    tree: Tree | None = None
    """…and what is in this one…"""
    boost: int = -1
    """…which has this number."""
    fed: float = 0.0
    """When its last sound came."""
    begun: bool = False
    """Its row is this utterance's."""


class Joined:
    """In the inbox: a new call."""


class Left:
    """In the inbox: a call is over."""


Message = Audio | Flush | EndUtterance | Tree | Joined | Left


class Ticker:
    """`join`, `put`, `leave` and `stop` are for any thread; `run` is the thread, and `begin`, `take` and `work` what it does.

    `clock` and `stopwatch`: seconds, the second by which steps are timed.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, stopwatch: Callable[[], float] = time.perf_counter) -> None:
        self._clock, self._stopwatch = clock, stopwatch
        self._inbox: queue.SimpleQueue[tuple[Call, Message] | None] = queue.SimpleQueue()
        self._calls: dict[int, Call] = {}
        self._busy_since: float | None = None

    # ── from outside ─────────────────────────────────────────────────────────────────────────────────────────────────
    def join(self, call: Call) -> None:
        self._inbox.put((call, Joined()))

    def put(self, call: Call, message: Audio | Flush | EndUtterance | Tree) -> None:
        self._inbox.put((call, message))

    def leave(self, call: Call) -> None:
        self._inbox.put((call, Left()))

    def stop(self) -> None:
        self._inbox.put(None)

    @property
    def busy_s(self) -> float:
        """For how long the thread has not looked whether something came: a device that hangs never lets it."""
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    # ── the thread ───────────────────────────────────────────────────────────────────────────────────────────────────
    def run(self, model: Model, slots: Slots, pace: Pace) -> None:
        """Until it is stopped. Errors of torch that are no lack of memory come out of it."""
        self.begin(model, slots, pace)
        wait = Wait(None)
        while self._receive(wait):
            wait = self.work()

    def begin(self, model: Model, slots: Slots, pace: Pace) -> None:
        """The model is there."""
        self._model, self._slots, self._pace = model, slots, pace
        self._stepper = Stepper(model, slots)
        self._trees = SharedTrees(model)

    def _receive(self, wait: Wait) -> bool:
        """What came, all of it. False: stop."""
        timeout, until = wait.seconds, None
        while True:
            self._busy_since = None
            try:
                came = self._inbox.get(timeout=timeout)
            except queue.Empty:
                return True
            finally:
                self._busy_since = time.monotonic()
            if came is None:
                return False
            call, message = came
            self.take(call, message)
            now = self._clock()
            until = now + BURST_S if until is None else until
            timeout = max(0.0, until - now) if isinstance(message, Audio) else 0.0

    def take(self, call: Call, message: Message) -> None:
        """One message, in the order in which they came."""
        match message:
            case Joined():
                self._calls[call.row] = call
            case Left():
                self._calls.pop(call.row, None)
                self._trees.give_back(call.tree)
                call.left()
            case Audio():
                call.fed = self._clock()
                call.stream.take(message)
            case EndUtterance():
                call.begun = False
                call.stream.take(message)
            case Flush():
                call.stream.take(message)
                if call.stream.fresh and not call.stream.waiting:  # nothing came: there is nothing to look at
                    self._answer(call, call.stream.looked([]))
            case Tree():
                call.likely = message

    def work(self) -> Wait:
        """One step, if one is due; how long to wait for news before the next."""
        now = self._clock()
        for call in list(self._calls.values()):
            try:
                self._begin(call, now)
            except torch.OutOfMemoryError as error:
                self._make_room(error, calls=1)
                self._fail([call])
        queued = [Queued(row, call.stream.waiting, call.stream.flushed) for row, call in self._calls.items()]
        due = self._pace.next([one for one in queued if one.samples or one.flushed], now, DELAY + AFTER_WORDS)
        if isinstance(due, Wait):
            return due
        before = self._stopwatch()
        self._step([self._calls[row] for row in due.rows], due)
        took = self._stopwatch() - before
        speaking = sum(now - call.fed < SPEAKS_S for call in self._calls.values())
        self._pace.took(due, took, now, speaking)
        metrics.STEP.labels("look" if due.look else "chunk").observe(took)
        metrics.CHUNK.set(self._pace.chunk)
        return Wait(0.0)

    def _begin(self, call: Call, now: float) -> None:
        """The first sound of an utterance: its row forgets, and its chunks are brought into step with the others'."""
        if call.begun or not (call.stream.waiting or call.stream.flushed):
            return
        self._change_names(call)
        self._slots.begin(call.row)
        if call.stream.waiting and not call.stream.flushed:
            others = [other.stream.waiting for other in self._calls.values() if other.begun and now - other.fed < BESIDE_S]
            call.stream.lead(self._pace.lead(call.stream.waiting, others))
        call.begun = True

    def _change_names(self, call: Call) -> None:
        """What is made likelier in this utterance. Without memory for new names it stays what it was: they are a nicety."""
        if call.likely is None or call.likely is call.tree:
            return
        try:
            boost = self._trees.take(call.likely)
        except torch.OutOfMemoryError as error:
            self._make_room(error, names=len(call.likely.names))
            call.likely = call.tree
            return
        self._trees.give_back(call.tree)
        call.tree, call.boost = call.likely, boost

    def _step(self, calls: list[Call], batch: Batch, *, halved: bool = False) -> None:
        """One forward for these calls; if memory does not suffice for all, for half of them at a time, and else for none."""
        try:
            heard = self._forward(calls, batch)
        except torch.OutOfMemoryError as error:
            self._make_room(error, calls=len(calls), chunk=batch.samples)
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
            self._answer(call, call.stream.looked(spelt))
        elif (partial := call.stream.stepped(batch.samples, spelt)) is not None:
            call.answer(partial)

    @staticmethod
    def _answer(call: Call, finals: list[Final]) -> None:
        for final in finals:
            call.answer(final)

    def _make_room(self, error: torch.OutOfMemoryError, **of: int) -> None:
        log.warning("! out of memory", extra={**of, "error": str(error)})
        if self._model.device.type == "cuda":
            torch.cuda.empty_cache()

    def _fail(self, calls: list[Call]) -> None:
        """These are not heard any more: their connections end, and new ones begin with nothing."""
        metrics.FAILURES.labels("memory").inc(len(calls))
        for call in calls:
            self._calls.pop(call.row, None)
            call.answer(HearingFailed(detail="out of memory"))


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
