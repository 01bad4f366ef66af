"""Which addresses a site may make us talk to, in every spelling that has fooled somebody."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from core.public_address import NotPublic, check_url, may_connect, networks
from core.public_connector import is_private, public_connector


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:0:1::", "192.0.2.1", "not an address", "",
    ],
)  # fmt: skip
def test_private_addresses_are_refused(address: str) -> None:
    assert not may_connect(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_not(address: str) -> None:
    assert may_connect(address)


def test_the_admin_may_let_a_private_network_in() -> None:
    allowed = networks(["10.1.0.0/16", "127.0.0.1"])
    assert may_connect("10.1.2.3", allowed) and may_connect("127.0.0.1", allowed)
    assert not may_connect("10.2.0.1", allowed) and not may_connect("127.0.0.2", allowed)
    check_url("http://crm.internal/orders", allowed)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://crm.example.com/", "file:///etc/passwd", "gopher://x.example.com", "javascript:alert(1)", "//crm.example.com/x",
        "http://", "http://localhost/", "http://LOCALHOST./", "http://crm/", "http://metadata.google.internal/", "http://a.local/",
        "http://127.0.0.1/", "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/latest",
        "https://user:pass@crm.example.com/", "https://crm.example.com:99999/", "http://crm.example.com/a b", "http://[::1",
    ],
)  # fmt: skip
def test_urls_that_no_site_may_use_are_refused(url: str) -> None:
    with pytest.raises(NotPublic):
        check_url(url)


def test_a_public_url_is_fine() -> None:
    check_url("https://crm.example.com:8443/orders/{order}?x=1")


def test_what_a_name_resolves_to_is_judged_when_it_is_connected_to() -> None:
    """A hostile DNS entry ends as localhost does: in a connection to a private address."""

    async def run() -> None:
        async def secret(_: web.Request) -> web.Response:
            return web.Response(text="secret")

        app = web.Application()
        app.add_routes([web.get("/", secret)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        try:
            async with aiohttp.ClientSession(connector=public_connector()) as http:
                for host in ("127.0.0.1", "localhost"):
                    with pytest.raises(aiohttp.ClientConnectorError) as refused:
                        await http.get(f"http://{host}:{port}/")
                    assert is_private(refused.value)
            connector = public_connector(networks(["127.0.0.0/8"]))
            async with aiohttp.ClientSession(connector=connector) as http, http.get(f"http://127.0.0.1:{port}/") as response:
                assert response.status == 200
        finally:
            await runner.cleanup()

    asyncio.run(run())
