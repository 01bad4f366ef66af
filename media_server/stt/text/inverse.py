"""What callers say for numbers and ids, in the digits that they mean: "double nine ek do teen" -> "99123". ◆

    "mera order number od one two paanch hai"      ->  "mera order number od 125 hai"
    "saat hazaar paanch sau rupaye", "dhai lakh"   ->  "7500 rupaye", "250000"
    "A B one two C", "डी एल तीन सी"                ->  "AB12C", "DL3C"

Only what is surely a number is changed. "mujhe de do", "ek minute", "do teen din", "saadhe paanch baje" and all other words
stay as they were heard, in any script: the brain reads them all, and its own rules know what was asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.amounts import Token
from core.number_words import POINT, TENS, VALUES
from core.script import sounded
from core.sites import Language
from media_server.stt.numbers import ENGLISH_VALUES
from media_server.stt.text.groups import Group, Kind, Word, ascii_figures, group_at, read
from media_server.stt.text.words import (
    BETWEEN,
    CLOCK,
    COUNTED,
    CUES,
    DAY_OF_MONTH,
    DOUBTFUL,
    LABELS,
    MONEY,
    MONTHS,
    ORDINALS,
    PERCENT,
    PLUS,
    WEAK_LETTERS,
)

FEWEST_DIGITS = 3
"""Of digits read one by one where nothing says that they are a number: "do teen din" is two or three days."""
_READ_OUT = frozenset({Kind.DIGIT, Kind.PAIR, Kind.FIGURES})
_IN_AN_ID = _READ_OUT | {Kind.LETTER, Kind.JOINT}
_ENDS = frozenset(".?!;:।॥…")
_ENGLISH = frozenset(map(sounded, ENGLISH_VALUES))
_LOOK_BACK = 4
"""Words before a number in which what it is may be said."""
_PHONE = range(10, 14)
"""Digits of a telephone number, with or without its country."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What stands around a run of groups."""

    cue: bool
    """An order's number, a telephone's: digits are read out one by one."""
    quantity: bool
    """Money or a share: even a single digit is a figure."""
    counted: bool
    clock: bool
    ordinal: bool
    """ "twenty second": not a date's."""
    date: bool
    english: bool
    """The utterance is English: a Hindi number alone is none."""


def inverse(words: Sequence[str], language: Language) -> str:
    """The words as one text, numbers and ids in it as 0-9 and A-Z. `language`: of the utterance."""
    text: list[str] = []
    for heard in map(_days_as_numbers, _sentences(read(words))):
        at = 0
        for start, end, written in _numbers(heard, language == "en"):
            text += [ascii_figures(word.written) for word in heard[at:start]]
            text.append(written + heard[end - 1].mark)
            at = end
        text += [ascii_figures(word.written) for word in heard[at:]]
    return " ".join(text)


