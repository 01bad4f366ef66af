"""What a tool is: a name, the ways callers ask for it, and the pieces of its answer. One file each; registry.py has all. ◆"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from brain.turn import Done, Memory, Piece, Say, Told
from brain.wording import say
from core.commands import AnswerSource
from core.sites import Language, Site


@dataclass(frozen=True, slots=True)
class Request:
    site: Site
    language: Language
    memory: Memory
    number: str = ""
    """Digits that the caller said or keyed; empty: none."""


class Tool(Protocol):
    @property
    def name(self) -> str:
        """As sites name it in `tools`, and as it is shown in call records."""

    @property
    def utterances(self) -> Mapping[Language, tuple[str, ...]]:
        """Ways to ask for it; {digits} is a number. They are matched like questions, and are in the recogniser's grammar."""

    def answer(self, request: Request) -> AsyncIterator[Piece]:
        """The answer, ending in Done. Must not change anything in the world: a speculative turn runs it too."""


def ask_for_person(request: Request, line: str, source: AnswerSource, **values: str) -> list[Piece]:
    """One of our lines that ends in "shall I connect you to my colleague?"."""
    texts, language = say(line, request.language, **values)
    memory = replace(request.memory, expects="yes_no", offered_person=True, told=Told(texts, language))
    return [*(Say(text, language) for text in texts), Done(source, memory)]
