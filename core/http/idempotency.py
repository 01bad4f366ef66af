"""Writes that happen once: a client that did not hear the answer sends the request again with the same Idempotency-Key.

    async def create(site: KbSite, once: Once, …):
        return await once.write(site, functools.partial(_create, …))       # async def _create(…, rows: Rows) -> Response

The answer is stored in the transaction of the write, so both happen or neither does, and a second request that comes while
the first is at work waits for it. Refusals are not stored: they changed nothing. Answers are kept for a day, sealed by the
vault. Without the header, a write is just a transaction.

What another process does once by itself (an order to ari-app, by its id) is asked for outside of any transaction: `ask_once`.
"""

import asyncio
import functools
import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
from fastapi import Depends, Header, Request, Response

from core.db import Database, Rows, again
from core.http import doors
from core.http.problems import Problem
from core.ids import SiteId
from core.vault import Sealed, Vault

KEPT = "1 day"
"""As PostgreSQL writes an interval; analytics.retention deletes what is older."""

Write = Callable[[Rows], Awaitable[Response]]
Ask = Callable[[], Awaitable[Response]]

_CLAIM = (
    "insert into idempotent_answer (site_id, key, request) values (%s, %s, %s) "
    "on conflict (site_id, key) do update set request = excluded.request, status = 0, at = now() "
    f"where idempotent_answer.at < now() - interval '{KEPT}' returning key"
)
"""Waits for a transaction that has claimed the key and is not over yet."""
_STORE = "update idempotent_answer set status = %s, kek_id = %s, wrapped = %s, sealed = %s where site_id = %s and key = %s"
_FIND = (
    "select request, status, kek_id, wrapped, sealed from idempotent_answer "
    f"where site_id = %s and key = %s and at >= now() - interval '{KEPT}'"
)


class _Answer(msgspec.Struct, frozen=True):
    headers: list[tuple[str, str]]
    body: bytes


class Writer:
    """One request's. `key` None: the client sent none."""

    def __init__(self, request: Request, database: Database, vault: Vault, key: str | None) -> None:
        self._request = request
        self._database = database
        self._vault = vault
        self._key = key

    @property
    def key(self) -> str | None:
        """As the client sent it."""
        return self._key

    async def write(self, site: SiteId, write: Write, *, content: bytes | None = None) -> Response:
        """What `write` answers, in a transaction that sees `site` only; or what it answered the first time. Where a deadlock with
        another writer undid it, `write` is done again.

        `content` stands for the body where that is not in memory (an upload's digest). Problem 422 for a key that was used
        for another request; DatabaseAway.
        """
        asked = b"" if self._key is None else self._fingerprint(await self._request.body() if content is None else content)
        return await again(functools.partial(self._write, site, write, asked))

    async def ask_once(self, site: SiteId, ask: Ask) -> Response:
        """What `ask` answers, or what it answered the first time. For what happens once though it be asked for twice: no
        transaction waits for it, so who is slow to answer takes no connection from anybody. Problem 422 as above; DatabaseAway.
        """
        if self._key is None:
            return await ask()
        asked = self._fingerprint(await self._request.body())
        async with doors.of(self._request).asking.setdefault((site, self._key), asyncio.Lock()):
            async with self._database.as_site(site) as rows:
                known = await self._stored(rows, site, asked)
            if known is not None:
                return known
            response = await ask()

            async def answered(_: Rows) -> Response:
                return response

            return await again(functools.partial(self._write, site, answered, asked))

    async def _write(self, site: SiteId, write: Write, asked: bytes) -> Response:
        if self._key is None:
            async with self._database.as_site(site) as rows:
                return await write(rows)
        async with self._database.as_site(site) as rows:
            claimed = await (await rows.execute(_CLAIM.encode(), [site, self._key, asked])).fetchone()
            if claimed is None:
                stored = await self._stored(rows, site, asked)
                assert stored is not None  # the claim found it, and nobody deletes one so young
                return stored
            response = await write(rows)
            await self._store(rows, site, response)
        return response

    def _fingerprint(self, content: bytes) -> bytes:
        request = self._request
        asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
        return hashlib.sha256(asked + hashlib.sha256(content).digest()).digest()

    async def _store(self, rows: Rows, site: SiteId, response: Response) -> None:
        answer = _Answer(list(response.headers.items()), bytes(response.body))
        sealed = self._vault.seal(msgspec.msgpack.encode(answer), self._context(site))
        values = [response.status_code, sealed.kek_id, sealed.wrapped, sealed.sealed, site, self._key]
        await rows.execute(_STORE, values)

    async def _stored(self, rows: Rows, site: SiteId, asked: bytes) -> Response | None:
        row = await (await rows.execute(_FIND.encode(), [site, self._key])).fetchone()
        if row is None:
            return None
        if bytes(row[0]) != asked:
            raise Problem(422, "this Idempotency-Key was used for another request: make a new one", "idempotency-key-reused")
        opened = self._vault.open(Sealed(row[2], bytes(row[3]), bytes(row[4])), self._context(site))
        answer = msgspec.msgpack.decode(opened, type=_Answer)
        return Response(answer.body, row[1], dict(answer.headers) | {"Idempotent-Replayed": "true"})

    def _context(self, site: SiteId) -> bytes:
        return f"answer\0{site}\0{self._key}".encode()


async def _writer(
    request: Request,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key", min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$",
            description="Names this write: sent again with the same key within a day, it is done once and answered alike",
        ),
    ] = None,
) -> Writer:  # fmt: skip
    opened = doors.of(request)
    return Writer(request, opened.database, opened.vault, key)


Once = Annotated[Writer, Depends(_writer)]