def _sentences(heard: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """No number goes on past a full stop; the stop of an initial is none."""
    begin = 0
    for at, word in enumerate(heard, 1):
        if at == len(heard) or (_ENDS & set(word.mark) and not (len(word.bare) == 1 and word.mark == ".")):
            yield heard[begin:at]
            begin = at


def _days_as_numbers(heard: Sequence[Word]) -> list[Word]:
    """ "twenty fourth november": only beside a month is a fourth a day."""
    found = list(heard)
    for at, word in enumerate(heard):
        near = [each.said for each in heard[max(0, at - 2) : at + 3]]
        if word.said in ORDINALS and any(said in MONTHS or said in DAY_OF_MONTH for said in near):
            day, tens = ORDINALS[str(word.said)], at and heard[at - 1].said in TENS
            found[at] = Word(word.written, f"{VALUES[day]:.0f}", day if tens else VALUES[day], word.mark)
    return found


def _numbers(heard: Sequence[Word], english: bool) -> Iterator[tuple[int, int, str]]:
    """(first word, word after it, what to write instead), in order."""
    at, said = 0, [word.said for word in heard]
    while at < len(heard):
        run = _run(heard, said, at)
        if run:
            place = _place(heard, run, english)
            yield from _with_plus(heard, list(_written(heard, run, place)))
        at = max(at + 1, run[-1].end if run else 0)


def _run(heard: Sequence[Word], said: Sequence[Token], at: int) -> list[Group]:
    """Groups that follow each other without a break."""
    run: list[Group] = []
    while at < len(heard) and (group := group_at(heard, said, at, run[-1] if run else None)) is not None:
        if run and heard[at - 1].mark and not {run[-1].kind, group.kind} <= _IN_AN_ID:
            break
        if run and run[-1].kind is not Kind.LETTER and _is_half_day(heard, at):
            break
        run.append(group)
        at = group.end
    while run and run[-1].kind is Kind.JOINT:
        run.pop()
    return run


def _is_half_day(heard: Sequence[Word], at: int) -> bool:
    """ "a m", "p m"."""
    return [word.bare.lower() for word in heard[at : at + 2]] in (["a", "m"], ["p", "m"])


def _place(heard: Sequence[Word], run: Sequence[Group], english: bool) -> _Place:
    start, end = run[0].start, run[-1].end
    back = start
    while back and heard[back - 1].said in BETWEEN and start - back < _LOOK_BACK:
        back -= 1
    before = heard[back - 1].said if back else ""
    around = {heard[start - 1].said if start else "", *(word.said for word in heard[end : end + 1])}
    after = heard[end].said if end < len(heard) else ""
    of_month = after == "of" and heard[end + 1 : end + 2] and heard[end + 1].said in MONTHS
    return _Place(
        cue=before in CUES,
        quantity=after in MONEY or after in PERCENT,
        counted=after in COUNTED,
        clock=after in CLOCK or _is_half_day(heard, end),
        ordinal=after in ORDINALS,
        date=bool(around & MONTHS) or after in DAY_OF_MONTH or bool(of_month),
        english=english,
    )


def _written(heard: Sequence[Word], run: Sequence[Group], place: _Place) -> Iterator[tuple[int, int, str]]:
    """What of a run is surely a number or an id."""
    if any(group.kind is Kind.LETTER for group in run):
        yield from _with_letters(heard, run, place)
        return
    at = 0
    while at < len(run):
        end = at + 1
        if run[at].kind in _READ_OUT:
            while end < len(run) and run[end].kind in _READ_OUT:
                end += 1
            range_follows = end < len(run) and end - at == 1 and not place.cue
            if not range_follows:
                yield from _read_out(heard, run[at:end], place)
            elif run[end].kind is Kind.AMOUNT:
                end += 1  # teen chaar sau: three or four hundred
        elif run[at].kind is Kind.FRACTION and end < len(run):
            end += 1  # dedh do sau
        elif _is_sure(heard, run[at], place):
            yield run[at].start, run[at].end, run[at].text
        at = end


def _is_sure(heard: Sequence[Word], group: Group, place: _Place) -> bool:
    """Of an amount or a fraction. "hazaar" alone is "thousands of"; "saadhe teen" alone is a time."""
    said = [word.said for word in heard[group.start : group.end]]
    if group.kind is Kind.FRACTION:
        return place.quantity or any(word in POINT for word in said)
    return group.kind is Kind.AMOUNT and (len(said) > 1 or group.text == "100" or place.quantity)


def _read_out(heard: Sequence[Word], groups: Sequence[Group], place: _Place) -> Iterator[tuple[int, int, str]]:
    digits = "".join(group.text for group in groups)
    if _is_one(groups, digits, place) if len(groups) > 1 else _is_figure(heard, groups[0], place):
        yield groups[0].start, groups[-1].end, digits


def _is_one(groups: Sequence[Group], digits: str, place: _Place) -> bool:
    """Whether several groups are one number, read out piece by piece."""
    kinds = {group.kind for group in groups}
    if place.cue or place.clock:
        return place.cue
    if Kind.FIGURES in kinds:
        return len(digits.removeprefix("+")) in _PHONE
    if kinds == {Kind.DIGIT}:
        return len(digits) >= FEWEST_DIGITS
    if len(groups) == 2 and Kind.DIGIT in kinds:
        return groups[0].kind is Kind.DIGIT and place.english and place.quantity  # five twenty rupees; else it is a time
    values = [int(group.text) for group in groups]
    if all(value % 5 == 0 for value in values) and values == sorted(set(values)):
        return False  # das pandrah: ten or fifteen
    return len(groups) > 2 or values[0] > 12 or values[1] % 5 != 0  # twelve thirty is a time


def _is_figure(heard: Sequence[Word], group: Group, place: _Place) -> bool:
    """Whether one group by itself is a figure."""
    said = heard[group.start].said
    sure = place.quantity or place.date
    match group.kind:
        case Kind.DIGIT:
            return sure or len(group.text) > 1
        case Kind.PAIR:
            doubtful = said in DOUBTFUL or (place.english and said not in _ENGLISH)
            return not place.ordinal and (sure or place.cue or place.counted or not doubtful)
        case _:
            return True


def _with_letters(heard: Sequence[Word], run: Sequence[Group], place: _Place) -> Iterator[tuple[int, int, str]]:
    """An id, if it is one; else the numbers between the letters."""
    labelled = _without_label(run)
    place = replace(place, cue=place.cue or len(labelled) < len(run))
    code = _trimmed(heard, labelled)
    if code and _is_id(code, place, quantity=code[-1].end == run[-1].end and (place.quantity or place.counted)):
        yield code[0].start, code[-1].end, "".join(group.text for group in code)
        return
    numbers: list[Group] = []
    for group in [*labelled, None]:
        if group is not None and group.kind not in (Kind.LETTER, Kind.JOINT):
            numbers.append(group)
        elif numbers:
            yield from _written(heard, numbers, place)
            numbers = []


def _is_id(code: Sequence[Group], place: _Place, *, quantity: bool) -> bool:
    """`quantity`: a unit follows."""
    digits = sum(len(group.text) for group in code if group.kind in _READ_OUT)
    letters = sum(len(group.text) for group in code if group.kind is Kind.LETTER)
    unit = code[0].kind in _READ_OUT and all(group.kind is Kind.LETTER for group in code[1:])  # fifty M P
    if not letters or quantity or (unit and not place.cue):
        return False
    return digits >= FEWEST_DIGITS or (digits > 0 and place.cue) or (digits > 1 and letters > 1)


def _without_label(run: Sequence[Group]) -> Sequence[Group]:
    """ "O T P four four seven nine" without its first three letters."""
    letters = "".join(group.text if group.kind is Kind.LETTER and len(group.text) == 1 else " " for group in run)
    label = next((label for label in LABELS if letters.startswith(label)), "")
    return run[len(label) :]


def _trimmed(heard: Sequence[Word], run: Sequence[Group]) -> list[Group]:
    """The longest part that could be an id: without amounts and without words that only look like letters."""
    code = list(run)
    for at, group in enumerate(code):
        if group.kind not in _IN_AN_ID:
            code = code[:at] if any(each.kind is Kind.LETTER for each in code[:at]) else code[at + 1 :]
            break
    while code and code[-1].kind is Kind.JOINT:
        code.pop()
    if len(code) > 1 and _is_weak(heard, code[-1]) and code[-2].kind is not Kind.LETTER:
        code.pop()
    if len(code) > 1 and _is_weak(heard, code[0]) and code[1].kind is not Kind.LETTER:
        del code[0]
    return code


def _is_weak(heard: Sequence[Word], group: Group) -> bool:
    return group.end - group.start == 1 and heard[group.start].bare in WEAK_LETTERS


def _with_plus(heard: Sequence[Word], found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """ "plus nine one nine eight…": the country belongs to the number."""
    return [
        (start - 1, end, f"+{text}")
        if start and heard[start - 1].said in PLUS and text.isdecimal() and len(text) > min(_PHONE)
        else (start, end, text)
        for start, end, text in found
    ]
