"""Stories of one call, as messages in and actions out."""

from itertools import count

from haazir.caller.dialog import Action, Connected, Dialog, Ended, Parties, Phase, Progress, Refused, Send
from haazir.caller.sdp import Description
from haazir.caller.sip import Credentials, Request, Response, answer, parse

OFFER = Description("127.0.0.1", 4000, ("ulaw",))
REMOTE = Description("127.0.0.1", 18000, ("ulaw",))
CONTACT = ("Contact", "<sip:asterisk@127.0.0.1:5060>")


def new_dialog(credentials: Credentials | None = None) -> Dialog:
    numbers = count(1)
    parties = Parties("1000", "127.0.0.1:5060", "9810000000", "127.0.0.1", 6000)
    return Dialog(parties, "call@h", lambda: f"{next(numbers):08x}", credentials)


def sent(actions: list[Action]) -> list[Request | Response]:
    messages = [parse(action.data) for action in actions if isinstance(action, Send)]
    assert None not in messages
    return [message for message in messages if message is not None]


def request(actions: list[Action]) -> Request:
    (message,) = sent(actions)
    assert isinstance(message, Request)
    return message


def accept(invite: Request, remote: Description = REMOTE) -> Response:
    reply = answer(invite, 200, "OK", [CONTACT, ("Record-Route", "<sip:proxy;lr>")], remote.serialise(1, 1))
    headers = tuple((name, f"{value};tag=them" if name == "To" else value) for name, value in reply.headers)
    return Response(headers, reply.body, 200, "OK")


def connected(dialog: Dialog) -> Request:
    invite = request(dialog.start(OFFER, 0.0))
    dialog.receive(accept(invite), 1.0)
    return invite


def from_them(method: str, body: bytes = b"") -> Request:
    return Request(
        (("Via", "v"), ("From", "f"), ("To", "t"), ("Call-ID", "call@h"), ("CSeq", f"1 {method}"), ("Reason", "Q.850;cause=16")),
        body,
        method,
        "sip:us",
    )


def test_a_call_is_dialled_rung_answered_and_hung_up() -> None:
    dialog = new_dialog()
    invite = request(dialog.start(OFFER, 0.0))
    assert invite.method == "INVITE"
    assert dialog.receive(answer(invite, 180, "Ringing"), 0.1) == [Progress(180)]
    actions = dialog.receive(accept(invite), 1.0)
    ack = request(actions[:1])
    assert (ack.method, ack.uri, ack.get("Route")) == ("ACK", "sip:asterisk@127.0.0.1:5060", "<sip:proxy;lr>")
    assert actions[1:] == [Connected(REMOTE)]
    bye, ended = dialog.hang_up(2.0)
    assert request([bye]).get("To").endswith("tag=them")
    assert ended == Ended("us")
    dialog.receive(answer(request([bye]), 200, "OK"), 2.1)
    assert dialog.deadline is None


def test_the_other_side_hangs_up_and_says_why() -> None:
    dialog = new_dialog()
    connected(dialog)
    reply, ended = dialog.receive(from_them("BYE"), 2.0)
    assert sent([reply])[0].cseq == (1, "BYE")
    assert ended == Ended("them", "Q.850;cause=16")
    assert dialog.receive(from_them("BYE"), 2.5) == [reply]


def test_a_lost_invite_is_repeated_with_growing_pauses_then_given_up() -> None:
    dialog = new_dialog()
    invite = dialog.start(OFFER, 0.0)
    times = []
    while dialog.deadline is not None:
        now = dialog.deadline
        actions = dialog.tick(now)
        times.append(now)
        if actions == [Refused(408, "nobody answered")]:
            break
        assert actions == invite
    assert times == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 32.0] or times[:6] == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert dialog.phase is Phase.OVER


def test_ringing_stops_the_repeats() -> None:
    dialog = new_dialog()
    invite = request(dialog.start(OFFER, 0.0))
    dialog.receive(answer(invite, 100, "Trying"), 0.1)
    assert dialog.tick(30.0) == []
    assert dialog.deadline == 180.1


def test_a_lost_ack_is_sent_again_when_the_answer_is_repeated() -> None:
    dialog = new_dialog()
    invite = connected(dialog)
    (again,) = dialog.receive(accept(invite), 1.5)
    assert request([again]).method == "ACK"


def test_busy_is_acknowledged_and_told() -> None:
    dialog = new_dialog()
    invite = request(dialog.start(OFFER, 0.0))
    ack, refused = dialog.receive(answer(invite, 486, "Busy Here"), 0.2)
    assert request([ack]).get("Via") == invite.get("Via")
    assert refused == Refused(486, "Busy Here")


