"""What is taken for an answer, and what for garbage."""

import json

import pytest

from brain.llm.chunks import MOST_ARGUMENTS, MOST_TEXT, Assembler
from brain.llm.llm import Call, LlmFailed, Text, Used
from tests.standins.llm import Reply, chunks, ending

BODY = {"model": "m", "messages": []}


def through(reply: Reply) -> list[object]:
    assembler = Assembler()
    found = [delta for chunk in [*chunks(BODY, reply), *ending(BODY, reply)] for delta in assembler.push(json.dumps(chunk))]
    assembler.push("[DONE]")
    return [*found, *assembler.end()]


def test_words_come_as_they_are_and_tool_calls_whole_at_the_end() -> None:
    reply = Reply(("Ek ", "second."), calls=[("check_order_status", '{"order": "12345"}'), ("end_call", "{}")])
    assert through(reply) == [
        Text("Ek "),
        Text("second."),
        Used(0, 2),
        Call("check_order_status", '{"order": "12345"}'),
        Call("end_call", "{}"),
    ]


@pytest.mark.parametrize("data", ["", "<html>", "[]", '"x"', '{"choices": 7}', '{"choices": [{"delta": {"content": 5}}]}'])
def test_what_is_no_chunk_is_garbage(data: str) -> None:
    with pytest.raises(LlmFailed, match="garbage"):
        Assembler().push(data)


def test_an_error_in_the_stream_ends_it() -> None:
    with pytest.raises(LlmFailed, match="cut off"):
        Assembler().push('{"error": {"message": "overloaded"}}')


def test_fields_that_nobody_knows_and_empty_choices_do_no_harm() -> None:
    assembler = Assembler()
    assert assembler.push('{"choices": [], "prompt_filter_results": [1], "usage": null}') == []
    assert assembler.push('{"choices": [{"delta": {"reasoning_content": "hmm", "content": null}}]}') == []


def test_a_model_that_babbles_is_cut_off() -> None:
    assembler = Assembler()
    with pytest.raises(LlmFailed, match="too long"):
        for _ in range(MOST_TEXT // 100 + 1):
            assembler.text("x" * 100)
    with pytest.raises(LlmFailed, match="too long"):
        Assembler().call(0, "tool", "x" * (MOST_ARGUMENTS + 1))


def test_an_answer_that_did_not_end_is_cut_off() -> None:
    assembler = Assembler()
    assembler.push(json.dumps(chunks(BODY, Reply(("Ek ",)))[1]))
    with pytest.raises(LlmFailed, match="cut off"):
        assembler.end()
