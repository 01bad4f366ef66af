"""Deltas out of OpenAI's `chat.completion.chunk` objects. Tool calls come in pieces and leave whole. ◆

Generous in what it accepts (unknown fields, missing usage), strict in how much: a model that babbles is cut off.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from brain.llm.llm import Call, Delta, LlmFailed, Text, Used

MOST_TEXT = 20_000
"""Characters of one answer. The site's max_tokens is far below."""
MOST_CALLS = 4
MOST_ARGUMENTS = 8_000
"""Characters of one call's arguments."""


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _ToolCall(msgspec.Struct):
    function: _Function
    index: int = 0


class _Delta(msgspec.Struct):
    content: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(msgspec.Struct):
    delta: _Delta = msgspec.field(default_factory=_Delta)
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = []
    usage: _Usage | None = None
    error: Any = None


_decoder = msgspec.json.Decoder(_Chunk)


@dataclass(slots=True)
class _Begun:
    name: str = ""
    arguments: str = ""


class Assembler:
    """One answer. `push` what arrives; `end` when the server says that it is complete."""

    def __init__(self) -> None:
        self._calls: dict[int, _Begun] = {}
        self._characters = 0
        self._finished = False
        self.done = False
        """The server said that this was all."""

    def push(self, data: str) -> list[Delta]:
        """One chunk as JSON, or [DONE]. LlmFailed for anything else."""
        if data == "[DONE]":
            self.done = True
            return []
        try:
            chunk = _decoder.decode(data)
        except msgspec.DecodeError as error:
            raise LlmFailed("garbage", type(error).__name__) from error
        if chunk.error is not None:
            raise LlmFailed("cut off", "an error in the stream")
        deltas: list[Delta] = []
        for choice in chunk.choices[:1]:
            deltas += self.text(choice.delta.content)
            for call in choice.delta.tool_calls or ():
                self.call(call.index, call.function.name, call.function.arguments)
            self._finished = self._finished or choice.finish_reason is not None
        if chunk.usage is not None:
            deltas.append(Used(chunk.usage.prompt_tokens, chunk.usage.completion_tokens))
        return deltas

    def text(self, content: str | None) -> list[Delta]:
        """Some words."""
        self._characters += len(content or "")
        if self._characters > MOST_TEXT:
            raise LlmFailed("garbage", "too long")
        return [Text(content)] if content else []

    def call(self, index: int, name: str | None, arguments: str | None) -> None:
        """Some of a tool call."""
        begun = self._calls.setdefault(index, _Begun())
        begun.name += name or ""
        begun.arguments += arguments or ""
        if len(self._calls) > MOST_CALLS or len(begun.arguments) > MOST_ARGUMENTS or len(begun.name) > 200:
            raise LlmFailed("garbage", "a tool call is too long")

    def end(self) -> list[Delta]:
        """The tool calls, now that they are whole. LlmFailed if the model had not come to an end."""
        if not self._finished and not self.done:
            raise LlmFailed("cut off", "no end")
        return [Call(begun.name, begun.arguments) for _, begun in sorted(self._calls.items())]
