"""Says the sentences of all calls with one engine, clause by clause, the most urgent first.

    link ──Speak──> front end ──clauses──> Turns ──> one thread: engine, Polish ──Sound──> link

The engine speaks far faster than anybody listens, so a call waits for other calls' clauses at most; and what costs more
than making sound, polishing it, waits for those who have heard nothing yet. A cancelled reply ends within the chunk being
made. An engine's failure is that sentence's failure.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np
from prometheus_client import Counter, Gauge, Histogram

from core.bus import Link, PeerGone
from core.resample import Pcm
from core.sentences import clauses, split
from core.sites import Language
from core.speech import CancelReply, OpenSpeaking, Sound, Speak, SpeakingFailed, SpeakingOpened, ToTts
from media_server.tts.engine import Engine, EngineError
from media_server.tts.polish import Polish
from media_server.tts.turns import Queue, Turns

log = logging.getLogger(__name__)

HEAD_S = 0.3
"""Sound of a clause that is polished and sent while it is being made, the first piece at once; the rest waits its turn."""
CHUNK_S = 0.5
"""Sound per message after that."""
END_S = 0.06
"""Silence after a sentence: what follows is the turn machine's business."""
PAUSES_S = {",": 0.14, ";": 0.2, ":": 0.2, "—": 0.18, "–": 0.18, "।": 0.28, ".": 0.28, "!": 0.28, "?": 0.28, "…": 0.28}
"""Silence after a clause, by the mark it ends with."""
JOIN_S = 0.02
"""The same where a long clause was cut without a mark."""
MOST_WAITING = 200
"""Clauses of one call: ten minutes of speech."""

_BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 3)
FIRST_SOUND = Histogram("haazir_tts_first_sound_seconds", "From Speak to the first sound of a reply", buckets=_BUCKETS)
SOUND = Counter("haazir_tts_sound_seconds", "Speech made")
FAILURES = Counter("haazir_tts_failures", "Sentences that could not be said")
CALLS = Gauge("haazir_tts_calls", "Calls connected")
WAITING = Gauge("haazir_tts_clauses_waiting", "Clauses not yet begun")


@dataclass(eq=False, slots=True)
class Call:
    """One connection."""

    link: Link[ToTts]
    voice: str
    rate: int
    queue: "Queue[Clause]"
    reply: int | None = None
    """The one that sounds, or will next."""
    cancelled: set[int] = field(default_factory=set)


@dataclass(eq=False, slots=True)
class Clause:
    call: Call
    reply: int
    index: int
    text: str
    """Empty: there was nothing to say in this sentence."""
    language: Language
    last: bool
    """Of its sentence."""
    polish: Polish | None = None
    """None: not begun."""
    rough: list[Pcm] = field(default_factory=list)
    """Made, and not yet polished."""

    @property
    def wanted(self) -> bool:
        return self.reply not in self.call.cancelled

    @property
    def pause_s(self) -> float:
        return END_S if self.last else PAUSES_S.get(self.text[-1:], JOIN_S)


