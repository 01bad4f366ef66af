"""What a tool is: a name, the ways callers ask for it, and the pieces of its answer. One file each; registry.py has all. ◆"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

from brain.knowledge.match import Match
from brain.turn import Asked, Done, Memory, Piece, Say, Told
from brain.understand import Meaning
from brain.wording import say
from core.commands import AnswerSource
from core.sites import Language, Phrases, Site

NOBODY = Asked("", "hi-Latn", 0.0)


@dataclass(frozen=True, slots=True)
class Request:
    site: Site
    language: Language
    memory: Memory
    number: str = ""
    """Digits that the caller said or keyed; empty: none."""
    asked: Asked = NOBODY
    """The turn it comes from: whose, over which channel, in which words."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """What a model that chose the tool filled in. Believed no more than what a caller says."""


class Tool(Protocol):
    @property
    def name(self) -> str:
        """As sites name it in `tools`, and as it is shown in call records."""

    @property
    def description(self) -> str:
        """One sentence in English, for a model that chooses among tools."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """JSON Schema (an object) of what a model may fill in."""

    @property
    def utterances(self) -> Mapping[Language, tuple[str, ...]]:
        """Ways to ask for it; {digits} is a number. They are matched like questions, and are in the recogniser's grammar."""

    def answer(self, request: Request) -> AsyncIterator[Piece]:
        """The answer, ending in Done. Before a Barrier nothing in the world is changed: a speculative turn runs it too."""


@runtime_checkable
class Errand(Protocol):
    """A tool that takes several turns: it asks for what it lacks, reads back what it is about to do, and then does it."""

    def takes(self, request: Request, meaning: Meaning, match: Match | None) -> bool:
        """Whether this turn replies to what `request.memory.proposal` asked. `match`: the question that it could be as well."""

    def misses(self, request: Request, meaning: Meaning) -> bool:
        """Whether it asked for something that this turn does not give: it may be a question of its own."""

    def again(self, request: Request) -> list[Piece]:
        """What `request.memory.proposal` asked, once more."""

    def resume(self, request: Request, meaning: Meaning) -> AsyncIterator[Piece]:
        """The pieces of its next step, after `takes` said yes."""

    def dropped(self, request: Request) -> list[Say]:
        """What is said when the caller goes on to something else: empty, unless something stood to be confirmed."""


NO_ARGUMENTS: Mapping[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}


def own_phrases(request: Request) -> tuple[Phrases, Language]:
    """The site's own lines in the caller's language, or in its first; and which it is."""
    site = request.site
    return site.phrase(request.language), request.language if request.language in site.phrases else site.language


def ask_for_person(request: Request, line: str, source: AnswerSource, **values: str) -> list[Piece]:
    """One of our lines that ends in "shall I connect you to my colleague?"."""
    texts, language = say(line, request.language, **values)
    memory = replace(request.memory, expects="yes_no", offered_person=True, proposal=None, told=Told(texts, language))
    return [*(Say(text, language) for text in texts), Done(source, memory)]
