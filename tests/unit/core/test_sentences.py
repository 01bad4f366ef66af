"""Sentences end where a reader would take a breath, and nowhere else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sentences import CLAUSE_LIMIT, LIMIT, MARGIN, SentenceStream, clauses, split

STORIES = [
    ("Aapka order kal tak aa jayega. Kuch aur madad chahiye?", ["Aapka order kal tak aa jayega.", "Kuch aur madad chahiye?"]),
    ("आपका ऑर्डर आ गया है। धन्यवाद!", ["आपका ऑर्डर आ गया है।", "धन्यवाद!"]),
    ("Rs. 500 kat gaye. Refund aayega.", ["Rs. 500 kat gaye.", "Refund aayega."]),
    ("It costs Rs.1,250.50 in all. Shall I book it?", ["It costs Rs.1,250.50 in all.", "Shall I book it?"]),
    ("Version 3.5 is out. Get it.", ["Version 3.5 is out.", "Get it."]),
    ("Call Dr. Sharma at 5 p.m. tomorrow. Thanks.", ["Call Dr. Sharma at 5 p.m. tomorrow.", "Thanks."]),
    ("We open at 10 a.m. Please come early.", ["We open at 10 a.m.", "Please come early."]),
    ("Haazir Pvt. Ltd. is here. Order No. 45 is ready.", ["Haazir Pvt. Ltd. is here.", "Order No. 45 is ready."]),
    ("Haazir Pvt. Ltd. has 5 people.", ["Haazir Pvt. Ltd. has 5 people."]),
    ("Write to help@haazir.in. We answer.", ["Write to help@haazir.in.", "We answer."]),
    ("See www.haazir.in/a.b?c=d now. OK?", ["See www.haazir.in/a.b?c=d now.", "OK?"]),
    ("Is it there? No. Try later.", ["Is it there?", "No.", "Try later."]),
    ('He said "yes." Then he left.', ['He said "yes."', "Then he left."]),
    ("Kya?! Sach mein... Haan.", ["Kya?!", "Sach mein...", "Haan."]),
    ("1. Open the app\n2. Tap Orders\nDone", ["1. Open the app", "2. Tap Orders", "Done"]),
    ("A. P. J. Abdul Kalam. Next.", ["A. P. J. Abdul Kalam.", "Next."]),
    ("", []), ("   \n ", []), ("...", []), ("😀", []), ("ok", ["ok"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentences"), STORIES)
def test_sentences_of_a_text(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


_piece = st.sampled_from(
    ["Aapka ", "Rs. ", "500", ".", ". ", "?", "! ", "\n", "।", " ", "3.5", "a.m. ", "Kal ", "\"", "हाँ", "1. ", "x" * 60, ", "]
)  # fmt: skip


@given(st.lists(st.one_of(_piece, st.text(max_size=8)), max_size=30), st.data())
def test_a_stream_has_the_sentences_of_the_whole_however_it_is_cut(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    stream = SentenceStream()
    heard: list[str] = []
    for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        heard += stream.push(text[begin:end])
    assert [*heard, *stream.flush()] == split(text)


@given(st.lists(_piece, max_size=60))
def test_no_letter_is_lost_and_no_sentence_is_endless(pieces: list[str]) -> None:
    text = "".join(pieces)
    sentences = split(text)
    assert re.sub(r"[\W_]", "", "".join(sentences)) == re.sub(r"[\W_]", "", text)
    assert all(len(sentence) <= LIMIT + MARGIN for sentence in sentences)


def test_two_thousand_characters_without_a_full_stop_are_cut_between_words() -> None:
    words = ("aur phir main wahan gaya lekin " * 70).strip()
    sentences = split(words)
    assert " ".join(sentences) == words and max(map(len, sentences)) <= LIMIT


def test_two_thousand_characters_without_a_space_end_too() -> None:
    assert "".join(split("x" * 2000)) == "x" * 2000


def test_a_question_is_certain_once_the_next_sentence_begins() -> None:
    stream = SentenceStream()
    assert stream.push("Theek hai? ") == []
    assert stream.push("H") == ["Theek hai?"]
    assert stream.push("aan.") == []
    assert stream.flush() == ["Haan."]
    assert stream.flush() == []


def test_clauses_end_where_the_voice_pauses_and_short_ones_go_with_the_next() -> None:
    assert clauses("जी, बताइए।") == ["जी, बताइए।"]
    long = "जी, आपका order एक लाख रुपये का है, और वह कल शाम तक deliver हो जाएगा।"
    assert clauses(long) == ["जी, आपका order एक लाख रुपये का है,", "और वह कल शाम तक deliver हो जाएगा।"]
    assert clauses("…") == []


@given(st.text(alphabet="ab ,।", max_size=900))
def test_clauses_keep_every_letter_and_are_short_enough_to_take_turns(text: str) -> None:
    parts = clauses(text)
    assert re.sub(r"\W", "", "".join(parts)) == re.sub(r"\W", "", text)
    assert all(len(part) <= CLAUSE_LIMIT for part in parts)


@given(st.text(alphabet="ab .।!?\n-1R", max_size=80), st.integers(1, 7))
def test_kept_whole_the_sentences_are_the_text(text: str, size: int) -> None:
    stream = SentenceStream(whole=True)
    found = [each for at in range(0, len(text), size) for each in stream.push(text[at : at + size])]
    assert "".join([*found, *stream.flush()]).rstrip() == text.rstrip()
