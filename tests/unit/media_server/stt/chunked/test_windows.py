"""Windows of an utterance: no word is lost, doubled or cut, whatever its pauses; and what once stood, stands."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.audio import RATE
from media_server.stt.chunked.windows import LULL, MOST_SOUND, MOST_WORDS, UNSURE, Utterance, Window, pause_in
from media_server.stt.chunked.words import Ask, Word
from tests.unit.media_server.stt.chunked.scripted import Scripted, sound_of

LONGEST = 4 * RATE
WORDS = st.tuples(st.sampled_from([0, 0, 0, RATE // 20, RATE // 2]), st.integers(RATE // 6, RATE // 2))


def hear(utterance: Utterance, recogniser: Scripted) -> None:
    """All that waits."""
    while (window := utterance.window()) is not None:
        utterance.take(window, recogniser.hear([Ask(window.pcm, ("en",))])[0].words)


def texts(utterance: Utterance) -> list[str]:
    return [word.text for word in utterance.words]


def test_a_short_utterance_is_one_window_and_is_heard_once() -> None:
    script = [(0, 6400)]
    utterance = Utterance(LONGEST)
    utterance.add(1000, sound_of(script).tobytes())
    window = utterance.window()
    assert window is not None and (window.start, window.pcm.size, window.closes) == (0, 6400, False)
    utterance.take(window, Scripted(script).hear([Ask(window.pcm, ("en",))])[0].words)
    assert utterance.window() is None and utterance.unheard == 0
    assert utterance.words == (Word("w0", 1000, 7400, 0.9),)


def test_nothing_said_is_nothing_to_hear() -> None:
    utterance = Utterance(LONGEST)
    utterance.add(0, b"")
    assert utterance.window() is None and utterance.words == () and utterance.waiting == 0


@given(
    st.lists(WORDS, min_size=1, max_size=40),
    st.lists(st.integers(2000, 3 * RATE), min_size=1, max_size=12),
    st.sampled_from([0, 300]),
)
@settings(max_examples=30)
@example([(0, RATE // 3)] * 60, [3 * RATE], 300)
def test_no_word_is_lost_doubled_or_cut_and_what_stands_stays(
    script: list[tuple[int, int]], steps: list[int], jitter: int
) -> None:
    recogniser = Scripted(script, longest=LONGEST, jitter=jitter)
    sound = sound_of(script)
    utterance = Utterance(LONGEST)
    standing: list[str] = []
    at = step = 0
    while at < sound.size:
        piece = sound[at : at + steps[step % len(steps)]]
        utterance.add(at, piece.tobytes())
        at, step = at + piece.size, step + 1
        if (window := utterance.window()) is not None and step % 3:
            utterance.take(window, recogniser.hear([Ask(window.pcm, ("en",))])[0].words)
        assert texts(utterance)[: len(standing)] == standing
        standing = texts(utterance)[: utterance.stable]
    hear(utterance, recogniser)
    assert texts(utterance) == [f"w{number}" for number in range(len(script))]
    starts = [word.start for word in utterance.words]
    assert starts == sorted(starts)


def test_a_minute_without_a_pause_is_heard_whole() -> None:
    script = [(0, RATE // 3)] * 180
    recogniser = Scripted(script)
    utterance = Utterance(recogniser.longest)
    utterance.add(0, sound_of(script).tobytes())
    hear(utterance, recogniser)
    assert texts(utterance) == [f"w{number}" for number in range(180)]


def test_a_window_is_cut_in_its_pause_where_there_is_one() -> None:
    script = [(0, 3 * RATE), (RATE // 2, 3 * RATE)]
    utterance = Utterance(LONGEST)
    utterance.add(0, sound_of(script).tobytes())
    window = utterance.window()
    assert window is not None and window.closes and window.paused
    assert 3 * RATE < window.end < 3 * RATE + RATE // 2


def test_the_silence_of_a_line_whose_zero_is_off_is_a_pause() -> None:
    pcm = sound_of([(0, 2 * RATE), (RATE // 2, RATE)]) // 2 + 5000
    cut = pause_in(pcm.astype(np.int16))
    assert cut is not None and 2 * RATE < cut < 2 * RATE + RATE // 2
    assert pause_in(sound_of([(0, 3 * RATE)])) is None
    assert pause_in(np.zeros(100, np.int16)) is None


def test_words_that_two_hearings_agree_on_stand_but_not_those_at_the_end() -> None:
    utterance = Utterance(LONGEST)
    utterance.add(0, bytes(2 * RATE * 2))
    first = utterance.window()
    assert first is not None
    words = (Word("Order,", 0, 8000, 0.9), Word("kahan", 8000, 16000, 0.9), Word("hai", 16000, 2 * RATE, 0.9))
    utterance.take(first, words)
    assert utterance.stable == 0
    utterance.add(2 * RATE, bytes(2 * (RATE // 2)))
    second = utterance.window()
    assert second is not None and second.end - UNSURE < words[2].end
    utterance.take(second, (Word("order", 0, 8000, 0.5), *words[1:]))
    assert utterance.stable == 2
    assert texts(utterance) == ["order", "kahan", "hai"]


def test_a_hearing_that_differs_does_not_take_back_what_stands() -> None:
    utterance = Utterance(LONGEST)
    words = (Word("mera", 0, 8000, 0.9), Word("order", 8000, 16000, 0.9))
    for second in range(2):
        utterance.add(2 * second * RATE, bytes(2 * 2 * RATE))
        window = utterance.window()
        assert window is not None
        utterance.take(window, words)
    utterance.add(4 * RATE, bytes(100))
    window = utterance.window()
    assert window is not None
    utterance.take(window, (Word("meri", 0, 8100, 0.9), Word("border", 8100, 16100, 0.9), Word("kahan", 16100, 24000, 0.9)))
    assert texts(utterance) == ["mera", "order", "kahan"]


def test_a_jump_in_the_sound_becomes_a_short_silence_and_times_are_the_calls_own() -> None:
    script = [(0, RATE), (0, RATE)]
    sound = sound_of(script)
    utterance = Utterance(LONGEST)
    utterance.add(500, sound[:RATE].tobytes())
    utterance.add(500 + 10 * RATE, sound[RATE:].tobytes())
    assert utterance.waiting == 2 * RATE + LULL
    hear(utterance, Scripted(script))
    assert [(word.text, word.start) for word in utterance.words] == [("w0", 500), ("w1", 500 + 10 * RATE)]


def test_sound_that_comes_twice_is_taken_once() -> None:
    utterance = Utterance(LONGEST)
    utterance.add(0, bytes(3200))
    utterance.add(800, bytes(3200))
    utterance.add(800, bytes(1601))
    assert utterance.unheard == 2400


def test_what_waits_is_bounded() -> None:
    utterance = Utterance(LONGEST)
    for second in range(MOST_SOUND // RATE + 5):
        utterance.add(second * RATE, bytes(2 * RATE))
    assert utterance.unheard == MOST_SOUND


def test_noise_without_words_moves_on() -> None:
    utterance = Utterance(LONGEST)
    utterance.add(0, sound_of([(0, 10 * RATE)]).tobytes())
    seen: list[Window] = []
    while (window := utterance.window()) is not None:
        seen.append(window)
        utterance.take(window, ())
    assert len(seen) == 3 and utterance.words == ()


def test_one_word_that_fills_a_window_moves_on() -> None:
    utterance = Utterance(LONGEST)
    utterance.add(0, sound_of([(0, 6 * RATE)]).tobytes())
    window = utterance.window()
    assert window is not None
    utterance.take(window, (Word("aaa", 0, LONGEST, 0.9),))
    assert utterance.waiting == 2 * RATE and texts(utterance) == ["aaa"]


@pytest.mark.parametrize(("most_words", "kept"), [(MOST_WORDS, MOST_WORDS), (None, 2 * MOST_WORDS)])
def test_of_what_never_ends_a_call_keeps_the_last_words_and_a_recording_all(most_words: int | None, kept: int) -> None:
    utterance = Utterance(LONGEST, most_words=most_words)
    for number in range(MOST_WORDS):
        utterance.add(number * LONGEST, np.full(LONGEST, 3000, np.int16).tobytes())
        utterance.add((number + 1) * LONGEST, bytes(2))  # one sample too many: the window closes
        window = utterance.window()
        assert window is not None and window.closes
        middle = window.pcm.size // 2
        utterance.take(window, [Word(f"w{number}a", 0, middle, 0.9), Word(f"w{number}b", middle, window.pcm.size, 0.9)])
    found = texts(utterance)
    assert len(found) == utterance.stable == kept and found[-1].startswith(f"w{MOST_WORDS - 1}")
