"""A chat client's own tools (OpenAI's `tools`): the site's model chooses, the client runs them and tells what they gave.

    question ──model, with the site's tools and the client's──> calls ──> the client
    what they gave ──model, with the client's tools alone──> sentences, every figure from there     tool
                                                        └──> more calls

What a client's tool gives may be any page of the web. So it is shown only where no tool of the site's can be chosen, and what
comes of it can at worst call the client's own. A name that a tool of the site's has is the site's.
"""

import uuid
from collections.abc import AsyncIterator, Container
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import msgspec

from brain.grounded import unknown
from brain.guard import unfounded
from brain.llm import prompts
from brain.llm.llm import Call, Llm, ToolSpec
from brain.llm.telling import Telling
from brain.tools.tool import Request, ask_for_person
from brain.turn import Asked, AwaitTurn, CannotAnswer, Done, Memory, NeedsModel, Piece, Told, Used
from core.client_tools import ClientCall, ClientTools
from core.sites import Site


def settle(asked: Asked) -> bool:
    """Whether they alone answer this turn: one must be called, or here is what they gave."""
    return asked.client.must or bool(asked.client.results)


async def answer(asked: Asked, memory: Memory, site: Site, llm: Llm | None) -> AsyncIterator[Piece]:
    """A turn that they settle. NeedsModel; CannotAnswer for a model that calls none although it must."""
    if llm is None:
        raise NeedsModel("the site has no language model to choose among a client's tools, or to read what they gave")
    yield AwaitTurn()
    heard = replace(memory, language=asked.language, expects="anything", offered_person=False, meant="", proposal=None)
    request = Request(site, asked.language, heard, asked=asked)
    answering = _from_results(request, llm) if asked.client.results else _call(request, llm)
    async for piece in answering:
        yield piece


async def _call(request: Request, llm: Llm) -> AsyncIterator[Piece]:
    asked = request.asked
    prompt = prompts.chosen_by_client(request.site, asked, request.language, request.memory, specs(asked.client))
    telling = Telling(llm, prompt, None, request.language, asked.channel)
    async with aclosing(telling.pieces()) as written:
        async for piece in written:
            yield piece
    if not (calls := chosen(telling, asked.client)):
        raise CannotAnswer(f"the model called none of the client's tools: {telling.failed or 'it did not want to'}")
    yield called(calls, asked.text, request, telling.used)


async def _from_results(request: Request, llm: Llm) -> AsyncIterator[Piece]:
    asked = request.asked
    prompt = prompts.with_results(request.site, asked, request.language, request.memory, specs(asked.client))
    shown = [asked.text, *(result.text for result in asked.client.results)]

    def check(sentence: str) -> tuple[str, str]:
        return sentence, "a figure from nowhere" if unfounded(sentence, shown) else ""

    telling = Telling(llm, prompt, check, request.language, asked.channel)
    async with aclosing(telling.pieces()) as written:
        async for piece in written:
            yield piece
    if calls := chosen(telling, asked.client):
        yield called(calls, asked.text, request, telling.used)
    elif telling.said:
        memory = replace(request.memory, topic=asked.text, told=Told(telling.said, request.language))
        yield Done("tool", memory, used=telling.used)
    else:
        failed = telling.failed is not None
        away = ask_for_person(request, "unavailable", "abstain")
        for said in away if failed else unknown(asked.text, request, None, telling.used):
            yield said


def specs(client: ClientTools, ours: Container[str] = ()) -> list[ToolSpec]:
    """As the model sees them."""
    return [ToolSpec(tool.name, tool.description, tool.parameters) for tool in client.offered if tool.name not in ours]


def chosen(telling: Telling, client: ClientTools, ours: Container[str] = ()) -> tuple[ClientCall, ...]:
    """What the client is to run, if that is what the model chose. Arguments are the model's: the client judges them."""
    if telling.refused:
        return ()
    names = {tool.name for tool in client.offered if tool.name not in ours}
    if not telling.calls or telling.calls[0].name not in names:
        return ()
    wanted = [call for call in telling.calls if call.name in names and _is_object(call)]
    return tuple(ClientCall(f"call_{uuid.uuid4().hex}", call.name, call.arguments or "{}") for call in wanted)[
        : None if client.parallel else 1
    ]


def called(calls: tuple[ClientCall, ...], question: str, request: Request, used: Used) -> Done:
    """The end of the turn, until the client has run them."""
    asked = request.memory.asked
    remembered = asked if question in asked else (*asked, question)[-3:]
    return Done("tool", replace(request.memory, asked=remembered), used=used, calls=calls)


def _is_object(call: Call) -> bool:
    try:
        msgspec.json.decode(call.arguments or "{}", type=dict[str, Any])
    except msgspec.DecodeError:
        return False
    return True
