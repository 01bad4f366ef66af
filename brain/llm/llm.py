"""What a language model is to us: a prompt in, a stream of deltas out, or LlmFailed. The drivers beside this file speak it. ◆

    Prompt(messages, tools) ──stream──> Text … Text … Call … Used

Nothing that a model says is believed here: text is checked by brain.guard, a call by the site's own tools.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from core.client_tools import ClientCall


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant", "tool"]
    text: str
    calls: tuple[ClientCall, ...] = ()
    """Of the assistant: tools that it called then…"""
    answers: str = ""
    """…and of a tool: the id of the call that this came of."""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the model sees it."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON Schema of an object."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What stays the same from turn to turn comes first: vendors charge and wait less for a prefix they have seen."""

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    must_call: bool = False
    """Nothing but a call of one of them will do."""


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """The model wants a tool. Both fields are as it wrote them: the tool may not exist, the JSON may be none."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Used:
    tokens_in: int
    tokens_out: int


Delta = Text | Call | Used

Failure = Literal["away", "slow", "refused", "limited", "garbage", "cut off", "resting", "busy", "no key"]
"""What was the matter, for logs and metrics:
away: no connection, or 5xx · slow: no (more) words in time · refused: 4xx · limited: 429 · garbage: not the protocol ·
cut off: the stream broke · resting: it failed too often just now · busy: the site's own limit · no key: not in the vault.
"""


class LlmFailed(RuntimeError):
    """No answer, or no more of it."""

    def __init__(self, why: Failure, detail: str = "", rest_s: float = 0.0) -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why = why
        self.rest_s = rest_s
        """Seconds that the other side asked us to stay away (Retry-After); 0: it did not say."""


class Llm(Protocol):
    """Of one site: a driver behind its deadlines, limits and breaker (brain.llm.door)."""

    @property
    def model(self) -> str:
        """As it is stored with the turn."""

    def stream(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        """LlmFailed, at the latest when the site's deadlines have passed. Closing the iterator closes the connection."""
