"""One SIP call as a plain object: what to send, and what came of it (RFC 3261 sections 9, 12 to 15, 17.1). ◆

    start ──INVITE──> CALLING ──1xx──> RINGING ──200/ACK──> UP ──BYE──> OVER      a call that came in (incoming.py) begins UP
                         └──────── 300…699, or nobody answers ──────────^

Every door returns the actions it leads to: datagrams to send and things the caller should know. UDP loses datagrams, so
requests are repeated until answered; `deadline` says when `tick` wants to be called.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from haazir.caller import sdp
from haazir.caller.sip import Credentials, Request, Response, address_uri, answer, authorise, parameter

T1 = 0.5
"""Seconds until a request is first repeated; the pause doubles each time (17.1.1.1)."""
T2 = 4.0
"""The longest pause between repeats of requests that are not INVITEs."""
GIVE_UP = 64 * T1


class Phase(StrEnum):
    IDLE = "idle"
    CALLING = "calling"
    RINGING = "ringing"
    UP = "up"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Send:
    data: bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """100 to 199: 180 is ringing, 183 comes with early sound."""

    status: int


@dataclass(frozen=True, slots=True)
class Connected:
    """Answered, or a change of the session accepted: where the sound goes from now on."""

    remote: sdp.Description


@dataclass(frozen=True, slots=True)
class Refused:
    """Never answered. 487 after our own CANCEL, 408 when nobody replied."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The answered call is over."""

    by: Literal["us", "them"]
    cause: str = ""
    """The other side's Reason header (RFC 3326), if it gave one."""


Action = Send | Progress | Connected | Refused | Ended


@dataclass(frozen=True, slots=True)
class Parties:
    """Who calls whom, from where."""

    number: str
    server: str
    """host:port of the SIP server."""
    caller: str
    """User part of our own address, which becomes the caller id."""
    host: str
    port: int
    """Where our SIP socket is bound."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A request that waits for its final answer."""

    request: Request
    repeat_at: float | None
    pause: float
    give_up_at: float


