"""POST /v1/chat/completions as OpenAI's clients write and read it (API reference of 2026), and what we add under `haazir`. ◆

Requests are read generously: what a client sends besides (temperature, seed, …) is the site's to decide, and is left aside.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.client_tools import ClientCall, ClientResult, ClientTools, ClientToolsState, OfferedTool
from core.commands import Channel, Citation, Line
from core.sites import Language

QUESTION_LIMIT = 4000
"""Characters of one question: a long e-mail."""
MESSAGES_LIMIT = 500
TOOLS_LIMIT = 64
RESULT_LIMIT = 20_000
"""Characters of what one tool of a client's gave."""
CONTROL = {"transfer": "transfer_to_operator", "hang_up": "end_call"}
"""What the brain wants done with the conversation, and the client's tool for it, if the client has one."""
NO_PARAMETERS: dict[str, Any] = {"type": "object", "properties": {}}
HISTORY = 20
"""Messages before the question that are looked at."""

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]
Finish = Literal["stop", "tool_calls"]
Id = Annotated[str, Meta(max_length=256, pattern=r"^[^\x00]*$")]


class Part(msgspec.Struct):
    type: str
    text: str = ""


class Function(msgspec.Struct):
    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    description: Annotated[str, Meta(max_length=1024)] | None = None
    parameters: dict[str, Any] | None = None


class Tool(msgspec.Struct):
    type: str
    function: Function | None = None


class SaidFunction(msgspec.Struct):
    name: Annotated[str, Meta(max_length=64)] = ""
    arguments: Annotated[str, Meta(max_length=20_000)] = "{}"


class SaidCall(msgspec.Struct):
    """A call of before, as the client tells it again."""

    id: Id = ""
    function: SaidFunction = msgspec.field(default_factory=SaidFunction)


class ChatMessage(msgspec.Struct):
    role: Role
    content: str | list[Part] | None = None
    tool_calls: list[SaidCall] | None = None
    tool_call_id: Id = ""

    def text(self) -> str:
        """Its words. ValueError for anything but text."""
        if isinstance(self.content, list):
            if any(part.type not in ("text", "input_text", "refusal") for part in self.content):
                raise ValueError("only text is understood here: no images, no sound, no files")
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(msgspec.Struct):
    include_usage: bool = False


class ResponseFormat(msgspec.Struct):
    type: str = "text"


class Metadata(msgspec.Struct):
    """Ours of the sixteen that OpenAI allows; others are left aside."""

    channel: Annotated[Channel, Meta(description="The form of the answer: `call` is for a voice")] = "chat"
    phone: Annotated[Id, Meta(description="Their number: what was said on the telephone is known here, and the reverse")] = ""
    hold: Annotated[
        Literal["on", "off"], Meta(description="Whether a holding line is streamed, as a paragraph before a slow answer")
    ] = "on"


class ChatRequest(msgspec.Struct):
    """A question with what was said before. `user` names the conversation: with it, earlier messages need not be sent again."""

    messages: Annotated[list[ChatMessage], Meta(min_length=1, max_length=MESSAGES_LIMIT)]
    model: Annotated[str, Meta(description="`site:<site_id>`; any other name means the key's own site")] = ""
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    user: Annotated[Id, Meta(description="Your own name for who is asking: the same name, the same conversation")] | None = None
    metadata: Metadata | None = None
    n: int | None = 1
    tools: Annotated[list[Tool], Meta(max_length=TOOLS_LIMIT)] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = True
    response_format: ResponseFormat | None = None
    modalities: list[str] | None = None

    def question(self) -> str:
        """The last words of the user. ValueError says what is wrong with them."""
        last = next((message for message in reversed(self._before_tools()) if message.role not in ("system", "developer")), None)
        if last is None or last.role != "user":
            raise ValueError("the last message must be the user's question, or what a tool gave for it")
        text = last.text().strip()
        if not text:
            raise ValueError("the last message has no text")
        if len(text) > QUESTION_LIMIT:
            raise ValueError(f"the question is longer than {QUESTION_LIMIT} characters")
        return text

    def history(self) -> tuple[Line, ...]:
        """What was said before the question, as the client tells it; and the question, where tools have been at work since."""
        said = [message for message in self._before_tools() if message.role in ("user", "assistant")]
        if not self.returns_a_tool():
            said = said[:-1]
        lines = [Line("caller" if message.role == "user" else "agent", message.text()[:QUESTION_LIMIT]) for message in said]
        return tuple([line for line in lines if line.text][-HISTORY:])

    def returns_a_tool(self) -> bool:
        """The client tells what its tools gave: there is no new question."""
        return self.messages[-1].role in ("tool", "function")

    def returns_control(self) -> bool:
        """Of a tool that only hands over or ends, or of one that we had not called: there is nothing to answer."""
        return self.returns_a_tool() and not any(call.function.name not in CONTROL.values() for call in self._calls().values())

    def results(self) -> tuple[ClientResult, ...]:
        """What the client's tools gave since the question. ValueError says what is wrong with it."""
        calls, found = self._calls(), list[ClientResult]()
        for message in self._since_question():
            if message.role == "tool":
                if (call := calls.get(message.tool_call_id)) is None:
                    raise ValueError("a tool message answers no call: tool_call_id must be an id of tool_calls before it")
                if len(text := message.text()) > RESULT_LIMIT:
                    raise ValueError(f"what a tool gave is longer than {RESULT_LIMIT} characters")
                found.append(ClientResult(ClientCall(call.id, call.function.name, call.function.arguments), text))
        return tuple(found)

    def client_tools(self) -> ClientTools:
        """ValueError for a `tool_choice` that names no tool, or results that answer no call."""
        tools = [tool.function for tool in self.tools or () if tool.function is not None]
        named = self._named()
        if named is not None and named not in {tool.name for tool in tools}:
            raise ValueError("tool_choice: none of `tools` has this name")
        if self.tool_choice == "required" and not tools:
            raise ValueError("tool_choice: there are no `tools` to choose from")
        must = named is not None or self.tool_choice == "required"
        wanted = [tool for tool in tools if named in (None, tool.name) and (must or tool.name not in CONTROL.values())]
        offered = tuple(OfferedTool(tool.name, tool.description or "", tool.parameters or NO_PARAMETERS) for tool in wanted)
        return ClientTools(
            offered=offered if self.tool_choice != "none" else (),
            must=must,
            parallel=self.parallel_tool_calls is not False,
            results=self.results() if self.returns_a_tool() else (),
        )

    def _named(self) -> str | None:
        """The one tool that is to be called. ValueError for a choice of another shape."""
        match self.tool_choice:
            case None | "auto" | "none" | "required":
                return None
            case {"type": "function", "function": {"name": str(name)}}:
                return name
        raise ValueError("tool_choice: must be auto, none, required, or name a function of `tools`")

    def _before_tools(self) -> list[ChatMessage]:
        """All messages up to the last question, where tools have been at work since."""
        since = len(self._since_question())
        return self.messages[: len(self.messages) - since] if self.returns_a_tool() else self.messages

    def _since_question(self) -> list[ChatMessage]:
        asked_at = max((at for at, message in enumerate(self.messages) if message.role == "user"), default=-1)
        return self.messages[asked_at + 1 :]

    def _calls(self) -> dict[str, SaidCall]:
        """Calls of the client's tools since the question, by id."""
        said = [message for message in self._since_question() if message.role == "assistant"]
        return {call.id: call for message in said for call in message.tool_calls or ()}


