"""Messages between our processes: length-prefixed msgpack over a unix socket, one connection per call.

    serve(path, ToMedia, handler)  ──  connect(path, FromMedia)         each end reads one union of tagged structs

`send` never waits (sound and speech must not): a peer that does not read is cut off once `HIGH_WATER` bytes wait for it.
A bad frame closes the connection and is counted; it never raises into another call.
"""

import asyncio
import contextlib
import logging
import os
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

log = logging.getLogger(__name__)

T = TypeVar("T")

MAX_FRAME = 8 * 2**20
"""Bytes. A minute of 16 kHz sound is 1.9 MB."""
HIGH_WATER = 4 * 2**20
"""Bytes that may wait for a slow peer before it is given up."""

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
        except (asyncio.IncompleteReadError, ConnectionError) as error:
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
        except TimeoutError:
            self._writer.transport.abort()
        except ConnectionError:
            pass

    async def __aenter__(self) -> "Link[T]":
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()


async def connect(path: Path, receives: Any, *, timeout: float = 1.0) -> Link[Any]:
    """A link to the process that serves `path`. PeerGone if nobody does."""
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_unix_connection(str(path), limit=2**18)
    except (OSError, TimeoutError) as error:
        raise PeerGone(f"nobody answers on {path.name}: {error}") from error
    return Link(reader, writer, receives)


@contextlib.asynccontextmanager
async def serve(path: Path, receives: Any, handler: Callable[[Link[Any]], Awaitable[None]]) -> AsyncIterator[asyncio.Server]:
    """Serve connections on a unix socket that only this user can open. An error in one handler ends that connection only."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link: Link[Any]
        async with Link(reader, writer, receives) as link:
            try:
                await handler(link)
            except PeerGone:
                pass
            except asyncio.CancelledError:
                pass  # the process ends; Python 3.11 would log a cancelled handler as an error
            except Exception:  # the one place where a connection dies: the next one must live
                log.exception("! connection failed")

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(handle, str(path), limit=2**18)
    os.chmod(path, 0o600)
    try:
        yield server
    finally:
        server.close()
        path.unlink(missing_ok=True)
