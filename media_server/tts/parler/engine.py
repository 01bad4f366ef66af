"""Indic Parler as an engine of the speaking worker: clauses in slots, their frames made sound while the next ones are drawn.

    begin ─> Schedule ── join ─> Slots ── step ── whole frames ─> due ─> Decoding (a stream of its own) ─> job.hear
                voice's keys: from a thread of their own, the first time

A job fails by itself where only it is concerned: its prompt is too long, there is no memory for its join or its sound. Anything
else that torch raises is the end of the process: after a CUDA error nothing on the device can be trusted.
"""

import logging
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Literal

import torch
from prometheus_client import Counter
from torch import Tensor

from core.resample import Pcm
from core.settings import Settings
from media_server.tts.engine import Ended, EngineError, EngineLost, Job, NoMemory
from media_server.tts.parler.configuration import FRAME_RATE
from media_server.tts.parler.dac import RIGHT, RIGHT_FIRST, Decoding, Piece, span
from media_server.tts.parler.opening import Opened, opened
from media_server.tts.parler.pace import FRAMES_PER_CHARACTER, Pace
from media_server.tts.parler.schedule import Due, Schedule, Seat, swallowed
from media_server.tts.parler.slots import NoRoom
from media_server.tts.parler.speakers import FEMALE, MALE, described, gender, speaker
from media_server.tts.polish import Levels

log = logging.getLogger(__name__)

CUT = Counter("haazir_parler_clauses_cut", "Clauses whose end did not come in the time that their text may take")
SHORT = Counter("haazir_parler_clauses_short", "Clauses that were over too soon for their text")
CLAUSES_TO_MEASURE = 2
"""The first one of a process is slower than any other."""
PATIENCE_S = 0.005
"""Longest wait of a step for a voice, when there is nothing else to do."""


