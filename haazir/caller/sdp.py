"""Session descriptions of one audio stream: what a phone offers and what it must understand (RFC 4566, RFC 3264). ◆"""

import re
from dataclasses import dataclass
from typing import Literal

Codec = Literal["ulaw", "alaw"]
Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]

PAYLOAD_TYPES: dict[Codec, int] = {"ulaw": 0, "alaw": 8}
_ENCODINGS: dict[str, Codec] = {"PCMU": "ulaw", "PCMA": "alaw"}
DIGITS_PAYLOAD_TYPE = 101


@dataclass(frozen=True, slots=True)
class Description:
    """One end of the audio stream."""

    host: str
    port: int
    codecs: tuple[Codec, ...]
    """In order of preference; the first of an answer is the one in use."""
    digits: int | None = DIGITS_PAYLOAD_TYPE
    """Payload type of RFC 4733 events; None: not understood."""
    direction: Direction = "sendrecv"

    def serialise(self, session: int, version: int) -> bytes:
        """`version` goes up with every new description of the same `session`."""
        types = [PAYLOAD_TYPES[codec] for codec in self.codecs] + ([self.digits] if self.digits is not None else [])
        lines = [
            "v=0",
            f"o=- {session} {version} IN IP4 {self.host}",
            "s=call",
            f"c=IN IP4 {self.host}",
            "t=0 0",
            f"m=audio {self.port} RTP/AVP {' '.join(map(str, types))}",
        ]
        for name, codec in _ENCODINGS.items():
            if codec in self.codecs:
                lines.append(f"a=rtpmap:{PAYLOAD_TYPES[codec]} {name}/8000")
        if self.digits is not None:
            lines += [f"a=rtpmap:{self.digits} telephone-event/8000", f"a=fmtp:{self.digits} 0-15"]
        return "\r\n".join([*lines, "a=ptime:20", f"a={self.direction}", ""]).encode()


def parse(body: bytes) -> Description | None:
    """The first audio stream of a body. None if there is none, it is refused (port 0), or no codec of ours is in it."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    media = re.search(r"^m=audio (\d{1,5})(?:/\d+)? RTP/AVP ([\d ]+?)\s*$", text, re.MULTILINE)
    if not media or not 0 < int(media[1]) < 65536:
        return None
    stream = text[media.start() :].partition("\nm=")[0]
    connection = re.search(r"^c=IN IP4 (\S+)", stream, re.MULTILINE) or re.search(r"^c=IN IP4 (\S+)", text, re.MULTILINE)
    names = {int(number): name.upper() for number, name in re.findall(r"^a=rtpmap:(\d+) ([\w-]+)/8000", stream, re.MULTILINE)}
    static = {0: "PCMU", 8: "PCMA"}
    offered = [(number, names.get(number) or static.get(number, "")) for number in map(int, media[2].split())]
    codecs = tuple(_ENCODINGS[name] for _, name in offered if name in _ENCODINGS)
    if connection is None or not codecs:
        return None
    direction = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", stream, re.MULTILINE)
    digits = next((number for number, name in offered if name == "TELEPHONE-EVENT"), None)
    return Description(connection[1], int(media[1]), codecs, digits, _direction(direction[1] if direction else "sendrecv"))


def _direction(name: str) -> Direction:
    match name:
        case "sendonly" | "recvonly" | "inactive":
            return name
    return "sendrecv"
