"""Before a call out's questions: is it they, may we talk, and when else? ◆"""

from dataclasses import replace

from brain.outbound import moves
from brain.outbound.lines import line
from brain.outbound.moves import TRIES, Aside, Heard, Reply, Step
from brain.outbound.people import is_they, says_hello
from brain.outbound.script import Script
from brain.outbound.state import Interview, Stage
from brain.outbound.wishes import wish
from core.sites import Language


def person(interview: Interview, heard: Heard, script: Script) -> Step:
    language, wanted = heard.language, None if heard.keyed else wish(heard.text)
    agreed = moves.agreed(heard)
    they = None if heard.keyed else is_they(heard.text, script.person)
    match wanted:
        case "wrong_number":
            return moves.wrong_person(interview, language)
        case "hold_on" if they is None:
            return Reply(interview, line("waiting", language))
        case "refuses":
            return moves.refused(interview, language)
        case "later" | "not_here" if not they:
            return moves.ask_when(interview, heard, script)
        case "who_is_it" if not they:
            return Reply(moves.tried(interview), (*script.who(language), *script.is_it(language)))
    if they is False:
        return moves.ask_when(interview, heard, script)
    if they or agreed:
        return right_person(interview, language, script)
    if agreed is False:
        return moves.wrong_person(interview, language)
    if says_hello(heard.text) and interview.tries < TRIES:
        return Reply(moves.tried(interview), (*script.who(language), *script.is_it(language)))
    return moves.again(interview, language, script)


def right_person(interview: Interview, language: Language, script: Script) -> Reply:
    opening = script.words(script.purpose.opening, language)
    if script.purpose.kind == "reminder":
        interview = replace(interview, stage="form" if script.questions else "talk", tries=0)
        went_on = moves.next_question(interview, language, script)
        return replace(went_on, says=(*opening, *went_on.says))
    interview = replace(interview, stage="consent", tries=0)
    return Reply(interview, (*opening, *moves.open_question(interview, language, script)))


def consent(interview: Interview, heard: Heard, script: Script) -> Step:
    language, wanted = heard.language, None if heard.keyed else wish(heard.text)
    agreed = moves.agreed(heard)
    match wanted:
        case "wrong_number":
            return moves.wrong_person(interview, language)
        case "refuses":
            return moves.refused(interview, language)
        case "later" | "not_here":
            return moves.ask_when(interview, heard, script)
        case "not_now" if not agreed:
            return moves.ask_when(interview, heard, script)
        case "who_is_it" if not agreed:
            why = script.words(script.purpose.opening, language)
            return Reply(interview, (*script.who(language), *why, *line("may_we", language)))
        case "hold_on" if agreed is None:
            return Reply(interview, line("waiting", language))
    if agreed:
        stage: Stage = "form" if script.questions else "talk"
        return moves.next_question(replace(interview, stage=stage, tries=0), language, script)
    if agreed is False:
        return moves.ask_when(interview, heard, script)
    return Aside(interview) if moves.is_question(heard) else moves.again(interview, language, script)


def when(interview: Interview, heard: Heard, script: Script) -> Step:
    told = moves.told_when(interview, heard, script)
    if told is not None:
        return told
    if wish(heard.text) == "refuses" or moves.agreed(heard) is False:
        return moves.refused(interview, heard.language)
    return moves.again(interview, heard.language, script)
