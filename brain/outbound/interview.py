"""The conversation of a call out, one reply at a time. Nothing here waits, looks anything up, or asks a model. ◆

    person ─ yes ─> consent ─ yes ─> form: question, question … ─> over (closing)
       │ no            │ no           └ no questions: talk ─────────┘
       v               v
    wrong_person      when? ─> callback          anywhere: "mat call karo" ─> dnc · "interest nahin" ─> refused

A reply that is no answer is asked for again, `again` times at most; what may be a question of theirs is an Aside: whoever can
answers it, and then what is open is asked once more. So every turn either gets on or uses one of a bounded number of tries.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from brain.outbound import corrections, doorstep, moves
from brain.outbound.answers import Setting, answer
from brain.outbound.assent import asks
from brain.outbound.lines import line
from brain.outbound.moves import TRIES, Aside, Heard, Reply, Step
from brain.outbound.script import Script
from brain.outbound.state import Interview, Stage
from brain.outbound.wishes import Wish, wants_no_calls, wish
from core.forms import Answer, Question
from core.sites import Language

MOST_TURNS = 60
"""The longest conversation, with all their questions in it."""


def begin(interview: Interview, language: Language, script: Script) -> Reply:
    """They have answered: who we are, and the first question. What was begun already (the brain was away) goes on."""
    if interview.turns:
        return Reply(interview, moves.open_question(interview, language, script))
    interview = replace(interview, begun=interview.begun + 1)
    disclosed = script.words(script.site.disclosure, script.site.language)
    if script.person:
        return Reply(interview, (*disclosed, *script.who(language), *script.is_it(language)), whole=len(disclosed))
    went_on = doorstep.right_person(interview, language, script)
    return replace(went_on, says=(*disclosed, *script.who(language), *went_on.says), whole=len(disclosed))


def step(interview: Interview, heard: Heard, script: Script) -> Step:
    """What their reply makes of it."""
    interview = replace(interview, turns=interview.turns + 1)
    if interview.turns > MOST_TURNS:
        return moves.end(interview, heard.language, script)
    if not heard.clear:
        return moves.again(interview, heard.language, script)
    if not heard.keyed and wants_no_calls(heard.text):
        return Reply(moves.over(interview, "dnc"), script.no_calls(heard.language), ends=True, no_calls=True)
    match heard.wants:
        case "person":
            return Aside(interview)
        case "again":
            return Reply(interview, moves.open_question(interview, heard.language, script))
        case "bye":
            begun = interview.stage in ("form", "talk", "over")
            return moves.end(interview, heard.language, script) if begun else moves.refused(interview, heard.language)
    return _STAGES[interview.stage](interview, heard, script)


# ── the questions ────────────────────────────────────────────────────────────────────────────────────────────────────
def _form(interview: Interview, heard: Heard, script: Script) -> Step:
    question = script.question(interview.asking)
    if question is None:  # the site has changed its form meanwhile
        return moves.next_question(interview, heard.language, script)
    setting = Setting(script.now.date(), script.caller, heard.keyed)
    value = answer(question, heard.text, setting)
    if interview.checking is not None:
        return _checked(interview, question, value, heard, script)
    wanted = None if heard.keyed else wish(heard.text)
    if wanted is not None and (leaving := _leaving(interview, question, wanted, value, heard, script)) is not None:
        return leaving
    if not heard.keyed and (again := corrections.found(interview, question, heard.text, script, setting)) is not None:
        name, meant = again
        return _corrected(interview, name, meant, heard.language, script)
    if question.type == "text" and moves.is_question(heard):
        return Aside(interview)
    if value is not None:
        return _answered(interview, question, value, heard, script)
    return Aside(interview) if moves.is_question(heard) else moves.again(interview, heard.language, script)


def _leaving(
    interview: Interview, question: Question, wanted: Wish, value: Answer | None, heard: Heard, script: Script
) -> Reply | None:
    """They want something else than to answer; None: it is an answer all the same, or nothing of the kind."""
    language = heard.language
    match wanted:
        case "wrong_number" if question.type != "phone":
            return moves.wrong_person(interview, language)
        case "later" if question.type != "date" or value is None:
            return moves.ask_when(interview, heard, script)
        case "refuses" if not (isinstance(value, bool) and corrections.in_common(question, heard.text)):
            return moves.refused(interview, language)
        case "will_not_say":
            return moves.pass_over(interview, language, script)
        case "hold_on" if value is None:
            return Reply(interview, line("waiting", language))
        case "who_is_it" if value is None and not heard.known:
            why = script.words(script.purpose.opening, language)
            return Reply(interview, (*script.who(language), *why, *moves.open_question(interview, language, script)))
    return None


def _answered(interview: Interview, question: Question, value: Answer, heard: Heard, script: Script) -> Step:
    language = heard.language
    if question.type == "phone" and value != script.caller:
        checking = replace(interview, checking=value, tries=0)
        return Reply(checking, script.check(question, value, language))
    noted = script.noted(question, value, language)
    kept = _kept(interview, question.id, value)
    after = moves.next_question(kept, language, script)
    if not after.ends and not heard.keyed and heard.known and asks(heard.text):  # "teen kamre, lekin price kya hai?"
        return Aside(after.interview)
    return replace(after, says=(*noted, *after.says)) if not after.ends or question.type != "text" else after


def _checked(interview: Interview, question: Question, value: Answer | None, heard: Heard, script: Script) -> Step:
    """It was read back."""
    right, checking = moves.agreed(heard), interview.checking
    if value is not None and value != checking:
        return _answered(replace(interview, checking=None), question, value, heard, script)
    if checking is not None and (right or value == checking):
        return moves.next_question(_kept(replace(interview, checking=None), question.id, checking), heard.language, script)
    if right is None and moves.is_question(heard):
        return Aside(interview)
    return moves.again(replace(interview, checking=None), heard.language, script)


def _corrected(interview: Interview, name: str, meant: Answer, language: Language, script: Script) -> Reply:
    """ "Nahin, teen kamre": of a question that we have left behind; the open one is asked again."""
    interview = replace(interview, answers={**interview.answers, name: meant}, last=name)
    question = script.question(name)
    noted = script.noted(question, meant, language) if question is not None else ()
    return Reply(interview, (*noted, *moves.open_question(interview, language, script)))


def _kept(interview: Interview, name: str, value: Answer) -> Interview:
    return replace(interview, answers={**interview.answers, name: value}, last=name, asking="", tries=0)


# ── no questions of ours: what do they want to know? ─────────────────────────────────────────────────────────────────
def _talk(interview: Interview, heard: Heard, script: Script) -> Step:
    agreed, wanted = moves.agreed(heard), None if heard.keyed else wish(heard.text)
    if wanted == "later":
        return moves.ask_when(interview, heard, script)
    if wanted == "who_is_it" and not heard.known:
        why = script.words(script.purpose.opening, heard.language)
        return Reply(interview, (*script.who(heard.language), *why, *line("anything", heard.language)))
    if moves.is_question(heard):
        return Aside(replace(interview, tries=0))
    if agreed and not interview.tries:
        return Reply(moves.tried(interview), line("go_on", heard.language))
    if agreed is None and interview.tries < TRIES:
        return Reply(moves.tried(interview), line("anything", heard.language))
    return moves.end(interview, heard.language, script)


def _over_already(interview: Interview, heard: Heard, script: Script) -> Step:
    """They speak after our last word."""
    return Reply(interview, script.last(heard.language), ends=True)


_STAGES: Mapping[Stage, Callable[[Interview, Heard, Script], Step]] = {
    "person": doorstep.person, "consent": doorstep.consent, "when": doorstep.when,
    "form": _form, "talk": _talk, "over": _over_already,
}  # fmt: skip
