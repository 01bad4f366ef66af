"""SIP that no phone should send, after the manner of RFC 4475, and bytes that are no SIP at all."""

import random

_INVITE = (
    "INVITE sip:424242@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {client};branch=z9hG4bK{number}\r\nMax-Forwards: 70\r\n"
    "From: <sip:torture@{client}>;tag=t{number}\r\nTo: <sip:424242@{server}>\r\nCall-ID: torture-{number}@{client}\r\n"
    "CSeq: 1 INVITE\r\nContact: <sip:torture@{client}>\r\n{extra}\r\n{body}"
)


def messages(server: str, client: str) -> list[bytes]:
    """Each one datagram. `server` and `client` are host:port. The number is nobody's: what is well-formed enough is refused."""
    numbers = iter(range(1000))

    def invite(extra: str = "Content-Length: 0\r\n", body: str = "", **changes: str) -> str:
        text = _INVITE.format(server=server, client=client, number=next(numbers), extra=extra, body=body)
        for old, new in changes.items():
            text = text.replace(_PLACES[old], new)
        return text

    texts = [
        invite(extra="Content-Length: 9999\r\n", body="v=0\r\n"),  # 3.1.2.2: longer than what came
        invite(extra="Content-Length: -999\r\n"),  # 3.1.2.3
        invite(cseq="CSeq: 36893488147419103232 INVITE"),  # 3.1.2.4: overlarge scalars
        invite(cseq="CSeq: 1 REGISTER"),  # 3.1.2.17: method mismatch
        invite(cseq="CSeq: x"),
        invite(max_forwards="Max-Forwards: 3000000"),
        invite(max_forwards="Max-Forwards: 0"),
        invite(via="Via: SIP/2.0/UDP;;,;,,"),  # 3.1.2.1: extraneous separators
        invite(via="Via: SIP/7.0/QUIC h"),  # 3.1.2.16: unknown version
        invite(from_="From: Bell, Alexander <sip:a@h>;tag=1"),  # 3.1.2.14
        invite(from_='From: "unterminated <sip:a@h>;tag=1'),  # 3.1.2.6
        invite(to="To: sip:424242@h?Route=%3Csip:evil%3E"),
        invite(call_id="Call-ID:"),
        invite(call_id="X: y"),  # 3.3.1: missing required header
        invite().replace("sip:424242", "nobodyKnowsThisScheme:totallyopaquecontent"),  # 3.3.2
        invite().replace("INVITE sip:424242@", "INVITE  sip:424242@ ", 1),  # 3.1.2.8: spaces in the request line
        invite().replace("INVITE", "NEWMETHOD"),  # 3.2.x: unknown method
        invite(extra="Content-Type: application/sdp\r\nContent-Length: 5\r\n", body="v=0\r\n"),
        invite(
            extra="Content-Type: application/sdp\r\nContent-Length: 40\r\n",
            body="v=0\r\nm=audio 99999999 RTP/AVP 0 0 0 0 0 0\r\n",
        ),
        invite(extra="Content-Type: image/jpeg\r\nContent-Length: 4\r\n", body="\xff\xd8\xff\xe0"),
        invite(extra="Require: nothingSupportsThis\r\nContent-Length: 0\r\n"),  # 3.3.5
        invite(extra="".join(f"X-{number}: {'y' * 60}\r\n" for number in range(400))),
        invite(extra=f"Subject: {'é' * 3000}\r\nContent-Length: 0\r\n"),
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\n\r\n",
        "SIP/2.0 4294967301 better not break the receiver\r\n\r\n",  # 3.1.2.19
        f"ACK sip:424242@{server} SIP/2.0\r\n\r\n",
        f"BYE sip:424242@{server} SIP/2.0\r\nVia: SIP/2.0/UDP {client};branch=z9hG4bKb\r\nCall-ID: nobody\r\nCSeq: 1 BYE\r\n"
        "From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=2\r\n\r\n",
        "\r\n\r\n",
        "\0" * 40,
    ]
    dice = random.Random(4475)
    garbage = [dice.randbytes(dice.randrange(1, 1400)) for _ in range(30)]
    cut = [text.encode()[: dice.randrange(20, 300)] for text in (invite() for _ in range(30))]
    return [text.encode(errors="replace") for text in texts] + garbage + cut


_PLACES = {
    "cseq": "CSeq: 1 INVITE",
    "max_forwards": "Max-Forwards: 70",
    "via": "Via: SIP/2.0/UDP",
    "from_": "From: <sip:torture",
    "to": "To: <sip:424242",
    "call_id": "Call-ID: torture",
}
