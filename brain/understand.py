"""What a turn is before any knowledge is asked: nothing we could make out, a number, yes, no, or words. ◆"""

import re
from dataclasses import dataclass

from brain.digits import number_in
from brain.turn import Asked, Memory
from core.script import latin

_YES = frozenset(
    "yes yeah yep yup ok okay sure please haan han haa ha ji jee haanji hanji bilkul theek thik sahi zaroor jarur right correct"
    " jodo jodiye jod kardo do dijiye hai aho hanjee".split()
)
_NO = frozenset("no nope nah nahi nahin nahee nai naa na not mat nahiji never nothing".split())
_FILLERS = frozenset("ji jee please thanks thank you shukriya dhanyavaad hai chahiye it abhi the a that is".split())


@dataclass(frozen=True, slots=True)
class Unclear:
    """Silence, noise, or words the recogniser does not believe itself."""


@dataclass(frozen=True, slots=True)
class Yes:
    pass


@dataclass(frozen=True, slots=True)
class No:
    pass


@dataclass(frozen=True, slots=True)
class Number:
    digits: str


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    """Without the number."""
    number: str = ""


Meaning = Unclear | Yes | No | Number | Words

_SURE = frozenset(
    "yes yeah yep ok okay sure haan han haa ha ji jee haanji hanji hanjee aho bilkul theek thik sahi zaroor jarur right correct"
    " confirm confirmed ahead karo kardo kariye kijiye kijie".split()
)
_DO_IT = frozenset("kar do dijiye dijie dio de go it so sakte hain ho jaye please na main ise isko".split())
_DONT = frozenset("mat don dont rehne rehn rahane rahin ruk ruko rukiye chhodo chhod chodo stop wait leave galat wrong".split())
_STOP = re.compile(
    r"\b(rehne d[oe]|rehne dijiye|rahane d(o|ijie)|rahin dio|chh?od(o|iye)|never ?mind|forget it|leave it|kuchh? nahin|nothing"
    r"|nahin batana|nahin chahiye|baad mein|cancel kar do|stop)\b"
)

CALL_A_PERSON = "0"
"""The key that has meant "operator" since before there were agents."""


def understand(asked: Asked, memory: Memory, least_confidence: float) -> Meaning:
    if asked.via == "keypad":
        digits = "".join(key for key in asked.text if key.isdecimal())
        return Number(digits) if digits else Unclear()
    if not asked.text.strip() or asked.confidence < least_confidence:
        return Unclear()
    text = latin(asked.text).lower()
    number, rest = number_in(text)
    if number and (memory.expects == "digits" or not rest.strip()):
        return Number(number)
    if memory.expects == "yes_no" and (answer := yes_or_no(text)):
        return answer
    return Words(rest if number else asked.text, number)


def confirmation(text: str, echo: str = "") -> Yes | No | None:
    """To "shall I?": also "haan kar do", "go ahead", "mat karo". `echo`: what was read back; its own words add nothing new."""
    words = set(re.findall(r"[^\W\d_]+", latin(text).lower()))
    own = words - set(re.findall(r"[^\W\d_]+", latin(echo).lower())) - {"t"}  # don't
    if own - (_YES | _NO | _FILLERS | _SURE | _DO_IT | _DONT):
        return None
    if words & (_NO | _DONT):
        return No()
    return Yes() if words & _SURE or {"kar", "do"} <= words or {"do", "it"} <= words else None


def wants_to_stop(text: str) -> bool:
    """Instead of an answer: "rehne dijiye", "never mind", or a plain no."""
    return isinstance(yes_or_no(latin(text).lower()), No) or bool(_STOP.search(latin(text).lower()))


def yes_or_no(text: str) -> Yes | No | None:
    """Only if there is hardly anything else in it: "haan" is a yes, "haan refund kab aayega" is a question."""
    words = [word.strip(".,!?।") for word in text.split()]
    if any(word in _NO for word in words):
        return No() if all(word in _NO | _YES | _FILLERS for word in words) else None
    if words and all(word in _YES | _FILLERS for word in words) and any(word in _YES for word in words):
        return Yes()
    return None
