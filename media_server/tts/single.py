"""Steps for an engine that says one clause in one go: a clause is made whole, its head is heard at once, the rest in its turn.

    begin(a), begin(b), … ──step──> a is made, 0.3 s of it heard ──step──> b's head ──step──> the rest for whoever is shortest

Such an engine speaks far faster than anybody listens. What costs more than making sound, polishing it (media_server.tts.clause,
in `hear`), waits for those who have heard nothing yet.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from core.resample import Pcm
from media_server.tts.engine import Ended, Engine, EngineError, Job, SlotEngine

HEAD_S = 0.3
"""Sound of a clause that is heard while it is being made, the first piece at once; the rest waits its turn."""
CHUNK_S = 0.5
"""Sound heard at a time after that."""
ROOM = 1000
"""Clauses begun at once: every call has one at most."""
MADE_WITHIN_S = 0.01
"""A clause takes so long to make: eSpeak's 5 s take 5 ms."""


class Single:
    """One Engine, in steps."""

    revision = ""
    english: Literal["latin", "devanagari"] = "latin"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name = engine.name
        self._rough: dict[Job, list[Pcm] | None] = {}
        """What was made and not yet heard of each job; None: not begun."""

    def rate(self, wanted: int) -> int:
        return self._engine.rate

    def gender(self, voice: str) -> Literal["female", "male"]:
        return "male" if voice.rpartition("+")[2].startswith("m") else "female"  # "male", "m3", "hi+m3"

    @property
    def free(self) -> int:
        return ROOM - len(self._rough)

    def first_sound_s(self, ahead: int) -> float:
        return (ahead + 1) * MADE_WITHIN_S

    def begin(self, job: Job) -> None:
        self._rough[job] = None

    def cancel(self, job: Job) -> None:
        self._rough.pop(job, None)

    def step(self, in_hand: Mapping[Job, float]) -> list[Ended]:
        job = min(self._rough, key=lambda job: in_hand[job])
        rough = self._rough[job]
        if rough is not None:
            del self._rough[job]
            return self._finish(job, rough)
        try:
            self._rough[job] = self._make(job)
        except EngineError as error:
            del self._rough[job]
            return [Ended(job, str(error))]
        return []

    def _make(self, job: Job) -> list[Pcm]:
        """Have it said, and its head heard; the rest."""
        job.gain = self._engine.gain(job.voice, job.language)
        head = round(HEAD_S * self._engine.rate)
        rest: list[Pcm] = []

        def hear(pcm: Pcm) -> bool:
            nonlocal head
            if head > 0:
                job.hear(pcm)
                head -= len(pcm)
            else:
                rest.append(pcm)
            return job.wanted

        self._engine.speak(job.text, job.language, job.voice, hear)
        return rest

    def _finish(self, job: Job, rough: list[Pcm]) -> list[Ended]:
        rest = np.concatenate(rough) if rough else np.zeros(0, np.int16)
        chunk = round(CHUNK_S * self._engine.rate)
        for at in range(0, len(rest), chunk):
            job.hear(rest[at : at + chunk])
        return [Ended(job)]


def stepped(engine: Engine | SlotEngine) -> SlotEngine:
    """The engine itself if it has steps, else with steps."""
    return engine if isinstance(engine, SlotEngine) else Single(engine)
