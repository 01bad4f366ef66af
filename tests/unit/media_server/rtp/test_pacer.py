"""The pacer, both kinds, by counts and headers over a loopback socket: nothing here waits for a clock."""

import itertools
import socket

import numpy as np
import pytest

from core.audio import CODECS
from core.rtp import RtpPacket
from media_server.rtp.outgoing import Outgoing
from media_server.rtp.pacer import CPacer, compile_pacer, start_pacer
from media_server.rtp.pacing import RING, PacerError, bucket_edges_ms, p99_ms
from media_server.rtp.playout import Drained, FirstSound, Heard, SentencePlayed
from media_server.rtp.tick import TickPacer

ULAW = CODECS["ulaw"]
NOISE = [bytes([0xFE]) * 160, bytes([0x7E]) * 160]
VOICE = [bytes([n]) * 160 for n in range(RING + 2)]


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    return compile_pacer(tmp_path_factory.mktemp("lib"))


@pytest.fixture(params=["c", "python"])
def pacer(request, library):
    pacer = CPacer(library, running=False) if request.param == "c" else TickPacer(running=False)
    yield pacer
    pacer.stop()


@pytest.fixture
def wire():
    """Two connected sockets: what we send through, and the other end."""
    ours, theirs = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    for end in (ours, theirs):
        end.bind(("127.0.0.1", 0))
    ours.connect(theirs.getsockname())
    theirs.setblocking(False)
    yield ours, theirs
    ours.close()
    theirs.close()


def received(end):
    packets = []
    while True:
        try:
            packets.append(RtpPacket.parse(end.recv(2048)))
        except BlockingIOError:
            return packets


def test_noise_flows_until_there_is_voice_and_again_after_it(pacer, wire):
    ours, theirs = wire
    line = pacer.open(ours.fileno(), ULAW, b"".join(NOISE))
    for _ in range(3):
        pacer.tick()
    assert pacer.push(line, VOICE[1]) and pacer.push(line, VOICE[2])
    for _ in range(4):
        pacer.tick()
    packets = received(theirs)
    assert [packet.payload for packet in packets] == [NOISE[0], NOISE[1], NOISE[0], VOICE[1], VOICE[2], NOISE[1], NOISE[0]]
    assert [packet.marker for packet in packets] == [False, False, False, True, False, False, False]
    assert len({packet.ssrc for packet in packets}) == 1 and {packet.payload_type for packet in packets} == {0}
    assert {(b.sequence - a.sequence) & 0xFFFF for a, b in itertools.pairwise(packets)} == {1}
    assert {(b.timestamp - a.timestamp) & 0xFFFFFFFF for a, b in itertools.pairwise(packets)} == {160}
    pacer.close(line)


def test_sequence_wraps(pacer, wire):
    ours, theirs = wire
    line = pacer.open(ours.fileno(), ULAW, NOISE[0])
    sequences = []
    for _ in range(700):
        for _ in range(100):
            pacer.tick()
        sequences += [packet.sequence for packet in received(theirs)]
    assert len(sequences) == 70_000 and 0 in sequences and 65_535 in sequences
    pacer.close(line)


def test_slin16_leaves_as_payload_type_11_with_640_bytes(pacer, wire):
    ours, theirs = wire
    line = pacer.open(ours.fileno(), CODECS["slin16"], bytes(640))
    pacer.tick()
    pacer.tick()
    first, second = received(theirs)
    assert first.payload_type == 11 and len(first.payload) == 640 and (second.timestamp - first.timestamp) % 2**32 == 320
    pacer.close(line)


def test_a_ring_that_is_full_says_so(pacer, wire):
    line = pacer.open(wire[0].fileno(), ULAW, NOISE[0])
    assert [pacer.push(line, payload) for payload in VOICE[: RING + 1]] == [True] * RING + [False]
    assert pacer.look(line).queued == RING
    pacer.close(line)


def test_what_is_dropped_never_leaves_and_is_counted(pacer, wire):
    ours, theirs = wire
    line = pacer.open(ours.fileno(), ULAW, NOISE[0])
    for payload in VOICE[:3]:
        pacer.push(line, payload)
    assert pacer.drop(line, keep=1) == 2 and pacer.drop(line, keep=1) == 0
    pacer.push(line, VOICE[9])
    for _ in range(3):
        pacer.tick()
    assert [packet.payload for packet in received(theirs)] == [VOICE[0], VOICE[9], NOISE[0]]
    look = pacer.look(line)
    assert (look.sent, look.voiced, look.noise, look.queued, look.talking) == (3, 2, 1, 0, False) and look.last > 0
    pacer.close(line)


