"""Results told: signed, again until they are taken, and to nobody in a private network."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from functools import partial

import pytest
from aiohttp import web

from core.db import Database
from core.ids import SiteId
from core.public_address import Network, networks
from core.vault import Vault
from outbound.signature import headers
from outbound.webhooks import OF_SITE, Webhooks
from tests.unit.outbound.conftest import Exchange

SECRET = "whsec_" + base64.b64encode(b"a secret of the shop's").decode()


def test_a_signature_is_what_standard_webhooks_expects() -> None:
    """The example of the standard's own libraries."""
    told = headers("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert told["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


class Crm:
    """Somebody's server: answers with these statuses, one after another."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.got: list[tuple[dict[str, str], bytes]] = []

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        return web.Response(status=self.statuses.pop(0))


def told(exchange: Exchange, crm: Crm, tries: int, allowed: tuple[Network, ...]) -> None:
    async def story() -> None:
        app = web.Application()
        app.add_routes([web.post("/calls", crm.take)])
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        exchange.town.run(f"update webhook_delivery set url = 'http://127.0.0.1:{port}/calls', due_at = now()")
        vault = Vault(lambda: "a vault key")
        async with Database(exchange.settings, wait_s=10) as database:
            async with database.as_site(SiteId("shop")) as rows:
                await vault.put(rows, SiteId("shop"), "webhook", SECRET)
            async with Webhooks(database, vault, allowed, partial(datetime.now, UTC)) as webhooks:
                for _ in range(tries):
                    await webhooks.deliver()
                    await webhooks.wait()
                    exchange.town.run("update webhook_delivery set due_at = now()")
        await runner.cleanup()

    asyncio.run(story())


@pytest.fixture
def finished(exchange: Exchange) -> str:
    """A call out that is over, with a webhook to be told."""
    made = exchange.place()
    exchange.town.run(f"update outbound_call set plan = plan || '{json.dumps({'webhook': 'https://crm.example.com/'})}'")
    (order,) = exchange.rounds()
    exchange.happens(order.call_id, "completed", answered=True, sip=200)
    exchange.rounds()
    return str(made["id"])


LOOPBACK = networks(["127.0.0.1"])


def test_a_result_is_told_once_and_signed(exchange: Exchange, finished: str) -> None:
    crm = Crm(200)
    told(exchange, crm, 2, LOOPBACK)
    ((sent, body),) = crm.got
    signed = f"{sent['webhook-id']}.{sent['webhook-timestamp']}.".encode() + body
    mac = hmac.digest(b"a secret of the shop's", signed, hashlib.sha256)
    assert sent["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
    data = json.loads(body)
    assert (data["type"], data["data"]["id"], data["data"]["result"]) == ("call.finished", finished, "answered")
    assert exchange.state_of_webhook() == ("delivered", 200, 1)


def test_it_is_told_again_with_the_same_id_and_body_until_it_is_taken(exchange: Exchange, finished: str) -> None:
    crm = Crm(500, 302, 204)
    told(exchange, crm, 4, LOOPBACK)
    assert len(crm.got) == 3
    assert len({(sent["webhook-id"], body) for sent, body in crm.got}) == 1
    assert exchange.state_of_webhook() == ("delivered", 204, 3)


def test_who_says_gone_is_told_no_more(exchange: Exchange, finished: str) -> None:
    crm = Crm(410)
    told(exchange, crm, 3, LOOPBACK)
    assert exchange.state_of_webhook() == ("given_up", 410, 1)


def test_nobody_in_a_private_network_is_told_anything(exchange: Exchange, finished: str) -> None:
    crm = Crm()
    told(exchange, crm, 1, ())
    assert crm.got == []
    assert exchange.state_of_webhook() == ("waiting", 0, 1)


def test_a_receiver_that_hangs_holds_up_its_own_site_only(exchange: Exchange, finished: str) -> None:
    """The shop has more to tell than it has places, and nobody there listens; the bank is told meanwhile."""
    copied = (
        "insert into webhook_delivery (site_id, delivery_id, outbound_id, url) select {site}, 'msg_' || n, "
        "outbound_id, url from webhook_delivery, generate_series(1, {count}) n where delivery_id like 'msg_out-%'"
    )
    told_bank, over = asyncio.Event(), asyncio.Event()
    asked_by_shop = 0

    async def take(request: web.Request) -> web.Response:
        nonlocal asked_by_shop
        if request.path == "/bank":
            told_bank.set()
            return web.Response(status=204)
        asked_by_shop += 1
        await over.wait()
        return web.Response(status=503)

    async def story() -> None:
        app = web.Application()
        app.add_routes([web.post("/{whose}", take)])
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        exchange.town.run(
            copied.format(site="'shop'", count=60),
            f"update webhook_delivery set url = '{url}/shop', body = '{{}}', due_at = now() - interval '1 hour'",
            copied.format(site="'bank'", count=1),
            f"update webhook_delivery set url = '{url}/bank', body = '{{}}' where site_id = 'bank'",
        )
        vault = Vault(lambda: "a vault key")
        async with Database(exchange.settings, wait_s=10) as database:
            for site in ("shop", "bank"):
                async with database.as_site(SiteId(site)) as rows:
                    await vault.put(rows, SiteId(site), "webhook", SECRET)
            async with asyncio.timeout(10), Webhooks(database, vault, LOOPBACK, partial(datetime.now, UTC)) as webhooks:
                while not told_bank.is_set():
                    await webhooks.deliver()
                    await asyncio.sleep(0.02)
        over.set()
        await runner.cleanup()

    asyncio.run(story())
    assert asked_by_shop <= OF_SITE


def test_after_ten_tries_it_is_given_up(exchange: Exchange, finished: str) -> None:
    crm = Crm(*[503] * 10)
    told(exchange, crm, 11, LOOPBACK)
    assert exchange.state_of_webhook() == ("given_up", 503, 10)
