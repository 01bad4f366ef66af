"""Messages between our processes: length-prefixed msgpack over a unix socket, one connection per call.

    serve(path, ToMedia, handler)  ──  connect(path, FromMedia)         each end reads one union of tagged structs

Between hosts the address is a Host instead of a path: the same over TCP, after a handshake (core.handshake).

`send` never waits (sound and speech must not): a peer that does not read is cut off once `HIGH_WATER` bytes wait for it.
A bad frame closes the connection and is counted; it never raises into another call.
"""

import asyncio
import contextlib
import logging
import os
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from core.handshake import NotOurs, greet, introduce

log = logging.getLogger(__name__)

T = TypeVar("T")

MAX_FRAME = 8 * 2**20
"""Bytes. A minute of 16 kHz sound is 1.9 MB."""
HIGH_WATER = 4 * 2**20
"""Bytes that may wait for a slow peer before it is given up."""


@dataclass(frozen=True, slots=True)
class Host:
    """An address on a private network."""

    name: str
    port: int
    secret: bytes = field(repr=False)
    """What both ends know."""

    def __str__(self) -> str:
        return f"{self.name}:{self.port}"


Address = Path | Host

_encoder = msgspec.msgpack.Encoder()
_length = struct.Struct("!I")


class PeerGone(ConnectionError):
    """The other process closed the connection, died, or stopped reading."""


class Link(Generic[T]):
    """One end of a connection; `T` is what it receives. Iterate over it to receive; the end of the loop is the peer's end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, receives: Any) -> None:
        self._reader = reader
        self._writer = writer
        self._decoder: msgspec.msgpack.Decoder[T] = msgspec.msgpack.Decoder(receives)

    def send(self, message: msgspec.Struct) -> None:
        """Queue one message. PeerGone if there is nobody to read it."""
        transport = self._writer.transport
        if transport.is_closing():
            raise PeerGone("connection is closed")
        if transport.get_write_buffer_size() > HIGH_WATER:
            transport.abort()
            raise PeerGone("peer stopped reading")
        frame = _encoder.encode(message)
        self._writer.write(_length.pack(len(frame)) + frame)

    async def receive(self) -> T:
        """The next message. PeerGone at the end."""
        try:
            (length,) = _length.unpack(await self._reader.readexactly(4))
            if length > MAX_FRAME:
                raise msgspec.DecodeError(f"frame of {length} bytes")
            return self._decoder.decode(await self._reader.readexactly(length))
        except msgspec.DecodeError as error:  # ValidationError is one
            self._writer.transport.abort()
            log.warning("! bad frame, connection closed", extra={"error": type(error).__name__})
            raise PeerGone("peer sent a bad frame") from error
        except (asyncio.IncompleteReadError, OSError) as error:  # a host that vanished is a TimeoutError of the socket's
            raise PeerGone("peer closed the connection") from error

    async def __aiter__(self) -> AsyncIterator[T]:
        while True:
            try:
                message = await self.receive()
            except PeerGone:
                return
            yield message

    async def close(self) -> None:
        """Send what waits, then close; a peer that does not read gets a second. Safe to call twice."""
        self._writer.close()
        try:
            async with asyncio.timeout(1):
                await self._writer.wait_closed()
        except OSError:  # TimeoutError is one
            self._writer.transport.abort()

    async def __aenter__(self) -> "Link[T]":
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()


async def connect(address: Address, receives: Any, *, timeout: float = 1.0) -> Link[Any]:
    """A link to the process that serves `address`. PeerGone if nobody does, or somebody else."""
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(timeout):
            if isinstance(address, Path):
                reader, writer = await asyncio.open_unix_connection(str(address), limit=2**18)
            else:
                reader, writer = await asyncio.open_connection(address.name, address.port, limit=2**18)
                _at_once(writer)
                await introduce(reader, writer, address.secret)
    except (OSError, TimeoutError) as error:  # NotOurs is an OSError
        if writer is not None:
            writer.transport.abort()
        where = address.name if isinstance(address, Path) else address
        raise PeerGone(f"nobody answers on {where}: {error}") from error
    return Link(reader, writer, receives)


@contextlib.asynccontextmanager
async def serve(
    address: Address, receives: Any, handler: Callable[[Link[Any]], Awaitable[None]]
) -> AsyncIterator[asyncio.Server]:
    """Serve connections: on a unix socket that only this user can open, or on a private network for who knows the secret.

    An error in one handler ends that connection only. OSError: the address can't be had.
    """

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link: Link[Any]
        async with Link(reader, writer, receives) as link:
            try:
                if isinstance(address, Host):
                    _at_once(writer)
                    await greet(reader, writer, address.secret)
                await handler(link)
            except PeerGone:
                pass
            except NotOurs as error:
                log.warning("! stranger turned away", extra={"why": str(error)})
            except asyncio.CancelledError:
                pass  # the process ends; Python 3.11 would log a cancelled handler as an error
            except Exception:  # the one place where a connection dies: the next one must live
                log.exception("! connection failed")

    if isinstance(address, Host):
        server = await asyncio.start_server(handle, address.name, address.port, limit=2**18)
        try:
            yield server
        finally:
            server.close()
    else:
        async with _serve_unix(address, handle) as server:
            yield server


@contextlib.asynccontextmanager
async def _serve_unix(
    path: Path, handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
) -> AsyncIterator[asyncio.Server]:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(handle, str(path), limit=2**18)
    os.chmod(path, 0o600)
    ours = path.stat().st_ino
    try:
        yield server
    finally:
        server.close()
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_ino == ours:  # else a successor of ours serves here already
                path.unlink()


def _at_once(writer: asyncio.StreamWriter) -> None:
    """Small messages leave at once, and a host that vanished without a word is noticed within 10 s."""
    found: socket.socket = writer.get_extra_info("socket")
    options = ((socket.TCP_NODELAY, 1), (socket.TCP_KEEPIDLE, 2), (socket.TCP_KEEPINTVL, 2), (socket.TCP_KEEPCNT, 3))
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in options:
        found.setsockopt(socket.IPPROTO_TCP, option, value)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 5000)
