"""Slots in virtual steps: who has heard nothing comes first, nobody is left without sound, and no step is made for nothing."""

import random
from dataclasses import dataclass, field

import pytest

from media_server.tts.parler.configuration import FRAME_RATE
from media_server.tts.parler.schedule import FIRST, PIECE, PLENTY_S, Due, Schedule, swallowed

CODEBOOKS, RIGHT_FIRST, RIGHT = 9, 4, 8
JOIN_S, DECODE_S = 0.01, 0.015
SILENT = float("-inf")


@dataclass(eq=False)
class Clause:
    """What a listener asks for, and what becomes of it."""

    frames: int
    asked: int
    """Step."""
    cancelled: int = 1 << 40
    joined: int | None = None
    first: int | None = None
    steps: int = 0
    heard: int = 0
    runs_out: float = 0.0
    gap_s: float = 0.0
    arriving: list[tuple[float, int]] = field(default_factory=list)


class Virtual:
    """A device whose steps take `step_s`; sound is heard DECODE_S after it is due."""

    def __init__(self, slots: int, step_s: float) -> None:
        self.schedule: Schedule[Clause] = Schedule(slots, RIGHT_FIRST, RIGHT)
        self.step_s, self.number, self.now = step_s, 0, 0.0
        self.slot_steps = 0

    def in_hand(self, clause: Clause) -> float:
        return SILENT if clause.first is None else clause.runs_out - self.now

    def step(self) -> None:
        everybody = [*self.schedule.waiting, *self.schedule.seats]
        for clause in everybody:
            if clause.cancelled <= self.number:
                self.schedule.leave(clause)
        hands = {clause: self.in_hand(clause) for clause in everybody}
        for seat in self.schedule.joins(hands, JOIN_S):
            seat.job.joined = self.number
            self.now += JOIN_S
        advancing = set(self.schedule.advance(hands))
        self.slot_steps += len(advancing)
        self.number += 1
        self.now += self.step_s
        for clause, seat in list(self.schedule.seats.items()):
            clause.steps += seat.slot in advancing
            whole = min(max(clause.steps - CODEBOOKS + 1, 0), clause.frames)
            due = self.schedule.due(seat, whole, whole == clause.frames, hands[clause])
            if due is not None:
                self._hear(clause, due)

    def _hear(self, clause: Clause, due: Due) -> None:
        assert due.keep_from == clause.heard
        clause.heard = due.keep_to
        arrives = self.now + DECODE_S
        if clause.first is None:
            clause.first, clause.runs_out = self.number, arrives
        clause.gap_s = max(clause.gap_s, arrives - clause.runs_out)
        clause.runs_out = max(clause.runs_out, arrives) + (due.keep_to - due.keep_from) / FRAME_RATE
        if due.last:
            self.schedule.leave(clause)

    def run(self, clauses: list[Clause]) -> None:
        waiting = sorted(clauses, key=lambda clause: clause.asked)
        while waiting or self.schedule.seats or self.schedule.waiting:
            while waiting and waiting[0].asked <= self.number and self.schedule.free:
                self.schedule.begin(waiting.pop(0), 100)
            self.step()


def fifteen(every: int) -> list[Clause]:
    """Fifteen calls, one asking every so many steps; clauses of 1 to 8 s."""
    drawn = random.Random(15)
    return [Clause(frames=drawn.randint(86, 690), asked=number * every) for number in range(15)]


@pytest.mark.parametrize("every", [0, 1, 5, 40])
def test_first_sound_of_fifteen_joining_streams_comes_nineteen_steps_after_it_was_asked_for(every: int) -> None:
    virtual, clauses = Virtual(16, 0.0046), fifteen(every)
    virtual.run(clauses)
    firsts = [clause.first - clause.asked for clause in clauses if clause.first is not None]
    assert len(firsts) == 15 and max(firsts) <= 19


def test_no_more_than_two_percent_of_steps_are_for_nothing_while_calls_come_interrupt_and_go() -> None:
    drawn = random.Random(3)
    clauses = [Clause(drawn.randint(20, 500), asked=drawn.randrange(4000)) for _ in range(150)]
    for clause in drawn.sample(clauses, 40):
        clause.cancelled = clause.asked + drawn.randint(0, 200)
    virtual = Virtual(16, 0.0046)
    virtual.run(clauses)
    whole = [clause for clause in clauses if clause.heard == clause.frames]
    assert len(whole) >= 110
    needed = sum(min(clause.steps, clause.frames + CODEBOOKS - 1) for clause in clauses)
    assert virtual.slot_steps - needed <= 0.02 * virtual.slot_steps
    assert all(clause.joined is None or clause.joined + clause.steps <= clause.cancelled for clause in clauses)


@pytest.mark.parametrize("step_s", [0.0028, 0.0046, 0.0079])
def test_nobody_s_sound_stops_while_frames_come_faster_than_they_are_played(step_s: float) -> None:
    virtual, clauses = Virtual(16, step_s), fifteen(every=7)
    virtual.run(clauses)
    assert max(clause.gap_s for clause in clauses) <= 0.02  # what a jitter buffer holds


