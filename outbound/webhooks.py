"""Results told to who asked for the call: POST, signed, again and again until it is taken. To public addresses only.

webhook_delivery (due) ──claimed for a minute──> POST ──2xx──> delivered, else again: ten times in four days. 410: given up

A receiver that hangs holds up its own site's results only: each site has a few of the places.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import aiohttp
import msgspec

from core.db import Database
from core.ids import SiteId
from core.public_address import Network
from core.public_connector import public_connector
from core.vault import Vault, VaultError
from outbound import metrics, reading
from outbound.plan import SiteRules
from outbound.shapes import Told
from outbound.signature import headers

log = logging.getLogger(__name__)

WAITS_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""After the first try, the second…: as Standard Webhooks recommends. After the last one it is given up."""
LIMIT_S = 15.0
AT_ONCE = 40
OF_SITE = 4
"""At once, of one site."""
GONE = 410
"""The receiver wants no more of these."""

_CLAIM = """
update webhook_delivery set due_at = now() + interval '1 minute', attempts = attempts + 1 where (site_id, delivery_id) in (
  select site_id, delivery_id from (
    select site_id, delivery_id, due_at, row_number() over (partition by site_id order by due_at) + coalesce(told, 0) as place
    from webhook_delivery left join unnest(%s::text[], %s::int[]) as busy (site_id, told) using (site_id)
    where state = 'waiting' and due_at <= now()
  ) due where place <= %s order by due_at limit %s)
returning site_id, delivery_id, outbound_id, url, body, attempts
"""
"""By the one dialer that leads: no lock needed."""
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
        self._telling: dict[asyncio.Task[None], SiteId] = {}

    async def __aenter__(self) -> "Webhooks":
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self._telling:
            task.cancel()
        await self.wait()
        await self._http.close()

    async def deliver(self) -> None:
        """Begin with those that are due and have a place. DatabaseAway."""
        busy = Counter(self._telling.values())
        values = [list(busy), list(busy.values()), OF_SITE, AT_ONCE - busy.total()]
        async with self._database.as_relay() as rows:
            found = await (await rows.execute(_CLAIM, values)).fetchall()
        for row in found:
            delivery = Delivery(SiteId(row[0]), *row[1:])
            task = asyncio.create_task(self._tell(delivery))
            self._telling[task] = delivery.site
            task.add_done_callback(self._told)

    async def wait(self) -> None:
        """Until all that was begun is over."""
        await asyncio.gather(*self._telling, return_exceptions=True)

    def _told(self, task: asyncio.Task[None]) -> None:
        del self._telling[task]
        if not task.cancelled() and (error := task.exception()) is not None:  # the database is away: claimed again in a minute
            log.warning("! what became of a webhook is not written down", extra={"error": str(error)})

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
            secret = await self._vault.get(
                rows, delivery.site, msgspec.json.decode(row[0], type=SiteRules).outbound.webhook_secret
            )
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
