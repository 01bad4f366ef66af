"""What is said at each step of a declared tool: the question, the read-back, the answer, and why there is none. ◆"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from brain.tools.declaration import Case, Declaration, Way, Words
from brain.tools.hearing import expected
from brain.tools.lines import line
from brain.tools.outcome import Away, NotFound, Refused, ToolFailed, Uncertain
from brain.tools.template import Unfillable, at, fill_words, places
from brain.tools.tool import Request, ask_for_person
from brain.turn import MAX_SENTENCES, Done, Expects, Memory, Piece, Proposal, Say, Told
from brain.wording import sentences, spoken_in
from core.sites import Language

BEFORE = object()
"""Instead of an answer: this very write was done before."""
_FAILURES = {NotFound: "not_found", Refused: "refused", Uncertain: "uncertain"}

Sentences = tuple[Sequence[str], Language]


def says(name: str, language: Language) -> list[Say]:
    """One of our own lines, without an end of the turn."""
    texts, spoken = line(name, language)
    return [Say(text, spoken) for text in texts]


def ours(name: str, request: Request) -> list[Piece]:
    return _said(line(name, request.language), request.memory)


def for_person(name: str, request: Request) -> list[Piece]:
    """One of our lines that ends in the offer of a person."""
    return _offer(request, line(name, request.language))


def question(declaration: Declaration, request: Request, proposal: Proposal) -> list[Piece]:
    """For the argument `proposal.asking`; after a useless reply with a word of why."""
    form, length = declaration.form(proposal.asking), declaration.length(proposal.asking)
    text, language = spoken_in(dict(declaration.slot(proposal.asking).ask), request.language)
    before: Sequence[str] = ()
    if proposal.tries:
        before, _ = line("wrong_length", language, digits=str(length)) if form == "digits" and length else line("sorry", language)
    expects: Expects = "digits" if form == "digits" else "yes_no" if form == "yes_no" else "anything"
    digits, secret = length if form == "digits" else 0, declaration.slot(proposal.asking).secret
    proposal = replace(proposal, replies=expected(declaration, proposal.asking))
    memory = replace(request.memory, expects=expects, digits=digits, conceal=secret, proposal=proposal)
    return _said(((*before[:1], *sentences(text)), language), memory)


def proof(request: Request, proposal: Proposal, way: Way, digits: int, *, wrong: bool) -> list[Piece]:
    """Asks for it; again, if what came was wrong."""
    texts, language = line("ask_last4" if way == "last4" else "ask_pin", request.language)
    if wrong:
        texts, language = line("proof_wrong", request.language)
    memory = replace(request.memory, expects="digits", digits=digits, conceal=True, proposal=proposal)
    return _said((texts, language), memory)


def proposal(declaration: Declaration, request: Request, made: Proposal) -> list[Piece]:
    """What is about to be done, digit by digit on a call, and "shall I?"."""
    text, language = _filled(declaration.confirm, declaration, request, made.arguments)
    shall_i, _ = line("shall_i", language)
    return _said(((*sentences(text), *shall_i), language), replace(request.memory, expects="yes_no", proposal=made))


def answer(declaration: Declaration, request: Request, arguments: Mapping[str, Any], got: Any) -> list[Piece]:
    """The first case that fits the answer. An answer without the fields that it needs is no answer. Away."""
    values = {**got, "arguments": dict(arguments)} if isinstance(got, Mapping) else {"answer": got, "arguments": dict(arguments)}
    case = next((case for case in declaration.answers if _fits(case, values)), None)
    if case is None:
        raise Away("the answer fits no case of the declaration")
    words = {**case.say, **case.write} if request.asked.channel == "chat" else case.say
    try:
        text, language = _filled(words, declaration, request, values)
    except Unfillable as error:
        raise Away(f"the answer has no usable {error}") from error
    return _said((_short(request, text), language), request.memory)


def done(declaration: Declaration, request: Request, arguments: Mapping[str, Any], got: Any) -> list[Piece]:
    """It was done, and that is said even if the answer can't be put into the site's own words."""
    if got is BEFORE:
        return ours("done_before", request)
    try:
        return answer(declaration, request, arguments, got) if declaration.answers else ours("done", request)
    except Away:
        return ours("done", request)


def failure(declaration: Declaration, request: Request, arguments: Mapping[str, Any], error: ToolFailed) -> list[Piece]:
    """What is true of it, never what the other side wrote, and the offer of a person."""
    own = {NotFound: declaration.not_found, Refused: declaration.refused}.get(type(error), {})
    if own:
        text, language = _filled(own, declaration, request, {**arguments, "arguments": dict(arguments)})
        person, _ = line("person", language)
        return _offer(request, ((*sentences(text)[:MAX_SENTENCES], *person), language))
    if isinstance(error, Away) and not declaration.writes:
        return ask_for_person(request, "unavailable", "tool")
    return _offer(request, line(_FAILURES.get(type(error), "failed"), request.language))


def _offer(request: Request, spoken: Sentences) -> list[Piece]:
    return _said(spoken, replace(request.memory, expects="yes_no", offered_person=True))


def _said(spoken: Sentences, memory: Memory) -> list[Piece]:
    texts, language = tuple(spoken[0]), spoken[1]
    return [*(Say(text, language) for text in texts), Done("tool", replace(memory, told=Told(texts, language)))]


def _short(request: Request, text: str) -> Sequence[str]:
    return sentences(text) if request.asked.channel == "chat" else sentences(text)[:MAX_SENTENCES]


def _fits(case: Case, values: Any) -> bool:
    for path, wanted in case.when.items():
        try:
            found = at(values, path)
        except Unfillable:
            return False
        if type(found) is not type(wanted) or found != wanted:  # 1 is not true
            return False
    return True


def _filled(words: Words, declaration: Declaration, request: Request, values: Any) -> tuple[str, Language]:
    """In the caller's language. An optional argument that nobody told leaves no hole: the sentence with it is left out."""
    text, language = spoken_in(dict(words), request.language)
    labels = {name: slot.labels for name, slot in declaration.slots.items()}
    labels |= {f"arguments.{name}": table for name, table in labels.items()}
    optional = set(declaration.properties) - set(declaration.required) - set(values)
    kept = [part for part in sentences(text) if not any(place.path in optional for place in places(part))]
    channel = request.asked.channel
    return " ".join(fill_words(part, values, language, channel, labels) for part in kept), language
