"""Who says which clause, and every clause's way from there to its listener.

    Turns ──the most urgent──> kept sound │ the same clause, being said │ Desk of the call's engine │ Desk of the reserve
                                                                     Sound <── polish <── step, step, step

If the call's own engine would be late, or fails before the clause has sounded, the reserve says it, and the rest of that reply:
one reply has one voice as far as can be. All of it runs in the event loop, but for polishing, which the engine's thread does.
"""

import asyncio
import logging
import zlib
from collections.abc import Sequence

import numpy as np
from prometheus_client import Counter, Gauge, Histogram

from core.bus import PeerGone
from core.resample import Pcm
from core.speech import Sound, SpeakingFailed
from media_server.tts.clause import Call, Clause, Making
from media_server.tts.desk import Desk
from media_server.tts.engine import Ended, EngineError, Job
from media_server.tts.kept import Kept
from media_server.tts.phrases import PhraseKey
from media_server.tts.turns import Queue, Turns

log = logging.getLogger(__name__)

SILENCE = np.zeros(0, np.int16)

_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 3)
FIRST_SOUND = Histogram("haazir_tts_first_sound_seconds", "From Speak to the first sound of a reply", buckets=_BUCKETS)
SOUND = Counter("haazir_tts_sound_seconds", "Speech made")
FAILURES = Counter("haazir_tts_failures", "Sentences that could not be said")
WAITING = Gauge("haazir_tts_clauses_waiting", "Clauses not yet begun")
STOOD_IN = Counter("haazir_tts_stood_in", "Clauses that the reserve took over", ["why"])
KEPT = Counter("haazir_tts_clauses_kept", "Clauses that needed no engine of their own", ["how"])


