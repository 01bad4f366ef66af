"""Asterisk's two legs become one stereo file, whatever state Asterisk left them in."""

import os
import time
import wave
from pathlib import Path

import numpy as np
import pytest

from analytics import stereo
from analytics.recordings import GIVE_UP_S, MISSING_S, Settled, settle
from core.ids import CallId
from core.records import recording_name

CALL = CallId("1760000000.1")


def leg(folder: Path, name: str, samples: list[int], *, claimed: int | None = None, age: float = 5.0) -> None:
    """A MixMonitor leg last written `age` seconds ago; `claimed` frames in its header (default: the truth)."""
    sound = np.array(samples, dtype="<i2").tobytes()
    path = folder / name
    path.write_bytes(stereo.header(len(samples) if claimed is None else claimed, 1) + sound)
    os.utime(path, (time.time() - age,) * 2)


def both_sides(path: Path) -> list[list[int]]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2).T.tolist()


def test_the_caller_is_left_and_the_agent_right_and_the_legs_are_gone(tmp_path: Path) -> None:
    leg(tmp_path, "base-rx.wav", [1, 2, 3, 4])
    leg(tmp_path, "base-tx.wav", [5, 6])
    assert settle(tmp_path, CALL, "base", 1.0) == Settled(4 / 8000)
    assert both_sides(tmp_path / "1760000000.1.wav") == [[1, 2, 3, 4], [5, 6, 0, 0]]
    assert os.listdir(tmp_path) == ["1760000000.1.wav"]


def test_a_long_recording_is_merged_piece_by_piece(tmp_path: Path) -> None:
    samples = list(range(-32768, 32767)) * 5
    leg(tmp_path, "base-rx.wav", samples)
    leg(tmp_path, "base-tx.wav", samples[:200_000])
    settle(tmp_path, CALL, "base", 1.0)
    left, right = both_sides(tmp_path / "1760000000.1.wav")
    assert left == samples
    assert right == samples[:200_000] + [0] * (len(samples) - 200_000)


def test_one_leg_alone_gets_a_silent_other_side(tmp_path: Path) -> None:
    leg(tmp_path, "base-rx.wav", [7, 8])
    assert settle(tmp_path, CALL, "base", 0.1) is None  # the other may still come
    assert settle(tmp_path, CALL, "base", 2.0) == Settled(2 / 8000)
    assert both_sides(tmp_path / "1760000000.1.wav") == [[7, 8], [0, 0]]


def test_a_leg_still_being_written_is_left_alone(tmp_path: Path) -> None:
    leg(tmp_path, "base-rx.wav", [1, 2])
    leg(tmp_path, "base-tx.wav", [1, 2], age=0.1)
    assert settle(tmp_path, CALL, "base", 100.0) is None
    leg(tmp_path, "base-tx.wav", [1, 2], claimed=0, age=3.0)  # open: Asterisk fills the header in when it closes
    assert settle(tmp_path, CALL, "base", 100.0) is None
    leg(tmp_path, "base-tx.wav", [], age=1.7)  # just begun: nothing written yet, nothing claimed
    assert settle(tmp_path, CALL, "base", 100.0) is None
    assert settle(tmp_path, CALL, "base", GIVE_UP_S + 1) == Settled(None)


def test_a_leg_whose_writer_was_killed_still_counts(tmp_path: Path) -> None:
    leg(tmp_path, "base-rx.wav", [1, 2, 3], claimed=0, age=30.0)
    leg(tmp_path, "base-tx.wav", [4], claimed=9999, age=30.0)
    assert settle(tmp_path, CALL, "base", 30.0) == Settled(3 / 8000)
    assert both_sides(tmp_path / "1760000000.1.wav") == [[1, 2, 3], [4, 0, 0]]


def test_an_empty_or_cut_leg_is_silence(tmp_path: Path) -> None:
    leg(tmp_path, "base-rx.wav", [1])
    (tmp_path / "base-tx.wav").write_bytes(b"RIFF")
    os.utime(tmp_path / "base-tx.wav", (time.time() - 60,) * 2)
    assert settle(tmp_path, CALL, "base", 60.0) == Settled(1 / 8000)
    assert both_sides(tmp_path / "1760000000.1.wav") == [[1], [0]]


def test_no_legs_are_waited_for_and_then_missing(tmp_path: Path) -> None:
    assert settle(tmp_path, CALL, "base", MISSING_S - 1) is None
    assert settle(tmp_path, CALL, "base", MISSING_S + 1) == Settled(None)


def test_a_merge_that_the_database_was_not_told_of_is_not_lost(tmp_path: Path) -> None:
    leg(tmp_path, "base-rx.wav", [1, 2])
    assert settle(tmp_path, CALL, "base", 5.0) == settle(tmp_path, CALL, "base", 5.0) == Settled(2 / 8000)


@pytest.mark.parametrize("base", ["../base", "/etc/passwd", "", ".hidden", "a/b"])
def test_a_name_from_outside_the_folder_is_never_followed(tmp_path: Path, base: str) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    leg(tmp_path, "base-rx.wav", [1])
    assert settle(folder, CALL, base, 5.0) == Settled(None)
    assert (tmp_path / "base-rx.wav").exists()


@pytest.mark.parametrize("call", ["../../etc/cron.d/x", "a/b", "", "x" * 300, "नमस्ते", "nul\x00"])
def test_a_strange_call_id_still_has_a_plain_file_name(call: str) -> None:
    name = recording_name(CallId(call))
    assert Path(name).name == name and len(name) < 80
