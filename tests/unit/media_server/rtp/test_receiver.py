"""media_server.rtp.receiver: whatever the network does, frames without holes and one verdict per packet."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.audio import CODECS, FRAME, dbfs
from core.rtp import COMFORT_NOISE, TELEPHONE_EVENT, RtpPacket, TelephoneEvent
from media_server.rtp.dtmf import KeyPressed
from media_server.rtp.receiver import Frame, Receiver

ULAW = CODECS["ulaw"]
TONE = (8000 * np.sin(2 * np.pi * 200 * np.arange(8000 * 4) / 8000)).astype(np.int16)


def voice(number, samples=160, sequence=0, timestamp=0, ssrc=7, payload_type=0):
    """Packet `number` of a 200 Hz tone cut into packets of `samples`."""
    sound = ULAW.encode(TONE[number * samples : (number + 1) * samples])
    return RtpPacket(payload_type, sequence + number, timestamp + number * samples, ssrc, sound).serialize()


def key(event, end, sequence, timestamp, ssrc=7):
    body = TelephoneEvent.of_key(event, 800, end).serialize()
    return RtpPacket(TELEPHONE_EVENT, sequence, timestamp, ssrc, body).serialize()


class Line:
    """A receiver and a clock: packets come one every 20 ms unless said otherwise; pulled at each."""

    def __init__(self, codec="ulaw"):
        self.receiver = Receiver(CODECS[codec])
        self.now = 100.0
        self.heard = []

    def hear(self, *datagrams, after=0.020):
        for datagram in datagrams:
            self.now += after
            self.heard += self.receiver.push(datagram, self.now)
            self.heard += self.receiver.pull(self.now)
        return self

    def wait(self, seconds):
        for _ in range(round(seconds / 0.020)):
            self.now += 0.020
            self.heard += self.receiver.pull(self.now)
        return self

    @property
    def frames(self):
        return [item for item in self.heard if isinstance(item, Frame)]

    @property
    def keys(self):
        return "".join(item.key for item in self.heard if isinstance(item, KeyPressed))

    @property
    def sound(self):
        return np.concatenate([frame.pcm for frame in self.frames])

    @property
    def marks(self):
        """One letter a frame: v voice, c concealed, . silent but for what the resampler still held."""
        return "".join("c" if f.concealed else "v" if dbfs(f.pcm[80:]) > -60 else "." for f in self.frames)

    @property
    def counts(self):
        verdicts = self.receiver.verdicts
        names = ("played", "late", "duplicate", "malformed", "lost")
        return {name: count for name in names if (count := getattr(verdicts, name))}


def assert_without_holes(frames):
    assert [frame.start for frame in frames] == [n * FRAME for n in range(len(frames))]
    assert all(frame.pcm.shape == (FRAME,) and frame.pcm.dtype == np.int16 for frame in frames)


def test_packets_in_order_go_through_at_once():
    line = Line()
    for number in range(5):
        line.hear(voice(number))
        assert len(line.frames) == number + 1
    assert line.counts == {"played": 5} and line.marks == "vvvvv"


def test_the_tone_that_comes_out_at_16_khz_is_the_one_that_went_in():
    line = Line().hear(*map(voice, range(50)))
    spectrum = np.abs(np.fft.rfft(line.sound[FRAME * 5 :]))
    assert spectrum.argmax() * 16_000 / line.sound[FRAME * 5 :].size == pytest.approx(200, abs=1)


@pytest.mark.parametrize("samples", [80, 160, 240, 320, 480, 1, 37, 161])
def test_any_packet_size_becomes_frames_of_20_ms(samples):
    line = Line()
    line.hear(*(voice(number, samples) for number in range(3200 // samples)), after=samples / 8000)
    assert_without_holes(line.frames)
    assert len(line.frames) == 3200 // samples * samples // 160
    assert line.counts == {"played": 3200 // samples}


def test_slin16_needs_no_change_of_rate_and_comes_with_either_payload_type():
    line = Line("slin16")
    pcm = np.arange(320, dtype=np.int16)
    for number, payload_type in enumerate([118, 11]):
        line.hear(RtpPacket(payload_type, number, number * 320, 7, CODECS["slin16"].encode(pcm)).serialize())
    assert [frame.pcm.tolist() for frame in line.frames] == [pcm.tolist()] * 2


def test_two_packets_that_changed_places_are_put_right():
    line = Line().hear(voice(0), voice(2), voice(1), voice(3), after=0.010)
    assert line.counts == {"played": 4} and line.marks == "vvvv"
    assert np.array_equal(line.sound, Line().hear(*map(voice, range(4))).sound)


def test_a_lost_packet_is_waited_for_20_ms_and_then_concealed():
    line = Line().hear(*map(voice, range(10)), voice(11))
    assert len(line.frames) == 10 and line.receiver.deadline == pytest.approx(line.now + 0.020)
    line.wait(0.020)
    assert line.counts == {"played": 11, "lost": 1} and line.marks == "v" * 10 + "cv"


def test_what_is_invented_continues_the_tone():
    line = Line().hear(*map(voice, range(10)), voice(11)).wait(0.020)
    true = Line().hear(*map(voice, range(12)))
    error = (line.sound - true.sound.astype(np.int32))[10 * FRAME : 12 * FRAME]
    assert np.sqrt(np.mean(error.astype(float) ** 2)) < 0.3 * np.sqrt(np.mean(true.sound.astype(float) ** 2))


def test_a_packet_that_comes_after_its_place_was_concealed_is_late():
    line = Line().hear(voice(0), voice(2)).wait(0.020).hear(voice(1), after=0)
    assert line.counts == {"played": 2, "late": 1, "lost": 1}


def test_a_second_copy_is_a_duplicate_also_while_it_waits():
    line = Line().hear(voice(0), voice(0), voice(2), voice(2), voice(1), voice(1), after=0.001)
    assert line.counts == {"played": 3, "duplicate": 3}


def test_sequence_and_timestamp_wrap():
    line = Line().hear(*(voice(n, sequence=65533, timestamp=2**32 - 500) for n in range(8)))
    assert line.counts == {"played": 8} and line.marks == "v" * 8 and line.receiver.resyncs == 0


def test_a_hole_at_the_wrap_is_one_lost_packet():
    line = Line().hear(*(voice(n, sequence=65533, timestamp=2**32 - 500) for n in (0, 1, 2, 4, 5))).wait(0.02)
    assert line.counts == {"played": 5, "lost": 1} and line.marks == "vvvcvv"


def test_a_pause_of_the_sender_with_whole_sequence_is_silence_not_loss():
    line = Line().hear(*map(voice, range(5))).wait(0.4)
    line.hear(RtpPacket(0, 5, 26 * 160, 7, ULAW.encode(TONE[:160])).serialize())
    assert_without_holes(line.frames)
    assert line.counts == {"played": 6} and len(line.frames) == 27
    assert line.marks.endswith(".v") and line.receiver.resyncs == 0


def test_a_hidden_loss_shows_as_a_short_hole_in_the_timestamps_and_is_concealed():
    line = Line().hear(*map(voice, range(5)))
    line.hear(RtpPacket(0, 5, 6 * 160, 7, ULAW.encode(TONE[960:1120])).serialize(), after=0.040)
    assert line.marks == "vvvvvcv" and line.counts == {"played": 6}


def test_after_comfort_noise_nothing_is_concealed():
    line = Line().hear(*map(voice, range(5)), RtpPacket(COMFORT_NOISE, 5, 800, 7, b"\x40").serialize()).wait(0.3)
    assert set(line.marks[5:]) == {"."}
    line.hear(RtpPacket(0, 6, 21 * 160, 7, ULAW.encode(TONE[:160])).serialize())
    assert line.marks[-1] == "v" and line.counts == {"played": 7}


def test_time_goes_on_when_nothing_comes_first_in_doubt_then_silent():
    line = Line().hear(*map(voice, range(5))).wait(1.0)
    assert_without_holes(line.frames)
    assert line.marks[:5] == "vvvvv" and line.marks[5:15] == "c" * 10 and set(line.marks[15:]) == {"."}
    assert 50 <= len(line.frames) <= 53


def test_doubt_ends_with_what_was_invented_also_where_packets_and_frames_do_not_meet():
    line = Line().hear(*(voice(n, samples=168) for n in range(5))).wait(1.0)
    assert "c" in line.marks and set(line.marks[-20:]) == {"."}, "else nobody would ever hear the caller fall silent"


def test_a_burst_after_a_stall_of_the_network_is_all_played():
    line = Line().hear(*map(voice, range(5))).wait(0.040).hear(*map(voice, range(5, 8)), after=0)
    assert line.counts == {"played": 8} and line.marks == "v" * 8


def test_a_new_ssrc_goes_on_where_the_old_ended_without_loss():
    line = Line().hear(*map(voice, range(5)))
    line.hear(*(voice(n, ssrc=8, sequence=40_000, timestamp=123_456) for n in range(5)))
    assert line.counts == {"played": 10} and line.marks == "v" * 10 and line.receiver.resyncs == 1


def test_packets_of_the_old_ssrc_right_after_the_change_are_late():
    line = Line().hear(voice(0), voice(0, ssrc=8), voice(1), voice(1, ssrc=8))
    assert line.counts == {"played": 3, "late": 1}


def test_a_timestamp_that_jumps_is_a_new_clock_not_a_long_silence():
    line = Line().hear(*map(voice, range(5)), *(voice(n, timestamp=9_000_000) for n in range(5, 10)))
    assert line.counts == {"played": 10} and line.marks == "v" * 10 and line.receiver.resyncs == 1


def test_a_timestamp_that_goes_back_is_a_new_clock_too():
    line = Line().hear(*(voice(n, timestamp=100_000) for n in range(5)), *map(voice, range(5, 10)))
    assert line.counts == {"played": 10} and line.marks == "v" * 10 and line.receiver.resyncs == 1


def test_a_sequence_that_jumps_is_believed_at_its_second_packet():
    line = Line().hear(*map(voice, range(5)), *(voice(n, sequence=30_000) for n in range(5, 10)))
    assert line.counts == {"played": 9, "late": 1} and line.receiver.resyncs == 1


def test_a_key_is_told_once_at_its_end_however_often_it_is_sent():
    line = Line().hear(*map(voice, range(3)))
    line.hear(*(key("5", end=n >= 3, sequence=3 + n, timestamp=480) for n in range(6)))
    assert line.keys == "5" and line.counts == {"played": 9}


def test_a_key_whose_end_was_lost_is_told_when_sound_is_back():
    line = Line().hear(voice(0), key("7", False, 1, 160), key("7", False, 2, 160), voice(3))
    assert line.keys == "7"
    line.hear(key("7", True, 4, 160))
    assert line.keys == "7"


def test_the_same_key_twice_is_two_keys():
    line = Line().hear(voice(0))
    for press in range(2):
        line.hear(*(key("1", end, 1 + press * 2 + end, 160 + press * 1600) for end in (False, True)))
    assert line.keys == "11"


def test_a_key_that_follows_one_without_end_tells_both():
    assert Line().hear(key("1", False, 0, 0), key("2", True, 1, 1600)).keys == "12"


def test_the_silence_under_a_key_is_not_concealed():
    line = Line().hear(*map(voice, range(3)))
    line.hear(*(key("5", n == 9, 3 + n, 480) for n in range(10)))
    line.hear(RtpPacket(0, 13, 13 * 160, 7, ULAW.encode(TONE[:160])).serialize())
    assert line.marks == "vvv" + "." * 10 + "v"


def test_a_hole_that_a_key_left_is_no_loss_whoever_tells_first():
    for told_after in (-0.1, 0.1):
        line = Line().hear(*map(voice, range(3))).wait(0.2)
        if told_after < 0:
            line.receiver.key_pressed(line.now)
        line.hear(*map(voice, range(13, 20)))
        if told_after > 0:
            assert line.counts["lost"] == 10
            line.receiver.key_pressed(line.now)
        assert "lost" not in line.counts


@pytest.mark.parametrize(
    "datagram",
    [b"", b"\x80", bytes(12), b"\xff" * 50, voice(0, payload_type=96), RtpPacket(TELEPHONE_EVENT, 1, 1, 7, b"abc").serialize()],
)
def test_what_is_not_ours_is_counted_and_changes_nothing(datagram):
    line = Line().hear(voice(0), datagram, voice(1))
    assert line.counts == {"played": 2, "malformed": 1} and line.marks == "vv"


def test_half_a_sample_of_slin16_is_malformed():
    line = Line("slin16").hear(RtpPacket(118, 0, 0, 7, b"abc").serialize())
    assert line.counts == {"malformed": 1}


def test_an_empty_payload_keeps_the_order_and_makes_no_sound():
    line = Line().hear(
        voice(0), RtpPacket(0, 1, 160, 7, b"").serialize(), RtpPacket(0, 2, 160, 7, ULAW.encode(TONE[160:320])).serialize()
    )
    assert line.counts == {"played": 3} and line.marks == "vv"


def test_before_the_first_packet_there_is_no_time():
    line = Line().wait(1.0)
    assert line.frames == [] and line.receiver.deadline is None
    assert line.receiver.report().mos == pytest.approx(4.36, abs=0.01)


def test_a_good_line_scores_well_and_a_bad_one_badly():
    good = Line().hear(*map(voice, range(200))).receiver.report(sent=200)
    bad = Line().hear(*(voice(n) for n in range(200) if n % 10)).wait(0.02).receiver.report()
    assert good.mos > 4.3 and good.jitter_ms < 0.01 and good.sent == 200
    assert bad.lost == 19 and bad.concealed == 19 and 2 < bad.mos < 3.6


def test_jitter_is_that_of_rfc_3550():
    line = Line()
    for number in range(400):
        line.hear(
            voice(number % 100, sequence=number - number % 100, timestamp=(number - number % 100) * 160),
            after=0.015 if number % 2 else 0.025,
        )
    assert line.receiver.report().jitter_ms == pytest.approx(5, abs=0.2)


step = st.tuples(
    st.integers(0, 40),  # which packet
    st.sampled_from([0.0, 0.001, 0.020, 0.020, 0.020, 0.1, 3.0]),  # when
    st.sampled_from(["voice", "voice", "voice", "voice", "other ssrc", "key", "noise", "junk", "jump"]),
)


def datagram_of(number, kind):
    match kind:
        case "other ssrc":
            return voice(number, ssrc=9)
        case "key":
            return key("3", number % 2 == 0, number, number // 4 * 640)
        case "noise":
            return RtpPacket(COMFORT_NOISE, number, number * 160, 7, b"\x40").serialize()
        case "junk":
            return bytes([number]) * number
        case "jump":
            return voice(number, sequence=number * 1500, timestamp=number * 10_000_000)
    return voice(number)


@settings(max_examples=150)
@given(st.lists(step, max_size=60))
def test_every_packet_has_one_verdict_and_frames_have_no_holes_whatever_comes(steps):
    line = Line()
    for number, after, kind in steps:
        line.hear(datagram_of(number, kind), after=after)
    line.wait(0.1)
    assert line.receiver.verdicts.received == len(steps)
    assert_without_holes(line.frames)


@given(st.permutations(range(12)), st.sets(st.integers(1, 11), max_size=6))
def test_reordering_within_the_wait_loses_nothing_but_the_lost(order, lost):
    line = Line().hear(voice(0))
    sent = [n + 1 for n in order if n + 1 not in lost]
    line.hear(*map(voice, sent), after=0).wait(0.06)
    assert line.counts["played"] == 1 + len(sent)
    assert line.counts.get("lost", 0) == max([0, *sent]) - len(sent)


@given(st.lists(st.binary(max_size=60).map(lambda tail: b"\x80\x00" + tail) | st.binary(max_size=60), max_size=30))
def test_no_bytes_raise(datagrams):
    for codec in CODECS:
        line = Line(codec).hear(*datagrams, after=0.013).wait(0.1)
        assert line.receiver.verdicts.received == len(datagrams)
        assert_without_holes(line.frames)
