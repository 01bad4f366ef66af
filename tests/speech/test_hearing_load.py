"""Fifteen callers on one core with the tiny model, in virtual time: each step takes the processor time that it takes here.

Prints the figures of docs/benchmarks/speech.md. What the others on this machine do does not count.
"""

import heapq
import itertools
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import pytest

from core.settings import REPOSITORY
from core.speech import Audio, EndUtterance, Final, Flush
from media_server.stt.nemo.loading import Model, load
from media_server.stt.nemo.pace import Pace
from media_server.stt.nemo.reading import Reader, prompt_of
from media_server.stt.nemo.slots import Slots
from media_server.stt.nemo.step import Row, Stepper
from media_server.stt.nemo.stream import Stream
from media_server.stt.nemo.ticker import Call, Heard, Joined, Message, Ticker, measured
from training.tiny_stt.corpus import trial_utterances
from training.tiny_stt.scoring import word_error_rate
from training.tiny_stt.synthesise import Utterance

CALLS = 15
CHUNK_MS = 160
PACKET, PACKET_S = 320, 0.020
PAUSE_S = 0.25
"""Of silence after which the caller's pause is declared."""


@pytest.fixture(scope="module")
def model() -> Model:
    return load(REPOSITORY / "media_server" / "stt" / "nemo" / "tiny.nemo", "cpu")


@pytest.fixture(scope="module")
def utterances() -> list[Utterance]:
    """Sentences and voices that the model has not learned."""
    return list(islice(trial_utterances(new_sentences=True, new_voices=True), 45))


