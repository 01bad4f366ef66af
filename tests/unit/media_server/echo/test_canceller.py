"""media_server.echo: any sizes, reset, and the arithmetic of the guard. What it does to real speech: vad/test_silero.py."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.audio import FRAME, RATE, dbfs, rms
from media_server.echo.canceller import LEAD_MAX, EchoCanceller
from media_server.echo.guard import EchoGuard

NOISE = np.random.default_rng(5).normal(0, 3000, 4 * RATE).astype(np.int16)
FRAMES = [NOISE[begin : begin + FRAME] for begin in range(0, NOISE.size, FRAME)]


def after_learning(canceller, path=4):
    for sent, came in zip(FRAMES[5:], FRAMES, strict=False):
        canceller.render(sent)
        clean = canceller.capture(came // path)
    return clean


def test_an_echo_100_ms_later_is_gone_after_some_seconds():
    assert dbfs(after_learning(EchoCanceller())) < dbfs(FRAMES[0] // 4) - 15


def test_what_was_never_sent_stays():
    canceller = EchoCanceller()
    for frame in FRAMES:
        canceller.render(np.zeros(FRAME, np.int16))
        clean = canceller.capture(frame)
    assert dbfs(clean) == pytest.approx(dbfs(frame), abs=2)


def test_after_a_reset_it_learns_again():
    canceller = EchoCanceller()
    after_learning(canceller)
    canceller.reset()
    assert dbfs(after_learning(canceller, path=3)) < dbfs(FRAMES[0] // 3) - 15


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), max_size=15))
def test_no_size_raises_and_as_much_comes_out_as_went_in(sizes):
    canceller, guard = EchoCanceller(), EchoGuard()
    for rendered, captured in sizes:
        canceller.render(NOISE[:rendered])
        guard.render(NOISE[:rendered])
        clean = canceller.capture(NOISE[:captured])
        assert clean.shape == (captured,) and clean.dtype == np.int16
        guard.is_echo(clean)


def test_a_reference_that_runs_ahead_is_cut_not_kept():
    canceller = EchoCanceller()
    canceller.render(NOISE)
    assert canceller.waiting <= LEAD_MAX


def test_while_we_are_silent_nothing_is_our_echo():
    guard = EchoGuard()
    assert not guard.is_echo(np.zeros(FRAME, np.int16))
    guard.render(np.zeros(FRAME, np.int16))
    assert not guard.is_echo(np.ones(FRAME, np.int16))


def test_what_is_far_quieter_than_we_were_a_moment_ago_is_and_a_voice_is_not():
    guard = EchoGuard()
    for frame in FRAMES[:75]:
        guard.render(frame)
    for _ in range(20):
        guard.render(np.zeros(FRAME, np.int16))
    quiet, loud = np.full(FRAME, 60, np.int16), np.full(FRAME, 400, np.int16)
    assert rms(FRAMES[0]) == pytest.approx(3000, rel=0.1)
    assert guard.is_echo(quiet) and not guard.is_echo(loud)
    soft = np.full(FRAME, 200, np.int16)
    assert guard.is_echo(soft) and not guard.is_echo(soft, line_returns=False)
    for _ in range(10):
        guard.render(np.zeros(FRAME, np.int16))
    assert not guard.is_echo(quiet)


def test_until_the_canceller_knows_the_path_only_a_voice_as_loud_as_ours_is_believed():
    guard = EchoGuard()
    guard.render(FRAMES[0])
    soft, loud = np.full(FRAME, 800, np.int16), np.full(FRAME, 2000, np.int16)
    assert guard.is_echo(soft) and not guard.is_echo(loud)
    for frame in FRAMES[:75]:
        guard.render(frame)
    assert not guard.is_echo(soft)
    guard.reset()
    assert guard.is_echo(soft)
