"""One turn, top to bottom: what the caller said -> what they hear. Read this first.

    unclear? ── yes? no? number? ── what do they mean (brain.knowledge.library), and what answers it (brain.decide)
                                        ├─ an action: a tool or small talk
                                        ├─ a fact of the site's
                                        ├─ its documents: a sentence of theirs, or a model's from them (brain.grounded)
                                        ├─ a model's general knowledge, or the tool it chooses (brain.general)
                                        └─ nothing we know: say so, offer a person

An answer is a stream of pieces that ends in Done; Done carries the memory that holds once the turn is committed. Before a
Barrier nothing in the world is changed, and before AwaitTurn no model is asked: a speculative turn runs the same code and may
be dropped at any point.
"""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from brain import abilities, aside, client_tools, decide, general, grounded, handover, news, opening, temper
from brain.decide import Decision
from brain.elsewhere import ELSEWHERE
from brain.knowledge.match import Match
from brain.knowledge.normal import normalise
from brain.knowledge.passages import Passage
from brain.llm.llm import Llm
from brain.odds import AS_THEY_ARE, Odds
from brain.small_talk import SMALL_TALK
from brain.tools.numbered import for_number, is_meant, is_model
from brain.tools.tool import Errand, Request, Tool, ask_for_person
from brain.turn import MAX_SENTENCES, NO_CLIENT_TOOLS, Asked, AwaitTurn, Done, Memory, Piece, Say, Told
from brain.understand import CALL_A_PERSON, Meaning, No, Number, Unclear, Words, Yes, understand
from brain.wording import say, sentences, spoken_in
from brain.wordless import wordless
from core.client_tools import ClientToolsState
from core.commands import AnswerSource
from core.db import DatabaseAway
from core.ids import SiteId
from core.sites import Language, Site

_LEAD_INS = "aur|and|achha|accha|okay|ok|haan|yes|no|nahin|lekin|but|what about|how about"
_LEAD_IN = re.compile(rf"^\s*(?:(?:{_LEAD_INS})\b[\s,]*)+", re.IGNORECASE)
"""Words that join a question to what was said before."""

PERSON = "transfer_to_operator"

PASSAGES = 5
"""Of documents, that an answer may be made from."""


class Knowledge(Protocol):
    async def find(self, site: SiteId, text: str) -> Match | None:
        """What is meant by `text`, and how sure that is. DatabaseAway."""

    async def passages(self, site: SiteId, text: str, limit: int) -> list[Passage]:
        """What the site's documents say about it, the nearest first. DatabaseAway."""


@dataclass(frozen=True, slots=True)
class Mind:
    """What a turn thinks with."""

    site: Site
    tools: Mapping[str, Tool]
    """Those the site allows."""
    knowledge: Knowledge
    least_confidence: float
    """Hearing below this is not believed (settings.engines.confidence)."""
    patience: int
    """Turns in a row that we may fail to understand before a person is offered (site.handover.misunderstood); 0: never."""
    llm: Llm | None = None
    """The site's language model; None: it has none."""
    odds: Odds = AS_THEY_ARE
    """What a score means at this site."""
    questions: Mapping[Language, Sequence[str]] = field(default_factory=dict)
    """Some that it can answer, as the site asks them."""


async def answer(asked: Asked, memory: Memory, mind: Mind) -> AsyncIterator[Piece]:
    """The pieces of one answer. Never raises for a neighbour that is away: that has an honest sentence. CannotAnswer."""
    alone = client_tools.settle(asked)
    pieces = client_tools.answer(asked, memory, mind.site, mind.llm) if alone else _answer(asked, memory, mind)
    model_asked = False
    async for piece in pieces:
        model_asked = model_asked or isinstance(piece, AwaitTurn)
        if isinstance(piece, Done) and asked.client.offered:
            why_not: ClientToolsState = "no_model" if mind.llm is None else "not_needed"
            piece = replace(piece, client_tools="offered" if model_asked else why_not)
        if isinstance(piece, Done) and piece.then == "transfer" and mind.llm is not None:
            yield AwaitTurn()
            told = await handover.summary(mind.site, asked, piece.memory, mind.llm, piece.summary)
            piece = replace(piece, summary=told)
        yield piece


