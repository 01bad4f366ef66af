"""Events come out whole, however the bytes were cut."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.llm.sse import LONGEST_LINE, Events, NotAnEventStream

STREAM = 'event: x\r\ndata: {"a": "नमस्ते"}\r\n\r\n: still there\n\ndata:one\ndata: two\n\ndata: [DONE]\n\n'.encode()


@given(st.lists(st.integers(0, len(STREAM))))
def test_events_are_the_same_wherever_the_bytes_were_cut(cuts: list[int]) -> None:
    events = Events()
    edges = [0, *sorted(cuts), len(STREAM)]
    found = [data for start, end in itertools.pairwise(edges) for data in events.push(STREAM[start:end])]
    assert found == ['{"a": "नमस्ते"}', "one\ntwo", "[DONE]"]


def test_a_line_without_an_end_is_no_event_stream() -> None:
    events = Events()
    with pytest.raises(NotAnEventStream):
        for _ in range(LONGEST_LINE // 1000 + 2):
            events.push(b"x" * 1000)


def test_bytes_that_are_no_text_are_no_event_stream() -> None:
    with pytest.raises(NotAnEventStream):
        Events().push(b"data: \xff\xfe\n\n")
