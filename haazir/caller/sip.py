"""SIP messages and digest auth, as far as a caller on loopback or a trunk needs them (RFC 3261, RFC 7616). ◆

    parse(bytes) -> Request | Response | None          message.serialise() -> bytes

Headers keep their order and are found by any case and by their compact form. Bad bytes give None, never an exception.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

_COMPACT = {
    "i": "call-id", "m": "contact", "l": "content-length", "c": "content-type", "f": "from", "s": "subject", "k": "supported",
    "t": "to", "v": "via",
}  # fmt: skip
_MAX_MESSAGE = 65_535

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Message:
    headers: Headers
    body: bytes

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if _COMPACT.get(key.lower(), key.lower()) == wanted)

    def get(self, name: str) -> str:
        """The first value of a header; empty if there is none."""
        return next(iter(self.all(name)), "")

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method; (0, "") where the header is missing or broken."""
        number, _, method = self.get("CSeq").partition(" ")
        return (int(number), method.strip()) if number.isascii() and number.isdigit() else (0, "")

    def _bytes(self, first_line: str) -> bytes:
        lines = [first_line, *(f"{name}: {value}" for name, value in self.headers), f"Content-Length: {len(self.body)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


@dataclass(frozen=True, slots=True)
class Request(_Message):
    method: str
    uri: str

    def serialise(self) -> bytes:
        return self._bytes(f"{self.method} {self.uri} SIP/2.0")


@dataclass(frozen=True, slots=True)
class Response(_Message):
    status: int
    reason: str

    def serialise(self) -> bytes:
        return self._bytes(f"SIP/2.0 {self.status} {self.reason}")


def parse(data: bytes) -> Request | Response | None:
    """One datagram. None for anything that is not a SIP message."""
    head, separator, body = data[:_MAX_MESSAGE].partition(b"\r\n\r\n")
    if not separator:
        return None
    try:
        lines = re.sub(r"\r\n[ \t]+", " ", head.decode()).split("\r\n")  # a folded header goes on in the next line
    except UnicodeDecodeError:
        return None
    headers = []
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            return None
        if _COMPACT.get(name.strip().lower(), name.strip().lower()) != "content-length":
            headers.append((name.strip(), value.strip()))
    return _first_line(lines[0], tuple(headers), body)


def _first_line(line: str, headers: Headers, body: bytes) -> Request | Response | None:
    if match := re.fullmatch(r"SIP/2\.0 ([1-6]\d\d) ?(.*)", line):
        return Response(headers, body, int(match[1]), match[2])
    if match := re.fullmatch(r"([A-Z]+) (\S+) SIP/2\.0", line):
        return Request(headers, body, match[1], match[2])
    return None


def answer(request: Request, status: int, reason: str, extra: Iterable[tuple[str, str]] = (), body: bytes = b"") -> Response:
    """A response with what section 8.2.6 says must be copied from the request."""
    copied = [(name, value) for name in ("Via", "From", "To", "Call-ID", "CSeq") for value in request.all(name)]
    return Response((*copied, *extra), body, status, reason)


def parameter(value: str, name: str) -> str:
    """A header parameter (`tag` of From, `branch` of Via); empty if it is not there."""
    match = re.search(rf";\s*{name}\s*=\s*([^;,>\s]+)", value, re.IGNORECASE)
    return match[1] if match else ""


def address_uri(value: str) -> str:
    """The URI of a name-addr or addr-spec: `"Shop" <sip:1000@h>;tag=1` -> `sip:1000@h`."""
    match = re.search(r"<([^>]+)>", value)
    return match[1] if match else value.partition(";")[0].strip()


@dataclass(frozen=True, slots=True)
class Credentials:
    user: str
    password: str


def authorise(request: Request, challenge: Response, credentials: Credentials, cnonce: str) -> Request:
    """`request` with the answer to a 401 or 407. ValueError for an algorithm or quality of protection we don't know."""
    proxy = challenge.status == 407
    fields = _challenge(challenge.get("Proxy-Authenticate" if proxy else "WWW-Authenticate"))
    algorithm = fields.get("algorithm", "MD5").upper()
    if algorithm not in ("MD5", "SHA-256"):
        raise ValueError(f"digest algorithm {algorithm} is not supported")
    qualities = [quality.strip() for quality in fields.get("qop", "").split(",") if quality.strip()]
    if qualities and "auth" not in qualities:
        raise ValueError(f"digest quality of protection {qualities} is not supported")

    def digest(text: str) -> str:
        return hashlib.new("sha256" if algorithm == "SHA-256" else "md5", text.encode()).hexdigest()

    realm, nonce = fields.get("realm", ""), fields.get("nonce", "")
    secret = digest(f"{credentials.user}:{realm}:{credentials.password}")
    what = digest(f"{request.method}:{request.uri}")
    middle = f"{nonce}:00000001:{cnonce}:auth" if qualities else nonce
    answers = f'username="{credentials.user}", realm="{realm}", nonce="{nonce}", uri="{request.uri}", algorithm={algorithm}'
    answers += f', response="{digest(f"{secret}:{middle}:{what}")}"'
    if qualities:
        answers += f', qop=auth, nc=00000001, cnonce="{cnonce}"'
    if "opaque" in fields:
        answers += f', opaque="{fields["opaque"]}"'
    return replace(
        request, headers=(*request.headers, ("Proxy-Authorization" if proxy else "Authorization", f"Digest {answers}"))
    )


def _challenge(value: str) -> dict[str, str]:
    pairs = re.findall(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))', value)
    return {name.lower(): quoted or plain for name, quoted, plain in pairs}
