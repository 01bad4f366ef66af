"""A media server without a mind: speaks the bus protocol and echoes every RTP packet. `python -m tests.standins.media_echo`

Keys decide: `#` says goodbye, `0` asks for a person, `9` closes the session, `8` kills the connection. What it hears is
printed, one JSON line each. --refuse refuses every call, --mute answers nothing, --socket PATH serves there: a media server of
haazir.toml beside the instance's own (bench.control).
"""

import argparse
import asyncio
import contextlib
import json
import struct
import time
from pathlib import Path
from typing import cast

import uvloop

from core.bus import Link, serve
from core.commands import (
    AdoptMedia,
    AnnounceTransfer,
    Answered,
    CloseMedia,
    ConnectMedia,
    Digit,
    HangUpRequested,
    MediaClosed,
    MediaHealth,
    MediaOpened,
    MediaRefused,
    OpenMedia,
    ProbeMedia,
    ToMedia,
    TransferRequested,
)
from core.ids import CallId
from core.settings import load

CAPACITY = 100_000
"""Emptier than any other, whatever it has: while it is there, it gets the calls."""


class Echo(asyncio.DatagramProtocol):
    """One session: what comes in goes out again, on an RTP line of our own. The first packet after the answer is loud."""

    def __init__(self) -> None:
        self.peer: tuple[str, int] | None = None
        self.transport: asyncio.DatagramTransport
        self.greeting = False
        self.sequence = 0
        self.timestamp = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self.greeting:
            self.send(data[1] & 0x7F, data[12:])

    def greet(self) -> None:
        """A packet of loud sound now: the first sample of the greeting."""
        self.greeting = True
        self.send(0, b"\x00\x80" * 80)

    def send(self, payload_type: int, payload: bytes) -> None:
        if self.peer:
            header = struct.pack("!BBHII", 0x80, payload_type, self.sequence % 2**16, self.timestamp % 2**32, 1)
            self.transport.sendto(header + payload, self.peer)
        self.sequence += 1
        self.timestamp += len(payload)


class Standin:
    def __init__(self, refuse: bool, mute: bool) -> None:
        self.refuse, self.mute = refuse, mute
        self.sessions: dict[CallId, Echo] = {}

    async def handle(self, link: Link[ToMedia]) -> None:
        call = CallId("")
        async for message in link:
            if isinstance(message, ProbeMedia):
                link.send(MediaHealth(sessions=len(self.sessions), capacity=CAPACITY))
                continue
            said = {"at": round(time.time(), 4), "call": call, "is": type(message).__name__}
            print(json.dumps(said | ({"digit": message.digit} if isinstance(message, Digit) else {})), flush=True)
            if isinstance(message, OpenMedia | AdoptMedia):
                call = message.call_id
            if not self.mute:
                await self.answer(link, call, message)
        print(json.dumps({"call": call, "is": "control gone"}), flush=True)

    async def answer(self, link: Link[ToMedia], call: CallId, message: ToMedia) -> None:
        match message:
            case OpenMedia() if self.refuse:
                link.send(MediaRefused(reason="full"))
            case AdoptMedia() if call not in self.sessions:
                link.send(MediaRefused(reason="no such session"))
            case OpenMedia() | AdoptMedia():
                echo = self.sessions.get(call) or await self.open(call)
                link.send(MediaOpened(host="127.0.0.1", port=echo.transport.get_extra_info("sockname")[1]))
            case ConnectMedia(host=host, port=port):
                self.sessions[call].peer = (host, port)
            case Answered():
                self.sessions[call].greet()
            case Digit(digit="#"):
                link.send(HangUpRequested(reason="goodbye"))
            case Digit(digit="0") | AnnounceTransfer():
                link.send(TransferRequested(destination="humans", reason="asked", summary="wants a person"))
            case Digit(digit="9"):
                link.send(MediaClosed(reason="key 9"))
            case Digit(digit="8"):
                self.sessions.pop(call).transport.close()
                await link.close()
            case CloseMedia():
                if echo_session := self.sessions.pop(call, None):
                    echo_session.transport.close()
                link.send(MediaClosed(reason="closed"))
                await link.close()

    async def open(self, call: CallId) -> Echo:
        _, echo = await asyncio.get_running_loop().create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
        self.sessions[call] = echo
        return echo


async def run() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--refuse", action="store_true")
    parser.add_argument("--mute", action="store_true")
    parser.add_argument("--socket", type=Path)
    options = parser.parse_args()
    standin = Standin(options.refuse, options.mute)
    async with serve(options.socket or load().socket("media-server"), ToMedia, standin.handle):
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(run())
