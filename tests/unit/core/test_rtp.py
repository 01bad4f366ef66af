"""core.rtp: headers of all shapes, wrapping numbers, telephone events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rtp import RtpPacket, TelephoneEvent, sequence_ahead, timestamp_ahead

# As sent by Asterisk 22 (chan_rtp, ulaw) and by a phone pressing 5 (last of three end packets, RFC 4733).
ULAW_PACKET = bytes.fromhex("8080 1f40 000003c0 5c3a91e2".replace(" ", "")) + bytes([0xFF]) * 160
FIVE_ENDS = bytes.fromhex("8065 1f44 00000960 5c3a91e2 05 8a 0640".replace(" ", ""))

packets = st.builds(
    RtpPacket,
    payload_type=st.integers(0, 127),
    sequence=st.integers(0, 0xFFFF),
    timestamp=st.integers(0, 0xFFFFFFFF),
    ssrc=st.integers(0, 0xFFFFFFFF),
    payload=st.binary(max_size=200),
    marker=st.booleans(),
)


def test_a_captured_packet_reads_and_writes_back():
    packet = RtpPacket.parse(ULAW_PACKET)
    assert packet == RtpPacket(0, 8000, 960, 0x5C3A91E2, bytes([0xFF]) * 160, marker=True)
    assert packet.serialize() == ULAW_PACKET


@given(packets)
def test_every_packet_survives_the_wire(packet):
    assert RtpPacket.parse(packet.serialize()) == packet


@given(packets, st.lists(st.integers(0, 0xFFFFFFFF), max_size=15), st.binary(max_size=12), st.integers(0, 9))
def test_csrc_extension_and_padding_are_taken_off(packet, sources, extension, padding):
    extension += bytes(-len(extension) % 4)
    plain = packet.serialize()
    first = 0x80 | len(sources) | (0x10 if extension else 0) | (0x20 if padding else 0)
    dressed = bytes([first]) + plain[1:12] + b"".join(source.to_bytes(4) for source in sources)
    if extension:
        dressed += b"\xbe\xde" + (len(extension) // 4).to_bytes(2) + extension
    dressed += packet.payload + (bytes(padding - 1) + bytes([padding]) if padding else b"")
    assert RtpPacket.parse(dressed) == packet


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        ULAW_PACKET[:11],
        b"\x40" + ULAW_PACKET[1:],  # version 1
        b"\x8f" + ULAW_PACKET[1:20],  # 15 CSRC, no room
        b"\x90" + ULAW_PACKET[1:14],  # extension cut off
        b"\x90" + ULAW_PACKET[1:12] + b"\xbe\xde\x00\x09" + bytes(4),  # extension longer than the packet
        b"\xa0" + ULAW_PACKET[1:12] + bytes(8),  # padding of none
        b"\xa0" + ULAW_PACKET[1:12] + bytes(7) + b"\xff",  # padding longer than the packet
    ],
)
def test_what_contradicts_itself_is_no_packet(datagram):
    assert RtpPacket.parse(datagram) is None


@given(st.binary(max_size=64))
def test_no_bytes_raise(datagram):
    RtpPacket.parse(datagram)
    TelephoneEvent.parse(datagram)


def test_numbers_that_ran_past_their_width_wrap_when_sent():
    sent = RtpPacket.parse(RtpPacket(0, 65536, 2**32 + 160, 1, b"").serialize())
    assert sent is not None and (sent.sequence, sent.timestamp) == (0, 160)


@pytest.mark.parametrize(("later", "earlier", "ahead"), [(1, 65535, 2), (65535, 1, -2), (5, 5, 0), (0x8000, 0, -0x8000)])
def test_sequences_are_compared_across_the_wrap(later, earlier, ahead):
    assert sequence_ahead(later, earlier) == ahead


@pytest.mark.parametrize(("later", "earlier", "ahead"), [(80, 2**32 - 80, 160), (2**32 - 80, 80, -160), (7, 7, 0)])
def test_timestamps_are_compared_across_the_wrap(later, earlier, ahead):
    assert timestamp_ahead(later, earlier) == ahead


def test_a_captured_key_press():
    packet = RtpPacket.parse(FIVE_ENDS)
    assert packet is not None and packet.payload_type == 101
    event = TelephoneEvent.parse(packet.payload)
    assert event == TelephoneEvent(5, end=True, duration=1600) and event.key == "5"
    assert event.serialize() == packet.payload


@pytest.mark.parametrize("key", "0123456789*#ABCD")
def test_every_key_has_its_event(key):
    assert TelephoneEvent.of_key(key, 0).key == key


def test_a_hook_flash_is_no_key():
    assert TelephoneEvent(16, False, 0).key is None