class Dispatch:
    """`desks` are all engines; `reserve` is the one that stands in, if any. `late_s` is the longest silence that a listener is
    asked to bear before the reserve is preferred."""

    def __init__(self, desks: Sequence[Desk], reserve: Desk | None, kept: Kept | None, late_s: float) -> None:
        self._desks = desks
        self._reserve = reserve
        self._kept = kept
        self._late_s = late_s
        self.turns: Turns[Clause] = Turns()
        self._by_job: dict[Job, Making] = {}
        self._by_key: dict[PhraseKey, Making] = {}

    async def run(self) -> None:
        """Say what is asked, for ever. EngineLost; EngineError if the usual engine or the reserve cannot start."""
        tidying = [self._kept.run()] if self._kept is not None else []
        await asyncio.gather(*(self._run(desk) for desk in self._desks), *(desk.watch() for desk in self._desks), *tidying)

    async def _run(self, desk: Desk) -> None:
        if self._reserve is not None and desk is not self._reserve:
            await self._reserve.able.wait()  # while gigabytes are loaded here, it speaks already
        try:
            await desk.run(self._in_hand, self._ended, self.place)
        except EngineError as error:
            if desk.able.is_set() or desk is self._desks[0] or self._reserve in (None, desk):
                raise
            told = {"engine": desk.engine.name, "detail": str(error)}
            log.error("! engine cannot start, the reserve speaks for it", extra=told)

    def place(self) -> None:
        """Whatever can be said now is begun."""
        while (taken := self.turns.take(self._ready)) is not None:
            self._begin(*taken)
        WAITING.set(len(self.turns))

    def cancel(self, call: Call) -> None:
        """What is not wanted any more of this call is forgotten, and its slot freed at the next step."""
        self.turns.drop(call.queue, lambda clause: not clause.wanted)
        current = call.queue.current
        if current is not None and not current.wanted:
            self._part(current)
            self.place()

    def leave(self, call: Call) -> None:
        """It is gone."""
        current = [call.queue.current] if call.queue.current is not None else []
        call.cancelled.update(clause.reply for clause in (*current, *call.queue.clauses))
        self.turns.leave(call.queue)
        self.cancel(call)

    # ── who says it ──────────────────────────────────────────────────────────────────────────────────────────────────
    def _ready(self, clause: Clause, ahead: int) -> bool:
        clause.desk = self._desk_for(clause, ahead)
        return clause.desk is not None

    def _desk_for(self, clause: Clause, ahead: int) -> Desk | None:
        """None: it waits."""
        call, own = clause.call, clause.call.desk
        if not clause.text:
            return own
        if call.stood_in == clause.reply:
            return self._reserve
        if clause.key is not None and (clause.key in self._by_key or self._found(clause) is not None):
            return own
        if self._may_stand_in(clause):
            sound_at = asyncio.get_running_loop().time() + own.first_sound_s(ahead)
            if call.queue.silent_s(clause.asked_at, sound_at) > self._late_s:
                self._stand_in(clause, "late")
                return self._reserve
        return own if own.free > 0 else None

    def _may_stand_in(self, clause: Clause) -> bool:
        """Whether the reserve may say what this clause's engine can't."""
        call = clause.call
        return self._reserve not in (None, call.desk) and call.live and call.stood_in != clause.reply and not clause.sounded

    def _stand_in(self, clause: Clause, why: str) -> None:
        STOOD_IN.labels(why).inc()
        level = logging.INFO if why == "late" else logging.WARNING  # every reply, when an engine is loaded or overrun
        log.log(level, "! another engine stands in", extra={"engine": clause.call.desk.engine.name, "why": why})
        clause.call.stood_in = clause.reply

    def _found(self, clause: Clause) -> Pcm | None:
        if self._kept is None or clause.key is None or not clause.common:
            return None
        return self._kept.get(clause.key)

    def _heard(self, clause: Clause) -> None:
        if self._kept is not None and clause.key is not None and clause.common:
            self._kept.heard(clause.key, clause.call.call_id)

    # ── saying it ────────────────────────────────────────────────────────────────────────────────────────────────────
    def _begin(self, queue: Queue[Clause], clause: Clause) -> None:
        own = clause.desk is clause.call.desk
        if not clause.text:
            self._deliver(clause, SILENCE, last=clause.last)
        elif own and (sound := self._found(clause)) is not None:
            KEPT.labels("kept").inc()
            self._heard(clause)
            self._close(clause, sound)
        else:
            queue.current = clause
            if own and clause.key is not None and (making := self._by_key.get(clause.key)) is not None:
                KEPT.labels("joined").inc()
                self._join(making, clause)
            else:
                self._make(clause)

    def _make(self, clause: Clause) -> None:
        desk, call, loop = clause.desk, clause.call, asyncio.get_running_loop()
        assert desk is not None
        voice = call.voice if desk is call.desk else call.desk.engine.gender(call.voice)

        def hear(pcm: Pcm) -> None:
            loop.call_soon_threadsafe(self._sounded, making, making.polished(pcm))

        job = Job(clause.text, clause.language, voice, call.rate, zlib.crc32(voice.encode()), hear)
        making = clause.making = Making(desk, job, [clause])
        self._by_job[job] = making
        if desk is call.desk and clause.key is not None:
            making.key = clause.key
            self._by_key[clause.key] = making
            self._watch(clause, making)
        desk.put(job)

    def _join(self, making: Making, clause: Clause) -> None:
        """The same is being said already."""
        making.clauses.append(clause)
        clause.making = making
        self._watch(clause, making)
        for pcm in making.sound:
            self._deliver(clause, pcm)

    def _part(self, clause: Clause) -> None:
        """A clause leaves its making; with the last one the making ends."""
        making, clause.making = clause.making, None
        clause.call.queue.current = None
        assert making is not None
        making.clauses.remove(clause)
        if not making.clauses:
            making.desk.drop(making.job)
            self._forget(making)

    def _forget(self, making: Making) -> None:
        del self._by_job[making.job]
        if making.key is not None:
            del self._by_key[making.key]

    # ── what becomes of it ───────────────────────────────────────────────────────────────────────────────────────────
    def _sounded(self, making: Making, pcm: Pcm) -> None:
        """Some sound, in its order."""
        if making.key is not None:
            making.sound.append(pcm)
        for clause in making.clauses:
            self._deliver(clause, pcm)

    def _ended(self, ended: Ended) -> None:
        making = self._by_job[ended.job]
        self._forget(making)
        rest = making.finished()
        failure = ended.failure or ("" if making.begun or making.key is None else "it made no sound")
        for clause in making.clauses:
            clause.making = clause.call.queue.current = None
            if not failure and (clause.call.live or not ended.doubtful):
                self._close(clause, rest)
            elif not failure:  # a listener would have heard it by now; who keeps it would have others hear it for ever
                self._fail(clause, "it may have been said wrong", doubtful=True)
            elif self._may_stand_in(clause):
                self._again(clause, "failed")
            else:
                self._fail(clause, failure)
        if failure:
            log.warning("! cannot say a clause", extra={"engine": making.desk.engine.name, "detail": failure})
        elif making.key is not None and self._kept is not None and not ended.doubtful:
            if any(clause.common for clause in making.clauses):
                self._kept.put(making.key, np.concatenate([*making.sound, rest]))
            for clause in making.clauses:
                self._heard(clause)

    def _watch(self, clause: Clause, making: Making) -> None:
        """Look after it twice as late as it may be."""
        loop = asyncio.get_running_loop()
        dry_at = max(loop.time(), clause.call.queue.sounding_until or 0.0)
        loop.call_at(dry_at + 2 * self._late_s, self._overdue, clause, making)

    def _overdue(self, clause: Clause, making: Making) -> None:
        """It should have sounded long ago: the engine is stuck."""
        if clause.making is making and self._may_stand_in(clause):
            self._part(clause)
            self._again(clause, "stuck")
            self.place()

    def _again(self, clause: Clause, why: str) -> None:
        self._stand_in(clause, why)
        clause.call.queue.clauses.appendleft(clause)

    def _close(self, clause: Clause, sound: Pcm) -> None:
        """All of a clause's sound, or the last of it, and the pause after it."""
        spoke = clause.sounded or len(sound)
        pause = np.zeros(round(clause.pause_s * clause.call.rate) if spoke else 0, np.int16)
        self._deliver(clause, np.concatenate([sound, pause]), last=clause.last)

    def _deliver(self, clause: Clause, pcm: Pcm, *, last: bool = False) -> None:
        if not clause.wanted or not (len(pcm) or last):
            return
        call, now = clause.call, asyncio.get_running_loop().time()
        if len(pcm):
            clause.sounded = True
            if clause.reply == call.reply:
                if call.queue.sounding_until is None:
                    FIRST_SOUND.observe(now - call.queue.asked_at)
                self.turns.sounded(call.queue, len(pcm) / call.rate, now)
        SOUND.inc(len(pcm) / call.rate)
        self._send(clause, Sound(reply=clause.reply, index=clause.index, pcm=pcm.astype("<i2").tobytes(), last=last))

    def _fail(self, clause: Clause, detail: str, *, doubtful: bool = False) -> None:
        """The rest of this sentence is not said either."""
        FAILURES.inc()
        self.turns.drop(clause.call.queue, lambda other: (other.reply, other.index) == (clause.reply, clause.index))
        if clause.wanted:
            told = SpeakingFailed(reply=clause.reply, index=clause.index, detail=detail, doubtful=doubtful)
            self._send(clause, told)

    def _send(self, clause: Clause, message: Sound | SpeakingFailed) -> None:
        try:
            clause.call.link.send(message)
        except PeerGone:
            clause.call.cancelled.add(clause.reply)

    def _in_hand(self, job: Job) -> float:
        """The least of those who listen to it."""
        now = asyncio.get_running_loop().time()
        return min(clause.call.queue.in_hand(now) for clause in self._by_job[job].clauses)