async def _answer(asked: Asked, memory: Memory, mind: Mind) -> AsyncIterator[Piece]:
    for piece in _not_heard(memory):
        yield piece
    memory = replace(memory, outcome=None)
    if asked.news == "nobody_free":
        told = Request(mind.site, memory.language, replace(_heard(memory), proposal=None), asked=asked)
        async for piece in news.nobody_free(told, mind.tools):
            yield piece
        return
    meaning = understand(asked, memory, mind.least_confidence)
    language = memory.language if asked.via == "keypad" or isinstance(meaning, Unclear) else asked.language
    if isinstance(meaning, Unclear):
        for piece in _not_understood(Request(mind.site, language, memory), mind.patience):
            yield piece
        return
    angry = memory.angry + (isinstance(meaning, Words) and temper.is_angry(asked.text))
    request = Request(mind.site, language, replace(_heard(memory), language=language, angry=angry), asked=asked)
    fed_up = angry > memory.angry and 0 < mind.site.handover.angry <= angry and PERSON in mind.tools
    async for piece in _apologise(request, mind) if fed_up else _reply(meaning, request, memory, mind):
        yield piece


async def _reply(meaning: Meaning, request: Request, memory: Memory, mind: Mind) -> AsyncIterator[Piece]:
    """`memory`: with what was expected and offered in it."""
    pieces = _answer_meaning(meaning, replace(request, memory=replace(request.memory, proposal=None)), memory, mind)
    if (errand := _under_way(memory, mind)) is not None:
        also = await _also(meaning, memory, mind)
        if not errand.takes(request, meaning, also):
            for said in errand.dropped(request):
                yield said
            pieces = aside.and_again(pieces, errand, request) if also is not None and also.entry.kind == "fact" else pieces
        elif errand.misses(request, meaning) and await aside.is_documented(meaning, request, mind.knowledge):
            pieces = aside.and_again(pieces, errand, request)
        else:
            pieces = errand.resume(request, meaning)
    async for piece in pieces:
        yield piece


def _heard(memory: Memory) -> Memory:
    """What was expected or offered holds for one turn: from here on it is the meaning that counts."""
    return replace(memory, expects="anything", conceal=False, offered_person=False, meant="", misunderstood=0)


def _not_heard(memory: Memory) -> list[Piece]:
    """What came of a write, if less than half of it was heard before an interruption."""
    outcome = memory.outcome
    heard = len(memory.recent[-1].answered) if memory.recent else 0
    if outcome is None or heard >= len(" ".join(outcome.texts)) // 2:
        return []
    return [Say(text, outcome.language) for text in outcome.texts]


def _answer_meaning(meaning: Meaning, request: Request, before: Memory, mind: Mind) -> AsyncIterator[Piece]:
    """`before`: the memory with what was offered in it."""
    match meaning:
        case Yes() if before.offered_person:
            return _use(PERSON, request, mind)
        case Yes() if before.meant:
            return _answer_words(before.meant, request, mind)
        case No() if before.meant:
            return _each(grounded.unknown(before.asked[-1] if before.asked else "", request, None))
        case Number(digits=digits) if digits == CALL_A_PERSON:
            return _use(PERSON, request, mind)
        case Number(digits=digits):
            return _use_number(replace(request, number=digits), mind)
        case Words() if wordless(request.asked.text):
            return _each(grounded.unknown(request.asked.text, request, None))
        case Words(text=text, number=number):
            if is_model(mind.tools, number, request.asked.text):
                text, number = request.asked.text, ""
            remembered = replace(request.memory, asked=(*before.asked, request.asked.text)[-3:])
            return _answer_words(text, replace(request, number=number, memory=remembered), mind)
        case _:
            return _each(_talk("what_else", request))


def _under_way(memory: Memory, mind: Mind) -> Errand | None:
    """The tool that waits for a reply; not if a person was offered meanwhile: then "haan" is for them."""
    tool = mind.tools.get(memory.proposal.tool) if memory.proposal is not None and not memory.offered_person else None
    return tool if isinstance(tool, Errand) else None


async def _also(meaning: Meaning, memory: Memory, mind: Mind) -> Match | None:
    """The question that a reply could be as well."""
    return await asked_for(meaning.text, memory, mind) if isinstance(meaning, Words) else None


async def asked_for(text: str, memory: Memory, mind: Mind) -> Match | None:
    """What is surely meant by `text`, if it asks for something that we know or do."""
    try:
        match = await _find(text, memory, mind)
    except DatabaseAway:
        return None
    return match if match is not None and decide.known(match, mind.site.thresholds) and match.entry.key != ELSEWHERE else None


