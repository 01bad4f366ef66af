"""Who has heard nothing yet comes first; then who will run out of sound soonest."""

from media_server.tts.turns import Queue, Turns


def asked(turns: Turns[str], now: float, *clauses: str) -> Queue[str]:
    queue = turns.open()
    turns.begin(queue, now)
    queue.clauses.extend(clauses)
    return queue


def spoken(turns: Turns[str], seconds: float) -> list[str]:
    """What is said, in order, when each clause is so long and nobody else asks."""
    said = []
    while taken := turns.take():
        queue, clause = taken
        turns.sounded(queue, seconds, 0.0)
        said.append(clause)
    return said


def test_the_first_clauses_of_all_calls_come_before_anybody_s_second() -> None:
    turns: Turns[str] = Turns()
    asked(turns, 1.0, "a1", "a2", "a3")
    asked(turns, 2.0, "b1", "b2")
    assert spoken(turns, 1.0) == ["a1", "b1", "a2", "b2", "a3"]


def test_a_call_that_asked_earlier_is_first_among_the_silent() -> None:
    turns: Turns[str] = Turns()
    asked(turns, 5.0, "late")
    asked(turns, 4.0, "early")
    assert spoken(turns, 1.0) == ["early", "late"]


def test_the_listener_with_least_sound_left_is_served_next() -> None:
    turns: Turns[str] = Turns()
    rich, poor = asked(turns, 0.0, "rich"), asked(turns, 0.0, "poor")
    turns.sounded(rich, 9.0, now=0.0)
    turns.sounded(poor, 1.0, now=0.0)
    assert turns.take() == (poor, "poor")


def test_sound_that_ran_out_counts_from_now() -> None:
    turns: Turns[str] = Turns()
    queue = asked(turns, 0.0)
    turns.sounded(queue, 1.0, now=0.0)
    turns.sounded(queue, 1.0, now=10.0)
    assert queue.sounding_until == 11.0


def test_a_new_reply_is_silent_again() -> None:
    turns: Turns[str] = Turns()
    first, second = asked(turns, 0.0, "more of the old"), asked(turns, 0.0)
    turns.sounded(first, 0.1, now=0.0)
    turns.begin(second, now=3.0)
    second.clauses.append("new")
    assert spoken(turns, 1.0) == ["new", "more of the old"]


def test_a_call_that_left_is_not_spoken_for_and_what_is_not_wanted_is_dropped() -> None:
    turns: Turns[str] = Turns()
    gone, here = asked(turns, 0.0, "gone"), asked(turns, 0.0, "keep", "drop")
    turns.leave(gone)
    turns.drop(here, lambda clause: clause == "drop")
    assert len(turns) == 1 and spoken(turns, 1.0) == ["keep"] and turns.take() is None


def test_of_two_calls_in_the_same_state_the_one_that_leaves_leaves() -> None:
    turns: Turns[str] = Turns()
    here, gone = turns.open(), turns.open()
    turns.leave(gone)
    here.clauses.append("still spoken")
    assert spoken(turns, 0.0) == ["still spoken"]
