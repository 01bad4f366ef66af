"""The language of an utterance: told by its small words, its script and the recogniser's tag, and kept when they tell nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sites import LANGUAGES, Language
from media_server.stt.text.tongue import language_of

ALL: tuple[Language, ...] = LANGUAGES


@pytest.mark.parametrize(
    ("text", "last", "language"),
    [
        ("mera order kab aayega", "en", "hi-Latn"),
        ("where is my order", "hi-Latn", "en"),
        ("मेरा ऑर्डर कब आएगा", "hi-Latn", "hi-Latn"),
        ("मेरा ऑर्डर कब आएगा", "hi", "hi"),
        ("मेरा ऑर्डर कब आएगा", "en", "hi-Latn"),
        ("ਮੇਰਾ ਆਰਡਰ ਕਿੱਥੇ ਹੈ", "hi-Latn", "pa"),
        ("mera order kithe hai mainu dasso", "hi-Latn", "pa"),
        ("please check kar ke batao order ka status", "en", "hi-Latn"),
        ("what is the return policy and how long does it take", "hi-Latn", "en"),
    ],
)
def test_a_sentence_tells_its_language(text: str, last: Language, language: Language) -> None:
    assert language_of(text, (), ALL, last) == language


@pytest.mark.parametrize(
    "text", ["", "haan ji", "ok thank you", "theek hai", "order status", "12345", "hello", "yes", "?", "注文"]
)
@pytest.mark.parametrize("last", ALL)
def test_what_everybody_says_changes_nothing(text: str, last: Language) -> None:
    assert language_of(text, (), ALL, last) == last


def test_a_tag_of_what_everybody_says_is_not_believed() -> None:
    assert language_of("haan ji", ("<en-US>",), ALL, "hi-Latn") == "hi-Latn"


def test_one_borrowed_word_does_not_turn_a_long_sentence() -> None:
    assert language_of("can you tell me the kal delivery plan for my parcel", (), ALL, "en") == "en"


def test_a_tag_tells_where_the_words_do_not() -> None:
    assert language_of("order status", ("<en-US>",), ALL, "hi-Latn") == "en"
    assert language_of("order status", ("hi-IN", "en-US"), ALL, "hi-Latn") == "en"
    assert language_of("order status", ("<xx-YY>", "nonsense"), ALL, "hi-Latn") == "hi-Latn"


def test_words_tell_more_than_a_tag() -> None:
    assert language_of("mera order kab tak aayega", ("<en-US>",), ALL, "hi-Latn") == "hi-Latn"


def test_english_in_devanagari_is_english_to_who_spoke_english() -> None:
    assert language_of("प्लीज़ चेक ऑर्डर स्टेटस", (), ALL, "en") == "en"
    assert language_of("प्लीज़ चेक ऑर्डर स्टेटस", ("<en-IN>",), ALL, "hi-Latn") == "en"
    assert language_of("प्लीज़ चेक ऑर्डर स्टेटस", (), ALL, "hi-Latn") == "hi-Latn"


@pytest.mark.parametrize(
    ("allowed", "language"), [(("hi", "en"), "hi"), (("en", "hi-Latn"), "hi-Latn"), (("pa", "en"), "en"), (("pa",), "pa")]
)
def test_a_caller_is_answered_in_a_language_of_the_site(allowed: tuple[Language, ...], language: Language) -> None:
    assert language_of("मेरा ऑर्डर कब आएगा", (), allowed, "en") == language


def test_punjabi_where_nobody_speaks_it_is_answered_in_hindi() -> None:
    assert language_of("ਮੇਰਾ ਆਰਡਰ ਕਿੱਥੇ ਹੈ", (), ("en", "hi-Latn"), "en") == "hi-Latn"


def test_a_site_without_a_language_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        language_of("haan", (), (), "en")


@given(
    st.text(max_size=60),
    st.lists(st.text(max_size=8), max_size=3),
    st.lists(st.sampled_from(ALL), min_size=1, unique=True),
    st.sampled_from(ALL),
)
def test_whatever_is_heard_the_language_is_an_allowed_one(
    text: str, tags: list[str], allowed: list[Language], last: Language
) -> None:
    assert language_of(text, tags, allowed, last) in allowed
