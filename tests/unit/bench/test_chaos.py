"""What counts as dropped, as incomplete and as left over in a chaos run, and that a seed always makes the same run."""

from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

from bench.chaos.judge import Experience, Record, Stretch, Talk, Verdict, judge
from bench.chaos.plan import DECK, NAMES, faults, role
from bench.chaos.table import Run, table

NUMBER = "9000100002"
CALL = Experience(
    number=NUMBER, nature="talks", dialled_at=1000.0, answered_at=1000.5, ended_at=1020.0, ended_by="caller", cause="",
    heard_out=(1004.0, 1010.0), sound_s=9.0, silence_s=4.0, gap_s=0.03,
)  # fmt: skip
AGENT, CUSTOMER = {"role": "agent"}, {"role": "caller"}
RECORD: dict[str, Any] = {
    "from": f"+91{NUMBER}", "answered_at": "1970-01-01T00:16:40.500Z", "ended_at": "1970-01-01T00:17:00Z",
    "outcome": "caller_hung_up", "cause": {"code": 16, "text": "Normal Clearing"}, "turns": [AGENT, CUSTOMER, AGENT],
    "transfers": [], "people": [], "recording": {"state": "ready", "duration_s": 19.0},
}  # fmt: skip
TO_PEOPLE = {"outcome": "transferred", "transfers": [{"at": "1970-01-01T00:16:47Z"}]}
BY_US = replace(CALL, ended_by="us", cause="16 Normal Clearing")
TALK = Talk(f"+91{NUMBER}", 1012.0, 1019.5, ended_by_operator=True)


def judged(
    call: Experience = CALL, record: Record | None = RECORD, talks: tuple[Talk, ...] = (), stretches: tuple[Stretch, ...] = ()
) -> Verdict:
    return judge(call, record, talks, stretches)


def dropped(call: Experience, talks: tuple[Talk, ...] = (), **record: Any) -> bool:
    return bool(judged(call, {**RECORD, **record}, talks).dropped)


def incomplete(call: Experience, **record: Any) -> tuple[str, ...]:
    return judged(call, {**RECORD, **record}).incomplete


def test_a_caller_who_hangs_up_after_a_talk_with_the_agent_is_neither_dropped_nor_incomplete() -> None:
    verdict = judged()
    assert (verdict.had, verdict.dropped, verdict.incomplete) == ("agent", (), ())


def test_a_call_that_we_ended_is_dropped_unless_a_person_or_the_agent_s_goodbye_ended_it() -> None:
    assert dropped(BY_US)
    assert dropped(BY_US, (replace(TALK, ended_by_operator=False),), **TO_PEOPLE)
    assert dropped(BY_US, (replace(TALK, ended_at=1012.0),), **TO_PEOPLE), "that talk was long over"
    assert dropped(BY_US, (replace(TALK, number="9000100003"),)), "somebody else's talk"
    assert not dropped(BY_US, (TALK,), **TO_PEOPLE)
    assert not any(dropped(BY_US, outcome=outcome) for outcome in ("completed", "no_input", "voicemail"))
    assert judged(BY_US, None).dropped


def test_a_call_that_was_refused_or_never_answered_is_dropped_and_one_given_up_while_it_rang_is_not() -> None:
    unanswered = replace(CALL, answered_at=None, ended_at=1003.0, heard_out=(), sound_s=0.0)
    assert judged(replace(unanswered, ended_by="refused", cause="503 Busy"), None).dropped
    assert judged(replace(unanswered, ended_by="nobody"), None).dropped
    gave_up = judged(unanswered, None)
    assert (gave_up.had, gave_up.dropped, gave_up.incomplete) == ("nobody", (), ())


def test_a_caller_left_in_silence_is_dropped_though_the_line_stands() -> None:
    assert dropped(replace(CALL, silence_s=15.1))
    assert not dropped(replace(CALL, silence_s=14.9))


def test_with_people_is_who_was_transferred_and_without_a_record_who_was_at_an_operator_s_phone() -> None:
    assert judged(record={**RECORD, **TO_PEOPLE}).had == "people"
    assert judged(record={**RECORD, "outcome": "voicemail"}).had == "people"
    assert judged(record=None, talks=(TALK,)).had == "people"


