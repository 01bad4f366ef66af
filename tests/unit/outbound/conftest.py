"""A shop that may call out, before a real database; an ari-app that takes orders; events of calls as they come."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import psycopg
import pytest

from core.bus import Link, serve
from core.db import Database
from core.events import CallAnswered, CallEnded, CallStarted, Outcome
from core.ids import CallId, SiteId
from core.orders import Done, NotDone, Order, PlaceCall, Reply, Why
from core.outbound import Outbound, Window
from core.phrases import usual_phrases
from core.settings import Asterisk, Settings
from core.settings import Outbound as OfAll
from core.sites import Site
from outbound.controller import Controller
from outbound.dialer import Dialer
from outbound.do_not_call import listen_to_calls
from outbound.settle import note_outcomes, settle
from tests.unit.gateway.conftest import Town, town

__all__ = ["town"]

SHOP = Site(
    site_id=SiteId("shop"), name="Shop", phrases={"en": usual_phrases("en", "Shop")}, languages=("en",),
    disclosure="This is a machine.",
    outbound=Outbound(
        enabled=True, trunk="tata", caller_id="+911612345678", at_once=2, per_second=100, window=Window(hours="00:00-24:00")
    ),
)  # fmt: skip
ASKED = {"to": "+919812345678", "consent": "web form"}


class AriApp:
    """Takes orders; `why` and it refuses them."""

    def __init__(self) -> None:
        self.orders: list[Any] = []
        self.why: Why | None = None

    @property
    def placed(self) -> list[PlaceCall]:
        return [order for order in self.orders if isinstance(order, PlaceCall)]

    async def serve(self, link: Link[Any]) -> None:
        async for order in link:
            self.orders.append(order)
            reply: Reply = Done(order_id=order.order_id)
            if self.why is not None:
                reply = NotDone(order_id=order.order_id, why=self.why, detail="not now")
            link.send(reply)


@dataclass
class Exchange:
    """The shop, its dialer when told, and what happens to calls."""

    town: Town
    settings: Settings
    ari_app: AriApp = field(default_factory=AriApp)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    all_here_s: float = 60.0
    """For how long database and ari-app have been there."""

    def ask(self, method: str, path: str, json: Any = None, **headers: str) -> Any:
        return self.town.ask(method, path, json=json, **headers)

    def place(self, **asked: Any) -> dict[str, Any]:
        answer = self.ask("POST", "/v1/calls", {**ASKED, **asked})
        assert answer.status_code == 202, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def call(self, outbound_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"/v1/outbound/{outbound_id}").json()
        return found

    def upload(self, campaign: str, text: str) -> Any:
        async def sent() -> Any:
            async with self.town.gateway() as client:
                headers = {"Authorization": "Bearer hz_shop_key", "Content-Type": "text/csv"}
                return (await client.post(f"/v1/campaigns/{campaign}/calls", headers=headers, content=text.encode())).json()

        return asyncio.run(sent())

    def state_of_webhook(self) -> tuple[str, int, int]:
        with psycopg.connect(self.town.server.settings.database_admin_url()) as rows:
            row = rows.execute("select state, last_status, attempts from webhook_delivery where site_id = 'shop'").fetchone()
        assert row is not None
        return row[0], row[1], row[2]

    def set_up(self, site: Site) -> None:
        settings = json.dumps(msgspec.to_builtins(site)).replace("'", "''")
        self.town.run(f"update site set settings = '{settings}' where site_id = 'shop'")

    def due_now(self) -> None:
        """Time passes until everything that is queued is due."""
        self.town.run("update outbound_call set due_at = now() where state = 'queued'")

    def rounds(self, count: int = 1, *, without_ari_app: bool = False) -> list[PlaceCall]:
        """What the dialer orders in so many rounds, as a process of its own each time."""
        before = len(self.ari_app.placed)
        asyncio.run(self._rounds(count, without_ari_app))
        return self.ari_app.placed[before:]

    async def _rounds(self, count: int, without_ari_app: bool) -> None:
        async with Database(self.settings, wait_s=10) as database, self._controller(without_ari_app) as controller:
            dialer = Dialer(self.settings, database, controller, self.now)
            for _ in range(count):
                await listen_to_calls(database, 3600)
                await note_outcomes(database, 3600)
                await settle(database, 4200, self.now(), all_here_s=self.all_here_s)
                await dialer.hang_up_stopped()
                await dialer.dial()
                await dialer.wait()

    @contextlib.asynccontextmanager
    async def _controller(self, without: bool) -> AsyncIterator[Controller]:
        socket = self.settings.socket("ari-app")
        controller = Controller(socket)
        if without:
            yield controller
            return
        async with serve(socket, Order, self.ari_app.serve):
            connecting = asyncio.create_task(controller.run())
            await controller.there.wait()
            yield controller
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)

    def happens(
        self, call: CallId, outcome: Outcome | None = None, *, answered: bool = False, sip: int | None = None, cause: int = 16
    ) -> None:
        """What ari-app tells of a call; `outcome`: it is over."""
        ids: dict[str, Any] = {"call_id": call, "site_id": SiteId("shop")}
        at = self.now().timestamp()
        events: list[Any] = [CallStarted(**ids, at=at, direction="outbound", caller="+911612345678", called="+919812345678")]
        events += [CallAnswered(**ids, at=at)] if answered else []
        if outcome is not None:
            events.append(CallEnded(**ids, at=at, outcome=outcome, cause=cause, cause_text="", sip_status=sip))
        self.town.happen(*events)


@pytest.fixture
def exchange(town: Town) -> Iterator[Exchange]:
    trunk = {"name": "tata", "outbound": "shop", "caller_ids": "+911612345678", "at_once": "20", "per_second": "100"}
    settings = msgspec.structs.replace(
        town.settings,
        asterisk=Asterisk(trunks=(trunk,)),
        outbound=OfAll(hours="00:00-24:00", per_second=100.0),
    )
    there = Exchange(town, settings)
    there.set_up(SHOP)
    there.town.run("delete from dnc")
    yield there
    there.town.run("delete from idempotent_answer", "delete from dnc")