class Worker:
    """`spoken(text, language)` is the front end; it never raises. `thread` has one thread, where the engine lives."""

    def __init__(self, engine: Engine, spoken: Callable[[str, Language], str], thread: Executor) -> None:
        self._engine = engine
        self._spoken = spoken
        self._thread = thread
        self._turns: Turns[Clause] = Turns()
        self._asked = asyncio.Event()

    async def serve(self, link: Link[ToTts]) -> None:
        """One call, from its OpenSpeaking to its end."""
        opened = await link.receive()
        if not isinstance(opened, OpenSpeaking):
            log.warning("! a call must begin with OpenSpeaking", extra={"got": type(opened).__name__})
            return
        call = Call(link, opened.voice, opened.rate, self._turns.open())
        CALLS.inc()
        try:
            link.send(SpeakingOpened(engine=self._engine.name))
            async for message in link:
                match message:
                    case Speak():
                        self._enqueue(call, message)
                    case CancelReply(reply=reply):
                        call.cancelled.add(reply)
                        self._turns.drop(call.queue, lambda clause: not clause.wanted)
        finally:
            CALLS.dec()
            call.cancelled.update(clause.reply for clause in call.queue.clauses)
            if call.reply is not None:
                call.cancelled.add(call.reply)
            self._turns.leave(call.queue)

    async def run(self) -> None:
        """Say what is asked, for ever."""
        while True:
            WAITING.set(len(self._turns))
            if (taken := self._turns.take()) is None:
                self._asked.clear()
                await self._asked.wait()
                continue
            queue, clause = taken
            loop = asyncio.get_running_loop()
            try:
                begin = self._begin if clause.polish is None else self._finish
                await loop.run_in_executor(self._thread, begin, clause, loop)
                if begin == self._begin:
                    queue.clauses.appendleft(clause)
            except EngineError as error:
                FAILURES.inc()
                log.warning("! cannot say a sentence", extra={"engine": self._engine.name, "detail": str(error)})
                self._fail(clause, str(error))

    def _enqueue(self, call: Call, asked: Speak) -> None:
        if asked.reply in call.cancelled:
            return
        if len(call.queue.clauses) > MOST_WAITING:
            detail = "too much text is waiting to be said"
            call.link.send(SpeakingFailed(reply=asked.reply, index=asked.index, detail=detail))
            return
        if asked.reply != call.reply:
            call.reply = asked.reply
            self._turns.begin(call.queue, asyncio.get_running_loop().time())
        parts = [part for text in split(asked.text) for part in clauses(self._spoken(text, asked.language))] or [""]
        for number, text in enumerate(parts, 1):
            clause = Clause(call, asked.reply, asked.index, text, asked.language, last=number == len(parts))
            call.queue.clauses.append(clause)
        self._asked.set()

    def _begin(self, clause: Clause, loop: asyncio.AbstractEventLoop) -> None:
        """In the engine's thread: make the sound of a clause, and send the head of it."""
        gain = self._engine.gain(clause.call.voice, clause.language)
        clause.polish = polish = Polish(self._engine.rate, clause.call.rate, gain)
        head = round(HEAD_S * self._engine.rate)

        def hear(pcm: Pcm) -> bool:
            nonlocal head
            if head > 0:
                loop.call_soon_threadsafe(self._deliver, clause, polish.push(pcm), False)
                head -= len(pcm)
            else:
                clause.rough.append(pcm)
            return clause.wanted

        if clause.text:
            self._engine.speak(clause.text, clause.language, clause.call.voice, hear)

    def _finish(self, clause: Clause, loop: asyncio.AbstractEventLoop) -> None:
        """In the engine's thread: polish and send the rest of it."""
        assert clause.polish is not None
        chunk = round(CHUNK_S * self._engine.rate)
        rough = np.concatenate(clause.rough) if clause.rough else np.zeros(0, np.int16)
        for at in range(0, len(rough), chunk):
            loop.call_soon_threadsafe(self._deliver, clause, clause.polish.push(rough[at : at + chunk]), False)
        loop.call_soon_threadsafe(self._deliver, clause, clause.polish.finish(clause.pause_s), clause.last)

    def _deliver(self, clause: Clause, pcm: Pcm, last: bool) -> None:
        """In the event loop, in the order of the sound."""
        if not clause.wanted or not (len(pcm) or last):
            return
        call, now = clause.call, asyncio.get_running_loop().time()
        if len(pcm) and clause.reply == call.reply:
            if call.queue.sounding_until is None:
                FIRST_SOUND.observe(now - call.queue.asked_at)
            self._turns.sounded(call.queue, len(pcm) / call.rate, now)
        SOUND.inc(len(pcm) / call.rate)
        self._send(call, Sound(reply=clause.reply, index=clause.index, pcm=pcm.astype("<i2").tobytes(), last=last))

    def _fail(self, clause: Clause, detail: str) -> None:
        """The rest of this sentence is not said either."""
        self._turns.drop(clause.call.queue, lambda other: (other.reply, other.index) == (clause.reply, clause.index))
        if clause.wanted:
            self._send(clause.call, SpeakingFailed(reply=clause.reply, index=clause.index, detail=detail))

    def _send(self, call: Call, message: Sound | SpeakingFailed) -> None:
        try:
            call.link.send(message)
        except PeerGone:
            call.cancelled.add(call.reply if call.reply is not None else -1)
