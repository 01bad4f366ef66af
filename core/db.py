"""The one door to the database: a transaction that sees one site, or a relay's that sees little of all.

    async with Database(settings) as db:
        async with db.as_site(site_id) as rows:
            names = await (await rows.execute("select name from site")).fetchall()

Row-level security, forced in the schema, is what keeps sites apart; `as_site` only tells it which one. Statements are
pipelined: one that returns nothing does not wait, and its error comes at the next fetch or at the end of the block.
"""

import contextlib
import select
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Self, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from core.ids import SiteId
from core.settings import Settings

Rows = AsyncConnection[tuple[Any, ...]]
"""A connection in a pipelined transaction: `await rows.execute(sql, parameters)`."""

STATEMENT_LIMIT_MS = 5000
HNSW = "-c hnsw.iterative_scan=relaxed_order -c hnsw.ef_search=80"
"""Without the first, a filter beside the nearest rows loses some, silently (facts/brain.md A4). kb-worker reads both back."""


class DatabaseAway(ConnectionError):
    """No answer from the database now: down, restarting, out of connections, or too slow. Go on without it, try later."""


class Deadlocked(DatabaseAway):
    """This transaction and another waited for each other, and this one was undone: done again, it will do."""


ATTEMPTS = 4
T = TypeVar("T")


async def again(work: Callable[[], Awaitable[T]]) -> T:
    """What `work`, a transaction or several that may be repeated, gives; done anew where a deadlock undid it. Deadlocked in the
    end, DatabaseAway."""
    for _ in range(ATTEMPTS - 1):
        with contextlib.suppress(Deadlocked):
            return await work()
    return await work()


class Database:
    """A small pool that mends itself after a restart of the server. Opens even if the server is away."""

    def __init__(self, settings: Settings, *, connections: int = 4, wait_s: float = 1.0) -> None:
        """`wait_s`: seconds to wait for a connection before DatabaseAway."""
        self._pool: AsyncConnectionPool[Rows] = AsyncConnectionPool(
            settings.database_url(),
            kwargs={
                "autocommit": True,  # transactions are opened below, in the same pipeline as their first statement
                # Cached plans assume a site of average size; sites are small or huge (facts of retrieval: docs/brain.md).
                "options": f"-c plan_cache_mode=force_custom_plan -c statement_timeout={STATEMENT_LIMIT_MS} {HNSW}",
                "application_name": "haazir",
                "connect_timeout": 3,
            },
            min_size=1,
            max_size=connections,
            timeout=wait_s,
            check=_refuse_dead,
            reconnect_timeout=2,  # seconds of backing off before the pool is asked again: a restart is noticed soon
            open=False,
        )

    async def __aenter__(self) -> Self:
        await self._pool.open(wait=False)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._pool.close(timeout=1)

    @contextlib.asynccontextmanager
    async def as_site(self, site: SiteId) -> AsyncIterator[Rows]:
        """A transaction that sees and writes rows of `site` only. DatabaseAway."""
        async with self._transaction("select set_config('app.site_id', %s, true)", [site]) as rows:
            yield rows

    @contextlib.asynccontextmanager
    async def as_relay(self) -> AsyncIterator[Rows]:
        """A transaction across sites with the narrow rights of haazir_relay (core/schema). DatabaseAway."""
        async with self._transaction("set local role haazir_relay", None) as rows:
            yield rows

    async def site_ids(self) -> list[SiteId]:
        """All sites there are, in order. DatabaseAway."""
        async with self.as_relay() as rows:
            found = await (await rows.execute("select site_id from site order by site_id")).fetchall()
        return [SiteId(site) for (site,) in found]

    @contextlib.asynccontextmanager
    async def _transaction(self, first: str, parameters: list[str] | None) -> AsyncIterator[Rows]:
        try:
            async with self._pool.connection() as rows, rows.pipeline(), rows.transaction():
                await rows.execute(first.encode(), parameters)
                yield rows
        except psycopg.OperationalError as error:
            if (error.sqlstate or "")[:2] == "40":
                raise Deadlocked(str(error).strip()) from error
            if _is_away(error):
                raise DatabaseAway(str(error).strip() or type(error).__name__) from error
            raise


def _is_away(error: psycopg.OperationalError) -> bool:
    """Connection lost (08), out of resources (53), shut down or statement limit (57); no code: libpq never got through."""
    return isinstance(error, PoolTimeout) or error.sqlstate is None or error.sqlstate[:2] in {"08", "53", "57"}


async def _refuse_dead(connection: Rows) -> None:
    """An idle connection with something to read has been closed by the server. No round trip, unlike the pool's own check."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        await connection.close()  # the pool throws away only what is closed
        raise psycopg.OperationalError("closed by the server while idle")
