"""Session descriptions: what we write can be read, and other people's are understood or refused."""

from hypothesis import given
from hypothesis import strategies as st

from haazir.caller.sdp import Description, Direction, parse


@given(
    st.integers(1, 65535),
    st.permutations(["ulaw", "alaw"]),
    st.sampled_from([101, 96, None]),
    st.sampled_from(["sendrecv", "sendonly", "recvonly", "inactive"]),
)
def test_a_description_survives_the_wire(port: int, codecs: list, digits: int | None, direction: Direction) -> None:
    description = Description("127.0.0.1", port, tuple(codecs), digits, direction)
    assert parse(description.serialise(1, 1)) == description


def test_asterisk_s_answer_is_understood() -> None:
    body = (
        b"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=Asterisk\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 18042 RTP/AVP 8 101\r\n"
        b"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n"
        b"a=ptime:20\r\na=maxptime:140\r\na=sendrecv\r\n"
    )
    assert parse(body) == Description("127.0.0.1", 18042, ("alaw",), 101)


def test_payload_types_without_a_map_and_a_connection_of_the_stream_s_own_are_understood() -> None:
    body = b"v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\nm=video 5000 RTP/AVP 96\r\n"
    assert parse(body) == Description("10.0.0.2", 4000, ("ulaw",), None)


def test_a_refused_stream_a_foreign_codec_and_rubbish_are_nothing() -> None:
    for body in (
        b"",
        b"\xff",
        b"m=audio 0 RTP/AVP 0\r\nc=IN IP4 1.2.3.4\r\n",
        b"c=IN IP4 1.2.3.4\r\nm=audio 9 RTP/AVP 9\r\n",
        b"m=audio 9 RTP/AVP 0\r\n",
    ):
        assert parse(body) is None
