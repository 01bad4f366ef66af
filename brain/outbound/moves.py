"""What every part of a call out's conversation does: ask what is open, ask again, go on, end. ◆"""

from dataclasses import dataclass, replace
from typing import Literal

from brain.outbound.assent import asks, yes_no
from brain.outbound.lines import Says, line
from brain.outbound.moments import moment_said
from brain.outbound.script import Script
from brain.outbound.state import Interview
from core.events import OutboundStatus
from core.sites import Language

TRIES = 2
"""So often we ask again whether it is they, whether we may talk, and when else."""

Wants = Literal["", "person", "again", "bye"]
"""To talk to a person; to hear that again; to ring off."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply of theirs."""

    text: str
    language: Language
    clear: bool = True
    """The recogniser believes it, and there is something in it."""
    keyed: bool = False
    known: bool = False
    """We could answer it: it is a question that the site knows, or something that a tool does."""
    wants: Wants = ""


@dataclass(frozen=True, slots=True)
class Reply:
    interview: Interview
    says: Says
    ends: bool = False
    no_calls: bool = False
    """They asked for that just now."""
    whole: int = 0
    """So many of its sentences, from the first on, are said to their end, whoever speaks meanwhile."""


@dataclass(frozen=True, slots=True)
class Aside:
    """It is for the normal decision; after its answer `open_question` follows."""

    interview: Interview


Step = Reply | Aside


def open_question(interview: Interview, language: Language, script: Script) -> Says:
    """What they have still to answer."""
    match interview.stage:
        case "person":
            return script.is_it(language)
        case "consent":
            return line("may_we", language)
        case "when":
            return line("when_again", language)
        case "form" if (question := script.question(interview.asking)) is not None:
            if interview.checking is not None:
                return script.check(question, interview.checking, language)
            return script.words(question.ask, language)
        case "talk":
            return line("anything", language)
    return ()


# ── on, and again ────────────────────────────────────────────────────────────────────────────────────────────────────
def next_question(interview: Interview, language: Language, script: Script) -> Reply:
    """The next open question, or the end."""
    if interview.stage == "talk":
        return Reply(interview, open_question(interview, language, script))
    done = {*interview.answers, *interview.passed}
    following = next((question.id for question in script.questions if question.id not in done), None)
    if following is None:
        return end(interview, language, script)
    interview = replace(interview, asking=following, checking=None, tries=0)
    return Reply(interview, open_question(interview, language, script))


def pass_over(interview: Interview, language: Language, script: Script) -> Reply:
    passed = replace(interview, passed=(*interview.passed, interview.asking), asking="", checking=None)
    following = next_question(passed, language, script)
    return replace(following, says=(*line("never_mind", language), *following.says))


def again(interview: Interview, language: Language, script: Script) -> Reply:
    """Once more, please; as often as it may be asked."""
    question = script.question(interview.asking) if interview.stage == "form" else None
    if interview.tries < (TRIES if question is None else question.again):
        interview = tried(interview)
        if question is not None and interview.checking is None:
            return Reply(interview, (*line("sorry", language), *script.again(question, language)))
        return Reply(interview, (*line("sorry", language), *open_question(interview, language, script)))
    if interview.stage == "form":
        return pass_over(interview, language, script)
    if interview.stage == "talk":
        return end(interview, language, script)
    return Reply(over(interview, "callback"), line("call_later", language), ends=True)


# ── another time ─────────────────────────────────────────────────────────────────────────────────────────────────────
def ask_when(interview: Interview, heard: Heard, script: Script) -> Reply:
    """Unless they have said it already."""
    interview = replace(interview, stage="when", asking="", checking=None, tries=0)
    told = told_when(interview, heard, script)
    return told if told is not None else Reply(interview, line("when", heard.language))


def told_when(interview: Interview, heard: Heard, script: Script) -> Reply | None:
    at = None if heard.keyed else moment_said(heard.text, script.now)
    if at is None:
        return None
    later = replace(over(interview, "callback"), callback_at=at.timestamp())
    return Reply(later, script.call_at(at, heard.language), ends=True)


# ── the ends ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def wrong_person(interview: Interview, language: Language) -> Reply:
    return Reply(over(interview, "wrong_person"), line("wrong_person", language), ends=True)


def refused(interview: Interview, language: Language) -> Reply:
    return Reply(over(interview, "refused"), line("refused", language), ends=True)


def end(interview: Interview, language: Language, script: Script) -> Reply:
    return Reply(over(interview, None), script.last(language), ends=True)


def over(interview: Interview, status: OutboundStatus | None) -> Interview:
    return replace(interview, stage="over", asking="", checking=None, status=status)


def tried(interview: Interview) -> Interview:
    return replace(interview, tries=interview.tries + 1)


def agreed(heard: Heard) -> bool | None:
    """Key 1 is yes and 2 is no, as every phone menu has it."""
    return {"1": True, "2": False}.get(heard.text) if heard.keyed else yes_no(heard.text)


def is_question(heard: Heard) -> bool:
    return not heard.keyed and (heard.known or asks(heard.text))