def test_who_has_heard_nothing_joins_first_and_takes_the_lowest_slot() -> None:
    schedule: Schedule[str] = Schedule(3, RIGHT_FIRST, RIGHT)
    for job in ("rich", "poor", "new"):
        schedule.begin(job, 50)
    assert schedule.free == 0
    hands = {"rich": 3.0, "poor": 0.1, "new": SILENT}
    assert [(seat.job, seat.slot) for seat in schedule.joins(hands, JOIN_S)] == [("new", 0), ("poor", 1), ("rich", 2)]
    assert schedule.leave("new") == 0 and schedule.free == 1
    schedule.begin("next", 50)
    assert [seat.slot for seat in schedule.joins({**hands, "next": 0.0}, JOIN_S)] == [0]


@pytest.mark.parametrize(("in_hand", "joining"), [(0.02, 1), (0.07, 1), (0.0951, 3), (2.0, 15)])
def test_no_more_join_at_once_than_the_shortest_listener_s_sound_allows(in_hand: float, joining: int) -> None:
    schedule: Schedule[str] = Schedule(16, RIGHT_FIRST, RIGHT)
    schedule.begin("listened to", 50)
    (seat,) = schedule.joins({"listened to": SILENT}, JOIN_S)
    schedule.due(seat, FIRST + RIGHT_FIRST, False, SILENT)
    hands = {"listened to": in_hand}
    for number in range(15):
        schedule.begin(f"new {number}", 50)
        hands[f"new {number}"] = SILENT
    assert len(schedule.joins(hands, JOIN_S)) == joining


def test_a_clause_whose_voice_is_not_ready_lets_others_by() -> None:
    schedule: Schedule[str] = Schedule(2, RIGHT_FIRST, RIGHT)
    schedule.begin("unready", 50)
    schedule.begin("ready", 50)
    (seat,) = schedule.joins({"unready": SILENT, "ready": 1.0}, JOIN_S, lambda job: job == "ready")
    assert seat.job == "ready"
    assert list(schedule.waiting) == ["unready"]


def test_who_has_plenty_rests_only_while_somebody_is_short() -> None:
    schedule: Schedule[str] = Schedule(2, RIGHT_FIRST, RIGHT)
    for job in ("rich", "poor"):
        schedule.begin(job, 50)
        schedule.joins({"rich": 0.0, "poor": 0.0}, JOIN_S)
    assert schedule.advance({"rich": PLENTY_S + 1, "poor": SILENT}) == [1]
    assert schedule.advance({"rich": PLENTY_S + 1, "poor": PLENTY_S + 1}) == [0, 1]
    assert schedule.advance({"rich": PLENTY_S - 1, "poor": 0.1}) == [0, 1]
    assert (schedule.seats["rich"].steps, schedule.seats["poor"].steps) == (2, 3)


def seated(characters: int = 100) -> Schedule[str]:
    schedule: Schedule[str] = Schedule(1, RIGHT_FIRST, RIGHT)
    schedule.begin("clause", characters)
    schedule.joins({"clause": SILENT}, JOIN_S)
    return schedule


def test_pieces_are_small_first_and_large_while_there_is_time() -> None:
    schedule = seated()
    seat = schedule.seats["clause"]
    assert schedule.due(seat, FIRST + RIGHT_FIRST - 1, False, SILENT) is None
    assert schedule.due(seat, FIRST + RIGHT_FIRST, False, SILENT) == Due(0, FIRST, last=False)
    assert schedule.due(seat, FIRST + PIECE + RIGHT - 1, False, 0.5) is None
    assert schedule.due(seat, FIRST + PIECE + RIGHT, False, 0.5) == Due(FIRST, FIRST + PIECE, last=False)
    assert schedule.due(seat, 50, True, 0.5) == Due(FIRST + PIECE, 50, last=True)


def test_a_clause_shorter_than_a_first_piece_is_heard_when_it_is_over() -> None:
    schedule = seated()
    assert schedule.due(schedule.seats["clause"], 3, True, SILENT) == Due(0, 3, last=True)


def test_a_clause_whose_end_never_comes_is_cut_by_the_length_of_its_text() -> None:
    schedule = seated(characters=10)
    seat = schedule.seats["clause"]
    assert 200 < seat.most < 300  # 3.1 s
    due = schedule.due(seat, seat.most, False, 1.0)
    assert due is not None and due.last and due.cut


@pytest.mark.parametrize(("frames", "characters", "lacking"), [(11, 60, True), (200, 60, False), (8, 2, False), (0, 2, True)])
def test_words_were_swallowed_if_nobody_could_have_said_them_in_that_time(frames: int, characters: int, lacking: bool) -> None:
    assert swallowed(frames, characters) is lacking