def test_hanging_up_while_it_rings_cancels_the_same_transaction() -> None:
    dialog = new_dialog()
    invite = request(dialog.start(OFFER, 0.0))
    dialog.receive(answer(invite, 180, "Ringing"), 0.1)
    cancel = request(dialog.hang_up(0.5))
    assert (cancel.method, cancel.get("Via"), cancel.cseq) == ("CANCEL", invite.get("Via"), (1, "CANCEL"))
    assert dialog.hang_up(0.6) == []
    assert dialog.receive(answer(cancel, 200, "OK"), 0.6) == []
    assert dialog.receive(answer(invite, 487, "Request Terminated"), 0.7)[1:] == [Refused(487, "Request Terminated")]


def test_hanging_up_before_anything_came_cancels_as_soon_as_something_does() -> None:
    dialog = new_dialog()
    invite = request(dialog.start(OFFER, 0.0))
    assert dialog.hang_up(0.01) == []
    progress, cancel = dialog.receive(answer(invite, 100, "Trying"), 0.1)
    assert progress == Progress(100)
    assert request([cancel]).method == "CANCEL"


def test_an_answer_that_crosses_our_cancel_is_hung_up_at_once() -> None:
    dialog = new_dialog()
    invite = request(dialog.start(OFFER, 0.0))
    dialog.receive(answer(invite, 180, "Ringing"), 0.1)
    dialog.hang_up(0.5)
    actions = dialog.receive(accept(invite), 0.5)
    assert [message.method for message in sent(actions) if isinstance(message, Request)] == ["ACK", "BYE"]
    assert actions[-1] == Ended("us")


def test_a_challenge_is_answered_once() -> None:
    dialog = new_dialog(Credentials("bob", "secret"))
    invite = request(dialog.start(OFFER, 0.0))
    challenge = [("WWW-Authenticate", 'Digest realm="r", nonce="n"')]
    ack, second = sent(dialog.receive(answer(invite, 401, "Unauthorized", challenge), 0.1))
    assert isinstance(ack, Request) and isinstance(second, Request)
    assert (ack.method, second.cseq) == ("ACK", (2, "INVITE"))
    assert 'username="bob"' in second.get("Authorization")
    assert dialog.receive(answer(second, 401, "Unauthorized", challenge), 0.2)[1:] == [Refused(401, "Unauthorized")]


def test_hold_changes_the_direction_and_a_refusal_leaves_the_call_as_it_was() -> None:
    dialog = new_dialog()
    connected(dialog)
    held = Description("127.0.0.1", 4000, ("ulaw",), direction="sendonly")
    invite = request(dialog.renegotiate(held, 2.0))
    assert b"a=sendonly" in invite.body
    assert dialog.receive(accept(invite), 2.1)[1:] == [Connected(REMOTE)]
    again = request(dialog.renegotiate(OFFER, 3.0))
    assert [message.cseq[1] for message in sent(dialog.receive(answer(again, 488, "No"), 3.1))] == ["ACK"]
    assert dialog.phase is Phase.UP


def test_their_re_invite_moves_the_sound() -> None:
    dialog = new_dialog()
    connected(dialog)
    moved = Description("127.0.0.1", 19000, ("ulaw",))
    reply, now = dialog.receive(from_them("INVITE", moved.serialise(1, 2)), 2.0)
    assert now == Connected(moved)
    assert isinstance(message := sent([reply])[0], Response) and message.status == 200
    (refused,) = sent(dialog.receive(from_them("INVITE"), 2.0))
    assert isinstance(refused, Response) and refused.status == 488


def test_questions_in_the_call_are_answered() -> None:
    dialog = new_dialog()
    connected(dialog)
    replies = [sent(dialog.receive(from_them(method), 2.0)) for method in ("OPTIONS", "NOTIFY", "REFER", "ACK")]
    assert [[message.status for message in reply if isinstance(message, Response)] for reply in replies] == [
        [200],
        [200],
        [501],
        [],
    ]


def test_late_and_foreign_answers_are_ignored() -> None:
    dialog = new_dialog()
    invite = request(dialog.start(OFFER, 0.0))
    stray = Response((("CSeq", "9 BYE"),), b"", 200, "OK")
    assert dialog.receive(stray, 0.1) == []
    dialog.receive(answer(invite, 486, "Busy"), 0.2)
    assert dialog.receive(answer(invite, 180, "Ringing"), 0.3) == []
