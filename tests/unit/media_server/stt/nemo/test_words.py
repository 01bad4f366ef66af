"""Tokens become words, with times and confidence; tags are no words; what is stable stays."""

import itertools

import pytest

from core.speech import Word
from media_server.stt.nemo.words import FRAME, MOST_OPEN, MOST_WORDS, Spelling, Steadiness, Token, confidence, spell


def tokens(*pieces: str) -> list[Token]:
    return [Token(piece, 1000 * number, 0.5 + 0.1 * number) for number, piece in enumerate(pieces)]


def test_pieces_join_into_words_that_are_as_sure_as_their_least_sure_piece() -> None:
    words, tags = spell(tokens("▁mera", "▁or", "der"))
    assert words == [
        Word(text="mera", start=0, end=FRAME, confidence=0.5),
        Word(text="order", start=1000, end=2000 + FRAME, confidence=0.6),
    ]
    assert tags == ()


@pytest.mark.parametrize(
    ("pieces", "text", "found"),
    [
        (("▁haan", "<hi-IN>"), ["haan"], ("<hi-IN>",)),
        (("▁haan", "▁<hi-IN>", "▁ji"), ["haan", "ji"], ("<hi-IN>",)),
        (("<en-US>", "ok", "ay"), ["okay"], ("<en-US>",)),
        (("▁", "haan", "<unk>"), ["haan"], ()),
        (("▁haan", "?"), ["haan?"], ()),
        (("▁a", "<b"), ["a<b"], ()),
        (("▁",), [], ()),
        ((), [], ()),
    ],
)
def test_language_tags_are_told_apart_from_words(pieces: tuple[str, ...], text: list[str], found: tuple[str, ...]) -> None:
    words, tags = spell(tokens(*pieces))
    assert [word.text for word in words] == text
    assert tags == found


def test_an_utterance_without_words_has_no_confidence() -> None:
    assert confidence([]) == 0.0
    words, _ = spell(tokens("▁a", "▁b", "▁c"))
    assert confidence(words) == pytest.approx(0.6)
    assert confidence(words, "min") == 0.5
    assert confidence(words, "product") == pytest.approx(0.5 * 0.6 * 0.7)


def test_words_are_stable_once_two_chunks_have_left_them_alone() -> None:
    steady = Steadiness()
    heard = [["mera"], ["mera", "or"], ["mera", "order"], ["mera", "order"], ["mera", "order"], ["mera", "order", "kahan"]]
    lengths = [steady.after(spell(tokens(*(f"▁{word}" for word in words)))[0]) for words in heard]
    assert lengths == [0, 0, len("mera"), len("mera"), len("mera order"), len("mera order")]


def test_a_long_utterance_is_spelt_as_all_at_once_until_the_oldest_words_are_forgotten() -> None:
    pieces = [piece for number in range(400) for piece in (f"▁one{number}", "ly", *(["<hi-IN>"] if number % 50 == 0 else []))]
    spelling = Spelling()
    told = []
    for piece in pieces:
        spelling.add(tokens(piece))
        told.append(spelling.told())
    words, tags = spell(tokens(*pieces))
    assert [word.text for word in spelling.with_more([])[0]] == [word.text for word in words]
    assert spelling.with_more([])[1] == tags
    assert told[-1][0] == " ".join(word.text for word in words)
    assert all(after.startswith(before[:stable]) for (before, stable), (after, _) in itertools.pairwise(told))
    assert all(len(text) - stable <= 3 * len("one399ly ") for text, stable in told)
    for _ in range(10 * MOST_WORDS):
        spelling.add(tokens("▁la", "la"))
    assert {word.text for word in spelling.with_more([])[0]} == {"lala"}
    assert len(spelling.with_more([])[0]) <= MOST_WORDS + MOST_OPEN


def test_what_never_ends_is_no_word_and_is_cut() -> None:
    spelling = Spelling()
    for _ in range(3 * MOST_OPEN):
        spelling.add(tokens("a"))
    assert max(len(word.text) for word in spelling.with_more([])[0]) <= MOST_OPEN
