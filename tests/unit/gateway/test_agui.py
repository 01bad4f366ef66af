"""POST /v1/agui: every run has a beginning and an end, in AG-UI's own types."""

import asyncio
import json
from typing import Any

from ag_ui.core import Event, EventType
from pydantic import TypeAdapter

from tests.unit.gateway.conftest import Town
from tests.unit.gateway.talking import Talk, talk

EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def run(text: str, **more: Any) -> dict[str, Any]:
    message = {"id": "m1", "role": "user", "content": text}
    about: dict[str, Any] = {"threadId": "t1", "runId": "r1", "messages": [message], "state": {}, "forwardedProps": {}}
    return about | {"tools": [], "context": []} | more


async def events(talk: Talk, body: dict[str, Any]) -> list[Any]:
    """Checked by AG-UI's own models."""
    answer = await talk.http.post("/v1/agui", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream"), answer.text
    return [EVENT.validate_python(json.loads(line.removeprefix("data: "))) for line in answer.text.split("\n\n") if line]


def types(found: list[Any]) -> list[EventType]:
    return [event.type for event in found]


def test_a_run_streams_the_answer_its_tools_and_where_it_came_from(town: Town) -> None:
    async def story(talk: Talk) -> None:
        found = await events(talk, run("tool 12345"))
        assert types(found) == [
            EventType.RUN_STARTED, EventType.TOOL_CALL_START, EventType.TOOL_CALL_ARGS, EventType.TOOL_CALL_END,
            EventType.TOOL_CALL_RESULT, EventType.TEXT_MESSAGE_START, EventType.TEXT_MESSAGE_CONTENT,
            EventType.TEXT_MESSAGE_END, EventType.STATE_DELTA, EventType.RUN_FINISHED,
        ]  # fmt: skip
        assert (found[1].tool_call_name, json.loads(found[2].delta)) == ("check_order_status", {"order_number": "12345"})
        assert found[6].delta == "Order 12345 raaste mein hai."
        assert found[8].delta[0].value["answer_source"] == "tool" and found[9].thread_id == "t1"

    talk(town, story)


def test_holding_is_an_activity_and_no_part_of_the_message(town: Town) -> None:
    async def story(talk: Talk) -> None:
        found = await events(talk, run("slow", state=None))
        assert types(found)[:3] == [EventType.RUN_STARTED, EventType.STATE_SNAPSHOT, EventType.ACTIVITY_SNAPSHOT]
        assert found[2].content["text"] == "Please chat par bane rahein, main check kar raha hoon."
        assert "".join(event.delta for event in found if event.type is EventType.TEXT_MESSAGE_CONTENT) == "Ho gaya."

    talk(town, story)


def test_a_thread_is_a_conversation_and_a_user_of_the_client_s_goes_before_it(town: Town) -> None:
    async def story(talk: Talk) -> None:
        async def ask(**more: Any) -> str:
            found = await events(talk, run("kya hai", **more))
            return "".join(event.delta for event in found if event.type is EventType.TEXT_MESSAGE_CONTENT)

        assert await ask() == "chat hi-Latn after []"
        assert await ask() == "chat hi-Latn after [kya hai]"
        assert await ask(threadId="t2") == "chat hi-Latn after []"
        assert await ask(threadId="t3", forwardedProps={"user": "asha"}) == "chat hi-Latn after []"
        assert await ask(threadId="t4", forwardedProps={"user": "asha"}) == "chat hi-Latn after [kya hai]"

    talk(town, story)


def test_a_run_that_fails_half_way_ends_in_an_error(town: Town) -> None:
    async def story(talk: Talk) -> None:
        found = await events(talk, run("halfbroken"))
        assert types(found)[-2:] == [EventType.TEXT_MESSAGE_END, EventType.RUN_ERROR]
        assert found[-1].code == "no-answer"
        whole = await talk.http.post("/v1/agui", json=run("broken"))
        assert whole.status_code == 503 and whole.json()["type"] == "urn:haazir:problem:no-answer"

    talk(town, story)


def test_a_front_end_that_goes_away_stops_the_brain(town: Town) -> None:
    async def story(talk: Talk) -> None:
        async with talk.http.stream("POST", "/v1/agui", json=run("stall")) as answer:
            await anext(answer.aiter_lines())
        async with asyncio.timeout(5):
            while talk.heard.stopped != ["stall"]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    talk(town, story)


def test_what_is_no_run_is_refused(town: Town) -> None:
    async def story(talk: Talk) -> None:
        agent = {"id": "1", "role": "assistant", "content": "x"}
        for body in ({}, run(" "), run("x" * 5000), run("hi", messages=[]), run("hi", messages=[agent])):
            answer = await talk.http.post("/v1/agui", json=body)
            assert answer.status_code == 422, body
        assert talk.heard.asked == []

    talk(town, story)
