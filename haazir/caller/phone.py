"""A SIP phone for many calls at once: one UDP socket, and the registry of its calls.

async with Phone.open() as phone:
    async with phone.call("127.0.0.1:5060", "1000") as call: ...
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator

from haazir.caller import sdp
from haazir.caller.dialog import Dialog, Parties, belongs_to
from haazir.caller.line import Line
from haazir.caller.media import MediaPort
from haazir.caller.script import Call, CallOver, CallRefused, NotHeard
from haazir.caller.sip import Credentials, Request, answer, parse


class _Sip(asyncio.DatagramProtocol):
    def __init__(self, phone: "Phone") -> None:
        self._phone = phone

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._phone.received(data, addr)


class Phone:
    """Use `Phone.open()`."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.port = 0
        self._transport: asyncio.DatagramTransport
        self._calls: dict[str, Call] = {}
        self.malformed = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, host: str = "127.0.0.1") -> AsyncIterator["Phone"]:
        """A phone at an address of this machine."""
        phone = cls(host)
        loop = asyncio.get_running_loop()
        phone._transport, _ = await loop.create_datagram_endpoint(lambda: _Sip(phone), local_addr=(host, 0))
        phone.port = phone._transport.get_extra_info("sockname")[1]
        try:
            yield phone
        finally:
            phone._transport.close()

    @contextlib.asynccontextmanager
    async def call(
        self,
        server: str,
        number: str,
        *,
        caller: str = "",
        codecs: tuple[sdp.Codec, ...] = ("ulaw", "alaw"),
        line: Line | None = None,
        credentials: Credentials | None = None,
        dial: bool = True,
    ) -> AsyncIterator[Call]:
        """Dial `number` at `server` (host:port), or only take off the receiver if not `dial`: Call.dial then chooses the moment.

        At the end of the block the call is hung up, whatever happened in it.
        """
        caller = caller or new_caller()
        host, _, port = server.partition(":")
        address = host, int(port or 5060)
        dialog = Dialog(
            Parties(number, server, caller, self.host, self.port), f"{secrets.token_hex(12)}@haazir-caller", _token, credentials
        )
        media = MediaPort(self.host)
        offer = sdp.Description(media.host, media.port, codecs)
        call = Call(dialog, media, offer, line or Line(), lambda data: self._send(data, address), secrets.randbelow)
        self._calls[dialog.call_id] = call
        try:
            if dial:
                call.dial()
            yield call
        finally:
            with contextlib.suppress(NotHeard, CallOver, CallRefused):
                await call.hang_up()
            call.close()
            del self._calls[dialog.call_id]

    def received(self, data: bytes, address: tuple[str, int]) -> None:
        """A datagram on the SIP socket."""
        message = parse(data)
        if message is None:
            self.malformed += bool(data.strip())  # blank lines are keep-alives
            return
        call_id, _ = belongs_to(message)
        call = self._calls.get(call_id)
        if call is not None:
            call.perform_answers(call.dialog.receive(message, asyncio.get_running_loop().time()))
        elif isinstance(message, Request) and message.method != "ACK":
            known = message.method == "OPTIONS"
            reply = answer(message, 200 if known else 481, "OK" if known else "Call/Transaction Does Not Exist")
            self._send(reply.serialise(), address)

    def _send(self, data: bytes, address: tuple[str, int]) -> None:
        if not self._transport.is_closing():
            self._transport.sendto(data, address)


def new_caller() -> str:
    """An Indian mobile number of nobody's that finds this call among the records."""
    return f"9{secrets.randbelow(10**9):09d}"


def _token() -> str:
    return secrets.token_hex(8)