def test_after_a_stall_the_timestamp_keeps_time_and_the_sequence_has_no_hole(pacer, wire):
    ours, theirs = wire
    line = pacer.open(ours.fileno(), ULAW, NOISE[0])
    pacer.tick()
    pacer.tick(skip=4)
    first, second = received(theirs)
    assert (second.sequence - first.sequence) & 0xFFFF == 1
    assert (second.timestamp - first.timestamp) & 0xFFFFFFFF == 5 * 160
    assert pacer.look(line).skipped == 4
    pacer.close(line)


def test_lines_are_apart(pacer, wire):
    ours, theirs = wire
    lines = [pacer.open(ours.fileno(), ULAW, NOISE[0]) for _ in range(15)]
    pacer.push(lines[3], VOICE[3])
    pacer.tick()
    packets = received(theirs)
    assert len(packets) == 15 and len({packet.ssrc for packet in packets}) == 15
    assert sum(packet.payload == VOICE[3] for packet in packets) == 1
    for line in lines[:-1]:
        pacer.close(line)
    pacer.tick()
    assert len(received(theirs)) == 1
    pacer.close(lines[-1])


def test_a_closed_line_is_given_to_the_next_call_clean(pacer, wire):
    line = pacer.open(wire[0].fileno(), ULAW, NOISE[0])
    pacer.push(line, VOICE[0])
    pacer.tick()
    pacer.close(line)
    again = pacer.open(wire[0].fileno(), CODECS["slin16"], bytes(640))
    assert again == line and pacer.look(again).sent == pacer.look(again).queued == 0 and pacer.p99_ms(again) == 0
    pacer.close(again)


def test_an_end_that_does_not_listen_is_counted_not_raised(pacer, wire):
    ours, theirs = wire
    line = pacer.open(ours.fileno(), ULAW, NOISE[0])
    theirs.close()
    for _ in range(5):
        pacer.tick()
    assert pacer.look(line).sent == 5 and pacer.look(line).errors > 0
    pacer.close(line)


def test_lines_run_out_with_an_error(pacer, wire):
    lines = [pacer.open(wire[0].fileno(), ULAW, NOISE[0]) for _ in range(512)]
    with pytest.raises(PacerError, match="no line left"):
        pacer.open(wire[0].fileno(), ULAW, NOISE[0])
    for line in lines:
        pacer.close(line)


def test_a_running_pacer_sends_by_itself(library, wire):
    ours, theirs = wire
    theirs.settimeout(5)
    for pacer in (CPacer(library), TickPacer()):
        line = pacer.open(ours.fileno(), ULAW, NOISE[0])
        for payload in VOICE[:3]:
            pacer.push(line, payload)
        heard = [RtpPacket.parse(theirs.recv(2048)).payload for _ in range(6)]
        assert [payload for payload in heard if payload in VOICE[:3]] == VOICE[:3]
        assert pacer.p99_ms(line) > 0 and sum(pacer.histogram()) >= 6
        pacer.close(line)
        pacer.stop()


def test_the_library_is_made_once_and_its_absence_is_no_end(tmp_path, library, monkeypatch, caplog):
    assert compile_pacer(library.parent) == library and library.name.startswith("pacer-")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PacerError, match="no C compiler"):
        compile_pacer(tmp_path / "lib")
    pacer = start_pacer(tmp_path / "lib")
    assert isinstance(pacer, TickPacer) and "Install gcc" in caplog.text
    pacer.stop()


def test_a_library_that_is_none_is_an_error(tmp_path):
    junk = tmp_path / "pacer.so"
    junk.write_bytes(b"not a library")
    with pytest.raises(PacerError):
        CPacer(junk)


def test_the_99th_percentile_is_that_of_the_histogram():
    edges = bucket_edges_ms()
    assert len(edges) == 48 and edges[0] == 0.01 and 200 < edges[-1] < 500
    assert p99_ms([0] * 48) == 0
    assert p99_ms([99, 1, *[0] * 46]) == edges[0]
    assert p99_ms([98, 1, 1, *[0] * 45]) == edges[1]