class Dialog:
    """`token` makes unguessable words (tags, branches); it comes from outside because this module has no dice."""

    def __init__(self, parties: Parties, call_id: str, token: Callable[[], str], credentials: Credentials | None = None) -> None:
        self.phase = Phase.IDLE
        self.call_id = call_id
        self._parties = parties
        self._token = token
        self._credentials = credentials
        self._tried_credentials = False
        self._cancelled = False
        self._cseq = 0
        self._version = 0
        self._tag = token()
        self._uri = f"sip:{parties.number}@{parties.server}"
        self._target = self._uri
        self._to = f"<{self._uri}>"
        self._routes: tuple[str, ...] = ()
        self._pending: dict[tuple[int, str], _Pending] = {}
        self._ack: Request | None = None
        self._offered: sdp.Description | None = None

    @classmethod
    def taken(cls, invite: Request, parties: Parties, tag: str, token: Callable[[], str], answered: sdp.Description) -> "Dialog":
        """Of a call that came in and has been answered, with this tag and description."""
        dialog = cls(parties, invite.get("Call-ID"), token)
        dialog.phase = Phase.UP
        dialog._tag = tag
        dialog._to = invite.get("From")
        dialog._target = address_uri(invite.get("Contact"))
        dialog._routes = invite.all("Record-Route")
        dialog._offered, dialog._version = answered, 1
        return dialog

    @property
    def deadline(self) -> float | None:
        """When `tick` has something to do."""
        waiting = [item.give_up_at if item.repeat_at is None else item.repeat_at for item in self._pending.values()]
        return min(waiting, default=None)

    # ── what the caller does ─────────────────────────────────────────────────────────────────────────────────────────
    def start(self, offer: sdp.Description, now: float) -> list[Action]:
        """Dial."""
        self.phase = Phase.CALLING
        return [self._invite(offer, now)]

    def renegotiate(self, offer: sdp.Description, now: float) -> list[Action]:
        """Re-INVITE: hold (`sendonly`, `inactive`) and back (`sendrecv`). Answered by Connected."""
        return [self._invite(offer, now)] if self.phase is Phase.UP else []

    def hang_up(self, now: float) -> list[Action]:
        """BYE; before the answer, CANCEL. Safe at any moment."""
        match self.phase:
            case Phase.IDLE:
                self.phase = Phase.OVER
            case Phase.UP:
                self.phase = Phase.OVER
                return [self._request("BYE", (), b"", now), Ended("us")]
            case Phase.CALLING:  # 9.1: no CANCEL before the first provisional answer; it follows on that
                self._cancelled = True
            case Phase.RINGING if not self._cancelled:
                self._cancelled = True
                return [self._cancel(now)]
        return []

    def tick(self, now: float) -> list[Action]:
        """Repeat what was not answered, give up what never will be."""
        actions: list[Action] = []
        for key, item in list(self._pending.items()):
            if now >= item.give_up_at:
                del self._pending[key]
                if key[1] == "INVITE" and self.phase is not Phase.UP:
                    self.phase = Phase.OVER
                    actions.append(Refused(408, "nobody answered"))
            elif item.repeat_at is not None and now >= item.repeat_at:
                pause = item.pause * 2 if key[1] == "INVITE" else min(item.pause * 2, T2)
                self._pending[key] = replace(item, pause=pause, repeat_at=now + pause)
                actions.append(Send(item.request.serialise()))
        return actions

    # ── what the other side does ─────────────────────────────────────────────────────────────────────────────────────
    def receive(self, message: Request | Response, now: float) -> list[Action]:
        """A message of this call."""
        if isinstance(message, Response):
            return self._response(message, now)
        match message.method:
            case "BYE":
                over = self.phase is Phase.OVER
                self.phase = Phase.OVER
                self._pending.clear()
                said = Send(answer(message, 200, "OK").serialise())
                return [said] if over else [said, Ended("them", message.get("Reason"))]
            case "INVITE":
                remote = sdp.parse(message.body) if message.body else None
                if remote is None or self._offered is None:
                    return [Send(answer(message, 488, "Not Acceptable Here").serialise())]
                self._version += 1
                body = self._offered.serialise(int(self._tag, 16) % 2**31, self._version)
                extra = (("Contact", self._contact()), ("Content-Type", "application/sdp"))
                return [Send(answer(message, 200, "OK", extra, body).serialise()), Connected(remote)]
            case "ACK":
                return []
            case "OPTIONS" | "NOTIFY" | "INFO":
                return [Send(answer(message, 200, "OK").serialise())]
        return [Send(answer(message, 501, "Not Implemented").serialise())]

    def _response(self, message: Response, now: float) -> list[Action]:
        key = message.cseq
        item = self._pending.get(key)
        if item is None:  # a repeated 200 says that our ACK was lost (13.2.2.4)
            again = key[1] == "INVITE" and 200 <= message.status < 300 and self._ack is not None
            return [Send(self._ack.serialise())] if again and self._ack is not None else []
        if message.status < 200:
            return self._provisional(key, item, message, now)
        del self._pending[key]
        if key[1] != "INVITE":
            return []
        if message.status < 300:
            return self._accepted(message, now)
        return self._declined(item.request, message, now)

    def _provisional(self, key: tuple[int, str], item: _Pending, message: Response, now: float) -> list[Action]:
        self._pending[key] = replace(item, repeat_at=None if key[1] == "INVITE" else item.repeat_at, give_up_at=now + 180)
        if key[1] != "INVITE" or self.phase not in (Phase.CALLING, Phase.RINGING):
            return []
        first, self.phase = self.phase is Phase.CALLING, Phase.RINGING
        return [Progress(message.status), *([self._cancel(now)] if first and self._cancelled else [])]

    def _accepted(self, message: Response, now: float) -> list[Action]:
        self._target = address_uri(message.get("Contact")) or self._target
        self._to = message.get("To")
        self._routes = tuple(reversed(message.all("Record-Route")))
        self._ack = self._build("ACK", message.cseq[0], (), b"")
        actions: list[Action] = [Send(self._ack.serialise())]
        if self._cancelled:  # the answer and our CANCEL crossed
            self.phase = Phase.UP
            return [*actions, *self.hang_up(now)]
        remote = sdp.parse(message.body)
        if remote is None:
            self.phase = Phase.UP
            return [*actions, *self.hang_up(now)]
        self.phase = Phase.UP
        return [*actions, Connected(remote)]

    def _declined(self, request: Request, message: Response, now: float) -> list[Action]:
        number = message.cseq[0]
        ack = Request(
            (*((name, value) for name, value in request.headers if name in ("Via", "From", "Call-ID", "Max-Forwards", "Route")),
             ("To", message.get("To")), ("CSeq", f"{number} ACK")), b"", "ACK", request.uri,
        )  # fmt: skip
        actions: list[Action] = [Send(ack.serialise())]
        if message.status in (401, 407) and self._credentials and not self._tried_credentials and self._offered:
            self._tried_credentials = True
            return [*actions, self._invite(self._offered, now, message)]
        if self.phase is Phase.UP:  # a re-INVITE was refused: the call goes on as it was
            return actions
        self.phase = Phase.OVER
        return [*actions, Refused(message.status, message.reason)]

    # ── building ─────────────────────────────────────────────────────────────────────────────────────────────────────
    def _contact(self) -> str:
        return f"<sip:{self._parties.caller}@{self._parties.host}:{self._parties.port}>"

    def _build(self, method: str, cseq: int, extra: tuple[tuple[str, str], ...], body: bytes) -> Request:
        here = self._parties
        headers = (
            ("Via", f"SIP/2.0/UDP {here.host}:{here.port};branch=z9hG4bK{self._token()};rport"),
            ("Max-Forwards", "70"),
            ("From", f"<sip:{here.caller}@{here.host}>;tag={self._tag}"),
            ("To", self._to),
            ("Call-ID", self.call_id),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", self._contact()),
            ("User-Agent", "haazir-caller"),
            *(("Route", route) for route in self._routes),
            *extra,
        )
        return Request(headers, body, method, self._target)

    def _request(self, method: str, extra: tuple[tuple[str, str], ...], body: bytes, now: float) -> Send:
        self._cseq += 1
        return self._remember(self._build(method, self._cseq, extra, body), now)

    def _remember(self, request: Request, now: float) -> Send:
        self._pending[request.cseq] = _Pending(request, now + T1, T1, now + GIVE_UP)
        return Send(request.serialise())

    def _invite(self, offer: sdp.Description, now: float, challenge: Response | None = None) -> Send:
        self._offered = offer
        self._version += 1
        self._cseq += 1
        body = offer.serialise(int(self._tag, 16) % 2**31, self._version)
        extra = (("Content-Type", "application/sdp"), ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, INFO"))
        request = self._build("INVITE", self._cseq, extra, body)
        if challenge is not None and self._credentials is not None:
            request = authorise(request, challenge, self._credentials, self._token())
        return self._remember(request, now)

    def _cancel(self, now: float) -> Send:
        """A CANCEL has the branch, number and route of what it cancels (9.1)."""
        invite = next(item.request for (_, method), item in self._pending.items() if method == "INVITE")
        copied = ("Via", "Max-Forwards", "From", "To", "Call-ID", "Route")
        kept = tuple((name, value) for name, value in invite.headers if name in copied)
        return self._remember(Request((*kept, ("CSeq", f"{invite.cseq[0]} CANCEL")), b"", "CANCEL", invite.uri), now)


def belongs_to(message: Request | Response) -> tuple[str, str]:
    """The call a message is part of: Call-ID, and our own tag (of From in answers to us, of To in requests)."""
    ours = "From" if isinstance(message, Response) else "To"
    return message.get("Call-ID"), parameter(message.get(ours), "tag")
