"""A number in what somebody said, in words or figures, in four languages: "dhai lakh" -> 250000, "ਪੰਜਾਹ" -> 50. ◆

None if none is said, or several and none of them taken back: "do teen", "paanch ya chhe", "5 se 10" are not one number.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from brain.knowledge.script import latin
from brain.outbound.spelling import folded, phrase, spelt, words

_NAMES = """
zero,ziro,shunya,shuny,sifar one,ek,ik two,do three,teen four,char
five,panch,panj six,chhe,chhah,cheh,chh seven,saat eight,aath nine,nau,naun
ten,das,dus eleven,gyarah,gyara,gyaran,giaran twelve,barah,baran thirteen,terah,teran fourteen,chaudah,chauda,chaudan
fifteen,pandrah,pandra,pandran sixteen,solah,sola,solan
seventeen,satrah,satra,sataran eighteen,atharah,athara,atharan nineteen,unnis,unni
twenty,bees,veeh,vih ikkis,ikki bais,bai teis,tais,tei chaubis,chauvi pachchis,pachchi chhabbis,chhabbi sattais,satai
atthais,athai untis,unatis,unatti
thirty,tees,teeh ikattis,iktis,ikatti battis,bati taintis,tentis,teti chauntis,chautis,chauti paintis,pentis,painti
chhattis,chhatti saintis,sentis,sainti adtis,artis,arti untalis,unchalis,untali
forty,fourty,chalis,chali iktalis,iktali bayalis,byalis,batali taintalis,tentalis,tetalis,tartali
chauwalis,chavalis,chautali paintalis,pentalis,paintali chhiyalis,chhialis,chhiali saintalis,sentalis,saintali
adtalis,artalis,artali unchas,unanja
fifty,pachas,panjah ikyavan,ikavan,ikvanja bavan,bavanja tirpan,tirepan,trepan,tirvanja chauvan,chuvanja
pachpan,pachvanja chhappan,chhapanja sattavan,satvanja atthavan,athvanja unsath,unahth
sixty,saath,satth iksath,ikahath basath,bahath tirsath,tresath,trehath chaunsath,chausath,chauhath painsath,pensath,painhath
chhiyasath,chhiahath sadsath,sarsath,satahath adsath,arsath,athahath unhattar,unattar
seventy,sattar ikhattar,ikattar bahattar,battar tihattar,tehattar chauhattar pachhattar,pachattar chhihattar,chhahattar
satattar,sathattar athattar,athhattar unyasi,unasi
eighty,assi ikyasi,ikasi bayasi,byasi tirasi,terasi chaurasi pachasi chhiyasi,chhiasi sattasi athasi navasi,nauasi
ninety,nabbe,navve ikyanve,ikanve banve,bayanve tiranve chauranve pachanve,pachyanve chhiyanve,chhianve sattanve,santanve
atthanve,anthanve ninyanve,ninanve
"""
VALUES = {folded(name): float(value) for value, names in enumerate(_NAMES.split()) for name in names.split(",")}
"""Of a word, up to ninety-nine."""
TENS = {folded(name) for name in "twenty thirty forty fourty fifty sixty seventy eighty ninety".split()}
ONES = {folded(name) for name in "one two three four five six seven eight nine".split()}


def _valued(listed: dict[float, str]) -> dict[str, float]:
    return {folded(word): value for value, names in listed.items() for word in names.split()}


_TIMES = _valued(
    {100: "sau hundred", 1e3: "hazar hajar thousand", 1e5: "lakh lac lacs lakhs", 1e7: "crore karor karod karore crores"}
)
_MORE = _valued({0.5: "sadhe sarhe", 0.25: "sava", -0.25: "paune pone pauna"})
"""Before a number or what it counts: sadhe teen, sava lakh."""
_HALVES = _valued({1.5: "dedh derh dhed", 2.5: "dhai adhai", 0.5: "aadha aadhi half"})
_POINT = {folded(word) for word in ("point", "dashamlav", "dashmlav")}

_GIVE = spelt("bata kar de likh bhej rakh laga karwa jod bol chhod rehne rahne jaane ruk suna dila la kara samjha")
"""Before "do": two, and also "give"."""
_I = spelt("i we you they to can will not would could please how what why when where")
_WITH = spelt("ke mere apne hamare sabke ek unke tumhare aapke de nal")
"""Before "saath": sixty, and also "with"."""
_MOMENT = spelt("minute second sec moment baat bar baar baje bje vaje am pm o'clock")
_ONE_OF = spelt("no any some every which that this har koi")
_NONE = phrase("(ek|ik|koi) bhi nahin", "koi nahin", "kuchh nahin", "none", "nil", "not (any|one)", "not even one", "no one")
_TAKEN_BACK = spelt("nahin no not sorry matlab actually balki instead rather galti mean oh")
_TOKEN = re.compile(r"(\d+(?:\.\d+)?)(k\b)?|([^\W\d_]+(?:'[^\W\d_]+)?)", re.IGNORECASE)

Token = float | str


@dataclass(frozen=True, slots=True)
class Amount:
    value: float
    start: int
    end: int
    """Which of the words it is."""


def number_said(text: str, about: str = "") -> float | None:
    """The number that is meant, if it is one. `about`: the question; "do minute" answers only one about minutes."""
    said = tokens(text)
    found = [amount for amount in amounts(said) if not _in_passing(said, amount, spelt(about))]
    if not found:
        return 0.0 if _NONE.search(f" {' '.join(words(text))} ") else None
    if _NONE.search(f" {' '.join(map(str, said))} ") and all(amount.value == 1 for amount in found):
        return 0.0
    if len({amount.value for amount in found}) > 1 and not _taken_back(said, found):
        return None
    last = found[-1]
    return None if said[last.end : last.end + 1] == ["nahin"] else last.value


def tokens(text: str) -> list[Token]:
    """Words in the one form, numbers in figures as numbers: 1,50,000 and 2.5 are one each."""
    found: list[Token] = []
    for figures, thousand, word in _TOKEN.findall(re.sub(r"(?<=\d),(?=\d)", "", latin(text).lower().replace("’", "'"))):
        found.extend([float(figures) * (1000 if thousand else 1)] if figures else folded(word).split())
    return found


def amounts(said: Sequence[Token]) -> list[Amount]:
    found, at = list[Amount](), 0
    while at < len(said):
        amount = _amount(said, at)
        if amount is not None:
            found.append(amount)
        at = at + 1 if amount is None else amount.end
    return found


def _amount(said: Sequence[Token], begin: int) -> Amount | None:
    """The number that begins there: do lakh pachas hazaar, ek sau bees, sadhe teen."""
    total, now, at, least = 0.0, 0.0, begin, float("inf")
    counted = False
    """`now` holds a number that has not been multiplied yet."""
    while at < len(said):
        word = said[at]
        times = _TIMES.get(word) if isinstance(word, str) else None
        if times == 100 and (not counted or now < 100):
            now, counted = (now if counted else 1.0) * 100, True
        elif times is not None and times > 100 and times < least:
            total, now, least, counted = total + (now if counted else 1.0) * times, 0.0, times, False
        elif (part := _part(said, at)) is not None and _joins(now, counted, part[0], said, at):
            now, counted, at = now + part[0], True, at + part[1] - 1
        elif not (word == "and" and at > begin and said[at - 1] in _TIMES and at + 1 < len(said) and _value(said, at + 1)):
            break
        at += 1
    return Amount(total + now, begin, at) if at > begin else None


def _part(said: Sequence[Token], at: int) -> tuple[float, int] | None:
    """(a value below a hundred, or any in figures; how many words it takes)."""
    word, following = said[at], said[at + 1 : at + 3]
    if isinstance(word, str) and word in _MORE:
        if following and (value := _value(said, at + 1)) is not None:
            return value + _MORE[word], 2
        return (1 + _MORE[word], 1) if following and following[0] in _TIMES and _MORE[word] != 0.5 else None
    if (value := _value(said, at)) is None:
        return None
    if len(following) == 2 and following[0] in _POINT and (decimals := _value(said, at + 2)) is not None:
        return value + decimals / 10 ** len(f"{decimals:.0f}"), 3
    return value, 1


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
    return _HALVES.get(word, VALUES.get(word))


def _joins(now: float, counted: bool, value: float, said: Sequence[Token], at: int) -> bool:
    """Whether a further number belongs to the one before: a hundred and twenty does, "do teen" does not."""
    if not counted:
        return True
    if now >= 100 and now % 100 == 0 and value < 100 and said[at - 1] in (*_TIMES, "and"):
        return True
    return said[at - 1] in TENS and said[at] in ONES


def _in_passing(said: Sequence[Token], amount: Amount, about: frozenset[str]) -> bool:
    after = said[amount.end : amount.end + 1]
    return bool(after) and after[0] in _MOMENT and after[0] not in about


def _taken_back(said: Sequence[Token], found: Sequence[Amount]) -> bool:
    """Each but the last is: "do nahin, teen", "three, sorry, four"."""
    return all(any(word in _TAKEN_BACK for word in said[one.end : other.start]) for one, other in pairwise(found))
