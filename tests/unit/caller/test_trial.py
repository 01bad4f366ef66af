"""An instance of one's own that does not start, or does not stop, is a failure of whoever asked for it."""

import sys
from pathlib import Path

import pytest

from haazir.caller.trial import TrialFailed, running


@pytest.fixture(autouse=True)
def no_asterisk_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAAZIR_ASTERISK_ROOT", str(tmp_path))


def the_command_ends(monkeypatch: pytest.MonkeyPatch, folder: Path, *, up: int, down: int) -> None:
    """In place of `python -P -m haazir up` and `… down`."""
    python = folder / "python"
    python.write_text(f'#!/bin/sh\necho "words of $4"\ncase $4 in up) exit {up};; down) exit {down};; esac\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))


def test_an_instance_that_does_not_start_fails_with_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    the_command_ends(monkeypatch, tmp_path, up=1, down=0)
    with pytest.raises(TrialFailed, match="words of up"), running():
        raise AssertionError("it does not run")


def test_an_instance_that_does_not_stop_fails_whoever_used_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    the_command_ends(monkeypatch, tmp_path, up=0, down=3)
    with pytest.raises(TrialFailed, match="down ended with 3"), running():
        pass


def test_what_went_wrong_inside_is_told_before_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    the_command_ends(monkeypatch, tmp_path, up=0, down=3)
    with pytest.raises(ZeroDivisionError), running() as trial:
        assert trial.settings.home.exists()
        _ = 1 / 0
    assert not trial.settings.home.exists()
