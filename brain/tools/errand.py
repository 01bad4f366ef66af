"""A declared tool at work: it asks for what it lacks, makes sure who is calling, and then tells, or reads back and does. Read
docs/tools.md first.

    arguments missing? ── ask, one by one            read  ── fetch ── tell
    caller unknown?    ── ask for the proof          write ── read back ── "shall I?" ── yes ── once, then what came of it

Everything before the Barrier only reads. What a turn leaves behind is the Proposal in its memory.
"""

import logging
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from brain.knowledge.match import Match
from brain.tools import telling
from brain.tools.declaration import Declaration, Way
from brain.tools.hearing import believed, corrected, is_valid, mentioned, reply
from brain.tools.job import Job, Performer, Publisher
from brain.tools.ledger import Ledger
from brain.tools.outcome import Away, NotFound, ToolFailed, Uncertain
from brain.tools.proof import DIGITS, Failed, Proof, Proven, Verdict, Wanted
from brain.tools.tool import Request, ask_for_person
from brain.turn import Barrier, Done, Piece, Proposal, Say, ToolBegan, ToolEnded
from brain.understand import CALL_A_PERSON, Meaning, Number, Yes, confirmation, wants_to_stop
from core.db import DatabaseAway
from core.events import ToolCalled
from core.ids import CallId
from core.sites import Language

log = logging.getLogger(__name__)

MOST_TRIES = 3
"""Useless replies to one question. Then a person is offered."""
PROOF = "proof:"
"""Before a way of proof in Proposal.asking."""


