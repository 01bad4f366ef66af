"""A SIP call that comes in, until it is answered, declined or taken back (RFC 3261 sections 9.2, 13.3). ◆

INVITE ──> Incoming ──180──> answer(…) ──200──> Dialog
                             decline(…), CANCEL ──> over
"""

from collections.abc import Callable
from dataclasses import dataclass

from haazir.caller import sdp
from haazir.caller.dialog import Dialog, Parties
from haazir.caller.sip import Request, Response, address_uri, answer


@dataclass(frozen=True, slots=True)
class Incoming:
    invite: Request
    offer: sdp.Description
    parties: Parties
    """Of our own requests: `caller` is our name, `number` is nobody's."""
    tag: str

    @classmethod
    def read(cls, invite: Request, parties: Parties, tag: str) -> "Incoming | None":
        """None: it offers nothing that we could hear."""
        offer = sdp.parse(invite.body)
        return None if offer is None else cls(invite, offer, parties, tag)

    @property
    def number(self) -> str:
        """Who calls."""
        return address_uri(self.invite.get("From")).removeprefix("sip:").partition("@")[0]

    def ringing(self) -> bytes:
        return self._reply(180, "Ringing").serialise()

    def decline(self, status: int, reason: str) -> bytes:
        return self._reply(status, reason).serialise()

    def taken_back(self, cancel: Request) -> tuple[bytes, bytes]:
        """The two answers that a CANCEL brings about."""
        return answer(cancel, 200, "OK").serialise(), self.decline(487, "Request Terminated")

    def answer(self, host: str, port: int, token: Callable[[], str]) -> tuple[bytes, Dialog]:
        """Our ear is at host:port. In the first codec that they offer, so that nobody has to change it."""
        ours = sdp.Description(host, port, self.offer.codecs[:1], self.offer.digits)
        body = ours.serialise(int(self.tag, 16) % 2**31, 1)
        reply = self._reply(200, "OK", (("Content-Type", "application/sdp"),), body)
        return reply.serialise(), Dialog.taken(self.invite, self.parties, self.tag, token, ours)

    def _reply(self, status: int, reason: str, extra: tuple[tuple[str, str], ...] = (), body: bytes = b"") -> Response:
        here = self.parties
        contact = ("Contact", f"<sip:{here.caller}@{here.host}:{here.port}>")
        routes = tuple(("Record-Route", route) for route in self.invite.all("Record-Route"))
        copied = answer(self.invite, status, reason, (*routes, contact, *extra), body)
        headers = tuple((name, f"{value};tag={self.tag}" if name == "To" else value) for name, value in copied.headers)
        return Response(headers, copied.body, status, reason)
