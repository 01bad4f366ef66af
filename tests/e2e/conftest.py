"""One real instance for all end-to-end tests, its callers, and the look around after each module that nothing is left."""

import time
from collections.abc import Iterator

import pytest

from bench.processes import Left, left_in_asterisk
from core.settings import load
from haazir.caller.trial import Trial, running
from haazir.caller.voices import Voices
from tests.e2e.calling import Caller, metric


@pytest.fixture(scope="session")
def trial() -> Iterator[Trial]:
    with running() as instance:
        yield instance


@pytest.fixture(scope="session")
def caller(trial: Trial) -> Caller:
    return Caller(trial, trial.server(), Voices(load().home / "cache" / "callers"))


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left(trial: Trial) -> Iterator[None]:
    """No channel, bridge or session stays behind, whatever a module did to its calls."""
    yield
    assert_nothing_left(trial)


def assert_nothing_left(trial: Trial, patience: float = 12.0) -> None:
    until = time.monotonic() + patience
    while True:
        left, sessions = left_in_asterisk(trial.settings), open_sessions(trial)
        if left == Left(0, 0) and not any(sessions.values()):
            return
        assert time.monotonic() < until, f"left behind: {left}, sessions {sessions}\n{trial.last_words()}"
        time.sleep(0.2)


def open_sessions(trial: Trial) -> dict[str, float]:
    """What our processes think is going on."""
    metrics = trial.status().metrics
    return {
        "media-server": metric(metrics["media-server"], "haazir_media_sessions"),
        "ari-app": metric(metrics["ari-app"], "haazir_ari_app_sessions_active"),
    }
