"""All calls of this process: one 20 ms tick for all of them, one VAD run over all of them, one place where a call may die."""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from core.bus import Link
from core.commands import AdoptMedia, DrainMedia, MediaHealth, MediaRefused, OpenMedia, ProbeMedia, ToMedia
from core.ids import CallId
from media_server import metrics
from media_server.session import NeighbourAway, Session, Shared
from media_server.tidying import Tidying

log = logging.getLogger(__name__)

T = TypeVar("T")

TICK = 0.020
LATE = 0.010


class Edge:
    def __init__(self, shared: Shared, neighbours_missing: Callable[[], str | None] = lambda: None) -> None:
        self._shared = shared
        self._neighbours_missing = neighbours_missing
        self._draining = False
        self._sessions: dict[CallId, Session] = {}
        self._tasks: dict[Session, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """The tick, on absolute deadlines: a late one is not made up for, the pacer's ring bridges it."""
        loop = asyncio.get_running_loop()
        tidying = Tidying()
        due = loop.time()
        while True:
            due = max(due + TICK, loop.time() - TICK)
            await asyncio.sleep(due - loop.time())
            now = loop.time()
            if now - due > LATE:
                metrics.LATE_TICKS.inc()
            self._tick(now)
            if self._sessions:
                metrics.TICK.observe(loop.time() - now)
            tidying.tidy(now)

    def _tick(self, now: float) -> None:
        for session in list(self._sessions.values()):
            _let(session, session.tick, now)
        owners = {id(session.ear.listener): session for session in self._sessions.values()}
        for listener, window in self._shared.silero.run():
            if (owner := owners.get(id(listener))) is not None:
                _let(owner, owner.ear.window, window)

    async def control(self, link: Link[ToMedia]) -> None:
        """One connection of the controller's: one call; or questions about ourselves."""
        opening = await link.receive()
        if isinstance(opening, ProbeMedia | DrainMedia):
            await self._tell_health(link, opening)
            return
        session = self._sessions.get(opening.call_id) if isinstance(opening, AdoptMedia) else None
        if isinstance(opening, OpenMedia):
            await self._clear(opening.call_id)
            session = self._open(opening, link)
        elif session is not None:
            before = session.controller
            session.adopt(link)
            if before is not None:  # one controller at a time: the one that went is only not noticed yet
                await before.close()
        if session is None:
            link.send(MediaRefused(reason=self._why_not(opening)))
            return
        try:
            async for message in link:
                _let(session, session.control, message)
        finally:
            session.orphan(link)

    async def _tell_health(self, link: Link[ToMedia], first: ToMedia) -> None:
        self._asked(link, first)
        async for message in link:
            self._asked(link, message)

    def _asked(self, link: Link[ToMedia], message: ToMedia) -> None:
        if isinstance(message, DrainMedia) and message.on is not self._draining:
            self._draining = message.on
            metrics.DRAINING.set(message.on)
            log.warning("= draining" if message.on else "= taking calls again", extra={"calls": self.calls})
        capacity = self._shared.settings.media.max_sessions
        missing = self._neighbours_missing() or ""
        link.send(MediaHealth(sessions=self.calls, capacity=capacity, missing=missing, draining=self._draining))

    @property
    def missing(self) -> str | None:
        """What a new call would lack, in words; None: nothing."""
        return "draining: no new calls are taken" if self._draining else self._neighbours_missing()

    async def _clear(self, call_id: CallId) -> None:
        """A call that begins anew has no use for the session that its last controller left: its leg is gone."""
        if (left := self._sessions.get(call_id)) is not None and left.controller is None:
            self._tasks[left].cancel()
            await asyncio.wait([self._tasks[left]])

    def _open(self, opening: OpenMedia, link: Link[ToMedia]) -> Session | None:
        full = len(self._sessions) >= self._shared.settings.media.max_sessions
        if full or self._draining or opening.call_id in self._sessions:
            return None
        session = Session(opening, link, self._shared)
        self._sessions[opening.call_id] = session
        task = asyncio.create_task(self._live(session), name=f"call {opening.call_id}")
        self._tasks[session] = task
        task.add_done_callback(lambda _: self._tasks.pop(session))
        return session

    async def _live(self, session: Session) -> None:
        metrics.SESSIONS.inc()
        try:
            await session.run()
        except* NeighbourAway as away:
            metrics.REFUSED.labels("neighbour").inc()
            log.warning("! call refused", extra={"call": session.call_id, "why": str(away.exceptions[0])})
            session.tell(MediaRefused(reason=str(away.exceptions[0])))
        except* Exception:  # a bug: this call goes to people, the others go on
            metrics.FAILED.inc()
            log.exception("! call failed", extra={"call": session.call_id})
        finally:
            metrics.SESSIONS.dec()
            self._sessions.pop(session.call_id, None)
            if session.controller is not None:
                await session.controller.close()

    def _why_not(self, opening: ToMedia) -> str:
        match opening:
            case OpenMedia(call_id=call_id) if call_id in self._sessions:
                metrics.REFUSED.labels("twice").inc()
                return "this call is open already: adopt it"
            case OpenMedia() if self._draining:
                metrics.REFUSED.labels("draining").inc()
                return "draining"
            case OpenMedia():
                metrics.REFUSED.labels("full").inc()
                return "no room"
            case AdoptMedia():
                return "no such call here"
        return "a connection begins with OpenMedia or AdoptMedia"

    @property
    def calls(self) -> int:
        return len(self._sessions)

    async def close(self) -> None:
        """End every call."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def _let(session: Session, work: Callable[[T], None], what: T) -> None:
    """Work of one call, within the tick of all or for its controller: what goes wrong ends that call (Session.run raises it)."""
    try:
        work(what)
    except Exception as error:  # noqa: BLE001  handed on to where that session dies
        session.fail(error)