async def _answer_words(text: str, request: Request, mind: Mind) -> AsyncIterator[Piece]:
    try:
        match = await _find(text, request.memory, mind)
        judged = decide.in_context(text, request.memory.topic)
        decision = await _decide(judged, match, request, mind)
        pieces = _carry_out(
            decision, text if judged == text or decision.route != "quote" else request.memory.topic, request, mind
        )
        if (told := _opening(text, decision, request)) is not None:
            pieces = _each(told)
    except DatabaseAway:
        away = _each(ask_for_person(request, "unavailable", "abstain"))
        pieces = _use_number(request, mind) if request.number else away
    async for piece in pieces:
        yield piece


async def _decide(text: str, match: Match | None, request: Request, mind: Mind) -> Decision:
    """Documents are looked into unless a tool or the site's very words settle it."""
    thresholds, has_model = mind.site.thresholds, mind.llm is not None
    meant = is_meant(mind.tools, request.number, request.asked.text)
    decision = decide.at_once(match, thresholds, request.number if meant else "")
    if decision is not None and (decision.route != "tell" or match is None or match.exact):
        return decision
    passages = await mind.knowledge.passages(mind.site.site_id, text, PASSAGES)
    if has_model and (fact := decide.as_passage(match, request.language)) is not None:
        passages = sorted([*passages, fact], key=lambda passage: -passage.score)
    if decision is not None and match is not None:
        return decide.nearer(text, match, passages, thresholds, has_model=has_model) or decision
    return decide.further(text, match, passages, thresholds, has_model=has_model)


def _carry_out(decision: Decision, text: str, request: Request, mind: Mind) -> AsyncIterator[Piece]:
    llm, offered = mind.llm, request.asked.client.offered

    def use(tool: str, wish: Request) -> AsyncIterator[Piece]:
        return _use(tool, wish, mind)

    match decision:
        case Decision(route="confirm" | "ground") if llm is not None and offered:
            own = _carry_out(decision, text, replace(request, asked=replace(request.asked, client=NO_CLIENT_TOOLS)), mind)
            return general.answer(text, request, llm, mind.tools, use, may_speak=False, otherwise=own)
        case Decision(route="act", match=Match() as match):
            return _act(match, request, mind)
        case Decision(route="tell", match=Match() as match):
            return _each(_tell(match, text, request))
        case Decision(route="number"):  # words we don't know around a number: it is the number that matters
            return _use_number(request, mind)
        case Decision(route="confirm", match=Match() as match):
            return _each(_ask_back(match, request))
        case Decision(route="quote", quote=quote) if quote is not None:
            return _each(grounded.read_out(quote, text, request))
        case Decision(route="ground") if llm is not None:
            return grounded.answer(text, request, decision, llm)
        case Decision(route="general" | "choose") if llm is not None:
            return general.answer(text, request, llm, mind.tools, use, may_speak=decision.route == "general")
    return _each(grounded.unknown(text, request, decision.score))


async def _find(text: str, memory: Memory, mind: Mind) -> Match | None:
    """What is likely meant; "aur kitne din mein?" is tried again together with what was asked before."""
    likely: Match | None = None
    for words in dict.fromkeys((text, _LEAD_IN.sub("", text))):
        match = await _likeliest(words, mind) if words else None
        if decide.known(match, mind.site.thresholds):
            return match
        likely = likely or match
    own_words = normalise(text).words
    if not memory.topic or not own_words or len(own_words) > 2:
        return likely
    again = await _likeliest(f"{memory.topic} {text}", mind)
    return again if decide.known(again, mind.site.thresholds) and _is_about(again, own_words) else likely


async def _likeliest(text: str, mind: Mind) -> Match | None:
    match = await mind.knowledge.find(mind.site.site_id, text)
    return match if match is None or match.exact else replace(match, score=mind.odds.of(match.score))


def _is_about(match: Match | None, words: Iterable[str]) -> bool:
    """All the words of a short follow-up are words that the site uses for this entry: else any "pizza?" would fit the topic."""
    return match is not None and set(words) <= match.words


