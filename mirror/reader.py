"""Our one connection to Machine A: reads a statement at a time, each a transaction of its own, and never waits long.

    async with Reader(origin, password) as reader: rows, cost = await reader.read(statements.rows_by_key(…))

What goes wrong there comes out as one of three: Away (try later), Refused (A does not let us, or lets us too much),
Drifted (A is no longer what we rely on). None is tried again here.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any, Self

import psycopg
from pgvector.psycopg import register_vector_async
from psycopg import AsyncConnection, errors

from mirror.egress import Asked
from mirror.origin import Origin
from mirror.statements import Statement

CONNECT_S = 3
STATEMENT_MS = 2000
LOCK_MS = 100
"""We would rather have nothing than stand in a queue at A's locks."""
APPLICATION = "haazir-mirror"

_SESSION = {
    "default_transaction_read_only": "on",
    "statement_timeout": STATEMENT_MS,
    "lock_timeout": LOCK_MS,
    "idle_in_transaction_session_timeout": 5000,
    "max_parallel_workers_per_gather": 0,  # A's spare workers are A's
    "jit": "off",
    "timezone": "UTC",
    "datestyle": "ISO",
}
_WIRE: dict[str, Any] = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 2, "tcp_user_timeout": 5000}
"""A host that is gone without a word is noticed within ten seconds."""


class SourceError(Exception):
    """Machine A can't be read now. The message says why, in words for the site's owner; nothing of A's rows is in it."""


class Away(SourceError):
    """Down, restarting, too slow, or out of connections."""


class Refused(SourceError):
    """The password is wrong, the role may not read this, or it may do more than read."""


class Drifted(SourceError):
    """A table or column is gone, or has become something else."""


class Reader:
    def __init__(self, origin: Origin, password: str, count: Callable[[Asked], None] | None = None) -> None:
        """`count` is told of every statement that A was asked."""
        self._count = count
        self._origin = origin
        self._password = password
        self._connection: AsyncConnection[tuple[Any, ...]] | None = None

    async def __aenter__(self) -> Self:
        """SourceError."""
        if self._connection is None:
            await self.connect()
        return self

    async def connect(self) -> None:
        """SourceError."""
        origin = self._origin
        options = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
        try:
            async with asyncio.timeout(CONNECT_S + 1):
                self._connection = await AsyncConnection.connect(
                    host=origin.host,
                    port=origin.port,
                    dbname=origin.database,
                    user=origin.user,
                    password=self._password or None,
                    sslmode=origin.tls,
                    gssencmode="disable",
                    connect_timeout=CONNECT_S,
                    application_name=APPLICATION,
                    options=options,
                    autocommit=True,
                    prepare_threshold=None,
                    **_WIRE,
                )
                with contextlib.suppress(psycopg.ProgrammingError):  # no vector type there: the contract says so in words
                    await register_vector_async(self._connection)
        except (psycopg.Error, OSError, TimeoutError, UnicodeError) as error:  # the last: a host that can be no name
            await self.close()
            raise translated(error) from error
        except asyncio.CancelledError:
            await self.close()
            raise

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def read(self, statement: Statement) -> tuple[list[tuple[Any, ...]], float]:
        """All rows of one statement, and the seconds it took. SourceError; after Away the connection is of no use."""
        connection = self._connection
        if connection is None or connection.closed:
            raise Away("the connection to it is closed")
        began = time.monotonic()
        rows: list[tuple[Any, ...]] = []
        try:
            async with asyncio.timeout(STATEMENT_MS / 1000 + 2), connection.cursor(binary=True) as cursor:
                await cursor.execute(*statement)
                rows = await cursor.fetchall()
        except (psycopg.Error, OSError, TimeoutError) as error:
            raise translated(error) from error
        finally:
            self._tell(rows)
        return rows, time.monotonic() - began

    def _tell(self, rows: list[tuple[Any, ...]]) -> None:
        if self._count is not None:
            self._count(Asked(statements=1, rows=len(rows), bytes=sum(map(wire_bytes, rows))))


def wire_bytes(row: tuple[Any, ...]) -> int:
    """About what a row took on the wire."""
    return sum(len(value) if isinstance(value, str) else getattr(value, "nbytes", 8) for value in row)


def translated(error: Exception) -> SourceError:
    """Whose fault it is, by SQLSTATE (PostgreSQL's appendix A)."""
    state = getattr(error, "sqlstate", None) or ""
    text = str(error)
    if isinstance(error, errors.LockNotAvailable):
        return Away("its table is locked by work of its own")
    if isinstance(error, errors.QueryCanceled | TimeoutError):
        return Away(f"it took longer than {STATEMENT_MS} ms")
    if isinstance(error, errors.InsufficientPrivilege):
        return Refused("our role may not read this: GRANT SELECT is missing")
    if state.startswith("28") or "password authentication failed" in text or "no pg_hba.conf entry" in text:
        return Refused("it does not accept our name and password")
    if "no password supplied" in text:
        return Refused("it wants a password: put one into the vault and name it in `secret`")
    if "does not support SSL" in text:
        return Refused("it has no TLS: switch it on there, or set `tls` to prefer or disable")
    if "unsupported startup parameter" in text:
        return Refused("a pooler is in between: connect to PostgreSQL itself")
    if state == "3D000" or ("does not exist" in text and not state):
        return Drifted("there is no database of that name, or no such role")
    if state.startswith("42"):
        return Drifted(text.strip().split("\n")[0][:200])
    if state.startswith("22"):  # its text would quote a value
        return Drifted(f"a column holds something else than it did ({type(error).__name__})")
    if state.startswith("53") or "too many connections" in text:
        return Away("all connections that it gives us are in use")
    return Away("it is down, or can't be reached")
