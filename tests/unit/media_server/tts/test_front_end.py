"""What is written in chats is said as Indians say it."""

import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sentences import split
from core.sites import Language
from media_server.tts.text.front_end import LONGEST, FrontEnd
from media_server.tts.text.lexicon import Lexicon
from media_server.tts.text.numbers import cardinal
from media_server.tts.text.roman import devanagari
from media_server.tts.text.tongues import ENGLISH, HINDI, PUNJABI, Tongue

FRONT_END = FrontEnd.load()
SENTENCES = [
    line.split("\t") for line in (Path(__file__).parent / "spoken.tsv").read_text("utf-8").splitlines() if line[0] != "#"
]


@pytest.mark.parametrize(("language", "written", "said"), SENTENCES, ids=[written for _, written, _ in SENTENCES])
def test_a_sentence_is_said_as_people_say_it(language: Language, written: str, said: str) -> None:
    assert FRONT_END.spoken(written, language) == said


def test_there_are_enough_sentences() -> None:
    assert len(SENTENCES) >= 120


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("text", ["", " ", "😀👍", "...", "你好", "\0\n\t", "!!!", "\u200d"])
def test_nothing_to_say_is_nothing(text: str, language: Language) -> None:
    assert FRONT_END.spoken(text, language) == ""


_SHARDS = st.sampled_from(
    "₹|1,25,000|12/08/2026|5:30 pm|-|+91|9876543210|AB12CD|%| |.|/|(|kg|se|main|the|आप|1/2|x|99/99/9999|25:61|www.a.in|a@b.c|\n|"
    "₹₹|,,,|0|00|1.2.3|#|[[|½|²|①|٣".split("|")
)


@settings(max_examples=400)
@given(st.one_of(st.text(max_size=60), st.lists(_SHARDS, max_size=14).map("".join)), st.sampled_from(get_args(Language)))
def test_whatever_the_text_no_figure_is_left_and_nothing_is_raised(text: str, language: Language) -> None:
    said = FRONT_END.spoken(text, language)
    assert not re.search(r"\d", said)
    assert not re.search(r"[₹%@#\[\]<>*]", said)


@pytest.mark.parametrize("shard", ["x", "1", "a1", "हा ", "1,2 ", "₹", "a.b", "9-", "1 lakh ", "a@", "10:30 "])
def test_endless_text_takes_no_endless_time(shard: str) -> None:
    said = [FRONT_END.spoken(sentence, "hi-Latn") for sentence in split((shard * 9000)[:LONGEST])]
    assert sum(map(len, said)) <= 30 * LONGEST


@settings(max_examples=300)
@given(st.integers(0, 10**15 - 1), st.sampled_from([HINDI, PUNJABI, ENGLISH]))
def test_a_number_in_words_is_that_number(count: int, tongue: Tongue) -> None:
    assert value_of(cardinal(count, tongue), tongue) == count


def value_of(words: str, tongue: Tongue) -> int:
    """The number that words stand for, by our own reading of them: crore, lakh, thousand, hundred."""
    small = {cardinal(number, tongue): number for number in range(100)}
    scales = {tongue.scales["hundred"]: 100, tongue.scales["thousand"]: 1000, tongue.scales["lakh"]: 100_000}
    crores, part, pending = 0, 0, 0
    run: list[str] = []

    def number_of(run: list[str]) -> int:
        return small[" ".join(run)] if run else 0

    for word in [word for word in words.split() if word != "and"]:
        if word == tongue.scales["crore"]:
            crores = (crores + part + pending + number_of(run)) * 10**7
            part, pending, run = 0, 0, []
        elif word in scales:
            amount = number_of(run) or pending or 1
            if scales[word] == 100:
                pending = amount * 100
            else:
                part, pending = part + (pending if run and pending >= 100 else 0) * scales[word] + amount * scales[word], 0
            run = []
        else:
            run.append(word)
    return crores + part + pending + number_of(run)


@pytest.mark.parametrize("tongue", [HINDI, PUNJABI, ENGLISH], ids=lambda tongue: tongue.code)
def test_the_first_hundred_numbers_all_differ(tongue: Tongue) -> None:
    assert len({cardinal(number, tongue) for number in range(100)}) == 100


def test_verbs_have_their_forms_and_irregular_ones_their_own() -> None:
    words = Lexicon.parse("दे\tde\nदीजिए\tdijiye\nदो\tdo?", "भेज\tbhej\nबता\tbata\nसुन\tsun?", english={"sune", "bataye"})
    assert words.certain["bhejunga"] == "भेजूँगा"
    assert words.certain["bhejiye"] == "भेजिए"
    assert words.certain["batayenge"] == "बताएँगे"
    assert words.certain["bataiye"] == "बताइए"
    assert words.doubtful == {"do": "दो", "sun": "सुन", "sune": "सुने", "bataye": "बताए"}


@pytest.mark.parametrize("line", ["no tab", "\tx", "क\t"])
def test_a_broken_word_list_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="not a word"):
        Lexicon.parse(line)


@pytest.mark.parametrize(
    ("latin", "native"),
    [("raju", "रजू"), ("suman", "सुमन"), ("chandan", "चंदन"), ("khatta", "खत्ता"), ("dukanein", "दुकनें"), ("shyaam", "श्याम"), ("", "")],
)
def test_an_unknown_name_is_spelled_by_rule(latin: str, native: str) -> None:
    assert devanagari(latin) == native


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzAZ'", max_size=30))
def test_any_latin_word_has_a_devanagari_spelling(word: str) -> None:
    assert not re.search(r"[A-Za-z']", devanagari(word))
