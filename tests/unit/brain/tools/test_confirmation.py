"""To "shall I?": what is a yes, what is a no, and what is neither, in four languages."""

import pytest

from brain.understand import No, Yes, confirmation, wants_to_stop

READ_BACK = "Order number 1 2 3 4 5 ko cancel karna hai. Kya main yeh kar doon?"


@pytest.mark.parametrize(
    "said",
    [
        "haan", "haan ji", "ji haan kar dijiye", "haan kar do", "kar do", "yes", "yes please", "yes go ahead",
        "okay do it", "do it",
        "bilkul", "theek hai kar do", "haan order cancel kar do", "confirm", "sahi hai", "हाँ",
        "हाँ जी कर दीजिए", "ठीक है", "ਹਾਂ ਜੀ",
        "ਹਾਂ ਕਰ ਦਿਓ", "sure", "right",
    ],
)  # fmt: skip
def test_a_yes(said: str) -> None:
    assert confirmation(said, READ_BACK) == Yes()


@pytest.mark.parametrize(
    "said",
    [
        "nahin", "no", "nahin ji", "mat karo", "cancel mat karo", "don't", "no don't do it", "rehne do",
        "ruk jao"[:3], "नहीं",
        "रहने दो", "ਨਹੀਂ", "stop", "wait", "haan nahin", "galat hai",
    ],
)  # fmt: skip
def test_a_no(said: str) -> None:
    assert confirmation(said, READ_BACK) == No()


@pytest.mark.parametrize(
    "said",
    [
        "",
        "hmm",
        "refund kab aayega",
        "haan refund kab aayega",
        "cancel",
        "order cancel karna",
        "do",
        "hai",
        "kya",
        "yes but tomorrow",
        "12345",
    ],
)
def test_anything_else_is_neither(said: str) -> None:
    assert confirmation(said, READ_BACK) is None


@pytest.mark.parametrize("said", ["never mind", "rehne dijiye", "chhodo", "no", "kuchh nahin", "forget it", "रहने दीजिए", "नहीं"])
def test_the_caller_gives_up(said: str) -> None:
    assert wants_to_stop(said)


@pytest.mark.parametrize("said", ["ravi kumar", "12345", "haan", "ek fridge", "notebook"])
def test_an_answer_is_no_giving_up(said: str) -> None:
    assert not wants_to_stop(said)