class Usage(msgspec.Struct):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class UrlCitation(msgspec.Struct):
    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(msgspec.Struct):
    url_citation: UrlCitation
    type: Literal["url_citation"] = "url_citation"


class CalledFunction(msgspec.Struct):
    name: str
    arguments: str


class ToolCall(msgspec.Struct):
    id: str
    function: CalledFunction
    type: Literal["function"] = "function"
    index: int | UnsetType = UNSET


class UsedTool(msgspec.Struct):
    """A tool of the site's that the brain used for this answer."""

    name: str
    ok: bool
    ms: int


class Ours(msgspec.Struct):
    """What OpenAI's shape has no place for."""

    conversation_id: Annotated[str | None, Meta(description="GET /v1/conversations/{id}; null: not written down yet")]
    answer_source: Annotated[str, Meta(description="tool, knowledge, fallback, small_talk or abstain")]
    language: Language
    expects: Annotated[str, Meta(description="What a reply would look like: anything, yes_no or digits")]
    then: Annotated[str, Meta(description="listen; transfer: a person is asked for; hang_up: goodbye was said")]
    summary: Annotated[str, Meta(description="For the person who takes over")]
    citations: list[Citation]
    tools: list[UsedTool]
    client_tools: Annotated[
        ClientToolsState,
        Meta(
            description="What became of the request's `tools`: none were given (empty); `offered` to the model; `not_needed`, "
            "since the site's own answer came first; `no_model`: the site has none, and nobody else could choose them"
        ),
    ]


class AssistantMessage(msgspec.Struct):
    content: str | None
    annotations: list[Annotation]
    tool_calls: list[ToolCall] | UnsetType = UNSET
    refusal: None = None
    role: Literal["assistant"] = "assistant"


class Choice(msgspec.Struct):
    message: AssistantMessage
    finish_reason: Finish
    index: int = 0
    logprobs: None = None


class ChatCompletion(msgspec.Struct):
    id: str
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    haazir: Ours
    object: Literal["chat.completion"] = "chat.completion"


class Delta(msgspec.Struct):
    role: Literal["assistant"] | UnsetType = UNSET
    content: str | UnsetType = UNSET
    annotations: list[Annotation] | UnsetType = UNSET
    tool_calls: list[ToolCall] | UnsetType = UNSET


class ChunkChoice(msgspec.Struct):
    delta: Delta
    finish_reason: Finish | None = None
    index: int = 0
    logprobs: None = None


class ChatChunk(msgspec.Struct):
    id: str
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: Usage | UnsetType | None = UNSET
    haazir: Ours | UnsetType = UNSET
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"


class Model(msgspec.Struct):
    id: str
    created: int
    owned_by: str = "haazir"
    object: Literal["model"] = "model"


class ModelList(msgspec.Struct):
    data: list[Model]
    object: Literal["list"] = "list"
