"""A row of a table, as one says it: "Test: MRI brain; Price: ₹6,500" -> "MRI brain: price ₹6,500." ◆

kb_api/ingest/read.py makes such lines of CSV files and tables, each value with its column's name; the first names the row.
"""

import re

from brain.knowledge.normal import normalise

COLUMNS = 3
"""Of a row, on a call, where the question names none of them."""

_ROW = re.compile(r"[^:;\n]{1,40}: [^;\n]+(?:; [^:;\n]{1,40}: [^;\n]+)+")
_ASKED_BY: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(r"\b(?:when|time|available|sit|open|day)\b"),
        re.compile(r"day|time|timing|hour|slot|opd|din|samay|दिन|समय|ਦਿਨ|ਸਮਾਂ", re.I),
    ),
    (
        re.compile(r"\b(?:price|cost|charge|fee|much|rate)\b"),
        re.compile(r"price|cost|charge|fee|rate|amount|mrp|₹|rs|keemat|कीमत|ਕੀਮਤ", re.I),
    ),
)
"""A word of the question, and the columns that answer it."""


def told(text: str, question: str, *, short: bool) -> str:
    """`text`, with the row in it as a sentence; any other text as it is. `short`: only what was asked of it."""
    found = _ROW.match(text)
    if found is None:
        return text
    cells = [cell.partition(": ")[::2] for cell in found[0].rstrip(". ").split("; ")]
    (_, subject), *rest = cells
    if short:
        rest = _asked(rest, question) or rest[:COLUMNS]
    told = ", ".join(f"{name[0].lower() + name[1:] if not name.isupper() else name} {value.strip()}" for name, value in rest)
    return f"{subject.strip()}: {told}.{text[found.end() :]}" if told else text


def _asked(cells: list[tuple[str, str]], question: str) -> list[tuple[str, str]]:
    """The columns that the question names, or asks for by its kind."""
    asked = normalise(question)
    wanted = [columns for words, columns in _ASKED_BY if words.search(asked.english)]
    return [
        (name, value)
        for name, value in cells
        if normalise(name).words & asked.words or any(columns.search(name) for columns in wanted)
    ]
