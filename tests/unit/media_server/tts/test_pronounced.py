"""Chat sentences are pronounced right: two sets written down word by word, and the lists that the front end says them by."""

import difflib
import re
import time
from collections.abc import Callable
from importlib.resources import files

import pytest

from media_server.tts.text.front_end import FrontEnd
from media_server.tts.text.lexicon import lines
from tests.unit.media_server.tts.pronounced import HELD_OUT, OPEN, Ear, sentences

FRONT_END = FrontEnd.load()
SHORTEST = {HELD_OUT: 150, OPEN: 250}
LEAST_RIGHT = {HELD_OUT: 0.98, OPEN: 0.99}
DATA = files("media_server.tts.text") / "data"
_SOUNDS = str.maketrans(
    {
        **dict.fromkeys("कख", "k"), **dict.fromkeys("गघ", "g"), **dict.fromkeys("चछ", "c"), **dict.fromkeys("जझ", "j"),
        **dict.fromkeys("टठतथ", "t"), **dict.fromkeys("डढदध", "d"), **dict.fromkeys("नणञंँ", "n"), **dict.fromkeys("पफ", "p"),
        **dict.fromkeys("बभ", "b"), **dict.fromkeys("शषस", "s"), "म": "m", "र": "r", "ल": "l", "व": "v", "ृ": "r", "ऋ": "r",
    }
)  # fmt: skip


@pytest.mark.parametrize("path", [HELD_OUT, OPEN], ids=lambda path: path.stem)
def test_words_are_pronounced_right_and_every_figure_is(path: object) -> None:
    assert path in (HELD_OUT, OPEN)
    every = sentences(path)
    heard = Ear().listen(FRONT_END, every)
    assert len(every) >= SHORTEST[path] and heard.share >= LEAST_RIGHT[path], heard.wrong
    assert heard.figures_right == heard.with_figures


def test_an_error_is_heard() -> None:
    heard = Ear().listen(FRONT_END, [("order 5 din me", [("ऑर्डर",), ("छह",), ("साल",), ("में",)])])
    assert (heard.words, heard.right, heard.with_figures, heard.figures_right) == (4, 2, 1, 0)


def test_nothing_of_a_hinglish_sentence_stays_in_latin_letters() -> None:
    for written, _ in sentences(OPEN):
        assert not re.search("[A-Za-z]", FRONT_END.spoken(written, "hi-Latn", english="devanagari")), written


def test_a_sentence_takes_a_millisecond() -> None:
    every = [written for written, _ in sentences(OPEN)]

    def say() -> None:
        for written in every:
            FRONT_END.spoken(written, "hi-Latn", english="devanagari")

    def reverse() -> None:
        """Work like the front end's: each word is found, and another put in its place."""
        for _ in range(30):
            re.sub("[A-Za-z]+", lambda word: word[0][::-1], " ".join(every))

    before, said, after = spent(reverse), spent(say), spent(reverse)
    millisecond = (before + after) / 2 / REVERSED_MS
    assert said / len(every) < 2 * millisecond


REVERSED_MS = 22
"""Of CPU that `reverse` takes where the front end was measured, at its busiest; quiet 12. A slower machine is slower at both."""


def spent(work: Callable[[], None]) -> float:
    """Seconds of CPU."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def test_there_are_three_thousand_words() -> None:
    words = {native for name in ("hindi", "verbs", "loans") for native, _ in lines((DATA / f"{name}.tsv").read_text("utf-8"))}
    assert len(words) >= 3000


@pytest.mark.parametrize("name", ["hindi", "verbs", "loans"])
def test_a_spelling_stands_once_and_is_made_of_letters(name: str) -> None:
    seen: dict[str, str] = {}
    for native, spellings in lines((DATA / f"{name}.tsv").read_text("utf-8")):
        assert re.fullmatch("[\u0901-\u0963 ]+", native), native
        for spelling in spellings:
            assert re.fullmatch(r"[a-z]+(?:['-][a-z]+)?\??", spelling), spelling
            assert seen.setdefault(spelling.rstrip("?"), native) == native, spelling


@pytest.mark.parametrize("name", ["hindi", "verbs"])
def test_a_spelling_has_the_consonants_of_its_word(name: str) -> None:
    """A slip of a line shows so: "bhar" beside हफ़्तों."""
    for native, spellings in lines((DATA / f"{name}.tsv").read_text("utf-8")):
        for spelling in spellings:
            likeness = difflib.SequenceMatcher(None, _of_word(native), _of_spelling(spelling)).ratio()
            assert likeness >= 0.5 or len(_of_word(native)) < 3, (native, spelling)


def _of_word(native: str) -> str:
    text = native.replace("ज़", "j").replace("ड़", "d").replace("ढ़", "d").translate(_SOUNDS)
    return re.sub(r"(.)\1+", r"\1", re.sub("[^a-z]", "", text))


def _of_spelling(spelling: str) -> str:
    text = spelling.replace("sh", "s").replace("ph", "p").replace("ch", "C").replace("c", "k").lower()
    return re.sub(r"(.)\1+", r"\1", re.sub("[aeiouyh'?-]", "", text).translate(str.maketrans("zfwqx", "jpvkk")))
