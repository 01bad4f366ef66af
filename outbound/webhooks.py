"""Results told to who asked for the call: POST, signed, again and again until it is taken. To public addresses only.

webhook_delivery (due) ──claimed for a minute──> POST ──2xx──> delivered, else again: ten times in four days. 410: given up
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import aiohttp
import msgspec

from core.db import Database
from core.ids import SiteId
from core.public_address import Network
from core.public_connector import public_connector
from core.sites import Site
from core.vault import Vault, VaultError
from outbound import metrics, reading
from outbound.shapes import Told
from outbound.signature import headers

log = logging.getLogger(__name__)

WAITS_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""After the first try, the second…: as Standard Webhooks recommends. After the last one it is given up."""
LIMIT_S = 15.0
AT_ONCE = 20
GONE = 410
"""The receiver wants no more of these."""

_CLAIM = """
update webhook_delivery set due_at = now() + interval '1 minute', attempts = attempts + 1 where (site_id, delivery_id) in (
  select site_id, delivery_id from webhook_delivery where state = 'waiting' and due_at <= now()
  order by due_at limit %s for update skip locked)
returning site_id, delivery_id, outbound_id, url, body, attempts
"""
_DELIVERED = "update webhook_delivery set state = 'delivered', last_status = %s where site_id = %s and delivery_id = %s"
_GIVEN_UP = "update webhook_delivery set state = 'given_up', last_status = %s where site_id = %s and delivery_id = %s"
_LATER = """
update webhook_delivery set due_at = now() + %s * interval '1 second', last_status = %s where site_id = %s and delivery_id = %s
"""
_KEEP = "update webhook_delivery set body = %s where site_id = %s and delivery_id = %s"


@dataclass(frozen=True, slots=True)
class Delivery:
    site: SiteId
    id: str
    outbound_id: str
    url: str
    body: str | None
    attempts: int
    """This one among them."""


class Webhooks:
    def __init__(self, database: Database, vault: Vault, allowed: Sequence[Network], clock: Callable[[], datetime]) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        timeout = aiohttp.ClientTimeout(total=LIMIT_S)
        self._http = aiohttp.ClientSession(connector=public_connector(allowed, keep=False), timeout=timeout)

    async def __aenter__(self) -> "Webhooks":
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._http.close()

    async def deliver(self) -> int:
        """Those that are due, at the same time; how many. DatabaseAway."""
        async with self._database.as_relay() as rows:
            found = await (await rows.execute(_CLAIM, [AT_ONCE])).fetchall()
        due = [Delivery(SiteId(row[0]), *row[1:]) for row in found]
        await asyncio.gather(*map(self._tell, due))
        return len(due)

    async def _tell(self, delivery: Delivery) -> None:
        status = 0
        with contextlib.suppress(KeyError, VaultError, aiohttp.ClientError, TimeoutError, ValueError):
            status = await self._post(delivery, *await self._written(delivery))
        where = [status, delivery.site, delivery.id]
        async with self._database.as_relay() as rows:
            if 200 <= status < 300:
                await rows.execute(_DELIVERED, where)
                how = "delivered"
            elif status == GONE or delivery.attempts > len(WAITS_S):
                await rows.execute(_GIVEN_UP, where)
                how = "given up"
            else:
                await rows.execute(_LATER, [WAITS_S[delivery.attempts - 1], *where])
                how = "failed"
        metrics.WEBHOOKS.labels(how).inc()
        if how != "delivered":
            log.warning("! webhook", extra={"site": delivery.site, "delivery": delivery.id, "status": status, "how": how})

    async def _written(self, delivery: Delivery) -> tuple[str, bytes]:
        """The secret that signs, and the body: made once. KeyError: the site has no such secret (any more)."""
        async with self._database.as_site(delivery.site) as rows:
            row = await (await rows.execute("select settings::text from site where site_id = %s", [delivery.site])).fetchone()
            if row is None:
                raise KeyError(delivery.site)
            secret = await self._vault.get(rows, delivery.site, msgspec.json.decode(row[0], type=Site).outbound.webhook_secret)
            if delivery.body is not None:
                return secret, delivery.body.encode()
            call = await reading.one(rows, delivery.site, delivery.outbound_id)
            if call is None:
                raise KeyError(delivery.outbound_id)
            body = msgspec.json.encode(Told(type="call.finished", timestamp=self._clock(), data=call))
            await rows.execute(_KEEP, [body.decode(), delivery.site, delivery.id])
        return secret, body

    async def _post(self, delivery: Delivery, secret: str, body: bytes) -> int:
        signed = headers(secret, delivery.id, int(self._clock().timestamp()), body)
        sent = {**signed, "Content-Type": "application/json", "User-Agent": "Haazir"}
        async with self._http.post(delivery.url, data=body, headers=sent, allow_redirects=False) as response:
            return response.status
