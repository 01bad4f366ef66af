"""The answer follows the language of the question; mixing is not a switch."""

import pytest

from core.sites import Language
from core.tongue import language_of


@pytest.mark.parametrize(
    ("text", "before", "language"),
    [
        ("mera order kahan hai", "en", "hi-Latn"),
        ("delivery kab hogi", "en", "hi-Latn"),
        ("please mera refund check karo", "en", "hi-Latn"),
        ("is the shop open kya", "en", "hi-Latn"),
        ("can you tell me when my refund will come ji", "hi-Latn", "en"),
        ("where is my order", "hi-Latn", "en"),
        ("What's your return policy?", "hi-Latn", "en"),
        ("मेरा order कहाँ है", "en", "hi"),
        ("ਮੇਰਾ ਆਰਡਰ ਕਿੱਥੇ ਹੈ", "hi-Latn", "pa"),
        ("order status", "en", "en"),
        ("order status", "hi-Latn", "hi-Latn"),
        ("order status", "pa", "pa"),
        ("12345", "hi", "hi"),
        ("👍", "pa", "pa"),
        ("", "en", "en"),
        ("do it", "hi-Latn", "en"),
        ("mainu refund chahida", "en", "hi-Latn"),
        ("thanks", "hi", "hi"),
    ],
)
def test_the_language_of_a_question(text: str, before: Language, language: Language) -> None:
    assert language_of(text, before) == language
