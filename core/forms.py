"""A form: questions that the agent asks one after another, each with the type of its answer. A site keeps its forms by name. ◆

"{name}" in a text stands for a variable of the call.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from core.languages import Language, Text

NAME = r"^[a-z][a-z0-9_]{0,39}$"
Name = Annotated[str, Meta(pattern=NAME, description="Small letters, digits and _, as budget_now")]
Spoken = Text | dict[Language, Text]
"""What is said: by language, or one text that is said whatever is spoken."""
Kind = Literal["yes_no", "number", "choice", "date", "text", "phone"]
Answer = bool | int | float | str
"""yes_no: a boolean; number: a number; choice: its value; date: 2026-11-24; phone: +919812345678; text: as it was said."""


class Option(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of a choice. It is understood by its place ("doosra wala") and by its words, also when they only sound alike."""

    value: Annotated[str, Meta(min_length=1, max_length=80)]
    """As it stands in the result."""
    say: Spoken = ""
    """What it is called; empty: `value`."""
    words: tuple[Annotated[str, Meta(min_length=1, max_length=60)], ...] = ()
    """Other words for it, in Latin letters."""


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: Name
    """The answer's name in the result."""
    ask: Spoken
    type: Kind = "text"
    options: tuple[Option, ...] = ()
    """Of a choice. They are not read out by themselves: name them in `ask`. Asked again, they are."""
    required: bool = True
    """Without its answer the result is `partial`."""
    again: Annotated[int, Meta(ge=0, le=5)] = 2
    """So often it is asked again if the reply was none; then the next question follows."""
    least: float | None = None
    most: float | None = None
    """Of a number."""


Form = tuple[Question, ...]
Problem = tuple[str, str]
"""Where (questions[1].options), and what is wrong there."""


def problems(form: Sequence[Question]) -> Iterator[Problem]:
    """What makes no sense in it, all of it."""
    for at, name in _twice(question.id for question in form):
        yield f"[{at}].id", f"{name} is the id of two questions"
    for at, question in enumerate(form):
        for field, detail in _of_one(question):
            yield f"[{at}].{field}", detail


def _of_one(question: Question) -> Iterator[Problem]:
    if not any(text.strip() for text in texts(question.ask)):
        yield "ask", "is the question, and can't be empty"
    if question.type == "choice" and len(question.options) < 2:
        yield "options", "a choice needs two or more"
    if question.type != "choice" and question.options:
        yield "options", f"are for a choice, not for {question.type}"
    for at, value in _twice(option.value for option in question.options):
        yield f"options[{at}].value", f"{value} stands there twice"
    if question.type != "number" and (question.least, question.most) != (None, None):
        yield "least" if question.least is not None else "most", "is for a number"
    if question.least is not None and question.most is not None and question.least > question.most:
        yield "least", "is more than `most`"


def texts(spoken: Spoken) -> list[str]:
    return [spoken] if isinstance(spoken, str) else list(spoken.values())


def _twice(names: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Those that were there before, with their place."""
    seen = set[str]()
    for at, name in enumerate(names):
        if name in seen:
            yield at, name
        seen.add(name)
