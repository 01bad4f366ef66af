"""Where an answer comes from: the one decision of a turn. ◆

    known action or fact ──> act, tell                                    answer_source tool, small_talk, knowledge
      … unless a document surely answers with words that the fact lacks ("compressor") ──> as a document
    a number among words that mean nothing ──> the tool for numbers
    documents:   no model:  a sentence that surely answers ──> quote      knowledge
                 a model:   passages that come near ──> ground            knowledge, or abstain if it says UNKNOWN
    an action or fact that is likely ──> confirm: "do you mean …?"        abstain, until the caller says yes
    nothing near and a model:   not a question about the site ──> general fallback
                                else ──> choose: only a tool it finds     tool, or abstain
    no model ──> abstain: say so, offer a person, count the gap

How sure is sure enough: the site's thresholds. What the scores mean depends on the embedding model: docs/decision.md.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from brain.elsewhere import ELSEWHERE
from brain.extract import Quote, quote
from brain.guard import about_site
from brain.knowledge.match import Match, verdict
from brain.knowledge.normal import normalise, stem
from brain.knowledge.passages import Passage
from brain.small_talk import SMALL_TALK
from brain.wording import spoken_in
from core.script import latin
from core.sites import Language, Thresholds

NOT_A_SUBJECT = frozenset(
    stem(word) for word in "day year month week hour minute time date price cost charge money much many total percent".split()
)
"""Words that ask how much, not of what."""

Route = Literal["act", "tell", "number", "quote", "ground", "confirm", "general", "choose", "abstain"]


@dataclass(frozen=True, slots=True)
class Decision:
    route: Route
    score: float | None = None
    """How sure it is, 0 to 1; stored with the turn."""
    match: Match | None = None
    quote: Quote | None = None
    passages: tuple[Passage, ...] = ()
    """The best first: what a model is shown."""


_POINTS_BACK = re.compile(
    r"\b(?:(?:us|is|un|in)a?(?:[kd][aei]|men?|mein|par|se|ko)|its|that one|this one|them|those)\b|\bit\W*$", re.I
)
"""In the letters that `latin` gives them: uska, usmein, usda."""


def in_context(question: str, topic: str) -> str:
    """ "Aur uska price?", "aur kitne din mein?" name nothing, and any price would answer them: what was asked before is added."""
    words = normalise(question).words
    if topic and words and (not words - NOT_A_SUBJECT or (len(words) <= 2 and _POINTS_BACK.search(latin(question)))):
        return f"{topic} {question}"
    return question


def known(match: Match | None, thresholds: Thresholds) -> bool:
    """Whether `match` is what was meant, as surely as the site wants."""
    return verdict(match, thresholds.tell, thresholds.confirm) == "tell"


def at_once(match: Match | None, thresholds: Thresholds, number: str) -> Decision | None:
    """What needs no further search. `match`: the likeliest action or fact; `number`: digits that the caller said."""
    if match is not None and known(match, thresholds) and match.entry.key != ELSEWHERE:
        return Decision("act" if match.entry.kind == "action" else "tell", match.score, match)
    return Decision("number") if number else None


def nearer(
    question: str, match: Match, passages: Sequence[Passage], thresholds: Thresholds, *, has_model: bool
) -> Decision | None:
    """The documents' answer, if it is nearer to the question than the known fact: it surely answers, and has a word of the
    question that no way to ask for the fact has. "Warranty on the compressor" is not "warranty"."""
    found = quote(question, passages)
    if match.exact or found is None or found.sure < thresholds.document:
        return None
    lacking = normalise(question).words - match.words - NOT_A_SUBJECT
    if not lacking & normalise(f"{found.passage.title} {found.passage.heading} {found.text}").words:
        return None
    near = _near(passages, thresholds)
    return Decision("ground", found.sure, passages=near) if has_model and near else Decision("quote", found.sure, quote=found)


def further(
    question: str, match: Match | None, passages: Sequence[Passage], thresholds: Thresholds, *, has_model: bool
) -> Decision:
    """After nothing was known: by the documents, by asking back, by a model's own knowledge, or not at all."""
    likely = match if _worth_asking(match, thresholds) else None
    if likely is not None and likely.entry.kind == "fact" and is_vague(question):
        return Decision("tell", likely.score, likely)
    if not has_model:
        found = quote(question, passages)
        if found is not None and found.sure >= thresholds.document:
            return Decision("quote", found.sure, quote=found)
        if likely is not None:
            return Decision("confirm", likely.score, likely)
        return Decision("abstain", found.sure if found else None)
    near = _near(passages, thresholds)
    if near:
        return Decision("ground", near[0].score, passages=near)
    if likely is not None and likely.entry.kind == "fact":  # which tool is meant, the model says
        return Decision("confirm", likely.score, likely)
    return Decision("choose" if about_site(question) else "general")


def is_vague(question: str) -> bool:
    """It asks when or how much, and not of what: then the site itself is meant, and not what a document has the hours of."""
    words = normalise(question).words
    return bool(words) and not words - NOT_A_SUBJECT


def _near(passages: Sequence[Passage], thresholds: Thresholds) -> tuple[Passage, ...]:
    return tuple(passage for passage in passages if passage.by_id or passage.score >= thresholds.near)


def _worth_asking(match: Match | None, thresholds: Thresholds) -> bool:
    """Likely enough, and something that one can ask: not a greeting."""
    if match is None or verdict(match, thresholds.tell, thresholds.confirm) != "confirm":
        return False
    return match.asked_as is not None and match.entry.key not in SMALL_TALK and match.entry.key != ELSEWHERE


def as_passage(match: Match | None, language: Language) -> Passage | None:
    """A fact that may have been meant, for a model to judge; its score is how likely it is. None for anything else."""
    if match is None or match.entry.kind != "fact":
        return None
    text, told_in = spoken_in(dict(match.entry.answers), language)
    title = spoken_in(dict(match.asked_as), language)[0] if match.asked_as else ""
    return Passage(match.entry.key, 0, "fact", title, "", "", text, told_in, (0, len(text)), 0.0, 0.0, score=match.score)
