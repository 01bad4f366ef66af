"""Numbers as Indians read them out over a telephone, and the digits they mean. ◆

    double nine ek do teen  ->  99123          twelve thirty four  ->  1234          do hazaar paanch sau  ->  2500

Spoken digit by digit, in pairs, or as one value; English and Hindi mixed as it comes.
"""

from collections.abc import Iterable, Sequence

_ONES = """
zero one two three four five six seven eight nine
ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_HINDI = """
shunya ek do teen chaar paanch chhe saat aath nau
das gyarah barah terah chaudah pandrah solah satrah atharah unnis
bees ikkis bais teis chaubis pachchis chhabbis sattais atthais untis
tees ikattis battis taintis chauntis paintis chhattis saintis adtis untalis
chalis iktalis bayalis taintalis chauwalis paintalis chhiyalis saintalis adtalis unchas
pachas ikyavan bavan tirpan chauvan pachpan chhappan sattavan atthavan unsath
saath iksath basath tirsath chaunsath painsath chhiyasath sadsath adsath unhattar
sattar ikhattar bahattar tihattar chauhattar pachhattar chhihattar satattar athattar unyasi
assi ikyasi bayasi tirasi chaurasi pachasi chhiyasi sattasi atthasi navasi
nabbe ikyanve banve tiranve chauranve pachanve chhiyanve sattanve atthanve ninyanve
"""

ENGLISH_VALUES: dict[str, int] = {
    **{word: value for value, word in enumerate(_ONES.split())},
    **{word: value for value, word in zip(range(20, 100, 10), _TENS.split(), strict=True)},
}
HINDI_VALUES: dict[str, int] = {word: value for value, word in enumerate(_HINDI.split())}
REPEATS: dict[str, int] = {"double": 2, "triple": 3}
MULTIPLIERS: dict[str, int] = {"hundred": 100, "sau": 100, "thousand": 1000, "hazaar": 1000}

_VALUES = ENGLISH_VALUES | HINDI_VALUES


def is_number(word: str) -> bool:
    """Whether `word` can be part of a number read out."""
    return word in _VALUES or word in REPEATS or word in MULTIPLIERS


def digits_of(words: Iterable[str]) -> str:
    """The digits that number words stand for, joined; words that are no number are left out."""
    digits = ""
    spoken = [word for word in words if is_number(word)]
    at = 0
    while at < len(spoken):
        text, used = _next_group(spoken[at:])
        digits += text
        at += used
    return digits


def _next_group(words: Sequence[str]) -> tuple[str, int]:
    """Digits of the leading group of `words`, and how many words it took."""
    if words[0] in REPEATS:
        if len(words) > 1 and words[1] in _VALUES:
            return str(_VALUES[words[1]]) * REPEATS[words[0]], 2
        return "", 1
    return _value(words)


def _value(words: Sequence[str]) -> tuple[str, int]:
    """One value read as such: "thirty four", "do hazaar paanch sau ek"; or a single digit."""
    total = used = 0
    for multiplier in (1000, 100):
        part, taken = _below_hundred(words[used:])
        if MULTIPLIERS.get(next(iter(words[used + taken :]), "")) == multiplier:
            total += (part if taken else 1) * multiplier
            used += taken + 1
    part, taken = _below_hundred(words[used:])
    return str(total + part), used + taken


def _below_hundred(words: Sequence[str]) -> tuple[int, int]:
    """(value, words used) of a leading number below 100; (0, 0) where there is none."""
    if not words or words[0] not in _VALUES:
        return 0, 0
    value = _VALUES[words[0]]
    joins = 20 <= value < 100 and words[0] in ENGLISH_VALUES and len(words) > 1
    if joins and words[1] in ENGLISH_VALUES and 0 < ENGLISH_VALUES[words[1]] < 10:
        return value + ENGLISH_VALUES[words[1]], 2
    return value, 1
