"""One answer of the brain in OpenAI's shape, as it grows. ◆

take(message) ──> chunks … closing() ──> last chunks          whole() ──> all of it at once
"""

from collections.abc import Iterator

import msgspec

from core import commands as msg
from core.ids import SiteId
from core.sites import Language
from gateway import chat_shapes as shapes

LETTERS_A_TOKEN = 4
"""Where no model has counted them: a rule of thumb, good for a meter and not for a bill."""


class Completion:
    """`id` and `created` (seconds since 1970) name it."""

    def __init__(self, site: SiteId, asked: shapes.ChatRequest, id: str, created: int) -> None:
        self._id = id
        self._created = created
        self._model = f"site:{site}"
        self._asked = asked
        self._text = ""
        self._tools: list[shapes.UsedTool] = []
        self._done: msg.AnswerDone | None = None
        self._language: Language = "hi-Latn"

    def opening(self) -> shapes.ChatChunk:
        return self._chunk(shapes.Delta(role="assistant", content=""))

    def take(
        self, message: msg.Text | msg.Holding | msg.ToolStarted | msg.ToolFinished | msg.AnswerDone
    ) -> list[shapes.ChatChunk]:
        """What a client who streams is told of it."""
        match message:
            case msg.Text(text=text, language=language):
                self._text += text
                self._language = language
                return [self._chunk(shapes.Delta(content=text))]
            case msg.Holding(text=text) if self._holds:
                return [self._chunk(shapes.Delta(content=f"{text}\n\n"))]
            case msg.ToolFinished(tool=tool, ok=ok, seconds=seconds):
                self._tools.append(shapes.UsedTool(tool, ok, round(seconds * 1000)))
            case msg.AnswerDone():
                self._done = message
        return []

    def closing(self) -> Iterator[shapes.ChatChunk]:
        """After the last of it: why it ended, and what it was made from."""
        calls = self._calls()
        delta = shapes.Delta(annotations=self._annotations() or msgspec.UNSET)
        if calls:
            delta.tool_calls = [msgspec.structs.replace(call, index=at) for at, call in enumerate(calls)]
        yield self._chunk(delta, "tool_calls" if calls else "stop", self._ours())
        if self._asked.stream_options is not None and self._asked.stream_options.include_usage:
            yield shapes.ChatChunk(self._id, self._created, self._model, [], usage=self._usage())

    def whole(self) -> shapes.ChatCompletion:
        calls = self._calls()
        message = shapes.AssistantMessage(self._text or (None if calls else ""), self._annotations())
        if calls:
            message.tool_calls = calls
        choice = shapes.Choice(message, "tool_calls" if calls else "stop")
        return shapes.ChatCompletion(self._id, self._created, self._model, [choice], self._usage(), self._ours())

    @property
    def _holds(self) -> bool:
        metadata = self._asked.metadata
        return metadata is None or metadata.hold == "on"

    def _chunk(
        self, delta: shapes.Delta, finish: shapes.Finish | None = None, ours: shapes.Ours | None = None
    ) -> shapes.ChatChunk:
        chunk = shapes.ChatChunk(self._id, self._created, self._model, [shapes.ChunkChoice(delta, finish)])
        if self._asked.stream_options is not None and self._asked.stream_options.include_usage:
            chunk.usage = None  # the figures come in a chunk of their own, at the end
        if ours is not None:
            chunk.haazir = ours
        return chunk

    def _calls(self) -> list[shapes.ToolCall]:
        """Those that the model chose. A client who has a tool for handing over or for ending is asked to use it."""
        if self._done is not None and self._done.calls:
            return [shapes.ToolCall(call.id, shapes.CalledFunction(call.name, call.arguments)) for call in self._done.calls]
        name = shapes.CONTROL.get(self._done.then, "") if self._done is not None else ""
        has = {tool.function.name for tool in self._asked.tools or () if tool.function is not None}
        if self._done is None or name not in has or self._asked.tool_choice == "none":
            return []
        arguments = {"destination": self._done.destination, "summary": self._done.summary} if self._done.destination else {}
        function = shapes.CalledFunction(name, msgspec.json.encode(arguments).decode())
        return [shapes.ToolCall(f"call_{self._id.removeprefix('chatcmpl-')}", function)]

    def _annotations(self) -> list[shapes.Annotation]:
        """Of the whole text: which part came from which page, the brain doesn't say."""
        cited = self._done.citations if self._done is not None else ()
        pages = dict.fromkeys((citation.title, citation.url) for citation in cited if citation.url)
        return [shapes.Annotation(shapes.UrlCitation(0, len(self._text), title, url)) for title, url in pages]

    def _usage(self) -> shapes.Usage:
        asked = "" if self._asked.returns_control() else self._asked.question()
        counted = (self._done.tokens_in, self._done.tokens_out) if self._done is not None else (0, 0)
        prompt, completion = counted if any(counted) else (_tokens(asked), _tokens(self._text))
        return shapes.Usage(prompt, completion, prompt + completion)

    def _ours(self) -> shapes.Ours:
        done = self._done or msg.AnswerDone(turn=0, revision=0, answer_source="small_talk")
        return shapes.Ours(
            conversation_id=done.conversation_id or None,
            answer_source=done.answer_source,
            language=self._language,
            expects=done.expects,
            then=done.then,
            summary=done.summary,
            citations=list(done.citations),
            tools=self._tools,
            client_tools=done.client_tools,
        )


def _tokens(text: str) -> int:
    return -(-len(text) // LETTERS_A_TOKEN)
