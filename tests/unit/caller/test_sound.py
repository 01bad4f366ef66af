"""Mouth, ears and line: what is said is stamped to the sample, what is heard is measured to the sample."""

import numpy as np
import pytest

from core.audio import CODECS, Pcm
from core.rtp import RtpPacket, TelephoneEvent
from haazir.caller.ears import Ears, Heard, pacing
from haazir.caller.line import Echo, Faults, Line, Loss, Network, Noise
from haazir.caller.mouth import FRAME, Mouth

ULAW = CODECS["ulaw"]


def new_mouth(line: Line | None = None, digits: int | None = 101) -> Mouth:
    return Mouth(ULAW, digits, ssrc=1, sequence=65534, timestamp=2**32 - FRAME, line=line or Line())


def tone(samples: int, lead: int = 0, tail: int = 0) -> Pcm:
    sound = np.where(np.arange(samples) % 2, 8000, -8000).astype(np.int16)
    return np.concatenate([np.zeros(lead, np.int16), sound, np.zeros(tail, np.int16)])


def speak(mouth: Mouth, frames: int) -> list[RtpPacket]:
    packets = [RtpPacket.parse(data) for number in range(frames) for data in mouth.frame(number * 0.02)]
    assert all(packets)
    return [packet for packet in packets if packet is not None]


def test_the_first_and_last_voiced_samples_are_stamped_as_sent() -> None:
    mouth = new_mouth()
    spoken = mouth.say(tone(200, lead=250, tail=100), "hello")
    speak(mouth, 4)
    assert spoken.onset == pytest.approx(250 / 8000)
    assert spoken.end == pytest.approx(449 / 8000)
    assert spoken.finished == pytest.approx(0.06)
    assert not mouth.busy


def test_silence_has_no_onset_but_ends() -> None:
    mouth = new_mouth()
    spoken = mouth.say(np.zeros(FRAME, np.int16))
    speak(mouth, 1)
    assert (spoken.onset, spoken.end, spoken.finished) == (None, None, 0.0)


def test_packets_go_on_through_the_wrap_of_both_counters() -> None:
    packets = speak(new_mouth(), 4)
    assert [packet.sequence for packet in packets] == [65534, 65535, 0, 1]
    assert [packet.timestamp for packet in packets] == [2**32 - FRAME, 0, FRAME, 2 * FRAME]
    assert [packet.marker for packet in packets] == [True, False, False, False]


def test_a_key_is_one_event_with_a_growing_duration_and_three_ends() -> None:
    mouth = new_mouth()
    (key,) = mouth.press("7")
    packets = speak(mouth, 12)
    events = [packet for packet in packets if packet.payload_type == 101]
    parsed = [TelephoneEvent.parse(packet.payload) for packet in events]
    assert {packet.timestamp for packet in events} == {2**32 - FRAME}
    assert [(event.key, event.end, event.duration) for event in parsed if event] == [
        ("7", False, n * FRAME) for n in range(1, 6)
    ] + [("7", True, 800)] * 3
    assert key.finished == pytest.approx(0.1)
    assert packets[-1].payload_type == 0


def test_a_key_no_phone_has_and_a_side_without_events_are_refused() -> None:
    with pytest.raises(ValueError, match="no such key: x"):
        new_mouth().press("1x")
    with pytest.raises(ValueError, match="telephone-event"):
        new_mouth(digits=None).press("1")