class Parler:
    """One model on one device."""

    name = "parler"
    english: Literal["latin", "devanagari"] = "devanagari"

    def __init__(self, parts: Opened) -> None:
        self.revision = parts.revision
        self._slots, self._dac, self._voices = parts.slots, parts.dac, parts.voices
        self._schedule: Schedule[Job] = Schedule(parts.slots.slots, RIGHT_FIRST, RIGHT)
        codebooks = parts.slots.decoder.configuration.codebooks
        self._pace = Pace(RIGHT_FIRST, codebooks)
        self._left: tuple[float, ...] = ()
        """Frames that each clause in a slot is expected to need still: as of the last step, for whoever asks meanwhile."""
        cuda = parts.dac.table.is_cuda
        self._stream = torch.cuda.Stream() if cuda else None
        self._decodings: deque[tuple[Decoding, list[tuple[Job, Due]]]] = deque()
        self._alive: set[Job] = set()
        """Begun, and neither ended nor cancelled."""
        self._describing = ThreadPoolExecutor(1, "voices")
        self._keys: dict[str, Future[Tensor]] = {}
        self._levels = Levels()
        self._unknown: set[str] = set()
        """Voices that were asked for in vain: told of once."""

    def prepare(self) -> None:
        """The usual voices, and how long things take: short clauses in the slots. Blocks. EngineError, OutOfMemoryError."""
        for name in (MALE, FEMALE):
            self._voice(name)
            self._keys[name].result()
        for _ in range(CLAUSES_TO_MEASURE):
            sound: list[Pcm] = []
            job = Job("नमस्ते जी", "hi", "", 8000, 0, sound.append)
            self.begin(job)
            while job in self._alive:
                self.step({job: 0.0})

    def rate(self, wanted: int) -> int:
        return wanted

    def gender(self, voice: str) -> Literal["female", "male"]:
        return gender(voice)

    @property
    def free(self) -> int:
        return self._schedule.free

    def first_sound_s(self, ahead: int) -> float:
        left = self._left
        return self._pace.first_sound_s(ahead, self._slots.slots - len(left), left)

    def begin(self, job: Job) -> None:
        self._alive.add(job)
        self._schedule.begin(job, len(job.text))
        self._voice(self._speaker(job))

    def cancel(self, job: Job) -> None:
        self._alive.discard(job)
        self._leave(job)

    def step(self, in_hand: Mapping[Job, float]) -> list[Ended]:
        try:
            return self._step(in_hand)
        except RuntimeError as error:  # torch has no narrower word for what CUDA tells it
            log.critical("! the device failed", extra={"engine": self.name, "detail": str(error)})
            raise EngineLost(f"parler can't go on: {error}") from error

    # ── one step ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def _step(self, in_hand: Mapping[Job, float]) -> list[Ended]:
        ended = self._heard()
        hands = self._with_what_is_coming(in_hand)
        for seat in self._schedule.joins(hands, self._pace.join.seconds, lambda job: self._keys[self._speaker(job)].done()):
            ended += self._join(seat)
        if active := self._schedule.advance(hands):
            began = time.perf_counter()
            self._slots.step(active)
            self._pace.step.add(time.perf_counter() - began)
        elif not self._decodings:
            wait([self._keys[self._speaker(job)] for job in self._schedule.waiting], PATIENCE_S)
        ended += self._decode(hands)
        ended += self._heard(waiting=not active)
        seats = self._schedule.seats.values()
        self._left = tuple(max(0.0, FRAMES_PER_CHARACTER * len(seat.job.text) - seat.steps) for seat in seats)
        return ended

    def _with_what_is_coming(self, in_hand: Mapping[Job, float]) -> dict[Job, float]:
        """Seconds in hand, with the sound that is being decoded."""
        hands = {job: in_hand[job] for job in self._alive if job in in_hand}
        for _, pieces in self._decodings:
            for job, due in pieces:
                if job in hands:
                    hands[job] = max(hands[job], 0.0) + (due.keep_to - due.keep_from) / FRAME_RATE
        return hands

    def _join(self, seat: Seat[Job]) -> list[Ended]:
        job, began = seat.job, time.perf_counter()
        try:
            prompt = self._voices.prompt(job.text)
            self._slots.join(seat.slot, self._keys[self._speaker(job)].result(), prompt, seed=job.seed)
        except (NoRoom, EngineError, torch.OutOfMemoryError) as error:
            return [self._failed(job, f"it can't join: {error}")]
        seat.most = min(seat.most, self._slots.context - len(prompt) - self._slots.decoder.configuration.codebooks)
        self._pace.join.add(time.perf_counter() - began)
        return []

    def _decode(self, hands: Mapping[Job, float]) -> list[Ended]:
        """Begin to make sound of all frames that are due."""
        ended: list[Ended] = []
        told: list[tuple[Job, Due]] = []
        pieces: list[Piece] = []
        for job, seat in list(self._schedule.seats.items()):
            whole, over = self._slots.whole(seat.slot), self._slots.over(seat.slot)
            if (due := self._schedule.due(seat, whole, over, hands[job])) is None:
                continue
            if due.last and due.keep_from == 0 and swallowed(due.keep_to, len(job.text)):
                ended.append(self._failed(job, f"it was over after {due.keep_to} frames"))
                continue
            told.append((job, due))
            pieces.append(self._piece(job, seat, due, whole))
        ended += self._begin_decoding(told, pieces)
        for job, due in told:
            if due.last:
                self._leave(job)
        return ended

    def _piece(self, job: Job, seat: Seat[Job], due: Due, whole: int) -> Piece:
        first, last = span(due.keep_from, due.keep_to, whole)
        return Piece(self._slots.codes(seat.slot, first, last), first, due.keep_from, due.keep_to, job.rate)

    def _begin_decoding(self, told: list[tuple[Job, Due]], pieces: Sequence[Piece]) -> list[Ended]:
        """Together on a GPU; one by one on a processor: as quick there, and no bit of a clause depends on its neighbours."""
        batches = [slice(None)] if self._stream is not None else [slice(n, n + 1) for n in range(len(pieces))]
        ended: list[Ended] = []
        for batch in batches if pieces else ():
            began = time.perf_counter()
            try:
                self._decodings.append((Decoding(self._dac, pieces[batch], self._stream), told[batch]))
            except torch.OutOfMemoryError:
                ended += [self._failed(job, "no memory for its sound") for job, _ in told[batch]]
            self._pace.decode.add(time.perf_counter() - began)
        return ended

    def _heard(self, *, waiting: bool = False) -> list[Ended]:
        """Give out the sound that is there; `waiting`: for one of them, as there is nothing else to do."""
        ended = []
        while self._decodings and (self._decodings[0][0].ready or waiting):
            decoding, pieces = self._decodings.popleft()
            for pcm, (job, due) in zip(decoding.take(), pieces, strict=True):
                if job in self._alive:
                    self._levels.heard(self._speaker(job), pcm, job.rate)
                    ended += self._hear(job, pcm, due)
            waiting = False
        return ended

    def _hear(self, job: Job, pcm: Pcm, due: Due) -> list[Ended]:
        if due.keep_from == 0:
            job.gain = self._levels.gain(self._speaker(job))
        job.hear(pcm)
        if not due.last:
            return []
        self._alive.discard(job)
        short = swallowed(due.keep_to, len(job.text))
        CUT.inc(due.cut)
        SHORT.inc(short)
        return [Ended(job, doubtful=due.cut or short)]

    # ── coming and going ─────────────────────────────────────────────────────────────────────────────────────────────
    def _failed(self, job: Job, why: str) -> Ended:
        self.cancel(job)
        return Ended(job, why)

    def _leave(self, job: Job) -> None:
        if (slot := self._schedule.leave(job)) is not None:
            self._slots.leave(slot)

    def _speaker(self, job: Job) -> str:
        if (name := speaker(job.voice)) is None:
            if job.voice not in self._unknown:
                log.warning("! no such voice, speaking with the usual one", extra={"engine": self.name, "voice": job.voice})
            self._unknown.add(job.voice)
        return name or FEMALE

    def _voice(self, name: str) -> None:
        """Have its keys made, if nobody had, or in vain. Only here is a try replaced: others may be waiting for it."""
        made = self._keys.get(name)
        if made is None or (made.done() and made.exception() is not None):
            self._keys[name] = self._describing.submit(self._voices.keys, described(name))


def load(settings: Settings) -> Parler:
    """The engine of the settings. EngineError: its checkpoint can't be had or used; NoMemory: not at the moment."""
    parler = Parler(opened(settings))
    try:
        parler.prepare()
    except torch.OutOfMemoryError as error:
        raise NoMemory(f"the device has no room for the voices: {error}") from error
    return parler
