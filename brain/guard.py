"""What may be asked of a model's own knowledge, and what it may say: never a fact of the site's. ◆

    question ──about_site──> yes: only tools, facts and documents may answer it
    sentence of a general answer ──claim──> why it may not be said: a figure, a date, money, a word about the shop's business
    sentence of a grounded answer ──unfounded──> the figures in it that its passages don't have; ──resembles──> has it their words

The prompt says the same (brain.llm.prompts). This is for the model that does not listen. It errs towards silence: a question
too many goes to a person, and nobody is told a price that was made up.
"""

import re
from collections.abc import Iterable

from brain.figures_in import figures_in
from brain.knowledge.normal import normalise, stem
from core.script import latin


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


_BUSINESS = _stems(
    "price cost charge fee money cheap expensive discount offer coupon deal cashback refund return exchange replacement replace"
    " warranty guarantee policy delivery deliver shipping ship courier parcel dispatch order cancel stock available availability"
    " sell buy purchase invoice bill emi instalment cod upi payment branch outlet showroom address location parking pincode"
    " booking appointment admission installation technician membership"
)
"""Stems that speak of a shop's business wherever they stand."""
_SHOP = _stems("shop store showroom company clinic hospital hotel restaurant institute centre academy office website")
_DOUBTFUL = _stems("open close timing hour holiday sunday service repair book rate free account card contact email phone number")
"""Of business in a question; in an answer only beside "we", "our" or the shop."""

_DATES = frozenset(
    "january february march april june july august september october november december monday tuesday wednesday thursday"
    " friday saturday sunday today tomorrow yesterday tonight somvar mangalvar budhvar guruvar shukravar shanivar ravivar"
    " itvar".split()
)
"""No "may": it is a verb too, and a day of May has a figure."""
_WE = re.compile(r"\b(?:we|our|ours|us|hamar[aei]|humar[aei]|hum|ham|asi|asin|saad[aei]|sadd[aei])\b")
_CURRENCY = re.compile(r"[₹$€£¥]|\b(?:rs|inr|rupees?|rupay[ae]?|rupaiy?e|paise)\b\.?")
_CONTACT = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|in|org|net)\b|\S@\S")

_TO_THE_SHOP = re.compile(r"\b(?:you|your|yours)\b")
_POLITE = frozenset("tell say explain know understand help describe mean define".split())
"""With these "you" is only who is asked: "can you tell me what Bluetooth is"."""
_HOW_MUCH = re.compile(
    r"\bhow much (?:is|are|for|do|does|would|will)\b|\bkitn[aei] (?:ka|ki|ke|mein|main|me|lagta|lagte|loge|lete)\b"
)
"""A price: "iphone kitne ka hai", not "saal mein kitne din hote hain"."""
_TO_HAVE = frozenset({"get", "near"})
"""milega, aapke paas: do you have it?"""


def about_site(question: str) -> bool:
    """Whether it asks for something that only the site can know. In doubt, yes."""
    asked = normalise(question)
    english = asked.english.split()
    if asked.ids or asked.words & (_BUSINESS | _SHOP | _DOUBTFUL) or set(english) & _TO_HAVE:
        return True
    if _HOW_MUCH.search(latin(question).lower()):
        return True
    return bool(_TO_THE_SHOP.search(asked.english)) and not _POLITE & set(english)


def claim(sentence: str, question: str) -> str:
    """Why this sentence of a general answer may not be said; "": it may."""
    plain = latin(sentence).lower()
    told = normalise(sentence)
    own = told.words - normalise(question).words
    if _CURRENCY.search(plain):
        return "money"
    if figures_in(sentence) - figures_in(question, loosely=True):
        return "figure"
    if _DATES & (set(told.english.split()) - set(normalise(question).english.split())):
        return "date"
    if _CONTACT.search(plain):
        return "contact"
    if own & _BUSINESS:
        return "business"
    if (_WE.search(plain) or told.words & _SHOP) and told.words & (_BUSINESS | _DOUBTFUL | _SHOP):
        return "business"
    return ""


def unfounded(sentence: str, shown: Iterable[str]) -> frozenset[str]:
    """Figures of a grounded sentence that are in nothing that the model was shown."""
    known = frozenset[str]().union(*(figures_in(text, loosely=True) for text in shown))
    return figures_in(sentence) - known


ENOUGH_SHARED = 0.4
"""Share of a sentence's words that passages must have for it to be from them, if it names none."""


def resembles(sentence: str, shown: Iterable[str]) -> bool:
    """Whether the words of a sentence are those of the passages, in whatever language: "I have no information on that" is in
    none. What has no words of its own ("Ji haan.") passes."""
    words = normalise(sentence).words
    known = frozenset[str]().union(*(normalise(text).words for text in shown))
    return len(words & known) >= ENOUGH_SHARED * len(words)