def hear(ears: Ears, sound: Pcm, start: float = 0.0, first: int = 0) -> None:
    for number in range(0, sound.size, FRAME):
        part = sound[number : number + FRAME]
        packet = RtpPacket(0, first + number // FRAME, number, 5, ULAW.encode(part))
        ears.hear(packet.serialize(), start + number / 8000)


def test_segments_begin_and_end_at_the_sample() -> None:
    ears = Ears(ULAW)
    hear(ears, np.concatenate([tone(1000, lead=300, tail=4000), tone(500, tail=160)]))
    assert [(segment.start, segment.end) for segment in ears.segments] == [
        (pytest.approx(300 / 8000), pytest.approx(1299 / 8000)),
        (pytest.approx(5300 / 8000), pytest.approx(5799 / 8000)),
    ]
    assert ears.speaking_at(0.1)
    assert not ears.speaking_at(0.3)
    assert ears.first_sound_after(0.1) == pytest.approx(5300 / 8000)
    assert ears.first_sound_after(1.0) is None


def test_short_pauses_are_part_of_a_segment() -> None:
    ears = Ears(ULAW)
    hear(ears, np.concatenate([tone(800, tail=1000), tone(800)]))
    assert len(ears.segments) == 1


def test_comfort_noise_is_silence() -> None:
    ears = Ears(ULAW)
    hear(ears, np.tile(np.array([-40, 40, 0, 10], np.int16), 800))
    assert ears.segments == []


def test_foreign_packets_are_counted_and_not_heard() -> None:
    ears = Ears(ULAW)
    assert ears.hear(b"rubbish", 0.0) is None
    assert ears.hear(RtpPacket(13, 1, 1, 1, b"\0").serialize(), 0.0) is None
    assert (ears.strange, ears.packets) == (2, [])


def test_a_recording_puts_every_packet_at_its_timestamp_and_a_loss_is_silence() -> None:
    ears = Ears(ULAW)
    for number in (0, 2, 1, 4):
        ears.hear(RtpPacket(0, number, (2**32 - 100 + number * FRAME) % 2**32, 5, ULAW.encode(tone(FRAME))).serialize(), 0.0)
    recording = ears.recording()
    assert recording.size == 5 * FRAME
    assert not recording[3 * FRAME : 4 * FRAME].any()
    assert Ears(ULAW).recording().size == 0


def test_pacing_counts_distances_losses_and_gaps() -> None:
    times = [(65534, 0.0), (65535, 0.021), (0, 0.040), (3, 0.1), (4, 0.2)]
    measured = pacing([Heard(at, number, 0, b"") for number, at in times])
    assert measured is not None
    assert (measured.missing, measured.gaps, measured.packets) == (2, 1, 5)
    assert measured.max_ms == pytest.approx(80)
    assert pacing([]) is None


def test_an_echo_comes_back_late_and_quieter() -> None:
    echo = Echo(level_db=-20, delay_s=0.04)
    heard = tone(FRAME)
    returned = []
    for _ in range(3):
        returned.append(echo.next(FRAME))
        echo.hear(heard)
    assert not returned[0].any() and not returned[1].any()
    assert np.abs(returned[2]).max() == 800


def test_noise_has_its_level_and_repeats() -> None:
    noise = Noise(-30)
    sound = np.concatenate([noise.next(FRAME) for _ in range(501)]).astype(float)
    assert 20 * np.log10(np.sqrt(np.mean(sound[:80000] ** 2)) / 32768) == pytest.approx(-30, abs=0.3)
    assert (sound[:FRAME] == sound[80000:]).all()


def test_a_bad_network_drops_doubles_and_swaps_what_its_dice_say() -> None:
    packets = [bytes([number]) * 20 for number in range(200)]
    perfect = Network(Faults())
    assert [perfect.carry(packet) for packet in packets] == [[packet] for packet in packets]
    swapping = Network(Faults(reorder=1.0))
    assert swapping.carry(packets[0]) == []
    assert swapping.carry(packets[1]) == [packets[1], packets[0]]
    bad = Network(Faults(drop=0.1, duplicate=0.1, reorder=0.1, garble=0.1))
    arrived = [copy for packet in packets for copy in bad.carry(packet)]
    assert len(set(arrived)) < 200
    assert any(packet not in packets for packet in arrived)


def test_a_loss_that_lines_share_takes_its_part_while_it_lasts() -> None:
    loss = Loss()
    assert not any(loss.takes() for _ in range(1000))
    loss.share = 0.2
    assert sum(loss.takes() for _ in range(1000)) == pytest.approx(200, abs=40)
    loss.share = 0.0
    assert not any(loss.takes() for _ in range(1000))
