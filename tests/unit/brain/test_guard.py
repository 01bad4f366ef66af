"""What may not come from a model's own knowledge, in the languages and spellings it comes in."""

import pytest

from brain.figures_in import figures_in
from brain.guard import about_site, claim, resembles, unfounded


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("₹1,499 only", {"1499"}),
        ("१,४९९ रुपये", {"1499"}),
        ("Rs. 2.50", {"2.5"}),
        ("teen se paanch din lagte hain", {"3", "5"}),
        ("तीन दिन", {"3"}),
        ("three to five days", {"3", "5"}),
        ("ek saal ki warranty", {"1"}),
        ("Bluetooth ek wireless technology hai", set()),
        ("One of the best, for two people", set()),
        ("5G, 4K, MP3 aur USB-C", set()),
        ("subah 10AM se", {"10"}),
        ("9876543210", {"9876543210"}),
    ],
)
def test_figures_are_found_however_they_are_written(text: str, figures: set[str]) -> None:
    assert figures_in(text) == figures


def test_loosely_a_number_word_is_a_figure_wherever_it_stands() -> None:
    assert {"2", "1"} <= figures_in("one of two", loosely=True)


@pytest.mark.parametrize(
    "question",
    [
        "iphone kitne paise ka hai",
        "what is the price of the sony tv",
        "आपकी दुकान कब खुलती है",
        "ਦੁਕਾਨ ਕਦੋਂ ਖੁੱਲਦੀ ਹੈ",
        "refund kab aayega",
        "do you have laptops",
        "kya aapke paas laptop hai",
        "laptop milega kya",
        "iphone kitne ka hai",
        "how much is this phone",
        "is the shop open on sunday",
        "where is your office",
        "aapka phone number kya hai",
        "mera order OD-12345 kahan hai",
        "discount milega kya",
        "kya aap ghar par repair karte hain",
    ],
)
def test_what_only_the_site_can_know_is_not_asked_of_a_model(question: str) -> None:
    assert about_site(question)


@pytest.mark.parametrize(
    "question",
    [
        "bluetooth kya hota hai",
        "what is the capital of india",
        "can you tell me what bluetooth is",
        "kya aap bata sakte hain ki wifi kya hota hai",
        "aasman neela kyon hota hai",
        "why is the sky blue",
        "oled aur lcd mein kya antar hai",
        "saal mein kitne din hote hain",
    ],
)
def test_general_questions_may_be_asked_of_a_model(question: str) -> None:
    assert not about_site(question)


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("Yeh sirf ₹499 ka hai.", "money"),
        ("It costs five hundred rupees.", "money"),
        ("Iski keemat paanch sau rupaye hai.", "money"),
        ("इसकी कीमत 499 है।", "figure"),
        ("It will take 3 days.", "figure"),
        ("Teen din lagenge.", "figure"),
        ("Kal tak ho jayega.", "date"),
        ("Somvar ko aaiye.", "date"),
        ("Visit us at www.shop.in today", "date"),
        ("See roshni.com for more.", "contact"),
        ("You can return it any time.", "business"),
        ("Ji haan, yeh stock mein hai.", "business"),
        ("Hamari dukan sham ko band hoti hai.", "business"),
        ("हमारी दुकान खुली है।", "business"),
        ("We are open.", "business"),
        ("Warranty is included.", "business"),
        ("Delivery free hai.", "business"),
    ],
)
def test_a_made_up_fact_of_the_shop_is_not_said(sentence: str, why: str) -> None:
    assert claim(sentence, "bluetooth kya hota hai") == why


@pytest.mark.parametrize(
    "sentence",
    [
        "Bluetooth ek wireless technology hai, jisse do devices bina taar ke jud jaate hain.",
        "The sky looks blue because air scatters blue light more than red.",
        "Bharat ki rajdhani Nai Dilli hai.",
        "5G ek tez mobile network hai.",
        "Settings open kijiye aur Wi-Fi band kijiye.",
        "आसमान नीला दिखता है क्योंकि हवा नीली रोशनी को ज़्यादा बिखेरती है।",
    ],
)
def test_general_knowledge_may_be_said(sentence: str) -> None:
    assert claim(sentence, "kya hota hai") == ""


def test_a_figure_of_the_callers_own_may_be_repeated() -> None:
    assert claim("Haan, 2 ek prime number hai.", "kya 2 prime number hai") == ""


def test_a_grounded_answer_has_its_figures_from_its_passages() -> None:
    passages = ["Delivery takes three to five days. Below ₹1,500 it costs Rs 49."]
    assert unfounded("Delivery mein 3 se 5 din lagte hain, charge 49 rupaye hai.", passages) == frozenset()
    assert unfounded("1500 se kam par ₹59 lagte hain.", passages) == {"59"}


def test_a_sentence_from_passages_has_their_words_in_whatever_language() -> None:
    passages = ["Delivery takes three to five days. The courier calls before."]
    for own in (
        "Delivery mein teen se paanch din lagte hain.",
        "डिलीवरी में पाँच दिन लगते हैं।",
        "Ji haan.",
        "The courier calls first.",
    ):
        assert resembles(own, passages), own
    for stranger in ("I do not have information about microwaves.", "Please ask our sales team for a discount."):
        assert not resembles(stranger, passages), stranger