class Call:
    """An Outgoing over a pacer that is ticked by hand: the pacer's tick, then the session's."""

    def __init__(self, pacer, wire):
        self.pacer, (ours, self.theirs) = pacer, wire
        self.outgoing = Outgoing(ULAW, pacer)
        self.outgoing.connect(ours.fileno())
        self.events, self.references = [], []

    def tick(self, times=1):
        for _ in range(times):
            self.pacer.tick()
            tick = self.outgoing.tick(0.0)
            self.events += tick.events
            self.references.append(tick.reference)
        return self

    @property
    def loud(self):
        """Of each packet since last asked: how loud it begins and ends, in thousands."""
        ends = [ULAW.decode(packet.payload)[[0, -1]] for packet in received(self.theirs)]
        return [(round(int(a) / 1000), round(int(b) / 1000)) for a, b in ends]


@pytest.fixture
def call(pacer, wire):
    call = Call(pacer, wire)
    yield call
    call.outgoing.close()


def frames(count):
    return np.full(160 * count, 8031, np.int16)


def test_what_is_said_leaves_with_the_next_packet_and_its_end_is_told(call):
    call.tick(2)
    call.outgoing.say(1, 0, frames(2), last=True)
    call.tick(4)
    assert call.loud == [(0, 0)] * 2 + [(8, 8)] * 2 + [(0, 0)] * 2
    assert [type(event) for event in call.events] == [FirstSound, SentencePlayed, Drained]
    assert call.events[1].at - call.events[0].at == pytest.approx(0.040, abs=0.02)
    assert not call.outgoing.busy and call.outgoing.sent == 6 and call.outgoing.underruns == 0


def test_what_is_said_before_the_line_is_connected_leaves_first(pacer, wire):
    outgoing = Outgoing(ULAW, pacer)
    outgoing.say(1, 0, frames(1), last=True)
    assert outgoing.tick(0.0).reference.size == 0
    outgoing.connect(wire[0].fileno())
    pacer.tick()
    assert received(wire[1])[0].payload == ULAW.encode(frames(1))
    outgoing.close()


def test_a_stop_is_heard_in_the_very_next_packet_and_accounts_for_what_had_left(call):
    call.outgoing.say(1, 0, frames(10), last=False)
    call.tick(4)
    assert call.outgoing.stop() == [Heard(1, 0, 4 * 160, 10 * 160, False)]
    call.tick(3)
    assert call.loud == [(8, 8)] * 4 + [(8, 0)] + [(0, 0)] * 2
    assert not call.outgoing.busy


def test_ducking_reaches_into_the_ring_but_for_the_packet_about_to_leave(call):
    call.outgoing.say(1, 0, frames(10), last=True)
    call.tick(2)
    call.outgoing.duck()
    call.tick(3)
    call.outgoing.unduck()
    call.tick(5)
    assert call.loud == [(8, 8)] * 3 + [(8, 2)] + [(2, 2)] * 2 + [(2, 8)] + [(8, 8)] * 3
    assert [type(event) for event in call.events] == [FirstSound, SentencePlayed, Drained]


def test_a_pause_holds_and_a_resume_goes_on(call):
    call.outgoing.say(1, 0, frames(4), last=True)
    call.tick(1)
    call.outgoing.pause()
    assert call.outgoing.paused
    call.tick(3)
    call.outgoing.resume()
    call.tick(5)
    assert call.loud[:6] == [(8, 8), (8, 0), (0, 0), (0, 0), (0, 8), (8, 8)]
    assert call.outgoing.underruns == 0 and isinstance(call.events[-1], Drained)


def test_a_sentence_that_stalls_is_an_underrun(call):
    call.outgoing.say(1, 0, frames(2), last=False)
    call.tick(5)
    assert call.outgoing.underruns == 3


def test_half_a_second_in_which_python_stands_still_is_not_heard(call):
    call.outgoing.say(1, 0, frames(40), last=False)
    for _ in range(24):
        call.pacer.tick()
    call.tick(10)
    assert call.loud == [(8, 8)] * 34 and call.outgoing.underruns == 0


def test_the_reference_is_one_packet_ahead_of_the_wire_and_as_long(call):
    call.tick(2)
    call.outgoing.say(1, 0, frames(6), last=True)
    call.tick(10)
    assert [reference.size for reference in call.references] == [320] * 12
    loud = [bool(np.abs(reference[160:]).max() > 4000) for reference in call.references]
    assert loud == [False] * 2 + [True] * 5 + [False] * 5  # the first was said between two ticks: nobody could foresee it


def test_after_a_stall_of_ours_the_reference_catches_up(call):
    call.outgoing.say(1, 0, frames(10), last=True)
    for _ in range(3):
        call.pacer.tick()
    assert call.outgoing.tick(0.0).reference.size == 3 * 320
