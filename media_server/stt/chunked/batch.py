"""One thread that owns a model: windows of all calls that wait go through it together.

Call ─┐                  ┌─ a caller who has paused is waited for, and goes first
Call ─┼─ choose ─> hear ─┤  one who still speaks is heard every half second or so, as the load allows
Call ─┘                  └─ recordings have what is left
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from core.speech import Audio, EndUtterance, Expect, Flush, FromStt
from media_server.stt.chunked.choosing import OFTEN, Pace, choose
from media_server.stt.chunked.doubt import audible
from media_server.stt.chunked.hearing import Hearing
from media_server.stt.chunked.words import Ask, FullContext, Heard
from media_server.stt.worker import EngineLost

log = logging.getLogger(__name__)

HOPELESS = 3
"""Batches that fail in a row before the model is given up: a CUDA error stays until the process ends."""
CALLS_FIRST = 4
"""While there are calls, windows of recordings come in batches of this part of the most: a call waits for one of them."""


@dataclass(eq=False, slots=True)
class Call:
    """One call at the batcher."""

    hearing: Hearing
    answer: Callable[[FromStt], None]
    """Called in either thread; must not wait."""


@dataclass(eq=False, slots=True)
class _Recorded:
    ask: Ask
    heard: Future[Heard] = field(default_factory=Future)

    def settle(self, answer: Heard | Exception) -> None:
        """Only the first answer counts: after the end, a model that hung may still come back with one."""
        if self.heard.done():
            return
        if isinstance(answer, Heard):
            self.heard.set_result(answer)
        else:
            self.heard.set_exception(answer)


class Batcher:
    """`load` runs in its thread. `given_up` is called there, at most once, with what ended it."""

    def __init__(self, load: Callable[[], FullContext], given_up: Callable[[Exception], None]) -> None:
        self._load = load
        self._given_up = given_up
        self._changed = threading.Condition()
        self._calls: list[Call] = []
        self._recorded: deque[_Recorded] = deque()
        self._at_model: list[_Recorded] = []
        self._pace = Pace()
        self._failures: list[str] = []
        """Of the last batches, one of each, since the model last answered. In words: errors' frames hold their batch's memory."""
        self._busy_since: float | None = None
        self._over = False
        self._thread = threading.Thread(target=self._run, name="full-context model", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """No batch is begun any more, and nobody waits for one."""
        with self._changed:
            self._over = True
            self._leave_no_recording(EngineLost("the worker stops"))
            self._changed.notify_all()

    def ended(self, wait_s: float) -> None:
        """Waits for the batch that is being heard, no longer than this: a device that hangs never gives it back."""
        self._thread.join(wait_s)

    @property
    def busy_s(self) -> float:
        """For how long the model has had its windows."""
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def join(self, call: Call) -> None:
        with self._changed:
            self._calls.append(call)

    def leave(self, call: Call) -> None:
        with self._changed:
            self._calls.remove(call)

    def put(self, call: Call, message: Audio | Flush | EndUtterance | Expect) -> None:
        """The call's next message. Never waits for the model."""
        with self._changed:
            for answer in call.hearing.put(message):
                call.answer(answer)
            waiting = call.hearing.waiting
            if waiting is not None and (waiting.asked is not None or waiting.unheard >= OFTEN):
                self._changed.notify()

    def hear(self, asks: Sequence[Ask]) -> list[Heard]:
        """Windows of a recording, when calls leave time for them. Waits: not for the event loop. RuntimeError, MemoryError."""
        recorded = [_Recorded(ask) for ask in asks]
        with self._changed:
            if self._over:
                raise EngineLost("the model is not there any more")
            self._recorded += recorded
            self._changed.notify()
        return [one.heard.result() for one in recorded]

    def _run(self) -> None:
        error: Exception | None = EngineLost("a mistake of ours in the model's thread")  # unless it ends as it should
        try:
            model = self._load()
            while self._step(model):
                pass
            error = None
        except (OSError, ValueError, RuntimeError, MemoryError, ImportError) as caught:
            error = caught
        finally:
            self._end(error)

    def _step(self, model: FullContext) -> bool:
        """One batch. False: there will be no more."""
        with self._changed:
            while not self._over and not (calls := self._next_calls(model)) and not self._recorded:
                self._changed.wait()
            if self._over:
                return False
            if calls:
                asks = [call.hearing.ask() for call in calls]
            else:
                most = max(1, model.batch // CALLS_FIRST) if self._calls else model.batch
                self._at_model = [self._recorded.popleft() for _ in range(min(most, len(self._recorded)))]
                asks = [one.ask for one in self._at_model]
        answers = self._answers(model, asks)
        with self._changed:
            if calls:
                for call, answer in zip(calls, answers, strict=True):
                    _tell(call, answer)
            else:
                for one, answer in zip(self._at_model, answers, strict=True):
                    one.settle(answer)
                self._at_model = []
        if len(self._failures) == HOPELESS:
            why = f"the model failed {HOPELESS} times in a row ({self._failures[-1]}): see bin/haazir doctor --gpu"
            raise EngineLost(why)
        return True

    def _next_calls(self, model: FullContext) -> list[Call]:
        waiting = [(waiting, call) for call in self._calls if (waiting := call.hearing.waiting) is not None]
        often = self._pace.often(len(waiting), model.batch)
        return [waiting[place][1] for place in choose([one for one, _ in waiting], model.batch, often)]

    def _answers(self, model: FullContext, asks: Sequence[Ask]) -> list[Heard | Exception]:
        """In order. Silence is not even asked."""
        answers: list[Heard | Exception] = [Heard() for _ in asks]
        places = [place for place, ask in enumerate(asks) if audible(ask.pcm)]
        heard = self._heard(model, [asks[place] for place in places]) if places else []
        if places:
            self._count(heard)
        for place, answer in zip(places, heard, strict=True):
            answers[place] = answer
        return answers

    def _heard(self, model: FullContext, asks: Sequence[Ask]) -> list[Heard | Exception]:
        """Of what is too much for the memory, half at a time."""
        self._busy_since = began = time.monotonic()
        try:
            heard = model.hear(asks)
            self._pace.took(time.monotonic() - began)
            return [*heard]
        except MemoryError as error:
            log.warning("! out of memory", extra={"windows": len(asks)})
            lack = MemoryError(str(error))  # not the error itself: its frames hold the memory that the halves want
        except RuntimeError as error:
            log.warning("! model failed", extra={"windows": len(asks), "error": str(error)})
            return [error] * len(asks)
        finally:
            self._busy_since = None
        half = len(asks) // 2
        return [*self._heard(model, asks[:half]), *self._heard(model, asks[half:])] if half else [lack]

    def _count(self, heard: Sequence[Heard | Exception]) -> None:
        """A batch has failed if the model did, or if there was not the memory for any of it."""
        errors = [answer for answer in heard if isinstance(answer, Exception)]
        failed = len(errors) == len(heard) or any(isinstance(error, RuntimeError) for error in errors)
        self._failures = [*self._failures, str(errors[-1]).strip().split("\n", 1)[0][:300]] if failed else []

    def _end(self, error: Exception | None) -> None:
        with self._changed:
            self._over = True
            self._leave_no_recording(error or EngineLost("the worker stops"))
        if error is not None:
            self._given_up(error)

    def _leave_no_recording(self, error: Exception) -> None:
        """None of those who wait is left waiting."""
        for one in (*self._at_model, *self._recorded):
            one.settle(error)
        self._recorded.clear()


def _tell(call: Call, answer: Heard | Exception) -> None:
    hearing = call.hearing
    for message in hearing.take(answer) if isinstance(answer, Heard) else hearing.fail(f"recogniser failed: {answer}"):
        call.answer(message)
