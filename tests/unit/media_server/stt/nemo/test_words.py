"""Tokens become words, with times and confidence; tags are no words; what is stable stays."""

import pytest

from core.speech import Word
from media_server.stt.nemo.words import FRAME, Steadiness, Token, confidence, spell


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
