"""Turns measured on the wire, and joined with what the server's record says of them."""

import json

import pytest

from core.audio import CODECS
from haazir.caller.ears import Ears, Pacing, Segment
from haazir.caller.measure import Exchange, Outcome, exchanges, merge_keys
from haazir.caller.mouth import Spoken
from haazir.caller.report import table, tree


def said(onset: float, end: float, name: str = "q") -> Spoken:
    return Spoken(name, 8000, onset, end, end)


def ears(*segments: tuple[float, float]) -> Ears:
    heard = Ears(CODECS["ulaw"])
    heard.segments = [Segment(*segment) for segment in segments]
    return heard


def agent_turn(speech_end: float, first_sound: float, first_content: float) -> dict[str, object]:
    timings = {"speech_end": speech_end * 1000, "first_sound": first_sound * 1000, "first_content": first_content * 1000}
    return {"role": "agent", "text": "Kal tak.", "language": "hi-Latn", "answer_source": "knowledge", "timings": timings}


def one(spoken: Spoken, heard: Ears, *turns: dict[str, object]) -> Exchange:
    (exchange,) = exchanges([spoken], heard, 100.0, turns)
    return exchange


def test_voice_to_voice_is_our_last_sample_to_the_agent_s_first() -> None:
    exchange = one(said(105.0, 106.0), ears((100.1, 104.0), (106.6, 108.0)))
    assert exchange.v2v_any == pytest.approx(0.6)
    assert (exchange.v2v_content, exchange.cut_off_at, exchange.interrupted) == (None, None, False)


def test_content_comes_as_much_later_as_the_server_s_answer_after_its_own_holding_line() -> None:
    turn = agent_turn(6.01, 6.6, 8.1)
    exchange = one(said(105.0, 106.0), ears((106.7, 107.0), (108.2, 109.0)), turn)
    assert exchange.turn is turn
    assert exchange.v2v_any == pytest.approx(0.7)
    assert exchange.v2v_content == pytest.approx(2.2)


def test_a_turn_of_another_moment_is_not_ours() -> None:
    assert one(said(105.0, 106.0), ears((106.7, 107.0)), agent_turn(9.0, 9.5, 9.5)).turn is None


def test_an_agent_that_speaks_into_our_sentence_cut_us_off() -> None:
    exchange = one(said(105.0, 107.0), ears((106.2, 106.9)))
    assert exchange.cut_off_at == 106.2
    assert exchange.sound is None


def test_a_barge_in_is_measured_from_our_onset_to_the_agent_s_last_sample() -> None:
    exchange = one(said(105.0, 107.0), ears((103.0, 105.35), (107.5, 109.0)))
    assert exchange.interrupted
    assert exchange.stopped_after == pytest.approx(0.35)
    assert exchange.cut_off_at is None
    assert exchange.v2v_any == pytest.approx(0.5)


def test_an_agent_that_goes_on_did_not_stop() -> None:
    exchange = one(said(105.0, 106.0), ears((103.0, 109.0)))
    assert (exchange.interrupted, exchange.stopped_after) == (True, None)


def test_an_answer_to_the_next_question_is_no_answer_to_this_one() -> None:
    first, second = exchanges([said(101, 102), said(110, 111)], ears((111.5, 112)), 100.0)
    assert (first.sound, second.sound) == (None, 111.5)


def test_keys_in_a_row_are_one_thing_said_and_silence_is_nothing() -> None:
    keys = [said(1, 1.1, "key 1"), said(1.2, 1.3, "key 2"), said(5, 6, "q"), said(7, 7.1, "key 3")]
    assert [(item.name, item.onset, item.end) for item in merge_keys(keys)] == [
        ("key 12", 1, 1.3),
        ("q", 5, 6),
        ("key 3", 7, 7.1),
    ]
    assert exchanges([Spoken("silence", 160, None, None, 1.0)], ears(), 0.0) == []


def test_an_outcome_prints_as_a_page_and_as_json() -> None:
    turn = agent_turn(6.0, 6.6, 6.6)
    outcome = Outcome(
        caller="9810000000", dialled_at=99.9, answered_at=100.0, ended_at=110.0, ended_by="us", greeting_after=0.08,
        exchanges=[one(said(105.0, 106.0, "where is my order, please tell me"), ears((106.6, 108.0)), turn)],
        pacing=Pacing(500, 0.1, 1.0, 3.0, 0, 0),
        record={"id": "1.1", "site_id": "demo", "to": "1000", "turns": [turn], "rtp": {"lost": 0, "mos": 4.4}},
        problems=["waited 10 s for the agent's voice"],
    )  # fmt: skip
    page = table(outcome)
    for part in ("greeted 80 ms", "from knowledge", "first_sound 600 ms", "600 ms", "lost 0, mos 4.4", "! waited 10 s"):
        assert part in page
    assert json.loads(json.dumps(tree(outcome)))["wire"]["turns"][0]["v2v_any"] == pytest.approx(0.6)
