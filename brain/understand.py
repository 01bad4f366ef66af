"""What a turn is before any knowledge is asked: nothing we could make out, a number, yes, no, or words. ◆"""

from dataclasses import dataclass

from brain.digits import number_in
from brain.knowledge.script import latin
from brain.turn import Asked, Memory

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


def yes_or_no(text: str) -> Yes | No | None:
    """Only if there is hardly anything else in it: "haan" is a yes, "haan refund kab aayega" is a question."""
    words = [word.strip(".,!?।") for word in text.split()]
    if any(word in _NO for word in words):
        return No() if all(word in _NO | _YES | _FILLERS for word in words) else None
    if words and all(word in _YES | _FILLERS for word in words) and any(word in _YES for word in words):
        return Yes()
    return None
