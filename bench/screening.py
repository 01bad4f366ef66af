"""Who answered? Each recording of bench/answerers.py through the parts of a call's ear and the turn machine, without a call.

`python -m bench.screening [--words none|real|ideal]`: by sound alone; with the words of the project's own recogniser
(PocketSphinx, which hears the phrases it knows); with those of one that writes down each word 0.4 s after it was said.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from asterisk.obtain import find
from bench.answerers import HALVES, KINDS, Recording, Workshop
from core.audio import FRAME, FRAME_S, RATE, Pcm
from core.commands import AnsweredBy
from core.machine import Tick
from core.resample import Resampler
from core.settings import load
from core.sites import Patience
from core.speech import Audio, Partial
from haazir.caller import wav
from haazir.caller.voices import Voices
from media_server.screening.heard import ToneHeard
from media_server.screening.script import Script
from media_server.screening.tones import Tones
from media_server.stt.hearing import Hearing
from media_server.stt.recogniser import Model, Recogniser
from media_server.turn import state as turn
from media_server.turn.machine import step
from media_server.vad import segment
from media_server.vad.silero import Silero

Words = Callable[[float, bool, Pcm], Iterable[str]]
"""What is written by now, while sound is heeded or not, of this frame."""
LEAD = 15
"""Frames before the onset that the recogniser gets (media_server.ear)."""
IDEAL_DELAY = 0.4
"""Seconds from a word to its writing: a streaming recogniser on a GPU takes 0.1 to 0.3."""
SCRIPT = Script(screen=True, language="en", introduction="Hello.", keys="1")
COLUMNS = ("person", "machine", "ivr", "screening", "unknown", "none")


@dataclass(frozen=True, slots=True)
class Judged:
    recording: Recording
    told: tuple[AnsweredBy, ...]
    after_hello: float
    """Seconds from their last voiced sample to the first verdict."""

    @property
    def first(self) -> str:
        return self.told[0].kind if self.told else "none"

    @property
    def last(self) -> str:
        return self.told[-1].kind if self.told else "none"

    @property
    def seconds(self) -> float:
        """After the answer: since when it is known whether somebody is there to be spoken to."""
        if not self.told:
            return self.recording.sound.size / wav.RATE
        since = self.told[-1].seconds
        for told in reversed(self.told):
            if _side(told.kind) != _side(self.last):
                break
            since = told.seconds
        return since

    def is_right(self, kind: str) -> bool:
        """As far as it decides what the call does."""
        return _side(kind) == _side(self.recording.kind)


def _side(kind: str) -> str:
    return {"person": "person", "unknown": "nobody", "none": "nobody", "nobody": "nobody"}.get(kind, "machine")


class Line:
    """One call: sound in, events to the turn machine, what it tells out."""

    def __init__(self, silero: Silero, words: Words) -> None:
        self._listener = silero.listen()
        self._silero = silero
        self._words = words
        self._segmenter = segment.Segmenter()
        self._tones = Tones()
        self._turn = turn.Turn(patience=Patience(), language="en", operator="humans", script=SCRIPT)
        self._voiced = 0.0
        self.told: list[AnsweredBy] = []
        self.after_hello = 0.0

    def hears(self, sound: Pcm) -> None:
        """To the end, 16 kHz."""
        self._happens(turn.CallAnswered(), 0.0)
        for start in range(0, sound.size - FRAME + 1, FRAME):
            now = start / RATE + FRAME_S
            while (due := self._turn.deadline) is not None and due < now:
                self._happens(Tick(), due)
            frame = sound[start : start + FRAME]
            for event in self._events(start, frame):
                self._happens(event, now)
            for text in self._words(now, self._turn.heard, frame):
                self._happens(Partial(utterance=self._turn.utterance, text=text), now)
        self._silero.forget(self._listener)

    def _events(self, start: int, frame: Pcm) -> Iterable[turn.TurnEvent]:
        if (tone := self._tones.push(start, frame)) is not None:
            yield ToneHeard(tone.start / RATE, tone.end / RATE, beep=tone.beep)
        self._listener.push(start, frame)
        for _, window in self._silero.run():
            for found in self._segmenter.push(window):
                match found:
                    case segment.SpeechSuspected():
                        yield turn.SpeechSuspected()
                    case segment.SpeechStarted(at=at):
                        yield turn.SpeechStarted(at / RATE)
                    case segment.SpeechStopped(at=at):
                        self._voiced = at / RATE
                        yield turn.SpeechStopped(at / RATE)

    def _happens(self, event: turn.TurnEvent | Tick, now: float) -> None:
        self._turn, actions = step(self._turn, event, now)
        for action in actions:
            if isinstance(action, AnsweredBy):
                if not self.told:
                    self.after_hello = now - self._voiced
                self.told.append(action)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _no_words(_now: float, _heeded: bool, _frame: Pcm) -> Iterable[str]:
    return ()


def _ideal(recording: Recording) -> Words:
    """All of them, late."""
    said = list(recording.words)
    written: list[str] = []

    def words(now: float, _heeded: bool, _frame: Pcm) -> Iterable[str]:
        while said and said[0].at + IDEAL_DELAY <= now:
            written.append(said.pop(0).word)
            yield " ".join(written)

    return words


def _real(recogniser: Recogniser) -> Words:
    """What the recogniser makes of it, from a little before the onset on; its work takes no time here."""
    hearing = Hearing(recogniser, ("en", "hi-Latn", "pa"))
    recent: list[tuple[int, Pcm]] = []
    count = sent = 0

    def words(_now: float, heeded: bool, frame: Pcm) -> Iterable[str]:
        nonlocal count, sent
        recent.append((count, frame))
        count += 1
        del recent[:-LEAD]
        for number, sound in recent if heeded else ():
            if number >= sent:
                sent = number + 1
                heard = hearing.take(Audio(start=number * FRAME, pcm=sound.tobytes()))
                yield from (message.text for message in heard if isinstance(message, Partial))

    return words


# ── the run ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def judge(recording: Recording, silero: Silero, words: Words) -> Judged:
    line = Line(silero, words)
    line.hears(Resampler(wav.RATE, RATE).push(recording.sound))
    return Judged(recording, tuple(line.told), line.after_hello)


def report(judged: Sequence[Judged]) -> str:
    halves = [(half, [one for one in judged if one.recording.half == half]) for half in HALVES]
    called = [one for one in judged if one.recording.kind != "nobody"]
    return "\n".join([*(_of_half(half, ones) for half, ones in halves if ones), f"in all: {_decided(called)}"])


def _of_half(half: str, judged: Sequence[Judged]) -> str:
    called = [one for one in judged if one.recording.kind != "nobody"]
    people = [one.after_hello for one in called if one.first == one.recording.kind == "person"]
    exact = sum(one.last == one.recording.kind for one in called)
    p50 = {kind: median(one.seconds for one in judged if one.recording.kind == kind) for kind in KINDS}
    lines = [
        f"{half}: {len(judged)} recordings, what they are and what they were taken for",
        _confusion(judged),
        f"  {_decided(called)}",
        f"  … by the first verdict: {_share(called, first=True)}; the very kind in the end: {exact}/{len(called)}",
        f"  all: {_share(judged, first=False)}; p50 by kind: " + ", ".join(f"{kind} {p50[kind]:.2f} s" for kind in KINDS),
        f"  from a person's last sound to our first: p50 {median(people):.2f} s, at most {max(people):.2f} s",
    ]
    for one in judged:
        if not (one.is_right(one.first) and one.is_right(one.last)):
            told = ", ".join(f"{told.kind} at {told.seconds:.2f} s" for told in one.told) or "nothing"
            lines.append(f"  {one.recording.kind}/{one.recording.name}: {told}")
    return "\n".join(lines)


def _decided(called: Sequence[Judged]) -> str:
    return f"person or machine: {_share(called, first=False)}, known after p50 {median(one.seconds for one in called):.2f} s"


def _share(judged: Sequence[Judged], *, first: bool) -> str:
    right = sum(one.is_right(one.first if first else one.last) for one in judged)
    return f"{right}/{len(judged)} = {right / len(judged):.3f}"


def _confusion(judged: Sequence[Judged]) -> str:
    counts = Counter((one.recording.kind, one.last) for one in judged)
    rows = [" " * 14 + "".join(f"{column:>10}" for column in COLUMNS)]
    rows += [f"  {kind:<12}" + "".join(f"{counts[kind, column] or '.':>10}" for column in COLUMNS) for kind in KINDS]
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.screening", description=__doc__)
    parser.add_argument("--words", choices=("none", "real", "ideal"), default="none")
    parser.add_argument("--half", choices=HALVES, help="only this half of the set")
    options = parser.parse_args()
    settings = load()
    install = find(settings)
    if install is None:
        sys.stderr.write("The human prompts are Asterisk's: run `bin/haazir up` once.\n")
        return 1
    workshop = Workshop(Voices(settings.home / "cache" / "callers"), install.sounds_dir, install.data_dir / "moh")
    recordings = [one for one in workshop.recordings() if options.half in (None, one.half)]
    silero = Silero()
    recogniser = Model().recogniser(()) if options.words == "real" else None
    began = time.perf_counter()
    judged = [
        judge(one, silero, _real(recogniser) if recogniser else _ideal(one) if options.words == "ideal" else _no_words)
        for one in recordings
    ]
    took, length = time.perf_counter() - began, sum(one.sound.size for one in recordings) / wav.RATE
    print(report(judged))
    print(f"words: {options.words}; {length:.0f} s of sound in {took:.1f} s, {length / took:.0f} times as fast as it was said")
    return 0


if __name__ == "__main__":
    sys.exit(main())
