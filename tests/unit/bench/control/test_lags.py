"""Percentiles of a process's own histogram, of the minute between two looks at it."""

import pytest
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from bench.control.lags import Histogram as Lags


def seen(*seconds: float) -> Lags:
    registry = CollectorRegistry()
    histogram = Histogram("lag_seconds", "of events", buckets=(0.01, 0.02, 0.05), registry=registry)
    other = Histogram("other_lag_seconds", "of something else", registry=registry)
    for each in seconds:
        histogram.observe(each)
        other.observe(each)
    return Lags.read(generate_latest(registry).decode(), "lag_seconds")


def test_what_came_before_does_not_count() -> None:
    lags = seen(*[0.04] * 100, *[0.005] * 99, 0.015).since(seen(*[0.04] * 100))
    assert (lags.total, lags.counts) == (100, (99, 1, 0, 0))


def test_percentiles_are_even_within_a_bucket() -> None:
    lags = seen(*[0.001] * 50, *[0.015] * 50)
    assert lags.quantile(0.5) == pytest.approx(0.01)
    assert lags.quantile(0.75) == pytest.approx(0.015)
    assert lags.quantile(1.0) == pytest.approx(0.02)


def test_beyond_the_last_limit_it_is_at_least_that() -> None:
    lags = seen(0.001, 7.0)
    assert (lags.quantile(0.99), lags.above(0.05), lags.above(0.02)) == (0.05, 1, 1)


def test_of_nothing_it_is_nothing() -> None:
    assert (seen().total, seen().quantile(0.99)) == (0, 0.0)
    assert Lags.read("", "lag_seconds").quantile(0.99) == 0.0
