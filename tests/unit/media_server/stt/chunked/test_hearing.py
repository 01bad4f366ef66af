"""One call with a full-context model: each Flush has its Final, partials stand where they say so, what is over is for nobody."""

import itertools

import numpy as np
import pytest

from core.audio import RATE, Pcm
from core.speech import Audio, EndUtterance, Expect, Final, Flush, FromStt, HearingFailed, Partial
from media_server.stt.chunked.choosing import OFTEN, SELDOM, Pace, Waiting, choose
from media_server.stt.chunked.hearing import Hearing
from media_server.stt.chunked.words import Ask, Heard, Word
from tests.unit.media_server.stt.chunked.scripted import Scripted, sound_of

SCRIPT = [(0, RATE // 2), (0, RATE // 2), (RATE // 4, RATE // 2)]


def audio(pcm: Pcm, start: int = 0) -> Audio:
    return Audio(start=start, pcm=pcm.tobytes())


def heard(hearing: Hearing, model: Scripted) -> list[FromStt]:
    """All that waits."""
    answers: list[FromStt] = []
    while hearing.waiting is not None:
        answers += hearing.take(model.hear([hearing.ask()])[0])
    return answers


@pytest.fixture
def model() -> Scripted:
    return Scripted(SCRIPT, longest=4 * RATE)


def hearing_for(model: Scripted, *, guesses: bool = True) -> Hearing:
    return Hearing(model.longest, ("en",), guesses=guesses)


def test_a_flush_has_its_final_with_words_times_language_and_confidence(model: Scripted) -> None:
    hearing = hearing_for(model)
    assert hearing.put(audio(sound_of(SCRIPT), start=3200)) == []
    assert hearing.put(Flush(utterance=4, revision=1)) == []
    [final] = heard(hearing, model)
    assert isinstance(final, Final)
    assert (final.utterance, final.revision, final.text, final.language) == (4, 1, "w0 w1 w2", "en")
    assert final.confidence == pytest.approx(0.9)
    assert [(word.text, word.start, word.end) for word in final.words] == [
        ("w0", 3200, 11200),
        ("w1", 11200, 19200),
        ("w2", 23200, 31200),
    ]


def test_a_flush_with_nothing_said_or_nothing_new_is_answered_at_once(model: Scripted) -> None:
    hearing = hearing_for(model)
    [final] = hearing.put(Flush(utterance=0, revision=0))
    assert isinstance(final, Final) and (final.text, final.confidence, final.language) == ("", 0.0, "en")
    hearing.put(audio(sound_of(SCRIPT)))
    hearing.put(Flush(utterance=0, revision=1))
    heard(hearing, model)
    [again] = hearing.put(Flush(utterance=0, revision=2))
    assert isinstance(again, Final) and (again.text, again.revision) == ("w0 w1 w2", 2)
    assert len(model.batches) == 1


def test_who_goes_on_after_a_flush_is_answered_for_what_came_before_it(model: Scripted) -> None:
    hearing = hearing_for(model)
    sound = sound_of(SCRIPT)
    hearing.put(audio(sound[:RATE]))
    hearing.put(Flush(utterance=0, revision=0))
    ask = hearing.ask()
    hearing.put(audio(sound[RATE:], start=RATE))
    assert hearing.waiting is None  # its window is at the model
    [final] = hearing.take(model.hear([ask])[0])
    assert isinstance(final, Final) and final.text == "w0 w1"
    hearing.put(Flush(utterance=0, revision=1))
    hearing.put(Flush(utterance=0, revision=2))
    finals = heard(hearing, model)
    assert [(final.revision, final.text) for final in finals if isinstance(final, Final)] == [(1, "w0 w1 w2"), (2, "w0 w1 w2")]


def test_partials_come_when_the_words_change_and_their_stable_part_stays(model: Scripted) -> None:
    hearing = hearing_for(model)
    sound = sound_of(SCRIPT)
    said: list[Partial] = []
    for start in range(0, sound.size, RATE // 4):
        hearing.put(audio(sound[start : start + RATE // 4], start=start))
        said += [answer for answer in heard(hearing, model) if isinstance(answer, Partial)]
    assert said[-1].text == "w0 w1 w2"
    assert len({partial.text for partial in said}) == len(said)
    for before, after in itertools.pairwise(said):
        assert after.text[: before.stable] == before.text[: before.stable]
    assert any(partial.stable for partial in said)


def test_who_wants_no_guesses_is_heard_only_when_asked(model: Scripted) -> None:
    hearing = hearing_for(model, guesses=False)
    hearing.put(audio(sound_of(SCRIPT)))
    assert hearing.waiting is None
    hearing.put(Flush(utterance=0, revision=0))
    assert hearing.waiting is not None


def test_a_guess_is_asked_for_as_such_but_what_will_stand_is_not(model: Scripted) -> None:
    hearing = hearing_for(model)
    hearing.put(audio(sound_of([(0, 3 * RATE)])))
    ask = hearing.ask()
    assert not ask.final
    hearing.take(Heard())
    hearing.put(audio(sound_of([(0, 3 * RATE)]), start=3 * RATE))
    assert hearing.ask().final  # more than a window: it is closed


def guessed(model: Scripted, ask: Ask) -> Heard:
    """What a model says that has a second, better decoder for who waits."""
    [heard] = model.hear([ask])
    return heard if ask.final else Heard((Word("quick", 0, ask.pcm.size, 0.9),), tag="en", guess=True)


@pytest.mark.parametrize("flush_first", [True, False], ids=["while the guess is made", "after it"])
def test_a_guess_that_heard_all_before_the_pause_is_no_final_but_heard_again(model: Scripted, flush_first: bool) -> None:
    hearing, flush = hearing_for(model), Flush(utterance=0, revision=0)
    hearing.put(audio(sound_of(SCRIPT)))
    guess = hearing.ask()
    said = hearing.put(flush) if flush_first else []
    said += hearing.take(guessed(model, guess))
    said += [] if flush_first else hearing.put(flush)
    assert said == [Partial(utterance=0, text="quick")]
    assert hearing.waiting is not None and hearing.waiting.asked is not None
    again = hearing.ask()
    assert again.final and again.pcm.size == guess.pcm.size
    [final] = hearing.take(guessed(model, again))
    assert isinstance(final, Final) and final.text == "w0 w1 w2"
    assert hearing.waiting is None
    [same] = hearing.put(Flush(utterance=0, revision=1))
    assert isinstance(same, Final) and same.text == "w0 w1 w2"


def test_an_utterance_whose_newest_hearing_was_a_guess_leaves_nothing_to_the_next(model: Scripted) -> None:
    hearing = hearing_for(model)
    hearing.put(audio(sound_of(SCRIPT)))
    hearing.take(guessed(model, hearing.ask()))
    hearing.put(EndUtterance(utterance=0))
    [final] = hearing.put(Flush(utterance=1, revision=0))
    assert isinstance(final, Final) and final.text == ""


def test_what_comes_back_for_an_utterance_that_is_over_is_for_nobody(model: Scripted) -> None:
    hearing = hearing_for(model)
    hearing.put(audio(sound_of(SCRIPT)))
    hearing.put(Flush(utterance=0, revision=0))
    ask = hearing.ask()
    hearing.put(EndUtterance(utterance=0))
    hearing.put(Expect(phrases=("monday",)))
    assert hearing.take(model.hear([ask])[0]) == []
    hearing.put(audio(sound_of(SCRIPT[:1]), start=10 * RATE))
    [partial] = heard(hearing, model)
    assert partial == Partial(utterance=1, text="w0")


def test_a_failed_window_loses_the_utterance_and_says_so_once(model: Scripted) -> None:
    hearing = hearing_for(model)
    hearing.put(audio(sound_of(SCRIPT)))
    hearing.put(Flush(utterance=0, revision=0))
    hearing.ask()
    assert hearing.fail("CUDA error") == [HearingFailed(detail="CUDA error")]
    assert hearing.waiting is None
    hearing.put(audio(sound_of(SCRIPT), start=9 * RATE))
    hearing.ask()
    hearing.put(EndUtterance(utterance=0))
    assert hearing.fail("CUDA error") == []


def test_numbers_are_written_as_numbers_and_the_language_is_told(model: Scripted) -> None:
    hearing = Hearing(4 * RATE, ("hi-Latn", "en"))
    hearing.put(audio(sound_of([(0, 3 * RATE)])))
    hearing.put(Flush(utterance=0, revision=0))
    ask = hearing.ask()
    words = "my order number is double nine one two".split()
    [final] = hearing.take(Heard(tuple(Word(w, n * 5000, n * 5000 + 4000, 0.9) for n, w in enumerate(words)), tag="en"))
    assert isinstance(final, Final) and ask.final
    assert (final.text, final.language) == ("my order number is 9912", "en")
    assert [word.text for word in final.words] == words


def test_who_has_paused_goes_first_and_windows_of_like_length_together() -> None:
    second = RATE
    waiting = [
        Waiting(4 * second, 4 * second, None),
        Waiting(9 * second, second, 7),
        Waiting(second, second, 5),
        Waiting(2 * second, second, 6),
    ]
    assert choose(waiting, 8, OFTEN) == [2, 3]
    assert choose(waiting[:2], 8, OFTEN) == [1]
    assert choose(waiting[:1], 8, OFTEN) == [0]
    assert choose(waiting[:1], 8, None) == []
    assert choose([Waiting(second, OFTEN - 1, None)], 8, OFTEN) == []
    assert choose([Waiting(second, OFTEN + n, None) for n in range(9)], 4, OFTEN) == [8, 7, 6, 5]
    assert choose([], 8, OFTEN) == []


def test_the_more_it_costs_the_less_often_who_speaks_is_heard() -> None:
    pace = Pace()
    assert pace.often(10, 8) == OFTEN
    pace.took(0.5)
    assert pace.often(1, 8) == int(1.5 * RATE)
    assert pace.often(10, 8) == SELDOM
    assert pace.often(30, 8) is None


def test_silence_between_words_is_nothing_to_ask_about(model: Scripted) -> None:
    hearing = hearing_for(model)
    hearing.put(audio(np.zeros(RATE, np.int16)))
    hearing.put(Flush(utterance=0, revision=0))
    hearing.ask()
    [final] = hearing.take(Heard())
    assert isinstance(final, Final) and (final.text, final.words) == ("", ())