@pytest.mark.parametrize("part", ["from", "ended_at", "outcome", "cause", "answered_at"])
def test_a_record_without_its_beginning_or_its_end_is_incomplete(part: str) -> None:
    assert incomplete(CALL, **{part: None}) == (f"no {part}",)


def test_an_answered_call_without_any_record_is_incomplete() -> None:
    assert judged(record=None).incomplete == ("no record",)


def test_each_sentence_heard_from_the_agent_is_a_turn_but_what_people_say_is_not() -> None:
    assert incomplete(CALL, turns=[AGENT]) == ("1 turns too few",)
    assert incomplete(CALL, turns=[AGENT, CUSTOMER]) == ("1 turns too few",)
    assert incomplete(CALL, turns=[AGENT], **TO_PEOPLE) == ()


def test_who_was_spoken_to_has_a_recording_but_for_a_full_disk() -> None:
    for recording in (None, {"state": "missing", "duration_s": None}, {"state": "ready", "duration_s": 0.0}):
        assert incomplete(CALL, recording=recording)
        assert incomplete(replace(CALL, sound_s=1.0), recording=recording) == ()
        assert incomplete(replace(CALL, heard_out=()), recording=recording, turns=[]) == (), "music alone"
        assert incomplete(replace(CALL, heard_out=()), recording=recording, turns=[], people=[{"person": "201"}])
    full = (Stretch("full disk", 1010.0, 1030.0),)
    assert judged(record={**RECORD, "recording": None}, stretches=full).incomplete == ()
    assert judged(record={**RECORD, "recording": None, "outcome": None}, stretches=full).incomplete == ("no outcome",)


def test_a_fault_touches_the_calls_that_were_there_before_it_was_mended() -> None:
    stretches = (
        Stretch("early", 980.0, 999.9), Stretch("into it", 980.0, 1000.1), Stretch("within", 1005.0, 1006.0),
        Stretch("within", 1008.0, 1009.0), Stretch("late", 1020.1, 1030.0),
    )  # fmt: skip
    assert judged(stretches=stretches).faults == ("into it", "within")


def test_the_table_has_a_line_for_each_fault_and_names_what_broke_a_must() -> None:
    stretches = (Stretch("kill brain", 1005.0, 1006.0), Stretch("kill brain", 1007.0, 1008.0), Stretch("loss", 1100.0, 1110.0))
    good, bad = judged(stretches=stretches), judged(replace(BY_US, number="9000100003"), stretches=stretches)
    run = Run(7, [good, bad], stretches, {"channels": 0, "bridges": 0}, strays=0, load=1.0)
    lines = table(run).splitlines()
    assert lines[1].split()[:8] == ["kill", "brain", "2", "2", "2", "0", "0", "1"]
    assert [line.split()[0] for line in lines[2:5]] == ["loss", "no", "all"]
    assert "NOT as it must be" in table(run) and "! 9000100003 (talks): ended by us" in lines[-1]
    assert not run.met


def test_a_run_is_as_it_must_be_only_with_nothing_dropped_left_or_incomplete() -> None:
    run = Run(7, [judged()], (), {"channels": 0}, strays=0, load=1.0)
    assert run.met and "NOT" not in table(run)
    assert not replace(run, orphans={"channels": 1}).met
    assert not replace(run, strays=1).met
    assert not replace(run, verdicts=[judged(record=None)]).met


def test_a_seed_makes_the_same_run_again_and_another_seed_another_one() -> None:
    first, again, other = (list(islice(faults(seed), 60)) for seed in (7, 7, 8))
    assert first == again != other
    assert [role(7, number) for number in range(50)] == [role(7, number) for number in range(50)]
    assert role(7, 3) != role(8, 3)
    assert len({role(7, number).phone for number in range(500)}) == 500


def test_every_fault_comes_before_any_comes_again() -> None:
    round_ = list(islice(faults(7), 2 * len(DECK)))
    assert {fault.name for fault in round_[: len(DECK)]} == set(NAMES) == {fault.name for fault in round_[len(DECK) :]}
    assert {fault.name for fault in islice(faults(7, ["loss", "kill brain"]), 4)} == {"loss", "kill brain"}
    assert list(faults(7, [])) == []
