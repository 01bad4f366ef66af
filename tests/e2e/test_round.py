"""One round of calls at the same time, each of its own kind, looked at from many sides."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from haazir.caller import wav
from haazir.caller.line import Echo, Faults, Line, Noise
from haazir.caller.script import Call
from haazir.caller.trial import Trial
from tests.e2e.calling import Caller, Finished, Role, ask, greeting
from tests.e2e.hearing import SAME, level_dbfs, likeness

Look = Callable[[str], Finished]

ORDER = "12345"
"""An order of the demo CRM that is on its way."""


@pytest.fixture(scope="module")
def look(caller: Caller) -> Iterator[Look]:
    """The finished call of a name; the failure of its script, if it failed."""
    calls = caller.play_all(_roles(caller))

    def find(name: str) -> Finished:
        call = calls[name]
        if isinstance(call, Exception):
            raise AssertionError(f"the call {name!r} came to nothing: {call!r}") from None
        return call

    yield find


def _roles(caller: Caller) -> dict[str, Role]:
    policy = caller.say("what is your return policy")
    refund = caller.say("रिफंड कितने दिन में आता है", "hi")
    status = caller.say("where is my order")
    number = caller.say("one two three four five")
    yes = caller.say("हाँ", "hi")
    stop = caller.say("wait please stop, I want to ask something else")
    person = caller.say("I want to talk to a person")

    async def conversation(call: Call) -> None:
        await greeting(call)
        await ask(call, policy, "english")
        await ask(call, refund, "hinglish")

    async def order_spoken(call: Call) -> None:
        await greeting(call)
        await ask(call, status, "status")
        await ask(call, number, "number")

    async def order_keyed(call: Call) -> None:
        await greeting(call)
        await ask(call, status, "status")
        await call.press(ORDER)
        await call.agent_speaks(12.0)
        await call.agent_quiet(1.0)

    async def interrupting(call: Call) -> None:
        await greeting(call)
        await call.say(policy, "question")
        await call.agent_has_spoken_for(0.8)
        await call.say(stop, "interruption")
        await call.agent_quiet(1.2)

    async def into_the_greeting(call: Call) -> None:
        await call.agent_speaks(since=call.answered_at)
        await call.wait(0.8)
        await call.say(person, "wish")
        await call.agent_quiet(1.0)
        await call.wait(2.0)

    async def agreeing(call: Call) -> None:
        await greeting(call)
        await call.say(policy, "question")
        await call.agent_has_spoken_for(0.8)
        await call.say(yes, "haan")
        await call.agent_quiet(1.0)

    async def silent(call: Call) -> None:
        await call.over(60.0)

    async def one_question(call: Call) -> None:
        await greeting(call)
        await ask(call, policy, "question")

    async def storm(call: Call) -> None:
        await greeting(call)
        await call.press("0123456789*#" * 4)
        await call.agent_quiet(1.5)
        await ask(call, policy, "question")

    async def holding(call: Call) -> None:
        await greeting(call)
        await call.hold()
        await call.wait(1.5)
        await call.unhold()
        await call.wait(0.3)
        await ask(call, policy, "question")

    roles = {
        "silent": Role(silent),
        "conversation": Role(conversation),
        "order spoken": Role(order_spoken),
        "order keyed": Role(order_keyed, codecs=("alaw",)),
        "storm": Role(storm),
        "interrupting": Role(interrupting),
        "into the greeting": Role(into_the_greeting),
        "agreeing": Role(agreeing),
        "dead quiet": Role(one_question, Line(noise=None)),
        "noisy": Role(one_question, Line(noise=Noise(-42))),
        "echoing": Role(one_question, Line(echo=Echo(-15.0))),
        "bad network": Role(one_question, Line(faults=Faults(drop=0.03, duplicate=0.03, reorder=0.03, garble=0.03))),
        "holding": Role(holding),
    }
    # not all in the same second: what is tried here is each kind of call, test_many.py has the crowd
    return {name: replace(role, after=1.5 * number) for number, (name, role) in enumerate(roles.items())}


# ── being greeted ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_greeting_is_heard_at_once(look: Look, caller: Caller) -> None:
    call = look("conversation")
    assert call.outcome.greeting_after is not None and call.outcome.greeting_after < 0.5
    text = call.turns("agent")[0]["text"]
    assert "Roshni Electronics" in text
    first = call.call.ears.segments[0]
    heard = call.call.ears.between(first.start - 0.1, first.end + 6.0)
    assert likeness(heard, caller.rendered(text.split(".")[0] + ".", "hi-Latn")) > SAME


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("exchange", "fact"), [(0, "ten days"), (1, "paanch se saat din")], ids=["english", "hinglish"])
def test_a_question_is_answered_with_the_right_fact_from_knowledge(look: Look, exchange: int, fact: str) -> None:
    call = look("conversation")
    answer = call.exchanges[exchange].turn
    assert answer is not None, call.record["turns"]
    assert answer["answer_source"] == "knowledge"
    assert fact in answer["text"]


@pytest.mark.parametrize("exchange", [0, 1])
def test_the_answer_that_is_recorded_is_the_one_that_was_heard(look: Look, caller: Caller, exchange: int) -> None:
    call = look("conversation")
    asked = call.exchanges[exchange]
    assert asked.turn is not None and asked.sound is not None
    heard = call.call.ears.between(asked.sound - 0.1, asked.sound + 12.0)
    sentence = asked.turn["text"].split(". ")[0].rstrip(".") + "."
    assert likeness(heard, caller.rendered(sentence, asked.turn["language"])) > SAME
    assert likeness(heard, caller.rendered("This is quite another sentence.", "en")) < SAME


def test_the_answer_speaks_the_caller_s_language(look: Look) -> None:
    assert [turn["language"] for turn in look("conversation").answers] == ["en", "hi-Latn"]


@pytest.mark.parametrize("name", ["order spoken", "order keyed"])
def test_an_order_is_found_by_its_number(look: Look, name: str) -> None:
    call = look(name)
    tools = [tool for turn in call.record["turns"] for tool in turn["tools"]]
    assert [tool["name"] for tool in tools][-1:] == ["check_order_status"], call.record["turns"]
    assert tools[-1]["ok"]
    assert ORDER in tools[-1]["arguments"].values()
    assert call.answers[-1]["answer_source"] == "tool"
    assert call.exchanges[-1].sound is not None


def test_no_log_has_a_sentence_that_a_caller_said(look: Look, trial: Trial) -> None:
    turns = [turn for name in ("conversation", "order spoken", "order keyed") for turn in look(name).turns("caller")]
    said = {turn["text"].lower() for turn in turns if len(turn["text"].split()) > 2}
    logs = {path.name: path.read_text(errors="replace").lower() for path in trial.settings.log_dir.rglob("*") if path.is_file()}
    assert said and any(logs.values())
    assert not [(name, text) for name, log in logs.items() for text in said if text in log]


# ── interrupting ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_interruption_stops_the_agent(look: Look) -> None:
    call = look("interrupting")
    barge_in = call.exchanges[1]
    assert barge_in.interrupted
    assert barge_in.stopped_after is not None and barge_in.stopped_after < 1.0
    assert any(turn["interrupted"] for turn in call.turns("agent"))


def test_who_talks_into_the_greeting_stops_it_and_is_heard(look: Look) -> None:
    """How well is a figure of docs/media.md, not a test: the first word is often not what was said."""
    call = look("into the greeting")
    (wish,) = call.turns("caller")
    assert wish["text"]
    assert call.turns("agent")[0]["interrupted"]


def test_a_mere_haan_does_not_stop_the_agent(look: Look) -> None:
    call = look("agreeing")
    assert call.exchanges[1].interrupted, "the answer was over before we said haan"
    assert not any(turn["interrupted"] for turn in call.answers)
    assert "box" in call.answers[0]["text"]


def test_echo_of_its_own_voice_does_not_stop_the_agent(look: Look) -> None:
    call = look("echoing")
    assert not any(turn["interrupted"] for turn in call.turns("agent"))
    assert call.answers[0]["answer_source"] == "knowledge"
    assert len(call.turns("caller")) == 1


# ── bad lines, bad manners ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_silent_caller_is_reminded_and_then_told_goodbye(look: Look) -> None:
    call = look("silent")
    assert call.call.ended_by == "them"
    assert call.record["outcome"] == "no_input"
    said = call.said_by_agent()
    assert said.count("Kya aap line par hain?") == 2
    assert said.endswith("Aapka din shubh ho.")


def test_constant_noise_is_not_speech(look: Look) -> None:
    call = look("noisy")
    assert not any(turn["interrupted"] for turn in call.turns("agent"))
    assert call.answers and call.answers[0]["answer_source"] == "knowledge"


def test_a_line_that_is_digitally_silent_between_words_is_heard_as_well(look: Look) -> None:
    assert [turn["answer_source"] for turn in look("dead quiet").answers] == ["knowledge"]


def test_a_bad_network_costs_packets_and_not_the_call(look: Look) -> None:
    call = look("bad network")
    assert call.record["rtp"]["lost"] > 0
    assert call.answers


def test_a_storm_of_keys_leaves_the_call_usable(look: Look) -> None:
    call = look("storm")
    assert call.answers[-1]["answer_source"] == "knowledge"
    assert "ten days" in call.answers[-1]["text"]


def test_a_call_goes_on_after_hold(look: Look) -> None:
    call = look("holding")
    assert call.answers and call.answers[-1]["answer_source"] == "knowledge"


# ── records ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_record_tells_who_when_and_how_it_ended(look: Look) -> None:
    call = look("conversation")
    record = call.record
    assert (record["site_id"], record["direction"], record["to"]) == ("demo", "inbound", "1000")
    assert record["from"].endswith(call.outcome.caller)
    assert record["outcome"] == "caller_hung_up"
    assert record["started_at"] < record["answered_at"] < record["ended_at"]


def test_the_server_s_timings_agree_with_the_wire(look: Look) -> None:
    for exchange in look("conversation").exchanges:
        timings = (exchange.turn or {}).get("timings")
        assert timings is not None and exchange.v2v_any is not None
        assert abs(timings["v2v_any"] / 1000 - exchange.v2v_any) < 0.15
        assert timings["speech_end"] <= timings["turn_committed"] <= timings["first_content"]


def test_the_sound_is_counted_both_ways(look: Look) -> None:
    rtp = look("conversation").record["rtp"]
    verdicts = rtp["played"] + rtp["late"] + rtp["duplicate"] + rtp["malformed"]
    assert rtp["received"] > 200 and verdicts == rtp["received"]
    assert rtp["sent"] > 200
    assert rtp["mos"] > 3.5


def test_the_agent_s_packets_come_evenly(look: Look) -> None:
    pacing = look("conversation").outcome.pacing
    assert pacing is not None
    assert pacing.missing == 0
    assert pacing.p50_ms < 5


def test_the_recording_is_stereo_with_both_voices(look: Look, caller: Caller, tmp_path_factory: pytest.TempPathFactory) -> None:
    call = look("conversation")
    path = tmp_path_factory.mktemp("recording") / "call.wav"
    path.write_bytes(asyncio.run(caller.server.recording(call.record["id"])))
    (ours, agents), rate = wav.read_channels(path)
    assert rate == 8000
    assert abs(ours.size / rate - (call.outcome.ended_at - call.outcome.answered_at)) < 2.0
    assert likeness(ours, caller.say("what is your return policy")) > SAME
    assert likeness(agents, caller.say("what is your return policy")) < SAME
    assert level_dbfs(agents[np.abs(agents.astype(np.int32)) > 184]) > -40
