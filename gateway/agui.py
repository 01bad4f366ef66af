"""POST /v1/agui: the brain for chat front-ends that speak AG-UI (docs.ag-ui.com), over server-sent events.

    RunAgentInput ──> Chats ──> RUN_STARTED, TEXT_MESSAGE_…, TOOL_CALL_…, ACTIVITY_SNAPSHOT (holding), STATE_DELTA, RUN_FINISHED

The thread is the conversation. Tools are the site's own: a client hears of them, and brings none.
"""

import json
import uuid
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Annotated, Any

from ag_ui.core import (
    ActivitySnapshotEvent,
    BaseEvent,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    StateDeltaEvent,
    StateSnapshotEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)
from ag_ui.encoder import EventEncoder
from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from core import commands as msg
from core.http import bodies
from core.http.description import refuses
from core.http.doors import ChatSite
from core.http.problems import FieldError, Invalid
from gateway.brain_link import BrainAway, Busy, Chats, Message, NoAnswer, Question, Who
from gateway.chat import problem, the_brain
from gateway.chat_shapes import QUESTION_LIMIT
from gateway.streaming import ClientGone, EventStream, while_there

router = APIRouter(prefix="/v1", tags=["chat"])

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "AG-UI events", "content": {"text/event-stream": {"schema": {"description": "Events: data: {…}"}}}}
}
_INPUT = {
    "schema": {
        "type": "object",
        "description": "RunAgentInput of AG-UI",
        "required": ["threadId", "runId", "messages"],
        "properties": {
            "threadId": {"type": "string"},
            "runId": {"type": "string"},
            "messages": {"type": "array", "minItems": 1, "items": {"type": "object"}},
        },
    }
}
_TAKES = {"requestBody": {"required": True, "content": {"application/json": _INPUT}}}


@router.post("/agui", openapi_extra=_TAKES, responses=_STREAM | refuses(401, 403, 415, 422, 503, 504), response_class=Response)
async def run_agent(request: Request, site: ChatSite, chats: Annotated[Chats, Depends(the_brain)]) -> Response:
    """One run: the last user message of the thread is asked, and the answer streamed as AG-UI events."""
    asked, text = await _read(request)
    wanted = asked.forwarded_props if isinstance(asked.forwarded_props, dict) else {}
    who = Who(site, "chat", str(wanted.get("user") or asked.thread_id)[:256], str(wanted.get("phone") or "")[:64])
    answer = chats.answer(who, Question(text))
    try:
        first = await while_there(request, anext(answer))
    except (BrainAway, Busy, NoAnswer, TimeoutError) as error:
        raise problem(error) from error
    except ClientGone:
        await answer.aclose()
        return Response(status_code=499)
    return EventStream(_events(Run(asked), first, answer))


async def _read(request: Request) -> tuple[RunAgentInput, str]:
    given = await bodies.read(request)
    try:
        asked = RunAgentInput.model_validate(given)
    except ValidationError as error:
        errors = [FieldError(field=".".join(["body", *map(str, each["loc"])]), detail=each["msg"]) for each in error.errors()]
        raise Invalid(errors) from error
    last = asked.messages[-1] if asked.messages else None
    content = getattr(last, "content", None) if last is not None and last.role == "user" else None
    text = content.strip() if isinstance(content, str) else _text_of(content)
    if not text or len(text) > QUESTION_LIMIT:
        detail = f"the last one must be the user's, with text, of {QUESTION_LIMIT} characters at most"
        raise Invalid([FieldError(field="body.messages", detail=detail)])
    return asked, text


def _text_of(content: Any) -> str:
    """Of a message in parts: its text, if it has nothing but text."""
    parts = content if isinstance(content, list) else []
    texts = [getattr(part, "text", None) for part in parts]
    return "\n".join(text for text in texts if text).strip() if all(isinstance(text, str) for text in texts) else ""


async def _events(run: "Run", first: Message, answer: AsyncGenerator[Message, None]) -> AsyncGenerator[str, None]:
    """A run that began has an end, whatever happens: RUN_FINISHED or RUN_ERROR."""
    encoder = EventEncoder()
    async with aclosing(answer):
        try:
            for event in (*run.begin(), *run.take(first)):
                yield encoder.encode(event)
            async for message in answer:
                for event in run.take(message):
                    yield encoder.encode(event)
        except (BrainAway, NoAnswer, TimeoutError) as error:
            told = problem(error)
            for event in (*run.end_text(), RunErrorEvent(message=told.detail, code=told.name)):
                yield encoder.encode(event)


class Run:
    """One run's events, from the brain's words."""

    def __init__(self, asked: RunAgentInput) -> None:
        self._asked = asked
        self._message = f"msg-{uuid.uuid4().hex}"
        self._talking = False
        self._calls = 0

    def begin(self) -> Iterator[BaseEvent]:
        yield RunStartedEvent(thread_id=self._asked.thread_id, run_id=self._asked.run_id)
        if not isinstance(self._asked.state, dict):  # a delta needs something to be a delta of
            yield StateSnapshotEvent(snapshot={})

    def take(self, message: Message) -> Iterator[BaseEvent]:
        match message:
            case msg.Text(text=text):
                if not self._talking:
                    self._talking = True
                    yield TextMessageStartEvent(message_id=self._message, role="assistant")
                yield TextMessageContentEvent(message_id=self._message, delta=text)
            case msg.Holding(text=text, language=language):
                content = {"text": text, "language": language}
                yield ActivitySnapshotEvent(message_id=f"{self._message}-hold", activity_type="HOLD", content=content)
            case msg.ToolStarted(tool=tool):
                yield ToolCallStartEvent(tool_call_id=self._call, tool_call_name=tool, parent_message_id=self._message)
            case msg.ToolFinished():
                yield from self._tool_finished(message)
            case msg.AnswerDone():
                yield from self.end_text()
                state = _state(message)
                added = {"op": "add", "path": "/haazir", "value": state}
                yield StateDeltaEvent.model_validate({"delta": [added]})
                yield RunFinishedEvent(thread_id=self._asked.thread_id, run_id=self._asked.run_id, result=state)

    def end_text(self) -> Iterator[BaseEvent]:
        if self._talking:
            self._talking = False
            yield TextMessageEndEvent(message_id=self._message)

    @property
    def _call(self) -> str:
        return f"{self._message}-tool-{self._calls}"

    def _tool_finished(self, finished: msg.ToolFinished) -> Iterator[BaseEvent]:
        call = self._call
        self._calls += 1
        yield ToolCallArgsEvent(tool_call_id=call, delta=json.dumps(finished.arguments, ensure_ascii=False))
        yield ToolCallEndEvent(tool_call_id=call)
        result = json.dumps({"ok": finished.ok, "ms": round(finished.seconds * 1000)})
        yield ToolCallResultEvent(message_id=f"{call}-result", tool_call_id=call, content=result, role="tool")


def _state(done: msg.AnswerDone) -> dict[str, Any]:
    citations = [{"title": each.title, "url": each.url, "text": each.text} for each in done.citations]
    return {
        "conversation_id": done.conversation_id or None,
        "answer_source": done.answer_source,
        "expects": done.expects,
        "then": done.then,
        "citations": citations,
    }
