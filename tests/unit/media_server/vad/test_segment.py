"""media_server.vad.segment: hysteresis, minimum lengths, and what neither begins nor ends speech."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_server.vad.segment import WINDOW, Segmenter, SpeechStarted, SpeechStopped, SpeechSuspected
from media_server.vad.silero import Window

LOUD, SOFT = (3000.0,) * 4, (20.0,) * 4


def windows(pattern, levels=None):
    """One window a letter: # speech, + between off and on, . silence, c silence but concealed, e speech that may be our echo."""
    kinds = {"#": (0.9, LOUD), "+": (0.4, LOUD), ".": (0.1, SOFT), "c": (0.1, SOFT), "e": (0.9, LOUD)}
    for number, letter in enumerate(pattern):
        probability, level = kinds[letter]
        level = (levels or {}).get(number, level)
        yield Window(number * WINDOW, probability, level, concealed=letter == "c", ours=letter == "e")


def told(pattern, levels=None, suspicions=False):
    """What is said of it: (kind, sample in windows, window after which it was said)."""
    segmenter = Segmenter(on=0.5, off=0.35)
    return [
        (type(event), event.at / WINDOW, number + 1)
        for number, window in enumerate(windows(pattern, levels))
        for event in segmenter.push(window)
        if suspicions or not isinstance(event, SpeechSuspected)
    ]


def test_speech_is_suspected_at_its_first_window():
    assert told("..###.#", suspicions=True) == [(SpeechSuspected, 2, 3), (SpeechStarted, 2, 5)]


def test_speech_is_believed_after_96_ms_and_began_where_it_began():
    assert told("..###") == [(SpeechStarted, 2, 5)]


def test_it_ends_after_64_ms_of_silence_at_the_last_voiced_sample():
    assert told("####..") == [(SpeechStarted, 0, 3), (SpeechStopped, 4, 6)]


@pytest.mark.parametrize("pattern", ["##..", ".#.#.#.#", "++++++++", "..........", "##c.##"])
def test_a_click_a_cough_or_mumbling_is_no_speech(pattern):
    assert told(pattern) == []


def test_speech_dips_below_on_without_ending_and_begins_across_a_dip():
    assert told("#+#+++..") == [(SpeechStarted, 0, 3), (SpeechStopped, 6, 8)]


def test_one_silent_window_is_no_end():
    assert told("###.##.###") == [(SpeechStarted, 0, 3)]


def test_concealed_windows_neither_end_speech_nor_forbid_its_beginning():
    assert told("###ccccc###") == [(SpeechStarted, 0, 3)]
    assert told("##c#") == [(SpeechStarted, 0, 4)]


def test_silence_around_what_was_concealed_ends_speech_all_the_same():
    assert told("###.cc.") == [(SpeechStarted, 0, 3), (SpeechStopped, 3, 7)]


def test_what_may_be_our_echo_does_not_begin_speech_but_a_soft_word_of_the_caller_goes_on():
    assert told("eeeeee") == []
    assert told("##ee##") == []
    assert told("###eeee") == [(SpeechStarted, 0, 3)]


def test_it_begins_again_after_it_ended():
    assert [kind for kind, _, _ in told("###..####..")] == [SpeechStarted, SpeechStopped] * 2


def test_the_last_voiced_sample_is_where_the_sound_fell_not_where_the_network_noticed():
    levels = {3: (3000, 3000, 20, 20), 4: SOFT}  # the network hears speech until the end of window 4
    assert told("#####..", levels)[1] == (SpeechStopped, 3.5, 7)


def test_a_soft_voice_has_its_own_measure():
    levels = dict.fromkeys(range(5), (100.0,) * 4)
    assert told("#####..", levels)[1] == (SpeechStopped, 5, 7)


@given(st.text(alphabet="#+.ce", max_size=200))
def test_starts_and_stops_alternate_and_never_go_back_in_time(pattern):
    events = told(pattern)
    assert [kind for kind, _, _ in events] == [SpeechStarted, SpeechStopped] * (len(events) // 2) + [SpeechStarted] * (
        len(events) % 2
    )
    places = [at for _, at, _ in events]
    assert places == sorted(places) and all(at <= said for _, at, said in events)
