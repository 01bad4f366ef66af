"""media_server.rtp.playout: what is said, in which order, how loud, and how much of it was heard."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audio import CODECS, dbfs
from media_server.rtp.playout import DUCKED, Drained, FirstSound, Heard, Playout, SentencePlayed

SLIN = CODECS["slin16"]
FRAME = SLIN.frame_samples


def sound(frames, level=8000):
    return np.full(int(frames * FRAME), level, np.int16)


class Speaker:
    """A playout whose frames leave as soon as they are taken, one every 20 ms from 10.0 on."""

    def __init__(self):
        self.playout = Playout(SLIN)
        self.at = 10.0
        self.events = []

    def play(self, frames):
        heard = []
        for _ in range(frames):
            heard.append(SLIN.decode(self.playout.take()))
            self.events += self.playout.sent(self.at)[1]
            self.at += 0.020
        return np.concatenate(heard)

    def play_all(self):
        heard = [np.zeros(0, np.int16)]
        while self.playout.ready:
            heard.append(self.play(1))
        return np.concatenate(heard)


def is_noise(pcm):
    return pcm.size > 0 and -70 < dbfs(pcm) < -60


@pytest.mark.parametrize("name", list(CODECS))
def test_with_nothing_to_say_there_is_comfort_noise_of_the_right_size(name):
    codec = CODECS[name]
    payload = Playout(codec).take()
    assert len(payload) == codec.frame_bytes
    assert -68 < dbfs(codec.decode(payload)) < -58


def test_noise_does_not_repeat_from_frame_to_frame():
    playout = Playout(SLIN)
    assert len({playout.take() for _ in range(50)}) == 50


def test_what_is_said_comes_out_sample_by_sample_with_noise_after_it():
    speaker = Speaker()
    said = np.arange(1000, 1000 + 2 * FRAME + 100, dtype=np.int16)
    speaker.playout.say(1, 0, said, last=True)
    heard = speaker.play_all()
    assert heard.size == 3 * FRAME
    assert np.array_equal(heard[: said.size], said) and is_noise(heard[said.size :])
    assert not speaker.playout.busy


def test_sentences_are_heard_in_the_order_they_were_opened_not_in_that_of_their_sound():
    speaker = Speaker()
    nothing = sound(0)
    speaker.playout.say(1, 0, nothing, last=False)
    speaker.playout.say(1, 1, sound(1, 2000), last=True)
    assert not speaker.playout.ready
    speaker.playout.say(1, 0, sound(1, 1000), last=True)
    assert speaker.play_all().tolist() == [1000] * FRAME + [2000] * FRAME


def test_the_next_sentence_follows_within_the_frame():
    speaker = Speaker()
    speaker.playout.say(1, 0, sound(0.5, 1000), last=True)
    speaker.playout.say(1, 1, sound(0.5, 2000), last=True)
    assert speaker.play_all().tolist() == [1000] * (FRAME // 2) + [2000] * (FRAME // 2)


def test_part_of_a_frame_waits_for_more_but_the_end_of_a_sentence_does_not():
    playout = Playout(SLIN)
    playout.say(1, 0, sound(0.5), last=False)
    assert not playout.ready
    playout.say(1, 0, sound(0), last=True)
    assert playout.ready


def test_events_carry_the_time_their_sample_left():
    speaker = Speaker()
    quiet_then_loud = np.concatenate([sound(1, 100), sound(0.5, 100), sound(1.5, 9000)])
    speaker.playout.say(7, 0, quiet_then_loud, last=True)
    speaker.playout.say(7, 1, sound(1.5), last=True)
    speaker.play_all()
    kinds = [type(event) for event in speaker.events]
    assert kinds == [FirstSound, SentencePlayed, SentencePlayed, Drained]
    assert [event.at for event in speaker.events] == pytest.approx([10.030, 10.060, 10.090, 10.090])


def test_the_first_sound_of_each_reply_is_told_once():
    speaker = Speaker()
    for reply in (1, 2):
        for index in (0, 1):
            speaker.playout.say(reply, index, sound(2), last=True)
    speaker.play_all()
    firsts = [(event.reply, event.index) for event in speaker.events if isinstance(event, FirstSound)]
    assert firsts == [(1, 0), (2, 0)]


def test_a_sentence_whose_end_comes_after_its_sound_has_left_ends_without_a_frame():
    speaker = Speaker()
    speaker.playout.say(1, 0, sound(1), last=False)
    speaker.play_all()
    speaker.playout.say(1, 0, sound(0), last=True)
    assert speaker.playout.settle(11.0) == [SentencePlayed(1, 0, 11.0), Drained(11.0)]
    assert speaker.playout.settle(11.1) == []


def test_an_empty_sentence_is_played_at_once():
    playout = Playout(SLIN)
    playout.say(1, 0, sound(0), last=True)
    assert not playout.ready and playout.settle(1.0) == [SentencePlayed(1, 0, 1.0), Drained(1.0)]


def test_noise_in_the_middle_of_a_sentence_is_an_underrun_and_between_sentences_is_not():
    speaker = Speaker()
    speaker.playout.sent_noise()
    speaker.playout.say(1, 0, sound(1), last=False)
    speaker.playout.sent_noise()
    assert speaker.playout.underruns == 0  # it has not begun
    speaker.play_all()
    speaker.playout.sent_noise()
    assert speaker.playout.underruns == 1
    speaker.playout.say(1, 0, sound(0), last=True)
    speaker.playout.say(1, 1, sound(0), last=False)
    speaker.playout.sent_noise()
    assert speaker.playout.underruns == 1


def test_ducking_goes_down_and_up_in_ramps():
    speaker = Speaker()
    speaker.playout.say(1, 0, sound(6), last=True)
    speaker.play(1)
    speaker.playout.duck()
    ducked = speaker.play(2)
    speaker.playout.unduck()
    loud = speaker.play(2)
    assert ducked[-1] == 8000 * DUCKED and loud[-1] == 8000
    assert np.abs(np.diff(np.concatenate([ducked, loud]).astype(int))).max() < 100


def test_a_pause_fades_out_and_goes_on_where_it_was():
    speaker = Speaker()
    said = np.tile(np.arange(2000, 2000 + FRAME, dtype=np.int16), 4)
    speaker.playout.say(1, 0, said, last=True)
    speaker.play(1)
    speaker.playout.pause()
    assert speaker.playout.ready
    faded = speaker.play(1)
    assert not speaker.playout.ready and speaker.playout.busy and is_noise(speaker.play(3)) and is_noise(faded[160:])
    speaker.playout.unduck()
    rest = speaker.play_all()
    assert rest[160] == said[FRAME + 128 + 160]  # 8 ms went into the fade
    assert speaker.playout.underruns == 0 and isinstance(speaker.events[-1], Drained)


def test_a_pause_before_the_first_word_takes_nothing():
    speaker = Speaker()
    speaker.playout.say(1, 0, sound(2), last=True)
    speaker.playout.pause()
    assert not speaker.playout.ready and is_noise(speaker.play(1))
    speaker.playout.unduck()
    assert speaker.play_all().size == 2 * FRAME


def test_a_stop_fades_within_a_frame_and_says_what_was_heard():
    speaker = Speaker()
    speaker.playout.say(3, 0, sound(1), last=True)
    speaker.playout.say(3, 1, sound(5), last=False)
    speaker.playout.say(3, 2, sound(5), last=True)
    speaker.play(2)
    heard = speaker.playout.stop()
    assert heard == [Heard(3, 1, FRAME, 5 * FRAME, False), Heard(3, 2, 0, 5 * FRAME, True)]
    last = speaker.play(1)
    assert last[0] == 8000 and np.abs(np.diff(last.astype(int))).max() < 200 and is_noise(last[128:])
    assert not speaker.playout.busy and is_noise(speaker.play(2))


def test_a_stop_before_the_first_word_is_silent_at_once():
    speaker = Speaker()
    speaker.playout.say(3, 0, sound(1), last=True)
    assert speaker.playout.stop() == [Heard(3, 0, 0, FRAME, True)]
    assert not speaker.playout.ready and is_noise(speaker.play(1))


def test_after_a_stop_the_next_reply_is_as_loud_as_ever():
    speaker = Speaker()
    speaker.playout.say(1, 0, sound(9), last=True)
    speaker.playout.duck()
    speaker.play(2)
    speaker.playout.stop()
    speaker.playout.say(2, 0, sound(2), last=True)
    assert speaker.play_all()[2 * FRAME - 1] == 8000  # the fade of the reply before took the first 8 ms


def test_frames_taken_back_are_said_again_and_at_the_new_gain():
    playout = Playout(SLIN)
    playout.say(1, 0, np.arange(4 * FRAME, dtype=np.int16), last=True)
    first, *_ = (playout.take() for _ in range(3))
    playout.take_back(2)
    playout.duck()
    again = SLIN.decode(playout.take())
    assert SLIN.decode(first)[0] == 0 and again[0] == FRAME and again[-1] == (2 * FRAME - 1) * DUCKED // 1
    playout.take_back(1)
    playout.unduck()
    assert SLIN.decode(playout.take()).tolist() == list(range(FRAME, 2 * FRAME))


def test_taking_back_more_than_was_taken_takes_back_what_there_is():
    playout = Playout(SLIN)
    playout.say(1, 0, sound(1), last=True)
    playout.take()
    playout.take_back(5)
    assert playout.ready and playout.sent(1.0) == (None, [])


@given(
    pieces=st.lists(st.integers(0, 900), min_size=1, max_size=12),
    steps=st.lists(st.sampled_from(["take", "take", "sent", "back", "duck", "unduck", "pause"]), max_size=60),
)
def test_every_sample_is_sent_exactly_once_whatever_is_taken_back(pieces, steps):
    playout = Playout(SLIN)
    total = sum(pieces)
    said = np.arange(total, dtype=np.int16)
    begin = 0
    for number, size in enumerate(pieces):
        playout.say(1, 0, said[begin : begin + size], last=number == len(pieces) - 1)
        begin += size
    events = []
    for step in [*steps, "unduck", *["take", "sent"] * 60]:
        match step:
            case "take" if playout.ready:
                assert len(playout.take()) == SLIN.frame_bytes
            case "sent":
                events += playout.sent(1.0)[1]
            case "back":
                playout.take_back(2)
            case "duck":
                playout.duck()
            case "unduck":
                playout.unduck()
            case "pause":
                playout.pause()
    events += playout.settle(2.0)
    assert [event for event in events if isinstance(event, SentencePlayed | Drained)][-2:] != []
    assert sum(isinstance(event, SentencePlayed) for event in events) == 1
    assert not playout.busy and playout.stop() == []
