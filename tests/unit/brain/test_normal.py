"""One form for a question, whatever its language, script or spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.knowledge.hinglish import HINGLISH
from brain.knowledge.normal import normalise, spoken, stem
from brain.knowledge.sound import phonetic
from brain.knowledge.spelling import Vocabulary
from core.script import latin


@pytest.mark.parametrize(
    "text",
    [
        "mera order kahan hai", "Mera ordar kahaan hai?", "MERA ORDER KAHA HAI",
        "मेरा ऑर्डर कहाँ है", "मेरा आर्डर कहां है", "ਮੇਰਾ ਆਰਡਰ ਕਿੱਥੇ ਹੈ",
    ],
)  # fmt: skip
def test_one_question_in_many_spellings_and_scripts_is_one(text: str) -> None:
    assert normalise(text).english == "where my order"
    assert normalise(text).words == {"order"}


@pytest.mark.parametrize(
    ("text", "romanised"),
    [
        ("रिफंड कब मिलेगा", "rifand kab milega"),
        ("क्या आप ज़रूर फ़ोन करेंगे", "kya aap zarur fon karenge"),
        ("बड़ा १२३", "bara 123"),
        ("ਦੁਕਾਨ ਕਦੋਂ ਖੁੱਲ੍ਹਦੀ ਹੈ", "dukan kadon khulhadi hai"),
        ("order number 12", "order number 12"),
        ("", ""),
    ],
)
def test_devanagari_and_gurmukhi_are_written_in_latin(text: str, romanised: str) -> None:
    assert latin(text) == romanised


def test_a_dotted_letter_is_the_same_typed_either_way() -> None:
    assert latin("\u095a\u0932\u0924") == latin("\u0917\u093c\u0932\u0924") == "galat"


def test_abbreviations_are_one_word_however_they_were_heard() -> None:
    assert normalise("c o d milega kya").words == normalise("COD milega kya").words == {"cash", "deliver"}
    assert normalise("do you repair A Cs").words == normalise("do you repair ac").words


def test_a_listed_question_and_its_spelt_letters_are_the_same() -> None:
    assert normalise("do you do m r i").english == normalise("do you do MRI").english == "do you do mri"
    assert normalise("i need a c t scan").words == {"ct", "scan"}
    assert "is" in normalise("what a is").english.split()


@pytest.mark.parametrize(
    ("hinglish", "english"),
    [
        ("refund kab aayega", "when refund come"),
        ("kya aap laptop bechte hain", "you sell laptop"),
        ("laptop milta hai kya", "laptop get"),
        ("return policy kya hai", "what return policy"),
        ("test se pehle khana kha sakte hain", "can eat before test food"),
        ("kitne din mein aayega", "how many days come"),
        ("theek karna hai", "fix"),
        ("order cancel karna hai", "cancel order"),
        ("mil jayega", "get"),
        ("how do i return it", "how do i return it"),
    ],
)
def test_hindi_asks_as_english_does(hinglish: str, english: str) -> None:
    assert normalise(hinglish).english == english


def test_verbs_have_all_their_forms() -> None:
    forms = "bhejna bhejta bhejunga bhejiye bhejenge bhejke bhej bhejwao bheja bhejoge bhejenge"
    assert {normalise(f"saman {form}").english for form in forms.split()} == {"send product"}


def test_glued_words_are_taken_apart() -> None:
    assert normalise("kya badalsakte hain").words == normalise("badal sakte hain kya").words == {"change"}


@pytest.mark.parametrize("word", ["thayroid", "thairoid", "thyroyd"])
def test_misspelt_words_are_mended_to_the_sites_own(word: str) -> None:
    site = Vocabulary.of(["thyroid", "test", "course"])
    assert normalise(f"{word} test", site).english == "thyroid test"
    assert normalise("कोर्स", site).english == "course"


@pytest.mark.parametrize("word", ["share", "while", "mail", "theatre", "cross", "dear"])
def test_common_english_is_never_mended(word: str) -> None:
    assert normalise(f"the {word} of it", Vocabulary.of(["shahar", "will", "mila", "test", "course", "der"])).words == {
        stem(word)
    }


def test_what_a_question_wants_to_know_is_a_term() -> None:
    assert "?when" in normalise("report kitne din mein aayegi").terms and "?cost" in normalise("scan kitne ka hai").terms
    assert "?cost" not in normalise("kitne din lagenge").terms
    assert "?where" in normalise("aap kahan par hain").terms


def test_ids_are_kept_whole_and_apart() -> None:
    assert normalise("od-12345 kahan hai").ids == {"OD-12345"}
    assert normalise("order 45678").ids == {"45678"}
    assert normalise("3 din mein").ids == frozenset()


def test_a_slot_for_a_number_is_no_word() -> None:
    assert normalise("order number {digits}").english == "order number"
    assert spoken("Order number {digits}?") == "order number"


def test_english_words_are_not_taken_for_hinglish_ones() -> None:
    assert normalise("which road").english == "which road"
    assert normalise("last date").english == "last date"
    assert normalise("banana and a hair dryer").english == "banana and a hair dryer"


@pytest.mark.parametrize("words", ["wapas vaapas waapas", "order ordar ordr", "paisa paisaa pesa", "shahar shehar"])
def test_what_sounds_alike_has_one_key(words: str) -> None:
    assert len({phonetic(word) for word in words.split()}) == 1


def test_stems_are_the_same_for_one_word_in_its_forms() -> None:
    assert {stem(word) for word in ("delivery", "delivering", "delivered", "deliver", "deliveries")} == {"deliver"}
    assert stem("bus") == "bus" and stem("address") == "address"


def test_the_list_is_long_and_means_something() -> None:
    assert len(HINGLISH) > 2000
    assert all(word == word.lower() and english == english.strip() for word, english in HINGLISH.items())


@given(st.text(max_size=80))
def test_any_text_at_all_has_a_form(text: str) -> None:
    normal = normalise(text)
    assert normalise(text) == normal
    assert all(normal.terms)
    assert normal.english == normal.english.lower().strip()
