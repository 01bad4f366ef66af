"""What neither tools nor knowledge answered goes to a model: for what is known everywhere, or for the tool that was meant.

    model ──> sentences ──guard──> said                                   fallback
         ├──> a sentence about the shop, a figure, UNKNOWN ──> "I don't know", a gap          abstain
         └──> a tool ──> one that was offered? arguments that the caller said? ──> that tool's own steps, as if asked for

The model sees only the tools that the site allows, and what it chooses is treated as a caller's wish: the tool asks for what it
lacks, for proof, and for a yes, as ever.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import msgspec

from brain import client_tools
from brain.digits import number_in
from brain.grounded import unknown
from brain.guard import claim
from brain.llm import prompts
from brain.llm.llm import Call, Llm, ToolSpec
from brain.llm.telling import Telling
from brain.tools.tool import Request, Tool, ask_for_person
from brain.turn import AwaitTurn, Done, Memory, Piece, Say, Told
from brain.wording import say

Use = Callable[[str, Request], AsyncIterator[Piece]]
"""dialogue's way to a tool: the same for a caller's wish and a model's."""

FEWEST_DIGITS = 3
"""Digits in a row that must be the caller's own: order numbers, telephone numbers. Fewer are quantities."""


async def answer(
    question: str,
    request: Request,
    llm: Llm,
    tools: Mapping[str, Tool],
    use: Use,
    *,
    may_speak: bool,
    otherwise: AsyncIterator[Piece] | None = None,
) -> AsyncIterator[Piece]:
    """`may_speak`: the question may be answered from general knowledge; else only a tool that the model chooses counts.
    `otherwise`: what answers if it chooses none."""
    yield AwaitTurn()
    offered = [ToolSpec(tool.name, tool.description, tool.parameters) for _, tool in sorted(tools.items())]
    offered += client_tools.specs(request.asked.client, tools)
    prompt = prompts.general(request.site, request.asked, request.language, request.memory, offered)

    def check(sentence: str) -> tuple[str, str]:
        return sentence, claim(sentence, question)

    telling = Telling(llm, prompt, check if may_speak else None, request.language, request.asked.channel)
    async with aclosing(telling.pieces()) as written:
        async for piece in written:
            yield piece
    chosen = wish(telling.calls[0], tools, request) if telling.calls and not telling.refused else None
    if calls := client_tools.chosen(telling, request.asked.client, tools):
        yield client_tools.called(calls, question, request, telling.used)
    elif chosen is not None:
        async for step in use(chosen[0], replace(request, arguments=chosen[1])):
            yield replace(step, used=telling.used) if isinstance(step, Done) else step
    elif otherwise is not None and not telling.said:
        async for step in otherwise:
            yield step
    else:
        for ending in _closing(question, request, telling):
            yield ending


def _closing(question: str, request: Request, telling: Telling) -> list[Piece]:
    """What ends the answer, or stands in its place."""
    if telling.said and not telling.refused:
        memory = replace(request.memory, topic=question, told=Told(telling.said, request.language))
        return [Done("fallback", memory, used=telling.used)]
    if telling.said:  # more was on its way that may not be said: own up to it, and leave it at that
        (honest, *_), language = say("unknown", request.language)
        return [Say(honest, language), Done("abstain", request.memory, used=telling.used, gap=question)]
    if telling.failed is not None:
        return ask_for_person(request, "unavailable", "abstain")
    return unknown(question, request, None, telling.used)


def wish(call: Call, tools: Mapping[str, Tool], request: Request) -> tuple[str, dict[str, Any]] | None:
    """The tool and the arguments that are left of them once doubted; None: no such tool, or arguments that are none."""
    if call.name not in tools:
        return None
    try:
        arguments = msgspec.json.decode(call.arguments or "{}", type=dict[str, Any])
    except msgspec.DecodeError:
        return None
    known = tools[call.name].parameters.get("properties", {})
    own = caller_digits(request)
    return call.name, {name: value for name, value in arguments.items() if name in known and _is_callers(value, own)}


def caller_digits(request: Request) -> list[str]:
    """The digits of everything that the caller has said or keyed, turn by turn, and of the number they call from."""
    memory: Memory = request.memory
    said = [request.asked.text, request.number, request.asked.caller, *(turn.asked for turn in memory.recent)]
    return [_only_digits(text) for text in said] + [number_in(text)[0] for text in said]


def _is_callers(value: Any, own: list[str]) -> bool:
    """A number of some length was said by the caller, not made up; anything nested is refused."""
    if isinstance(value, dict | list):
        return False
    digits = _only_digits(str(value))
    return len(digits) < FEWEST_DIGITS or any(digits in each for each in own)


def _only_digits(text: str) -> str:
    return "".join(str(int(each)) for each in text if each.isdecimal())
