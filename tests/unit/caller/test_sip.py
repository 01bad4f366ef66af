"""SIP messages as bytes and back; nothing that comes from a network raises."""

from hypothesis import given
from hypothesis import strategies as st

from haazir.caller.sip import Credentials, Request, Response, address_uri, answer, authorise, parameter, parse

INVITE = (
    b"INVITE sip:1000@127.0.0.1 SIP/2.0\r\nv: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx\r\nf: <sip:a@h>;tag=88\r\n"
    b"t: <sip:1000@h>\r\ni: abc@h\r\nCSeq: 7 INVITE\r\nSubject: a long\r\n  story\r\nl: 4\r\n\r\nbody"
)


def test_compact_and_folded_headers_are_found_by_their_full_names() -> None:
    message = parse(INVITE)
    assert isinstance(message, Request)
    assert (message.method, message.uri, message.body) == ("INVITE", "sip:1000@127.0.0.1", b"body")
    assert message.get("Call-ID") == "abc@h"
    assert message.get("subject") == "a long story"
    assert message.cseq == (7, "INVITE")
    assert parameter(message.get("From"), "tag") == "88"


def test_an_answer_copies_what_identifies_the_transaction() -> None:
    request = parse(INVITE)
    assert isinstance(request, Request)
    reply = parse(answer(request, 200, "OK", [("Contact", "<sip:me@h>")], b"sdp").serialise())
    assert isinstance(reply, Response)
    assert (reply.status, reply.reason, reply.body) == (200, "OK", b"sdp")
    assert reply.get("Via") == "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx"
    assert reply.cseq == (7, "INVITE")


@given(st.binary(max_size=200))
def test_any_bytes_parse_to_a_message_or_to_nothing(data: bytes) -> None:
    for candidate in (data, INVITE[: len(data)] + data, INVITE.replace(b"7 INVITE", data)):
        message = parse(candidate)
        assert message is None or isinstance(message.cseq, tuple)


def test_what_is_not_sip_is_nothing() -> None:
    for data in (
        b"",
        b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"SIP/2.0 99 Low\r\n\r\n",
        b"INVITE sip:a SIP/2.0\r\nno colon\r\n\r\n",
        b"\xff\r\n\r\n",
    ):
        assert parse(data) is None


def test_uris_come_out_of_both_forms_of_an_address() -> None:
    assert address_uri('"The Shop" <sip:1000@h;lr>;tag=1') == "sip:1000@h;lr"
    assert address_uri("sip:1000@h;tag=1") == "sip:1000@h"


def test_digest_answers_match_the_example_of_rfc_2617() -> None:
    nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"
    challenge = Response(
        (("WWW-Authenticate", f'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="{nonce}", opaque="5ccc"'),),
        b"", 401, "Unauthorized",
    )  # fmt: skip
    request = Request((), b"", "GET", "/dir/index.html")
    signed = authorise(request, challenge, Credentials("Mufasa", "Circle Of Life"), "0a4f113b").get("Authorization")
    assert 'response="6629fae49393a05397450978507c4ef1"' in signed
    assert 'opaque="5ccc"' in signed


def test_sha_256_matches_the_example_of_rfc_7616() -> None:
    nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    challenge = Response(
        (("WWW-Authenticate", f'Digest realm="http-auth@example.org", qop="auth", algorithm=SHA-256, nonce="{nonce}"'),),
        b"", 401, "Unauthorized",
    )  # fmt: skip
    request = Request((), b"", "GET", "/dir/index.html")
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    signed = authorise(request, challenge, Credentials("Mufasa", "Circle of Life"), cnonce).get("Authorization")
    assert 'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"' in signed
