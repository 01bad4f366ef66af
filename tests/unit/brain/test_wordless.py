"""What asks nothing gets a short answer and is no gap; what asks something is asked, however it looks."""

import pytest

from brain.wordless import asks_nothing, wordless


@pytest.mark.parametrize("text", ["?", "...", "😀", "👍👍", "!!", "—", "🙏 🙏"])
def test_signs_and_pictures_are_no_words(text: str) -> None:
    assert wordless(text) == "no_words"


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE orders; --",
        "1' OR '1'='1",
        "SELECT * FROM site WHERE 1=1",
        "x UNION SELECT password",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "../../../etc/passwd",
    ],
)
def test_a_program_is_no_question(text: str) -> None:
    assert wordless(text) == "a_program"


@pytest.mark.parametrize(
    "text",
    [
        "select a phone from your shop for me", "kya aap table drop karte hain", "what's your price?", "रिफंड कब आएगा?",
        "ਰਿਫੰਡ ਕਦੋਂ ਆਵੇਗਾ", "12345", "AC 1.5 ton; price?", "update my order", "ok 👍",
    ],
)  # fmt: skip
def test_words_are_words(text: str) -> None:
    assert wordless(text) == "" == asks_nothing(text)


@pytest.mark.parametrize("text", ["you are useless", "tum bewakoof ho", "बकवास", "shut up"])
def test_abuse_asks_nothing_where_nothing_answers_it(text: str) -> None:
    assert (wordless(text), asks_nothing(text)) == ("", "angry")
