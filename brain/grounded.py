"""An answer out of the site's documents: written by a model from passages alone, or without one a sentence read out as it is. ◆

passages ──model──> sentences with marks [1] ──> figures all in the passages? ──> said, cited     knowledge
              └── UNKNOWN, or a figure from nowhere ──> "I don't know", a gap                      abstain
              └── fails before its first word ──> the quote, if it is sure; else "not available"
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace

from brain import opening, rows
from brain.decide import Decision
from brain.extract import Quote, quote
from brain.guard import resembles, unfounded
from brain.knowledge.passages import Passage
from brain.llm import prompts
from brain.llm.llm import Llm
from brain.llm.marks import without_marks
from brain.llm.telling import Telling
from brain.tools.tool import Request, ask_for_person
from brain.turn import AwaitTurn, Done, Piece, Say, Told, Used
from brain.wording import say
from brain.wordless import asks_nothing
from core.commands import Citation


async def answer(question: str, request: Request, decision: Decision, llm: Llm) -> AsyncIterator[Piece]:
    """By a model, from the decision's passages."""
    yield AwaitTurn()
    passages, cited = decision.passages, list[int]()
    clock = f"{opening.usually(request.site)} {opening.now(request.site, request.asked.at)}"
    shown = [question, clock, *(f"{passage.title}\n{passage.heading}\n{passage.text}" for passage in passages)]

    def check(sentence: str) -> tuple[str, str]:
        told, marks = without_marks(sentence)
        if unfounded(told, shown):
            return told, "a figure from nowhere"
        if not marks and not resembles(told, shown[1:]):
            return told, "words from nowhere"
        cited.extend(marks)
        return told, ""

    prompt = prompts.grounded(request.site, request.asked, request.language, request.memory, passages)
    telling = Telling(llm, prompt, check, request.language, request.asked.channel)
    async with aclosing(telling.pieces()) as written:
        async for piece in written:
            yield piece
    if telling.said:
        memory = replace(request.memory, topic=question, told=Told(telling.said, request.language))
        sources = citations(passages, cited) or citations(passages, [1])
        yield Done("knowledge", memory, score=decision.score, citations=sources, used=telling.used)
        return
    for ending in _nothing_said(question, request, decision, telling):
        yield ending


def _nothing_said(question: str, request: Request, decision: Decision, telling: Telling) -> list[Piece]:
    if telling.failed is None:
        return unknown(question, request, decision.score, telling.used)
    found = quote(question, decision.passages)
    if found is not None and found.sure >= request.site.thresholds.document:
        return read_out(found, question, request)
    return ask_for_person(request, "unavailable", "abstain")


def read_out(found: Quote, question: str, request: Request) -> list[Piece]:
    """A document's own sentence, in the document's language."""
    text = rows.told(found.text, question, short=request.asked.channel == "call")
    memory = replace(request.memory, topic=question, told=Told((text,), found.passage.language))
    said = Say(text, found.passage.language)
    return [said, Done("knowledge", memory, score=found.sure, citations=citations([found.passage], [1]))]


def unknown(question: str, request: Request, score: float | None, used: Used | None = None) -> list[Piece]:
    """We do not know: said so, a person offered, the gap counted. What asks nothing is no gap."""
    if kind := asks_nothing(question):
        texts, language = say(kind, request.language)
        more, _ = say("no_words", request.language) if kind == "angry" else ((), language)
        memory = replace(request.memory, told=Told((*texts, *more), language))
        return [*(Say(text, language) for text in (*texts, *more)), Done("small_talk", memory, used=used)]
    *said, done = ask_for_person(request, "unknown", "abstain")
    assert isinstance(done, Done)
    return [*said, replace(done, score=score, used=used, gap=question)]


def citations(passages: Sequence[Passage], numbers: Sequence[int]) -> tuple[Citation, ...]:
    """Of the passages with these numbers, counted from 1; a number that no passage has is passed over."""
    cited = [passages[number - 1] for number in dict.fromkeys(numbers) if 0 < number <= len(passages)]
    return tuple(Citation(each.document_id, each.title, each.chunk_id, each.text, each.url) for each in cited)
