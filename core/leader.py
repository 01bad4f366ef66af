"""Of several processes of a kind one leads: what must be done by one alone (indexes, stock, mirrors; dialling). The others wait.

a lock of a database session ──held──> the jobs ──session lost──> the jobs end ──> the lock again, whoever is first
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence

import psycopg

from core.settings import Settings

LOOK_S = 2.0
"""How often the others try, and the leader sees whether it still is."""
KB_WORKER, DIALER = 0x6861617A, 0x6861617B  # any numbers that nobody else's lock has

Job = Callable[[], Awaitable[None]]


async def lead(settings: Settings, jobs: Sequence[Job], lock: int = KB_WORKER) -> None:
    """Until cancelled. What a job raises ends it, as an ExceptionGroup."""
    while True:
        with contextlib.suppress(psycopg.OperationalError):  # the database is away: so is the lock
            async with await psycopg.AsyncConnection.connect(settings.database_url(), autocommit=True) as session:
                while True:
                    if await _has_lock(session, lock):
                        await _work(session, jobs)
                        break
                    await asyncio.sleep(LOOK_S)
        await asyncio.sleep(LOOK_S)


async def _has_lock(session: psycopg.AsyncConnection, lock: int) -> bool:
    row = await (await session.execute("select pg_try_advisory_lock(%s)", [lock])).fetchone()
    return row == (True,)


async def _work(session: psycopg.AsyncConnection, jobs: Sequence[Job]) -> None:
    async with asyncio.TaskGroup() as tasks:
        working = [tasks.create_task(_as_task(job)) for job in jobs]
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                await asyncio.sleep(LOOK_S)
                await session.execute("select 1")
        for task in working:
            task.cancel()


async def _as_task(job: Job) -> None:
    await job()
