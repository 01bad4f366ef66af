"""Where an answer comes from: the one decision of a turn. ◆

    known action or fact ──> act, tell                                    answer_source tool, small_talk, knowledge
    a number among words that mean nothing ──> the tool for numbers
    documents:   no model:  a sentence that surely answers ──> quote      knowledge
                 a model:   passages that come near ──> ground            knowledge, or abstain if it says UNKNOWN
    nothing near and a model:   not a question about the site ──> general fallback
                                else ──> choose: only a tool it finds     tool, or abstain
    no model ──> abstain: say so, offer a person, count the gap

How sure is sure enough: the site's thresholds. What the scores mean depends on the embedding model: docs/decision.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from brain.elsewhere import ELSEWHERE
from brain.extract import Quote, quote
from brain.guard import about_site
from brain.knowledge.match import Match
from brain.knowledge.passages import Passage
from core.sites import Thresholds

Route = Literal["act", "tell", "number", "quote", "ground", "general", "choose", "abstain"]


@dataclass(frozen=True, slots=True)
class Decision:
    route: Route
    score: float | None = None
    """How sure it is, 0 to 1; stored with the turn."""
    match: Match | None = None
    quote: Quote | None = None
    passages: tuple[Passage, ...] = ()
    """The best first: what a model is shown."""


def known(match: Match | None, thresholds: Thresholds) -> bool:
    """Whether `match` is what was meant, as surely as the site wants."""
    return match is not None and match.score >= thresholds.tell


def at_once(match: Match | None, thresholds: Thresholds, number: str) -> Decision | None:
    """What needs no further search. `match`: the likeliest action or fact; `number`: digits that the caller said."""
    if match is not None and known(match, thresholds) and match.entry.key != ELSEWHERE:
        return Decision("act" if match.entry.kind == "action" else "tell", match.score, match)
    return Decision("number") if number else None


def further(question: str, passages: Sequence[Passage], thresholds: Thresholds, *, has_model: bool) -> Decision:
    """After nothing was known: by the documents, or by a model's own knowledge, or not at all."""
    if not has_model:
        found = quote(question, passages)
        if found is not None and found.sure >= thresholds.document:
            return Decision("quote", found.sure, quote=found)
        return Decision("abstain", found.sure if found else None)
    near = tuple(passage for passage in passages if passage.by_id or passage.score >= thresholds.near)
    if near:
        return Decision("ground", near[0].score, passages=near)
    return Decision("choose" if about_site(question) else "general")
