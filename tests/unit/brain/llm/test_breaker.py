"""When a model that fails is left alone, and when it is asked again."""

from brain.llm.breaker import FAILURES, LONGEST_REST_S, REST_S, Breaker


def failing(times: int = FAILURES, now: float = 100.0) -> Breaker:
    breaker = Breaker()
    for _ in range(times):
        assert breaker.allows(now)
        breaker.failed(now)
    return breaker


def test_failures_in_a_row_open_it_and_a_success_in_between_does_not() -> None:
    breaker = failing(FAILURES - 1)
    breaker.worked()
    breaker.failed(100.0)
    assert breaker.allows(100.0)
    assert not failing().allows(100.0)


def test_after_the_rest_one_may_try_and_the_others_wait() -> None:
    breaker = failing()
    assert not breaker.allows(100.0 + REST_S - 0.1)
    assert breaker.allows(100.0 + REST_S)
    assert not breaker.allows(100.0 + REST_S), "the probe is under way"
    breaker.worked()
    assert breaker.allows(100.0 + REST_S) and breaker.allows(100.0 + REST_S)


def test_a_probe_that_fails_rests_again_and_one_that_nobody_waited_for_lets_the_next_try() -> None:
    breaker = failing()
    assert breaker.allows(120.0)
    breaker.failed(120.0)
    assert not breaker.allows(121.0)
    assert breaker.allows(131.0)
    breaker.dropped()
    assert breaker.allows(131.0)


def test_a_server_that_says_how_long_is_believed_within_reason() -> None:
    breaker = Breaker()
    breaker.failed(0.0, rest_s=30.0)
    assert not breaker.allows(29.0) and breaker.allows(30.0)
    breaker = Breaker()
    breaker.failed(0.0, rest_s=86_400.0)
    assert breaker.allows(LONGEST_REST_S)
