"""Messages between processes: on this machine by a unix socket, between hosts for who knows the secret."""

import asyncio
import contextlib
import errno
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core import handshake
from core.bus import Address, Host, Link, PeerGone, connect, serve


class Word(msgspec.Struct, frozen=True, tag=True):
    text: str


async def echo(link: Link[Word]) -> None:
    async for word in link:
        link.send(Word(word.text.upper()))


@contextlib.asynccontextmanager
async def listening(secret: bytes = b"ours") -> AsyncIterator[Host]:
    """An echo on a port of its own."""
    async with serve(Host("127.0.0.1", 0, secret), Word, echo) as server:
        yield Host("127.0.0.1", server.sockets[0].getsockname()[1], b"ours")


async def asked(address: Address) -> str:
    async with await connect(address, Word) as link:
        link.send(Word("hello"))
        return (await link.receive()).text


async def raw(address: Host) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(address.name, address.port)


def played(story: Callable[[Host], Awaitable[None]], **there: Any) -> None:
    async def run() -> None:
        async with listening(**there) as address:
            await story(address)

    asyncio.run(run())


def test_between_hosts_it_is_as_on_a_unix_socket(tmp_path: Path) -> None:
    async def story(address: Host) -> None:
        async with serve(tmp_path / "here.sock", Word, echo):
            assert await asked(address) == await asked(tmp_path / "here.sock") == "HELLO"

    played(story)


@pytest.mark.parametrize("secret", [b"another", b""])
def test_who_does_not_know_the_secret_hears_nothing(secret: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async def story(address: Host) -> None:
        with pytest.raises(PeerGone):
            await asked(address)

    with caplog.at_level(logging.WARNING):
        played(story, secret=secret)
    assert "secret" not in repr(Host("h", 1, b"secret"))


def test_a_listener_that_does_not_know_it_is_found_out_too() -> None:
    async def agree_to_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(handshake.NONCE))
        await reader.readexactly(handshake.NONCE + handshake.PROOF)
        writer.write(bytes(handshake.PROOF))
        writer.close()

    async def run() -> None:
        async with await asyncio.start_server(agree_to_all, "127.0.0.1", 0) as server:
            with pytest.raises(PeerGone, match="wrong secret"):
                await connect(Host("127.0.0.1", server.sockets[0].getsockname()[1], b"ours"), Word)

    asyncio.run(run())


def test_a_proof_can_not_be_said_again() -> None:
    async def story(address: Host) -> None:
        reader, writer = await raw(address)
        nonce = await reader.readexactly(handshake.NONCE)
        proof = nonce + handshake._proof(b"ours", b"dialler", nonce, nonce)
        second, replay = await raw(address)
        await second.readexactly(handshake.NONCE)
        replay.write(proof)
        assert await second.read() == b""
        writer.write(proof)
        assert len(await reader.readexactly(handshake.PROOF)) == handshake.PROOF
        for one in (writer, replay):
            one.close()
            await one.wait_closed()

    played(story)


def test_who_dawdles_is_turned_away_and_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshake, "LIMIT_S", 0.2)

    async def story(address: Host) -> None:
        reader, writer = await raw(address)
        assert await asked(address) == "HELLO"
        await reader.readexactly(handshake.NONCE)
        assert await reader.read() == b"", "closed"
        writer.close()
        await writer.wait_closed()

    played(story)


def test_a_listener_that_says_nothing_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = Host("127.0.0.1", silent.getsockname()[1], b"ours")
        with pytest.raises(PeerGone):
            asyncio.run(connect(address, Word, timeout=0.1))


def test_a_line_that_is_cut_in_the_handshake_ends_there() -> None:
    async def story(address: Host) -> None:
        _, writer = await raw(address)
        writer.write(b"half of a proof")
        writer.transport.abort()
        assert await asked(address) == "HELLO"

    played(story)


def test_a_line_that_is_cut_later_is_the_end_of_the_messages() -> None:
    async def story(address: Host) -> None:
        link = await connect(address, Word)
        link.send(Word("hello"))
        await link.receive()
        link._writer.transport.abort()
        with pytest.raises(PeerGone):
            await link.receive()
        with pytest.raises(PeerGone):
            link.send(Word("hello"))
        await link.close()

    played(story)


def test_who_stops_serving_leaves_its_successor_s_socket_alone(tmp_path: Path) -> None:
    path = tmp_path / "here.sock"

    async def run() -> None:
        first = serve(path, Word, echo)
        await first.__aenter__()
        async with serve(path, Word, echo):
            await first.__aexit__(None, None, None)
            assert await asked(path) == "HELLO"
        assert not path.exists()

    asyncio.run(run())


@pytest.mark.parametrize("number", [errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ECONNRESET])
def test_a_host_that_vanished_is_a_peer_that_is_gone(number: int) -> None:
    async def story(address: Host) -> None:
        async with await connect(address, Word) as link:
            link._writer.transport._protocol.connection_lost(OSError(number, "as the kernel says"))  # type: ignore[attr-defined]
            with pytest.raises(PeerGone):
                await link.receive()

    played(story)
