"""A call that comes in, as messages: it rings, is answered or declined, or the caller thinks better of it."""

from itertools import count

from haazir.caller.dialog import Connected, Ended, Parties, Phase, Send
from haazir.caller.incoming import Incoming
from haazir.caller.sdp import Description, parse
from haazir.caller.sip import Request, Response
from haazir.caller.sip import parse as read

OFFER = Description("127.0.0.1", 18000, ("alaw", "ulaw"))
DESK = Parties("", "127.0.0.1:5060", "201", "127.0.0.1", 6000)


def invite(body: bytes | None = None) -> Request:
    headers = (
        ("Via", "SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKa"),
        ("From", '"Asha" <sip:919876543210@127.0.0.1>;tag=them'),
        ("To", "<sip:201@127.0.0.1:6000>"),
        ("Call-ID", "call@asterisk"),
        ("CSeq", "5 INVITE"),
        ("Contact", "<sip:asterisk@127.0.0.1:5060>"),
        ("Record-Route", "<sip:proxy;lr>"),
    )
    return Request(headers, OFFER.serialise(1, 1) if body is None else body, "INVITE", "sip:201@127.0.0.1:6000")


def rung() -> Incoming:
    incoming = Incoming.read(invite(), DESK, "0a")
    assert incoming is not None
    return incoming


def reply(data: bytes) -> Response:
    message = read(data)
    assert isinstance(message, Response)
    return message


def test_it_rings_with_a_tag_of_its_own_and_says_who_calls() -> None:
    ringing = reply(rung().ringing())
    assert (ringing.status, ringing.get("To")) == (180, "<sip:201@127.0.0.1:6000>;tag=0a")
    assert rung().number == "919876543210"


def test_answered_it_is_a_call_that_we_can_end_towards_the_right_place() -> None:
    numbers = count(1)
    data, dialog = rung().answer("127.0.0.1", 4000, lambda: f"{next(numbers):08x}")
    ok = reply(data)
    described = parse(ok.body)
    assert ok.status == 200 and described is not None and (described.port, described.codecs) == (4000, ("alaw",))
    assert dialog.phase is Phase.UP and dialog.call_id == "call@asterisk"
    sent, ended = dialog.hang_up(1.0)
    assert isinstance(sent, Send)
    bye = read(sent.data)
    assert isinstance(bye, Request) and ended == Ended("us")
    assert (bye.method, bye.uri, bye.get("Route")) == ("BYE", "sip:asterisk@127.0.0.1:5060", "<sip:proxy;lr>")
    assert bye.get("To").endswith("tag=them") and bye.get("From").endswith("tag=0a")


def test_answered_it_takes_part_in_a_hold_of_the_other_side() -> None:
    _, dialog = rung().answer("127.0.0.1", 4000, lambda: "0b")
    held = Description("127.0.0.1", 18000, ("alaw",), direction="sendonly")
    sent, connected = dialog.receive(invite(held.serialise(1, 2)), 1.0)
    assert isinstance(sent, Send) and reply(sent.data).status == 200
    assert connected == Connected(held)


def test_declined_or_taken_back() -> None:
    assert reply(rung().decline(486, "Busy Here")).status == 486
    cancel = Request((*invite().headers[:4], ("CSeq", "5 CANCEL")), b"", "CANCEL", "sip:201@127.0.0.1:6000")
    answers = [(one.status, one.cseq) for one in map(reply, rung().taken_back(cancel))]
    assert answers == [(200, (5, "CANCEL")), (487, (5, "INVITE"))]


def test_what_offers_nothing_that_we_could_hear_is_no_call() -> None:
    assert Incoming.read(invite(b""), DESK, "0a") is None
