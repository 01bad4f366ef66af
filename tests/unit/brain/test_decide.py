"""Where an answer comes from, case by case."""

from dataclasses import replace

import pytest

from brain.decide import as_passage, at_once, further, in_context, is_vague, known, nearer
from brain.elsewhere import ELSEWHERE
from brain.knowledge.match import Entry, Match
from brain.knowledge.passages import Passage
from core.sites import Language, Thresholds

USUAL = Thresholds()
FACT = Match(Entry(1, "fact", "delivery_time", {"en": "Three days."}), 0.8)
TOOL = Match(Entry(2, "action", "end_call", {}), 0.8)
TEXT = "Televisions have a warranty of two years on the panel."
WARRANTY = Passage("warranty", 1, "document", "Warranty", "", "", TEXT, "en", (0, 54), 0.8, 1.0, score=0.85)
ASKED_AS: dict[Language, str] = {"en": "how long does delivery take"}


def test_what_is_known_is_told_or_done_and_needs_no_search() -> None:
    assert (at_once(FACT, USUAL, "") or replace).route == "tell"  # type: ignore[union-attr]
    assert (at_once(TOOL, USUAL, "") or replace).route == "act"  # type: ignore[union-attr]


def test_how_sure_is_the_sites_to_say() -> None:
    careful, bold = Thresholds(tell=0.9), Thresholds(tell=0.5)
    assert not known(FACT, careful) and known(FACT, bold) and not known(None, bold)
    assert at_once(FACT, careful, "") is None


def test_what_shops_in_general_do_not_know_is_not_known() -> None:
    weather = replace(FACT, entry=Entry(3, "action", ELSEWHERE, {}))
    assert at_once(weather, USUAL, "") is None


def test_a_number_among_words_that_mean_nothing_is_what_matters() -> None:
    decision = at_once(None, USUAL, "12345")
    assert decision is not None and decision.route == "number"


def test_without_a_model_a_sentence_that_surely_answers_is_quoted() -> None:
    decision = further("tv panel ki warranty kitni hai", None, [WARRANTY], USUAL, has_model=False)
    assert decision.route == "quote" and decision.quote is not None and decision.quote.text == TEXT
    strict = further("tv panel ki warranty kitni hai", None, [WARRANTY], Thresholds(document=0.999), has_model=False)
    assert strict.route == "abstain" and strict.score is not None


@pytest.mark.parametrize(
    "question", ["aur uska price?", "उसका दाम", "iski warranty kitni hai", "what is its price", "ਉਸਦਾ ਦਾਮ", "aur kitne din mein?"]
)
def test_what_points_back_is_judged_with_the_question_before(question: str) -> None:
    """Any row of a price list would answer "its price"."""
    assert in_context(question, "gold package mein kya hai") == f"gold package mein kya hai {question}"
    assert in_context(question, "") == question


@pytest.mark.parametrize("question", ["aur silver?", "parking hai kya", "how long does it take to deliver a fridge"])
def test_what_names_its_own_subject_is_judged_alone(question: str) -> None:
    assert in_context(question, "gold package mein kya hai") == question


@pytest.mark.parametrize("question", ["bluetooth kya hota hai", "iphone kitne ka hai"])
def test_without_a_model_and_a_sentence_nothing_is_made_up(question: str) -> None:
    assert further(question, None, [], USUAL, has_model=False).route == "abstain"


def test_a_model_is_shown_what_comes_near_and_only_that() -> None:
    far = replace(WARRANTY, chunk_id=2, score=0.1)
    named = replace(WARRANTY, chunk_id=3, score=0.1, by_id=True)
    decision = further("warranty", None, [WARRANTY, far, named], USUAL, has_model=True)
    assert decision.route == "ground" and decision.passages == (WARRANTY, named) and decision.score == 0.85


def test_with_nothing_near_general_questions_go_to_the_model_and_the_sites_own_only_for_a_tool() -> None:
    far = replace(WARRANTY, score=0.1)
    assert further("bluetooth kya hota hai", None, [far], USUAL, has_model=True).route == "general"
    assert further("iphone kitne ka hai", None, [far], USUAL, has_model=True).route == "choose"


@pytest.mark.parametrize("has_model", [False, True])
def test_what_is_likely_is_asked_back_unless_a_document_says_it(has_model: bool) -> None:
    likely = replace(FACT, score=0.5, asked_as=ASKED_AS)
    assert further("saman kab", likely, [], USUAL, has_model=has_model).route == "confirm"
    assert further("tv panel ki warranty kitni hai", likely, [WARRANTY], USUAL, has_model=has_model).route in ("quote", "ground")
    for unfit in (
        replace(likely, score=0.3),
        replace(likely, asked_as=None),
        replace(likely, entry=Entry(3, "action", ELSEWHERE, {})),
    ):
        assert further("saman kab", unfit, [], USUAL, has_model=has_model).route != "confirm"
    tool = replace(TOOL, score=0.5, asked_as=ASKED_AS)
    assert (further("bas kar", tool, [], USUAL, has_model=has_model).route == "confirm") is not has_model


def test_a_fact_that_may_be_meant_is_a_passage_for_a_model_to_judge() -> None:
    passage = as_passage(replace(FACT, score=0.5, asked_as=ASKED_AS), "hi-Latn")
    assert passage is not None and (passage.text, passage.title, passage.score) == ("Three days.", ASKED_AS["en"], 0.5)
    assert as_passage(TOOL, "en") is None and as_passage(None, "en") is None


COMPRESSOR = "Refrigerators have ten years of warranty on the compressor."


@pytest.mark.parametrize(("has_model", "route"), [(False, "quote"), (True, "ground")])
def test_a_document_that_has_the_word_the_fact_lacks_is_nearer(has_model: bool, route: str) -> None:
    page = replace(WARRANTY, text=COMPRESSOR)
    fact = Match(Entry(4, "fact", "warranty", {"en": "One year at least."}), 0.8, words=frozenset({"warrant", "year", "product"}))

    def decided(question: str, match: Match = fact, passage: Passage = page) -> str:
        decision = nearer(question, match, [passage], USUAL, has_model=has_model)
        return "" if decision is None else decision.route

    assert decided("compressor warranty kitne saal ki hai") == route
    assert decided("warranty kitne saal ki hai") == "", "the fact has all of it"
    assert decided("compressor warranty kitne saal ki hai", replace(fact, exact=True)) == "", "asked in the site's own words"
    assert decided("compressor warranty kitne saal ki hai", fact, replace(page, text="Compressors hum badalte hain.")) == ""


@pytest.mark.parametrize(("question", "vague"), [("timing kya hai aapki", True), ("kitne ka hai", False), ("MRI ka rate", False)])
def test_who_asks_when_and_not_of_what_means_the_site(question: str, vague: bool) -> None:
    assert is_vague(question) == vague


def test_the_site_s_own_hours_are_told_before_the_hours_that_some_document_has() -> None:
    text = "Visiting hours are 4 pm to 6 pm, and the timing is strict."
    page = Passage("wards", 1, "document", "Timing", "", "", text, "en", (0, len(text)), 0.8, 1.0, score=0.85)
    likely = replace(FACT, entry=Entry(1, "fact", "hours", {"en": "Nine to six."}), score=0.6, asked_as=ASKED_AS)
    assert further("timing kya hai aapki", likely, [page], USUAL, has_model=False).route == "tell"
    assert further("timing kya hai aapki", None, [page], USUAL, has_model=False).route == "quote"
    assert further("visiting timing kya hai", likely, [page], USUAL, has_model=False).route == "quote"