async def _act(match: Match, request: Request, mind: Mind) -> AsyncIterator[Piece]:
    """A tool, or small talk."""
    key = match.entry.key
    if key == "what_can_you_do":
        pieces = _each(_abilities(request, mind))
    elif key in SMALL_TALK:
        text, language = spoken_in(dict(match.entry.answers), request.language)
        pieces = _each(_said(sentences(text), language, request.memory, "small_talk", match.score))
    elif key == PERSON and (wishes := request.memory.wishes + 1) < mind.site.handover.wishes:
        texts, language = say("why_a_person", request.language)
        pieces = _each(_said(texts, language, replace(request.memory, wishes=wishes), "tool", match.score))
    else:
        pieces = _use(key, request, mind)
    async for piece in pieces:
        yield piece


async def _apologise(request: Request, mind: Mind) -> AsyncIterator[Piece]:
    """Who is angry gets a person without asking for one."""
    texts, language = say("angry", request.language)
    for text in texts:
        yield Say(text, language)
    async for piece in _use(PERSON, replace(request, memory=replace(request.memory, proposal=None)), mind):
        yield piece


def _abilities(request: Request, mind: Mind) -> list[Piece]:
    language = request.language
    tools = {name: tool.utterances.get(language, ()) for name, tool in mind.tools.items()}
    texts = abilities.told(mind.site.name, tools, mind.questions.get(language, ()), language)
    return _said(texts, language, request.memory, "small_talk")


def _opening(text: str, decision: Decision, request: Request) -> list[Piece] | None:
    """Whether the site is open, from its hours. When it usually opens, a fact of its own says better."""
    at, site = request.asked.at, request.site
    asks = opening.asked(text, opening.local(site, at).date()) if at is not None and opening.is_known(site) else None
    better = ("act", "tell") if decide.is_vague(text) else ("act", "tell", "quote")
    if at is None or asks is None or not (asks.sure or decision.route not in better):
        return None
    texts = opening.told(site, asks, at, request.language)
    return _said(texts, request.language, replace(request.memory, topic=text), "knowledge", 1.0)


async def _use(tool: str, request: Request, mind: Mind) -> AsyncIterator[Piece]:
    """The tool's answer, if the site allows the tool."""
    if tool in mind.tools:
        async for piece in mind.tools[tool].answer(request):
            yield piece
    else:
        for piece in ask_for_person(request, "not_allowed", "abstain"):
            yield piece


def _use_number(request: Request, mind: Mind) -> AsyncIterator[Piece]:
    """A number alone means the tool that needs one like it."""
    tool = for_number(mind.tools, request.number, request.asked.text)
    return _use(tool, request, mind) if tool is not None else _each(ask_for_person(request, "not_allowed", "abstain"))


def _tell(match: Match, question: str, request: Request) -> list[Piece]:
    """A fact of the site's, in the caller's language if it has it."""
    text, language = spoken_in(dict(match.entry.answers), request.language)
    memory = replace(request.memory, topic=question)
    return _said(sentences(text)[:MAX_SENTENCES], language, memory, "knowledge", match.score)


def _ask_back(match: Match, request: Request) -> list[Piece]:
    """ "Do you mean …?" in the words by which the site asks for it. A yes asks just that."""
    question, language = spoken_in(dict(match.asked_as or {}), request.language)
    texts, language = say("did_you_mean", language, question=question.rstrip(" ?।"))
    memory = replace(request.memory, expects="yes_no", meant=question)
    return _said(texts, language, memory, "abstain", match.score)


def _talk(line: str, request: Request) -> list[Piece]:
    texts, language = say(line, request.language)
    return _said(texts, language, request.memory, "small_talk")


def _said(
    texts: tuple[str, ...], language: Language, memory: Memory, source: AnswerSource, score: float | None = None
) -> list[Piece]:
    done = Done(source, replace(memory, told=Told(texts, language)), score=score)
    return [*(Say(text, language) for text in texts), done]


def _not_understood(request: Request, patience: int) -> list[Piece]:
    """Once more, please; and after `patience` times: a person? What we had asked for still stands."""
    times = request.memory.misunderstood + 1
    request = replace(request, memory=replace(request.memory, misunderstood=times))
    if 0 < patience <= times:
        return ask_for_person(request, "unclear_again", "abstain")
    texts, language = say("unclear", request.language)
    return [*(Say(text, language) for text in texts), Done("abstain", request.memory)]


async def _each(pieces: Iterable[Piece]) -> AsyncIterator[Piece]:
    for piece in pieces:
        yield piece
