"""/v1/chat/completions and /v1/models: the brain for OpenAI's clients, unchanged. docs/chat.md says what is different here.

request ──> Who, question ──Chats──> brain ──> Text … AnswerDone ──> one completion, or chunks over SSE
"""

import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Request, Response

from core import places
from core.commands import Channel
from core.http import bodies
from core.http.bodies import PRIVATE
from core.http.description import gives, gives_or_streams, refuses, takes
from core.http.doors import ChatSite
from core.http.problems import FieldError, Invalid, Problem
from core.ids import SiteId
from gateway import chat_shapes as shapes
from gateway.brain_link import BrainAway, Busy, Chats, Message, NeedsModel, NoAnswer, Question, Who
from gateway.completion import Completion
from gateway.streaming import ClientGone, EventStream, while_there

router = APIRouter(prefix="/v1", tags=["chat"])

STARTED = int(time.time())
UNAVAILABLE = {"Retry-After": "2"}
NO_MODEL = (
    "the site has no language model, and only one can choose among your tools or read what they gave: "
    "set `llm` of the site, or send tool_choice auto or none (docs/chat.md)"
)


async def the_brain(request: Request) -> Chats:
    chats = request.app.state.chats
    assert isinstance(chats, Chats)
    return chats


Brain = Annotated[Chats, Depends(the_brain)]


@router.post(
    "/chat/completions",
    openapi_extra=takes(shapes.ChatRequest),
    responses=gives_or_streams(shapes.ChatCompletion) | refuses(401, 403, 404, 415, 422, 503, 504),
    response_class=Response,
)
async def complete_chat(request: Request, site: ChatSite, chats: Brain) -> Response:
    """Ask the site's agent, as OpenAI's clients do. `stream: true` gives chunks as server-sent events."""
    asked = await _read(request, site)
    completion = Completion(site, asked, f"chatcmpl-{uuid.uuid4().hex}", int(time.time()))
    if asked.returns_control():
        return _whole(completion) if not asked.stream else EventStream(_nothing_more(completion))
    who = Who(site, *_channel(asked))
    answer = chats.answer(who, Question(asked.question(), () if asked.user else asked.history(), asked.client_tools()))
    try:
        # Until the first word there is a status to tell what is wrong with; after it there is not.
        first = await while_there(request, anext(answer))
        if asked.stream:
            return EventStream(_chunks(completion, first, answer))
        await while_there(request, _take_all(completion, first, answer))
        return _whole(completion)
    except (BrainAway, Busy, NeedsModel, NoAnswer, TimeoutError) as error:
        await answer.aclose()
        raise problem(error) from error
    except ClientGone:
        await answer.aclose()
        return Response(status_code=499)  # nobody reads it


@router.get("/models", responses=gives(shapes.ModelList) | refuses(401, 403, 422, 503), response_class=Response)
async def list_models(site: ChatSite) -> Response:
    """The one model that this key opens: its site."""
    return bodies.answer(shapes.ModelList([_model(site)]))


@router.get("/models/{model}", responses=gives(shapes.Model) | refuses(401, 403, 404, 422, 503), response_class=Response)
async def get_model(site: ChatSite, model: Annotated[str, Path(max_length=256)]) -> Response:
    """The same, by its name."""
    if model != f"site:{site}":
        raise Problem(404, f"this key opens the model site:{site}, and no other", "model-not-found")
    return bodies.answer(_model(site))


def problem(error: Exception) -> Problem:
    """What went wrong between us and the brain, for the client. What the brain said of it is for our log."""
    match error:
        case Busy():
            return Problem(503, str(error), "busy", UNAVAILABLE)
        case NeedsModel():
            return bodies.invalid("tools", NO_MODEL)
        case BrainAway():
            return Problem(503, "the agent is away for the moment: try again soon", "brain-away", UNAVAILABLE)
        case TimeoutError():
            return Problem(504, "the agent did not answer in time", "brain-silent")
        case _:
            return Problem(503, "the agent can't answer now: its site was not loaded, or we broke", "no-answer", UNAVAILABLE)


async def _read(request: Request, site: SiteId) -> shapes.ChatRequest:
    given = await bodies.read(request)
    try:
        asked = msgspec.convert(given, shapes.ChatRequest)
        if not asked.returns_control():
            asked.question(), asked.history(), asked.client_tools()
    except msgspec.ValidationError as error:
        raise bodies.invalid(*places.complaint(error)) from error
    except ValueError as error:
        words = str(error)
        place = "tool_choice" if words.startswith("tool_choice: ") else "messages"
        raise bodies.invalid(place, words.removeprefix("tool_choice: ")) from error
    if asked.model.startswith("site:") and asked.model != f"site:{site}":
        raise Problem(404, f"this key opens the model site:{site}, and no other", "model-not-found")
    if refused := _not_here(asked):
        raise Invalid([refused])
    return asked


def _not_here(asked: shapes.ChatRequest) -> FieldError | None:
    """What a client may want and would not get: better said than left out in silence."""
    if (asked.n or 1) != 1:
        return FieldError(field="body.n", detail="must be 1: there is one answer")
    if asked.response_format is not None and asked.response_format.type != "text":
        return FieldError(field="body.response_format", detail="must be text: the answer is for a person to read")
    if asked.modalities and set(asked.modalities) != {"text"}:
        return FieldError(field="body.modalities", detail="must be text; for sound, call the site's number")
    return None


def _channel(asked: shapes.ChatRequest) -> tuple[Channel, str, str]:
    metadata = asked.metadata or shapes.Metadata()
    return metadata.channel, asked.user or "", metadata.phone


async def _take_all(completion: Completion, first: Message, answer: AsyncGenerator[Message, None]) -> None:
    async with aclosing(answer):
        completion.take(first)
        async for message in answer:
            completion.take(message)


async def _chunks(completion: Completion, first: Message, answer: AsyncGenerator[Message, None]) -> AsyncGenerator[str, None]:
    """Ends in [DONE], or in an error that OpenAI's clients raise: an answer that was cut off never looks whole."""
    async with aclosing(answer):
        try:
            yield _event(completion.opening())
            for chunk in completion.take(first):
                yield _event(chunk)
            async for message in answer:
                for chunk in completion.take(message):
                    yield _event(chunk)
        except (BrainAway, NeedsModel, NoAnswer, TimeoutError) as error:
            told = problem(error)
            yield _event({"error": {"message": told.detail, "type": "server_error", "code": told.name, "param": None}})
            return
    for chunk in completion.closing():
        yield _event(chunk)
    yield "data: [DONE]\n\n"


async def _nothing_more(completion: Completion) -> AsyncGenerator[str, None]:
    for chunk in (completion.opening(), *completion.closing()):
        yield _event(chunk)
    yield "data: [DONE]\n\n"


def _event(chunk: object) -> str:
    return f"data: {msgspec.json.encode(chunk).decode()}\n\n"


def _whole(completion: Completion) -> Response:
    return Response(msgspec.json.encode(completion.whole()), media_type="application/json", headers=PRIVATE)


def _model(site: SiteId) -> shapes.Model:
    return shapes.Model(f"site:{site}", STARTED)