@dataclass
class Core:
    """One processor that does nothing else than hear."""

    model: Model
    chunk_ms: int = CHUNK_MS
    now: float = 0.0
    busy: float = 0.0
    steps: list[float] = field(default_factory=list)
    asked: dict[tuple[int, int], float] = field(default_factory=dict)
    news: list[tuple[int, Final]] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    heard: dict[int, list[Final]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        slots = Slots(self.model, CALLS)
        times = measured(self.model, slots)
        self.ticker = Ticker(lambda: self.now, time.thread_time)
        pace = Pace(sorted(times), times, fixed=self.chunk_ms * 16, most=CALLS)
        self.ticker.begin(self.model, slots, pace)
        self.calls = [self._call(row) for row in range(CALLS)]

    def run(self, news: Iterator[tuple[float, int, Message]]) -> None:
        """`news` in the order of time."""
        queue = list(itertools.islice(news, 1))
        while queue or self._step() == 0.0:
            while queue and queue[0][0] <= self.now:
                at, row, message = queue.pop(0)
                if isinstance(message, Flush):
                    self.asked[row, message.utterance] = at
                self._spend(lambda row=row, message=message: self.ticker.take(self.calls[row], message))  # type: ignore[misc]
                queue += itertools.islice(news, 1)
            wait = self._step()
            if wait != 0.0 and queue:
                self.now = max(self.now, min(queue[0][0], self.now + wait))

    def _step(self) -> float:
        before = self.busy
        wait = self._spend(self.ticker.work)
        if wait.seconds == 0.0:
            self.steps.append(self.busy - before)
        for row, final in self.news:
            self.heard[row].append(final)
            self.waited.append(self.now - self.asked[row, final.utterance])
        self.news.clear()
        return float("inf") if wait.seconds is None else float(wait.seconds)

    def _spend(self, work):  # type: ignore[no-untyped-def]
        before = time.thread_time()
        result = work()
        took = time.thread_time() - before
        self.busy += took
        self.now += took
        return result

    def _call(self, row: int) -> Call:
        def answer(answer: Heard) -> None:
            if isinstance(answer, Final):
                self.news.append((row, answer))

        stream = Stream(Reader(("hi-Latn", "en")))
        call = Call(row, prompt_of(("hi-Latn", "en"), self.model.prompts), stream, answer, left=lambda: None)
        self.ticker.take(call, Joined())
        return call


def talking(utterances: Sequence[Utterance], begin: float) -> Iterator[tuple[float, Message]]:
    """One caller, who says one thing after the other: sound, a pause, and sound again as soon as the pause is over."""
    at, clock = begin, 0
    for number, utterance in enumerate(utterances):
        sound = np.concatenate([utterance.sound, np.zeros(int(PAUSE_S * 16_000), np.int16)])
        for packet in sound[: sound.size // PACKET * PACKET].reshape(-1, PACKET):
            at, clock = at + PACKET_S, clock + PACKET
            yield at, Audio(start=clock - PACKET, pcm=packet.tobytes())
        yield at, Flush(utterance=number, revision=0)
        for _ in range(5):
            at, clock = at + PACKET_S, clock + PACKET
            yield at, Audio(start=clock - PACKET, pcm=bytes(2 * PACKET))
        yield at, EndUtterance(utterance=number)


def everybody(utterances: Sequence[Utterance]) -> Iterator[tuple[float, int, Message]]:
    dice = np.random.default_rng(1)

    def one(row: int) -> Iterator[tuple[float, int, int, Message]]:
        begin = PACKET_S * int(dice.integers(0, 100))
        for number, (at, message) in enumerate(talking(utterances[row::CALLS], begin)):
            yield at, row, number, message

    for at, row, _, message in heapq.merge(*(one(row) for row in range(CALLS))):
        yield at, row, message


def test_fifteen_callers_who_all_speak_at_once_take_a_third_of_a_core(model: Model, utterances: list[Utterance]) -> None:
    core = Core(model)
    core.run(everybody(utterances))
    load = core.busy / core.now
    step = float(np.percentile(core.steps, 95))
    waits = [wait / step for wait in core.waited]  # a step's p95, and it is a step for 15
    said = [(row, number) for row in range(CALLS) for number in range(len(utterances[row::CALLS]))]
    pairs = [(utterances[row + CALLS * number].words, core.heard[row][number].text) for row, number in said]
    print(
        f"\n{CALLS} streams at {CHUNK_MS} ms: {load:.1%} of a core over {core.now:.0f} s, {len(core.steps)} steps of"
        f" {np.median(core.steps) * 1000:.1f} ms (p50), {step * 1000:.1f} ms (p95)"
        f"\nFlush to Final: {np.median(core.waited) * 1000:.0f} ms (p50), {np.percentile(core.waited, 95) * 1000:.0f} ms (p95)"
        f" = {np.percentile(waits, 95):.2f} steps"
        f"\nword error rate after the Flush: {word_error_rate(pairs):.1%} of {len(pairs)} utterances, prompt auto"
    )
    assert len(core.waited) == len(utterances), "every pause is answered"
    assert load <= 0.35
    assert np.percentile(waits, 95) <= 2.0


def test_a_minute_without_a_pause_is_heard_to_its_end(model: Model, utterances: list[Utterance]) -> None:
    core = Core(model)
    spoken, sound = [], []
    for utterance in utterances:
        spoken.append(utterance.words)
        sound.append(utterance.sound)
        if sum(part.size for part in sound) > 60 * 16_000:
            break
    minute = Utterance(" ".join(spoken), "en", "", np.concatenate(sound), [])
    core.run((at, 0, message) for at, message in talking([minute], 0.0))
    (final,) = core.heard[0]
    rate = word_error_rate([(minute.words, final.text)])
    print(f"\n60 s without a pause: {len(final.words)} words, word error rate {rate:.1%}")
    assert rate < 0.35
    assert final.words[-1].end > 55 * 16_000


@pytest.mark.parametrize("frames", [1, 2, 4, 7])
def test_fifteen_calls_in_one_forward_hear_what_each_hears_alone(model: Model, utterances: list[Utterance], frames: int) -> None:
    chunk = frames * model.frame
    longest = max(utterance.sound.size for utterance in utterances[:CALLS])
    sound = np.zeros((CALLS, (longest // chunk + 2) * chunk), np.float32)
    for row, utterance in enumerate(utterances[:CALLS]):
        sound[row, : utterance.sound.size] = utterance.sound / np.float32(32768)

    def tokens(calls: Sequence[int]) -> list[list[int]]:
        slots = Slots(model, CALLS)
        stepper = Stepper(model, slots)
        heard: list[list[int]] = [[] for _ in calls]
        for start in range(0, sound.shape[1], chunk):
            rows = [Row(call, prompt=call % 4) for call in calls]
            for own, emitted in zip(heard, stepper.step(rows, sound[calls, start : start + chunk]), strict=True):
                own += [one.token for one in emitted]
        return heard

    together = tokens(range(CALLS))
    assert all(together)
    assert [tokens([call])[0] for call in range(CALLS)] == together
