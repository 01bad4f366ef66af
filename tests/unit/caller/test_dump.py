"""What a tests' operator phone heard has each sound at its place, however late it came."""

from pathlib import Path

import numpy as np
import pytest

from core.audio import Pcm
from tests.e2e import dump
from tests.e2e.dump import Dump

FRAME, FRAME_S = 160, 0.02
CAME = np.arange(1, 50 * FRAME + 1).astype(np.int16)
"""A second, no two samples alike."""


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """[the time]"""
    moment = [1000.0]
    monkeypatch.setattr(dump, "time", lambda: moment[0])
    return moment


def heard(folder: Path, now: list[float], arrivals: list[float]) -> Pcm:
    """If the frames of CAME came at these moments, in seconds."""
    ears, begin = Dump(folder), now[0]
    with (folder / "dump-1-dec.wav").open("wb") as file:
        file.write(bytes(44))
        for number, arrival in enumerate(arrivals):
            file.write(CAME[number * FRAME : (number + 1) * FRAME].tobytes())
            file.flush()
            now[0] = begin + arrival
            ears.look()
    return ears.heard(begin)


def at(frame: int) -> float:
    """When it comes if nothing is late."""
    return (frame + 1) * FRAME_S


def test_sound_that_comes_evenly_is_what_was_said(tmp_path: Path, now: list[float]) -> None:
    assert (heard(tmp_path, now, [at(frame) for frame in range(50)]) == CAME).all()


@pytest.mark.parametrize("late", [0.11, 0.2, 0.5])
def test_sound_that_was_late_and_came_at_once_has_no_hole(tmp_path: Path, now: list[float], late: float) -> None:
    arrivals = [max(at(frame), at(20) + late + frame * 1e-4) if frame >= 20 else at(frame) for frame in range(50)]
    assert (heard(tmp_path, now, arrivals) == CAME).all()


def test_where_nothing_came_for_a_while_is_silence_of_that_length(tmp_path: Path, now: list[float]) -> None:
    arrivals = [at(frame) + (0.3 if frame >= 20 else 0.0) for frame in range(50)]
    found = heard(tmp_path, now, arrivals)
    assert (found == np.concatenate([CAME[: 20 * FRAME], np.zeros(2400, np.int16), CAME[20 * FRAME :]])).all()


def test_sound_that_is_late_after_a_silence_leaves_it_its_length(tmp_path: Path, now: list[float]) -> None:
    """0.3 s in which nobody spoke; then the first ten frames are late by 0.18 s and less."""
    arrivals = [at(frame) + 0.3 if frame >= 20 else at(frame) for frame in range(50)]
    arrivals[20:30] = [at(29) + 0.3] * 10
    found = heard(tmp_path, now, arrivals)
    assert (found == np.concatenate([CAME[: 20 * FRAME], np.zeros(2400, np.int16), CAME[20 * FRAME :]])).all()


def test_two_calls_at_once_do_not_shift_each_other(tmp_path: Path, now: list[float]) -> None:
    ears, begin = Dump(tmp_path), now[0]
    for number in range(50):
        for name in ("dump-1-dec.wav", "dump-2-dec.wav"):
            with (tmp_path / name).open("ab") as file:
                file.write(bytes(44) if not number else b"")
                file.write(CAME[number * FRAME : (number + 1) * FRAME].tobytes())
        now[0] = begin + at(number)
        ears.look()
    assert (ears.heard(begin).reshape(-1, 2, FRAME) == CAME.reshape(-1, 1, FRAME)).all()
