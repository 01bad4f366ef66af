"""A client's own tools through OpenAI's own client: chosen by the site's model, run by the client, and what they gave told."""

import json
from typing import Any

import openai
import pytest

from tests.standins.llm import Cloud, Reply
from tests.unit.gateway.conftest import Town
from tests.unit.gateway.talking import Talk, talk
from tests.unit.gateway.test_chat import says, streamed, words
from tests.unit.gateway.test_chat_model import with_model

PLACE = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER: Any = {"type": "function", "function": {"name": "get_weather", "description": "Weather now.", "parameters": PLACE}}
TAXI: Any = {"type": "function", "function": {"name": "call_taxi", "parameters": PLACE}}
DELHI = '{"city": "Delhi"}'
CALLS = Reply(calls=[("get_weather", DELHI)])
QUESTION = "how is the weather in delhi"


async def ask(talk: Talk, messages: Any = None, **more: Any) -> Any:
    return await talk.openai.chat.completions.create(
        model="x", messages=messages or says(QUESTION), tools=[WEATHER, TAXI], **more
    )


async def asked_and_run(talk: Talk, gave: str) -> list[Any]:
    """The messages of a client that has run the tool which the model chose."""
    message = (await ask(talk)).choices[0].message
    return [*says(QUESTION), message.to_dict(), {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": gave}]


def test_the_model_chooses_a_client_s_tool_and_the_client_is_asked_to_run_it(town: Town) -> None:
    async def story(talk: Talk, cloud: Cloud) -> None:
        cloud.reply = CALLS
        answer = await ask(talk)
        [choice] = answer.choices
        assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
        [call] = choice.message.tool_calls
        assert (call.function.name, json.loads(call.function.arguments)) == ("get_weather", {"city": "Delhi"})
        assert answer.model_extra["haazir"]["client_tools"] == "offered"
        assert [tool["function"]["name"] for tool in cloud.requests[-1]["tools"]] == ["get_weather", "call_taxi"]
        assert "Televisions" not in json.dumps(cloud.requests[-1]), "what has tools has no document's words"

    with_model(town, story)


def test_a_stream_has_the_call_as_well(town: Town) -> None:
    async def story(talk: Talk, cloud: Cloud) -> None:
        cloud.reply = Reply(("Let me look. ",), calls=[("get_weather", DELHI), ("call_taxi", DELHI)])
        chunks = await streamed(talk, QUESTION, tools=[WEATHER, TAXI])
        calls = [call for chunk in chunks if chunk.choices for call in chunk.choices[0].delta.tool_calls or ()]
        assert [(call.index, call.function.name) for call in calls] == [(0, "get_weather"), (1, "call_taxi")]
        assert chunks[-1].choices[0].finish_reason == "tool_calls"
        one = await ask(talk, parallel_tool_calls=False)
        assert len(one.choices[0].message.tool_calls) == 1

    with_model(town, story)


def test_what_a_tool_gave_is_told_and_no_figure_besides(town: Town) -> None:
    async def story(talk: Talk, cloud: Cloud) -> None:
        cloud.reply_in_turn(CALLS, Reply(("It is 31 degrees in Delhi. ", "Tomorrow it will be 25. ")))
        messages = await asked_and_run(talk, '{"celsius": 31}')
        after = await ask(talk, messages)
        assert (after.choices[0].message.content, after.choices[0].finish_reason) == ("It is 31 degrees in Delhi. ", "stop")
        assert after.model_extra["haazir"]["answer_source"] == "tool"
        sent = cloud.requests[-1]["messages"]
        assert [message["role"] for message in sent] == ["system", "user", "assistant", "tool"]
        assert sent[-1]["tool_call_id"] == sent[-2]["tool_calls"][0]["id"] and sent[-1]["content"] == '{"celsius": 31}'
        assert len(talk.heard.opened) == 1, "question, call and answer are one conversation"
        cloud.reply = Reply(("Ji. ",))
        more = [*messages, {"role": "assistant", "content": after.choices[0].message.content}, *says("and who sells it")]
        await ask(talk, more)
        assert len(talk.heard.opened) == 1

    with_model(town, story)


def test_a_result_may_lead_to_another_call_and_comes_in_a_stream(town: Town) -> None:
    async def story(talk: Talk, cloud: Cloud) -> None:
        cloud.reply_in_turn(CALLS, Reply(calls=[("call_taxi", DELHI)]), Reply(("A taxi ", "comes in 12 minutes.")))
        messages = await asked_and_run(talk, "rain")
        second = (await ask(talk, messages)).choices[0].message
        assert second.tool_calls[0].function.name == "call_taxi"
        gave = {"role": "tool", "tool_call_id": second.tool_calls[0].id, "content": "12 minutes"}
        stream = await ask(talk, [*messages, second.to_dict(), gave], stream=True)
        assert words([chunk async for chunk in stream]) == "A taxi comes in 12 minutes."

    with_model(town, story)


def test_a_client_may_say_which_tool_it_must_be_or_none(town: Town) -> None:
    async def story(talk: Talk, cloud: Cloud) -> None:
        cloud.reply = Reply(calls=[("call_taxi", DELHI)])
        named: Any = {"type": "function", "function": {"name": "call_taxi"}}
        answer = await ask(talk, tool_choice=named)
        assert answer.choices[0].message.tool_calls[0].function.name == "call_taxi"
        sent = cloud.requests[-1]
        assert sent["tool_choice"] == "required" and [tool["function"]["name"] for tool in sent["tools"]] == ["call_taxi"]
        await ask(talk, tool_choice="required")
        assert len(cloud.requests[-1]["tools"]) == 2
        cloud.reply = Reply(("Two years. ",))
        answer = await ask(talk, tool_choice="none")
        assert answer.choices[0].message.tool_calls is None and "tools" not in cloud.requests[-1]

    with_model(town, story)


def test_a_model_that_calls_nothing_although_it_must_is_an_error(town: Town) -> None:
    async def story(talk: Talk, cloud: Cloud) -> None:
        for reply in (Reply(("No. ",)), Reply(calls=[("ghost", "{}")]), Reply(calls=[("get_weather", "nonsense")])):
            cloud.reply = reply
            with pytest.raises(openai.InternalServerError):
                await ask(talk, tool_choice="required")

    with_model(town, story)


@pytest.mark.parametrize("choice", [{"type": "function", "function": {"name": "nobody"}}, {"type": "custom"}, "any"])
def test_a_choice_of_nothing_that_is_there_is_refused(town: Town, choice: Any) -> None:
    async def story(talk: Talk, cloud: Cloud) -> None:
        with pytest.raises(openai.UnprocessableEntityError, match="tool_choice"):
            await ask(talk, tool_choice=choice)

    with_model(town, story)


def test_without_a_model_the_agent_answers_and_says_that_it_can_not_choose(town: Town) -> None:
    async def story(talk: Talk, cloud: Cloud) -> None:
        answer = await ask(talk)
        assert answer.choices[0].finish_reason == "stop" and answer.choices[0].message.content
        assert answer.model_extra["haazir"]["client_tools"] == "no_model"
        for more in ({"tool_choice": "required"}, {"messages": [*says(QUESTION), *called_before()]}):
            with pytest.raises(openai.UnprocessableEntityError, match="no language model"):
                await ask(talk, **more)

    with_model(town, story, has_model=False)


def called_before() -> list[Any]:
    function = {"name": "get_weather", "arguments": DELHI}
    call = {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": function}]}
    return [call, {"role": "tool", "tool_call_id": "c1", "content": "31"}]


def test_a_result_of_no_call_is_refused(town: Town) -> None:
    async def story(talk: Talk) -> None:
        call, gave = called_before()
        with pytest.raises(openai.UnprocessableEntityError, match="tool_call_id"):
            await ask(talk, [*says(QUESTION), call, gave | {"tool_call_id": "c2"}])

    talk(town, story)
