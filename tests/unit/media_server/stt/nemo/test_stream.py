"""One call's sound on its clock: what waits, what is looked at, what is forgotten, where sound jumps."""

import sys
from collections.abc import Sequence
from types import FrameType

import numpy as np

from core.audio import FRAME
from core.sites import Language
from core.speech import Audio, EndUtterance, Flush, Word
from media_server.stt.nemo.stream import DELAY, LONGEST_GAP, MOST_WAITING, Stream

CHUNK = 2560


def read(words: Sequence[Word], tags: tuple[str, ...]) -> tuple[str, Language]:
    return " ".join(word.text for word in words), "en"


def audio(start: int, samples: int, value: int = 1000) -> Audio:
    return Audio(start=start, pcm=np.full(samples, value, np.int16).tobytes())


def test_sound_waits_until_a_step_has_taken_it() -> None:
    stream = Stream(read)
    stream.take(audio(500, 2000))
    stream.take(audio(2500, 2000, 16384))
    assert stream.waiting == 4000
    chunk = stream.chunk(CHUNK)
    assert chunk[1999] == np.float32(1000 / 32768) and chunk[2000] == 0.5
    assert stream.waiting == 4000
    stream.stepped(CHUNK, [])
    assert stream.waiting == 4000 - CHUNK
    assert stream.chunk(CHUNK)[4000 - CHUNK] == 0, "silence follows what waits"


def test_sound_that_has_come_already_is_not_taken_twice() -> None:
    stream = Stream(read)
    stream.take(audio(1000, 640))
    stream.take(audio(1320, 640))
    stream.take(audio(1000, 320))
    assert stream.waiting == 960


def test_a_gap_is_heard_as_silence_but_not_sat_through() -> None:
    stream = Stream(read)
    stream.take(audio(1000, 320))
    stream.take(audio(1640, 320))
    assert stream.waiting == 960
    sound = stream.chunk(960)
    assert sound[319] > 0 and not sound[320:640].any() and sound[640] > 0
    stream.take(audio(1_000_000, 320))
    assert stream.waiting == 960 + LONGEST_GAP + 320


def test_words_stand_on_the_calls_clock_whatever_was_left_out_between() -> None:
    stream = Stream(read)
    stream.take(audio(16_000, CHUNK))
    stream.lead(FRAME)
    stream.take(audio(160_000, 2 * CHUNK))
    heard = CHUNK + FRAME + LONGEST_GAP
    stream.take(Flush(utterance=0, revision=0))
    tokens = [("▁one", FRAME + DELAY, 0.9), ("▁two", heard + DELAY, 0.9), ("▁three", heard + CHUNK + DELAY, 0.9)]
    (final,) = stream.looked(tokens)
    assert [word.start for word in final.words] == [16_000, 160_000, 160_000 + CHUNK]


def test_a_look_leaves_no_trace_and_answers_every_flush_once() -> None:
    stream = Stream(read)
    stream.take(audio(0, CHUNK))
    stream.stepped(CHUNK, [("▁where", 0, 0.9)])
    stream.take(Flush(utterance=0, revision=0))
    stream.take(Flush(utterance=0, revision=1))
    assert stream.flushed
    finals = stream.looked([("▁is", 0, 0.7)])
    assert [(final.revision, final.text, final.confidence) for final in finals] == [(0, "where is", 0.8), (1, "where is", 0.8)]
    assert not stream.flushed
    stream.take(audio(CHUNK, CHUNK))
    assert stream.stepped(CHUNK, [("▁was", 0, 0.9)]).text == "where was"  # type: ignore[union-attr]


def test_the_end_of_an_utterance_forgets_it_and_counts_on() -> None:
    stream = Stream(read)
    stream.take(audio(0, 2 * CHUNK))
    stream.stepped(CHUNK, [("▁where", 0, 0.9)])
    stream.take(Flush(utterance=0, revision=0))
    stream.take(EndUtterance(utterance=0))
    assert (stream.waiting, stream.flushed, stream.fresh) == (0, False, True)
    stream.take(audio(CHUNK, 2 * CHUNK))
    assert stream.waiting == CHUNK, "the rest was heard in the utterance before"
    partial = stream.stepped(CHUNK, [("▁now", 0, 0.9)])
    assert partial is not None and (partial.utterance, partial.text) == (1, "now")


def test_nothing_new_is_not_told_again_but_what_became_stable_is() -> None:
    stream = Stream(read)
    stream.take(audio(0, 6 * CHUNK))
    told = [stream.stepped(CHUNK, tokens) for tokens in ([], [("▁mera", 0, 0.9)], [], [], [], [])]
    assert [None if one is None else (one.text, one.stable) for one in told] == [
        None,
        ("mera", 0),
        None,
        ("mera", 4),
        None,
        None,
    ]


def test_an_engine_that_hangs_does_not_hoard_sound() -> None:
    stream = Stream(read)
    for second in range(60):
        stream.take(audio(second * 16_000, 16_000))
    assert stream.waiting == MOST_WAITING


def test_a_step_costs_the_same_in_the_third_minute_as_in_the_tenth_of_a_song() -> None:
    stream = Stream(read)

    def calls_made() -> int:
        """Of functions, in one more step: they go through its tokens."""
        made = 0

        def count(_frame: FrameType, event: str, _argument: object) -> None:
            nonlocal made
            made += event in ("call", "c_call")

        sys.setprofile(count)
        sing()
        sys.setprofile(None)
        return made

    def sing(chunks: int = 1) -> None:
        for _ in range(chunks):
            stream.stepped(CHUNK, [("▁la", 0, 0.9), ("la", 1280, 0.9)])

    sing(1200)
    early = max(calls_made() for _ in range(300))
    sing(2200)
    assert max(calls_made() for _ in range(300)) == early