class DeclaredTool:
    def __init__(self, declaration: Declaration, performer: Performer, ledger: Ledger, proof: Proof, events: Publisher) -> None:
        self.declaration = declaration
        self._performer = performer
        self._ledger = ledger
        self._proof = proof
        self._events = events

    @property
    def name(self) -> str:
        return self.declaration.name

    @property
    def description(self) -> str:
        return self.declaration.description

    @property
    def parameters(self) -> Mapping[str, Any]:
        return self.declaration.arguments

    @property
    def utterances(self) -> Mapping[Language, tuple[str, ...]]:
        return self.declaration.utterances

    # ── a turn that asks for the tool ────────────────────────────────────────────────────────────────────────────────
    async def answer(self, request: Request) -> AsyncIterator[Piece]:
        heard = mentioned(self.declaration, request.asked, _now(request)) if request.asked.text else {}
        arguments = self._known_of(request) | heard | believed(self.declaration, request.arguments)
        request = replace(request, memory=replace(request.memory, proposal=None))
        async for piece in self._advance(request, Proposal(self.name, arguments)):
            yield piece

    def _known_of(self, request: Request) -> dict[str, Any]:
        """What the network says of the caller."""
        number = "".join(filter(str.isdigit, request.asked.caller))[-10:]
        return {
            name: number
            for name, slot in self.declaration.slots.items()
            if slot.caller and len(number) == 10 and is_valid(self.declaration, name, number)
        }

    # ── a turn that replies to what it asked ─────────────────────────────────────────────────────────────────────────
    def takes(self, request: Request, meaning: Meaning, match: Match | None) -> bool:
        proposal = _of(request)
        if isinstance(meaning, Number) and meaning.digits == CALL_A_PERSON:
            return False
        of_other = match is not None and match.entry.kind != "action"
        if not proposal.asking:
            return not of_other and (self._confirmed(request, meaning) is not None or bool(self._corrected(request, proposal)))
        if wants_to_stop(request.asked.text):
            return True
        if proposal.asking.startswith(PROOF):
            return isinstance(meaning, Number) or match is None
        if self.declaration.form(proposal.asking) in ("words", "name"):
            return match is None or not match.exact
        return reply(self.declaration, proposal.asking, request.asked, _now(request)) is not None or match is None

    def misses(self, request: Request, meaning: Meaning) -> bool:
        asking = _of(request).asking
        if not asking or isinstance(meaning, Number) or wants_to_stop(request.asked.text):
            return False
        if asking.startswith(PROOF):
            return True
        free = self.declaration.form(asking) in ("words", "name")
        return not free and reply(self.declaration, asking, request.asked, _now(request)) is None

    def again(self, request: Request) -> list[Piece]:
        proposal = replace(_of(request), tries=0)
        if proposal.asking.startswith(PROOF):
            way = cast(Way, proposal.asking.removeprefix(PROOF))
            return telling.proof(request, proposal, way, DIGITS[way], wrong=False)
        return telling.question(self.declaration, request, proposal)

    async def resume(self, request: Request, meaning: Meaning) -> AsyncIterator[Piece]:
        proposal = _of(request)
        request = replace(request, memory=replace(request.memory, proposal=None, expects="anything"))
        if not proposal.asking:
            pieces = self._decided(request, proposal, meaning)
        elif wants_to_stop(request.asked.text):
            pieces = _each(telling.ours("stopped", request))
        elif proposal.asking.startswith(PROOF):
            pieces = self._shown(request, proposal, meaning)
        else:
            pieces = self._told(request, proposal)
        async for piece in pieces:
            yield piece

    def dropped(self, request: Request) -> list[Say]:
        proposal = _of(request)
        return [] if proposal.asking else telling.says("not_done", request.language)

    def _confirmed(self, request: Request, meaning: Meaning) -> Meaning | None:
        if isinstance(meaning, Number) and request.asked.via == "keypad" and meaning.digits in ("1", "2"):
            return confirmation("yes" if meaning.digits == "1" else "no")  # as every phone menu has it
        last = request.memory.told
        return confirmation(request.asked.text, " ".join(last.texts) if last else "")

    def _corrected(self, request: Request, proposal: Proposal) -> dict[str, Any]:
        return corrected(self.declaration, proposal.arguments, request.asked, _now(request))

    async def _decided(self, request: Request, proposal: Proposal, meaning: Meaning) -> AsyncIterator[Piece]:
        """Yes, no, or "not that one, this one": a changed detail is read back again."""
        if changed := self._corrected(request, proposal):
            pieces = self._advance(request, Proposal(self.name, {**proposal.arguments, **changed}))
        elif isinstance(self._confirmed(request, meaning), Yes):
            pieces = self._do(request, proposal)
        else:
            pieces = _each(telling.ours("not_done", request))
        async for piece in pieces:
            yield piece

    async def _told(self, request: Request, proposal: Proposal) -> AsyncIterator[Piece]:
        """The reply to a question for one argument; what else it names is taken as well."""
        argument, now = proposal.asking, _now(request)
        value = reply(self.declaration, argument, request.asked, now)
        if value is None:
            pieces = self._ask(request, replace(proposal, tries=proposal.tries + 1))
        else:
            more = {
                name: each
                for name, each in mentioned(self.declaration, request.asked, now).items()
                if name not in proposal.arguments
            }
            pieces = self._advance(request, Proposal(self.name, {**proposal.arguments, **more, argument: value}))
        async for piece in pieces:
            yield piece

    # ── the next step ────────────────────────────────────────────────────────────────────────────────────────────────
    async def _advance(self, request: Request, proposal: Proposal) -> AsyncIterator[Piece]:
        missing = next((name for name in self.declaration.required if name not in proposal.arguments), None)
        if missing is not None:
            pieces = self._ask(request, replace(proposal, asking=missing))
        else:
            pieces = self._authenticated(request, proposal)
        async for piece in pieces:
            yield piece

    async def _ask(self, request: Request, proposal: Proposal) -> AsyncIterator[Piece]:
        """For one argument; after too many useless replies: for a person."""
        if proposal.tries >= MOST_TRIES:
            pieces = ask_for_person(request, "unclear_again", "abstain")
        else:
            pieces = telling.question(self.declaration, request, proposal)
        for piece in pieces:
            yield piece

    async def _authenticated(self, request: Request, proposal: Proposal) -> AsyncIterator[Piece]:
        job = self._job(request, proposal)
        verdict: Verdict | ToolFailed
        try:
            verdict = await self._proof.wanted(job, request, lambda: self._performer.perform(job))
        except ToolFailed as error:
            verdict = error
        async for piece in self._judged(request, proposal, verdict):
            yield piece

    async def _shown(self, request: Request, proposal: Proposal, meaning: Meaning) -> AsyncIterator[Piece]:
        job = self._job(request, proposal)
        way = cast(Way, proposal.asking.removeprefix(PROOF))
        verdict: Verdict | ToolFailed
        if way == "keypad":
            yield Barrier()  # a wrong PIN may be counted where it is checked: not for half a number
        try:
            verdict = await self._proof.shown(job, request, way, meaning, lambda: self._performer.perform(job))
        except ToolFailed as error:
            verdict = error
        if isinstance(verdict, Failed) or (isinstance(verdict, Wanted) and verdict.wrong):
            request = replace(request, memory=replace(request.memory, wrong_proofs=request.memory.wrong_proofs + 1))
        async for piece in self._judged(request, replace(proposal, asking=""), verdict):
            yield piece

    async def _judged(self, request: Request, proposal: Proposal, verdict: Verdict | ToolFailed) -> AsyncIterator[Piece]:
        match verdict:
            case Proven(memory=memory):
                request = replace(request, memory=memory)
                pieces = self._propose(request, proposal) if self.declaration.writes else self._fetch(request, proposal)
            case Wanted(way=way, wrong=wrong):
                asking = replace(proposal, asking=PROOF + way)
                pieces = _each(telling.proof(request, asking, way, DIGITS[way], wrong=wrong))
            case Failed():
                pieces = _each(telling.for_person("proof_failed", request))
            case _:
                log.info("= a tool's caller can't be looked up", extra={"tool": self.name, "why": str(verdict)})
                pieces = _each(telling.failure(self.declaration, request, proposal.arguments, verdict))
        async for piece in pieces:
            yield piece

    # ── telling and doing ────────────────────────────────────────────────────────────────────────────────────────────
    async def _fetch(self, request: Request, proposal: Proposal) -> AsyncIterator[Piece]:
        began = time.monotonic()
        yield ToolBegan(self.name)
        try:
            answer = await self._performer.perform(self._job(request, proposal))
            told = telling.answer(self.declaration, request, proposal.arguments, answer)
            ok = True
        except ToolFailed as error:
            log.info("= a tool gave no answer", extra={"tool": self.name, "why": str(error)})
            told = telling.failure(self.declaration, request, proposal.arguments, error)
            ok = isinstance(error, NotFound)  # an answer too
        yield ToolEnded(self.name, self.declaration.masked(proposal.arguments), ok, time.monotonic() - began)
        for piece in told:
            yield piece

    async def _propose(self, request: Request, proposal: Proposal) -> AsyncIterator[Piece]:
        """Read back what is about to be done. A write that may have happened is proposed under the key it had."""
        before = request.memory.uncertain
        same = before is not None and (before.tool, before.arguments) == (self.name, proposal.arguments)
        proposal = replace(proposal, asking="", tries=0, key=before.key if before is not None and same else uuid.uuid4().hex)
        pieces = telling.proposal(self.declaration, request, proposal)
        for piece in pieces[:-1]:
            yield piece
        yield Barrier()
        masked = self.declaration.masked(proposal.arguments)
        await self._ledger.proposed(request.site.site_id, proposal.key, request.asked.conversation, self.name, masked)
        yield pieces[-1]

    async def _do(self, request: Request, proposal: Proposal) -> AsyncIterator[Piece]:
        """Once, and to its end."""
        yield Barrier()
        began = time.monotonic()
        yield ToolBegan(self.name)
        outcome = await self._done_once(request, proposal)
        ok = not isinstance(outcome, ToolFailed)
        ended = ToolEnded(self.name, self.declaration.masked(proposal.arguments), ok, time.monotonic() - began, write=True)
        self._record(request, ended)
        yield ended
        uncertain = replace(proposal, asking="", tries=0) if isinstance(outcome, Uncertain) else None
        request = replace(request, memory=replace(request.memory, uncertain=uncertain))
        if isinstance(outcome, ToolFailed):
            told = telling.failure(self.declaration, request, proposal.arguments, outcome)
        else:
            told = telling.done(self.declaration, request, proposal.arguments, outcome)
        for piece in told:
            yield _with_outcome(piece) if isinstance(piece, Done) else piece

    def _record(self, request: Request, ended: ToolEnded) -> None:
        """A write is told by whom it was done: a caller who interrupted may never hear of it. A chat has no call's record."""
        asked = request.asked
        if asked.channel == "call":
            self._events.publish(
                ToolCalled(
                    call_id=CallId(asked.conversation), site_id=request.site.site_id, at=time.time(), turn=asked.turn,
                    tool=ended.tool, arguments=ended.arguments, ok=ended.ok, seconds=ended.seconds,
                )
            )  # fmt: skip

    async def _done_once(self, request: Request, proposal: Proposal) -> Any:
        """The answer of the one who did it; telling.BEFORE if it was done before; or the ToolFailed."""
        site, key = request.site.site_id, proposal.key
        masked = self.declaration.masked(proposal.arguments)
        try:
            state = await self._ledger.begin(site, key, request.asked.conversation, self.name, masked)
        except DatabaseAway:
            return Away("the database is away: no write without its row")
        if state != "running":
            return telling.BEFORE if state == "done" else Uncertain("it was begun before")
        try:
            answer = await self._performer.perform(self._job(request, proposal))
        except ToolFailed as error:
            log.warning("! a write failed", extra={"tool": self.name, "key": key, "how": type(error).__name__, "why": str(error)})
            await self._ledger.ended(site, key, "unknown" if isinstance(error, Uncertain) else "failed", str(error))
            return error
        await self._ledger.ended(site, key, "done")
        return answer

    def _job(self, request: Request, proposal: Proposal) -> Job:
        asked = request.asked
        return Job(
            request.site, self.declaration, proposal.arguments, asked.conversation, request.language, asked.caller, proposal.key
        )  # fmt: skip


def _with_outcome(done: Done) -> Done:
    return replace(done, memory=replace(done.memory, outcome=done.memory.told))


def _of(request: Request) -> Proposal:
    proposal = request.memory.proposal
    assert proposal is not None, "nothing was asked"
    return proposal


def _now(request: Request) -> datetime:
    return datetime.now(ZoneInfo(request.site.timezone))


async def _each(pieces: Iterable[Piece]) -> AsyncIterator[Piece]:
    for piece in pieces:
        yield piece
