"""Documents from URLs: a real web server, and every way into a private network that we know of, closed."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from kb_api.ingest import fetch as fetching
from kb_api.ingest.fetch import FetchAway, Fetched, fetch
from kb_api.ingest.refused import Refused

LIMIT = 1000
Story = Callable[[str, Path], Awaitable[None]]


async def page(request: web.Request) -> web.StreamResponse:
    match request.path:
        case "/doc.html":
            return web.Response(text="<html>words</html>", content_type="text/html")
        case "/moved":
            raise web.HTTPFound("/doc.html")
        case "/round":
            raise web.HTTPFound("/round")
        case "/inside":
            raise web.HTTPFound("http://169.254.169.254/latest/meta-data")
        case "/to-file":
            raise web.HTTPFound("file:///etc/passwd")
        case "/large":
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(20):
                await response.write(b"x" * 100)
            return response
        case "/ill":
            return web.Response(status=503)
        case _:
            return web.Response(status=404)


def with_server(tmp_path: Path, story: Story) -> None:
    async def told() -> None:
        app = web.Application()
        app.router.add_get("/{any:.*}", page)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            await story(f"127.0.0.1:{runner.addresses[0][1]}", tmp_path / "file")
        finally:
            await runner.cleanup()

    asyncio.run(told())


def test_a_document_is_fetched_also_where_it_has_moved(tmp_path: Path) -> None:
    async def story(host: str, to: Path) -> None:
        for path in ("doc.html", "moved"):
            fetched = await fetch(f"http://{host}/{path}", to, limit=LIMIT, allowed={host})
            assert fetched == Fetched(18, "text/html", "doc.html") and to.read_text() == "<html>words</html>"

    with_server(tmp_path, story)


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("inside", "private network"),
        ("to-file", "begin with http"),
        ("round", "without end"),
        ("large", "larger than"),
        ("nothing", "answers 404"),
    ],
)
def test_what_a_server_may_not_do_to_us_is_refused(tmp_path: Path, path: str, complaint: str) -> None:
    async def story(host: str, to: Path) -> None:
        with pytest.raises(Refused, match=complaint):
            await fetch(f"http://{host}/{path}", to, limit=LIMIT, allowed={host})

    with_server(tmp_path, story)


def test_a_server_that_is_ill_or_gone_is_worth_another_try(tmp_path: Path) -> None:
    async def story(host: str, to: Path) -> None:
        with pytest.raises(FetchAway, match="503"):
            await fetch(f"http://{host}/ill", to, limit=LIMIT, allowed={host})
        with pytest.raises(FetchAway):
            await fetch("http://127.0.0.1:9/x", to, limit=LIMIT, allowed={"127.0.0.1:9"})

    with_server(tmp_path, story)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/doc.html", "http://localhost:{port}/doc.html", "http://[::1]:{port}/", "http://0.0.0.0:{port}/",
        "http://2130706433:{port}/", "http://0x7f000001:{port}/", "http://0177.0.0.1:{port}/", "http://127.1:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/", "http://[::ffff:7f00:1]:{port}/", "http://192.168.1.1/", "http://169.254.169.254/",
        "http://[fd00::1]/", "http://100.64.1.1/", "https://10.0.0.1/", "ftp://example.com/", "gopher://x/", "file:///etc/passwd",
        "http://user:word@8.8.8.8/", "http://", "//no-scheme", "javascript:alert(1)", "http://[::1", "http://127.0.0.1:99999/",
    ],
)  # fmt: skip
def test_no_address_leads_into_our_own_network(tmp_path: Path, url: str) -> None:
    async def story(host: str, to: Path) -> None:
        with pytest.raises(Refused):
            await fetch(url.format(port=host.partition(":")[2]), to, limit=LIMIT)
        assert not to.exists()

    with_server(tmp_path, story)


def test_a_name_that_changes_its_address_after_the_check_is_connected_to_the_checked_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public at the first question, ours at the second. There is only one question."""
    questions: list[str] = []

    async def story(host: str, to: Path) -> None:
        port = int(host.partition(":")[2])
        loop = asyncio.get_running_loop()
        answers = iter(["192.0.2.7", "127.0.0.1"])

        async def resolve(name: str, port: int, **_: object) -> list[tuple[object, ...]]:
            questions.append(name)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

        monkeypatch.setattr(loop, "getaddrinfo", resolve)
        monkeypatch.setattr(fetching, "is_public", lambda address: address == "192.0.2.7")
        monkeypatch.setattr(fetching, "LIMIT_S", 0.3)  # 192.0.2.0/24 is nobody's: nothing answers
        with pytest.raises(FetchAway):
            await fetch(f"http://rebind.example:{port}/doc.html", to, limit=LIMIT)
        assert questions == ["rebind.example"]

    with_server(tmp_path, story)


def test_a_name_that_leads_into_a_private_network_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(host: str, to: Path) -> None:
        async def resolve(name: str, port: int, **_: object) -> list[tuple[object, ...]]:
            both = ("8.8.8.8", "10.0.0.5")
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in both]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
        with pytest.raises(Refused, match="private network"):
            await fetch("http://intranet.example/doc.html", to, limit=LIMIT)

    with_server(tmp_path, story)
