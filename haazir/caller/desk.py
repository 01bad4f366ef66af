"""An operator's phone of our own: it registers, rings, is answered, and then is a `Call` like any other.

    async with Desk.open("201", password, "127.0.0.1:5060") as desk:
        await desk.rings()
        call = desk.answer()
        await call.press("1")

Its times are the kernel's and it costs next to nothing: to measure with. (What a phone really does is baresip's in tests/e2e.)
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator

from haazir.caller import sdp
from haazir.caller.dialog import T1, Connected, Parties, Phase, Send
from haazir.caller.incoming import Incoming
from haazir.caller.line import Line
from haazir.caller.media import MediaPort
from haazir.caller.script import Call, CallOver, NotHeard
from haazir.caller.sip import Credentials, Request, Response, answer, authorise, parse

ANSWER_S = 4.0
"""Longest wait for the server's word on a registration."""
EXPIRES_S = 3600
"""It registers once: longer than any bench."""


class NotRegistered(RuntimeError):
    """The server does not want this phone; the message has its words."""


class _Sip(asyncio.DatagramProtocol):
    def __init__(self, desk: "Desk") -> None:
        self._desk = desk

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._desk.received(data)


class Desk:
    """Use `Desk.open()`. One call at a time: who calls meanwhile hears that it is busy."""

    def __init__(self, extension: str, password: str, server: str) -> None:
        self.extension = extension
        self.call: Call | None = None
        """The newest that was answered."""
        host, _, port = server.partition(":")
        self._server = host, int(port or 5060)
        self._credentials = Credentials(extension, password)
        self._transport: asyncio.DatagramTransport
        self._parties: Parties
        self._rung: Incoming | None = None
        self._news = asyncio.Event()
        self._registering: asyncio.Future[Response] | None = None
        self._cseq = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, extension: str, password: str, server: str) -> AsyncIterator["Desk"]:
        """Registered, until the end of the block. NotRegistered."""
        desk = cls(extension, password, server)
        loop = asyncio.get_running_loop()
        desk._transport, _ = await loop.create_datagram_endpoint(lambda: _Sip(desk), local_addr=("127.0.0.1", 0))
        here = desk._transport.get_extra_info("sockname")
        desk._parties = Parties(extension, server, extension, *here)
        try:
            await desk._register(EXPIRES_S)
            yield desk
            with contextlib.suppress(NotRegistered):  # then it is forgotten by itself
                await desk._register(0)
        finally:
            if desk.call is not None:
                desk.call.close()
            desk._transport.close()

    # ── what an operator does ────────────────────────────────────────────────────────────────────────────────────────
    async def rings(self, timeout: float = 20.0) -> Incoming:
        """The call that comes in. NotHeard."""
        try:
            async with asyncio.timeout(timeout):
                while self._rung is None:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise NotHeard(f"waited {timeout:g} s for a call for {self.extension}") from None
        return self._rung

    def answer(self, line: Line | None = None) -> Call:
        """What rings. CallOver: it does not any more."""
        if (rung := self._rung) is None:
            raise CallOver(f"nobody calls {self.extension} any more")
        media = MediaPort(self._parties.host)
        reply, dialog = rung.answer(media.host, media.port, _token)
        offer = sdp.Description(media.host, media.port, rung.offer.codecs[:1])
        self._rung, self.call = None, Call(dialog, media, offer, line or Line(), self._send, secrets.randbelow)
        self.call.perform_answers([Send(reply), Connected(rung.offer)])
        return self.call

    def decline(self, status: int = 486) -> None:
        if self._rung is not None:
            self._send(self._rung.decline(status, "Busy Here"))
            self._rung = None

    # ── what drives it ───────────────────────────────────────────────────────────────────────────────────────────────
    def received(self, data: bytes) -> None:
        """A datagram on the SIP socket."""
        message = parse(data)
        if isinstance(message, Response) and message.cseq[1] == "REGISTER":
            if self._registering is not None and not self._registering.done() and message.status >= 200:
                self._registering.set_result(message)
        elif self.call is not None and message is not None and message.get("Call-ID") == self.call.dialog.call_id:
            self.call.perform_answers(self.call.dialog.receive(message, asyncio.get_running_loop().time()))
        elif isinstance(message, Request):
            self._asked(message)

    def _asked(self, request: Request) -> None:
        rung = self._rung
        again = rung is not None and rung.invite.get("Call-ID") == request.get("Call-ID")
        match request.method:
            case "INVITE" if rung is not None and again:
                self._send(rung.ringing())
            case "INVITE":
                self._ring(request)
            case "CANCEL" if rung is not None and again:
                for reply in rung.taken_back(request):
                    self._send(reply)
                self._rung = None
            case "OPTIONS" | "NOTIFY":
                self._send(answer(request, 200, "OK").serialise())
            case method if method != "ACK":
                self._send(answer(request, 481, "Call/Transaction Does Not Exist").serialise())

    def _ring(self, invite: Request) -> None:
        busy = self._rung is not None or (self.call is not None and self.call.dialog.phase is not Phase.OVER)
        rung = Incoming.read(invite, self._parties, _token())
        if rung is None or busy:
            reply = answer(invite, 486, "Busy Here") if busy else answer(invite, 488, "Not Acceptable Here")
            self._send(reply.serialise())
            return
        self._rung = rung
        self._send(rung.ringing())
        self._news.set()

    async def _register(self, expires_s: int) -> None:
        first = self._registration(expires_s)
        reply = await self._ask(first)
        if reply.status == 401:
            again = authorise(self._registration(expires_s), reply, self._credentials, _token())
            reply = await self._ask(again)
        if reply.status != 200:
            raise NotRegistered(f"{self.extension}: {reply.status} {reply.reason}")

    def _registration(self, expires_s: int) -> Request:
        here, server = self._parties, "{}:{}".format(*self._server)
        self._cseq += 1
        headers = (
            ("Via", f"SIP/2.0/UDP {here.host}:{here.port};branch=z9hG4bK{_token()};rport"),
            ("Max-Forwards", "70"),
            ("From", f"<sip:{self.extension}@{server}>;tag={_token()}"),
            ("To", f"<sip:{self.extension}@{server}>"),
            ("Call-ID", f"{self.extension}-{here.port}@haazir-desk"),
            ("CSeq", f"{self._cseq} REGISTER"),
            ("Contact", f"<sip:{self.extension}@{here.host}:{here.port}>"),
            ("Expires", str(expires_s)),
        )
        return Request(headers, b"", "REGISTER", f"sip:{server}")

    async def _ask(self, request: Request) -> Response:
        """Repeated until it is answered: UDP loses datagrams where many calls end at once."""
        self._registering = asyncio.get_running_loop().create_future()
        for _attempt in range(round(ANSWER_S / T1)):
            self._send(request.serialise())
            answered, _ = await asyncio.wait([self._registering], timeout=T1)
            if answered:
                return self._registering.result()
        raise NotRegistered(f"{self.extension}: no answer")

    def _send(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.sendto(data, self._server)


def _token() -> str:
    return secrets.token_hex(8)
