"""Number words in a row and the values they make, with the words that only look like them kept out: "do lakh pachas hazaar". ◆

Words come in the one spelling of `core.script.sounded`, figures as numbers. "Kar do" has no two in it, "mere saath" no sixty.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.number_words import HALVES, MORE, ONES, POINT, TENS, TIMES, VALUES
from core.script import sounded


def _spelt(words: str) -> frozenset[str]:
    return frozenset(map(sounded, words.split()))


_GIVE = _spelt("bata kar de likh bhej rakh laga karwa jod bol chhod rehne rahne jaane ruk suna dila la kara samjha")
"""Before "do": two, and also "give"."""
_I = _spelt("i we you they to can will not would could please how what why when where")
_WITH = _spelt("ke mere apne hamare sabke ek unke tumhare aapke de nal")
"""Before "saath": sixty, and also "with"."""
_ONE_OF = _spelt("no any some every which that this har koi")

Token = float | str


@dataclass(frozen=True, slots=True)
class Amount:
    value: float
    start: int
    end: int
    """Which of the words it is."""


def amounts(said: Sequence[Token]) -> list[Amount]:
    found, at = list[Amount](), 0
    while at < len(said):
        amount = amount_at(said, at)
        if amount is not None:
            found.append(amount)
        at = at + 1 if amount is None else amount.end
    return found


def amount_at(said: Sequence[Token], begin: int) -> Amount | None:
    """The number that begins there: do lakh pachas hazaar, ek sau bees, sadhe teen."""
    total, now, at, least = 0.0, 0.0, begin, float("inf")
    counted = False
    """`now` holds a number that has not been multiplied yet."""
    while at < len(said):
        word, times = said[at], _times(said, at)
        if times == 100 and (not counted or now < 100):
            now, counted = (now if counted else 1.0) * 100, True
        elif 100 < times < least:
            total, now, least, counted = total + (now if counted else 1.0) * times, 0.0, times, False
        elif (part := _part(said, at)) is not None and _joins(now, counted, part[0], said, at):
            after = _times(said, at + part[1])
            if after >= least or (after == 100 and now >= 100):
                break  # sau do sau: a hundred or two
            now, counted, at = now + part[0], True, at + part[1] - 1
        elif not (word == "and" and at > begin and said[at - 1] in TIMES and at + 1 < len(said) and _value(said, at + 1)):
            break
        at += 1
    return Amount(total + now, begin, at) if at > begin else None


def _part(said: Sequence[Token], at: int) -> tuple[float, int] | None:
    """(a value below a hundred, or any in figures; how many words it takes)."""
    word, following = said[at], said[at + 1 : at + 3]
    if isinstance(word, str) and word in MORE:
        if following and (value := _value(said, at + 1)) is not None:
            return value + MORE[word], 2
        return (1 + MORE[word], 1) if following and following[0] in TIMES and MORE[word] != 0.5 else None
    if (value := _value(said, at)) is None:
        return None
    if following and following[0] in POINT and (decimals := _decimals(said, at + 2)):
        return value + float(f"0.{''.join(decimals)}"), 2 + len(decimals)
    return value, 1


def _decimals(said: Sequence[Token], at: int) -> list[str]:
    """One number, or digit after digit."""
    found: list[str] = []
    while at < len(said) and (value := _value(said, at)) is not None and value == int(value) and (value < 10 or not found):
        found.append(f"{value:.0f}")
        at += 1
        if value >= 10:
            break
    return found


def _times(said: Sequence[Token], at: int) -> float:
    """What the word there multiplies by; 0: nothing."""
    word = said[at] if at < len(said) else ""
    return TIMES.get(word, 0.0) if isinstance(word, str) else 0.0


def _value(said: Sequence[Token], at: int) -> float | None:
    word = said[at]
    if isinstance(word, float):
        return word
    before = said[at - 1] if at else ""
    after = said[at + 1] if at + 1 < len(said) else ""
    if word == "do" and (before in _GIVE or before in _I or after in _I):
        return None
    if (word == "sath" and before in _WITH) or (word == "one" and (before in _ONE_OF or after == "of")):
        return None
    return HALVES.get(word, VALUES.get(word))


def _joins(now: float, counted: bool, value: float, said: Sequence[Token], at: int) -> bool:
    """Whether a further number belongs to the one before: a hundred and twenty does, "do teen" does not."""
    if not counted:
        return True
    if now >= 100 and now % 100 == 0 and value < 100 and said[at - 1] in (*TIMES, "and"):
        return True
    return said[at - 1] in TENS and said[at] in ONES
