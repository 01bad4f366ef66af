"""Two sessions that are started at once both get their place at the processor, also where nobody is root."""

import errno
import os
from pathlib import Path

import pytest

from core import niceness
from core.niceness import move_session


class Group(type(Path())):  # type: ignore[misc]
    """Linux's, while others move theirs."""

    refusals = 0

    def write_text(self, data: str, *more: object) -> int:
        if self.refusals:
            self.refusals -= 1
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return int(super().write_text(data))


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Group:
    monkeypatch.setattr(niceness, "_AGAIN_S", 0.0)
    return Group(tmp_path / "autogroup")


def test_who_comes_second_waits(group: Group) -> None:
    group.refusals = 5
    move_session(10, group)
    assert group.read_text() == "10"


def test_nobody_waits_for_ever(group: Group) -> None:
    group.refusals = 1_000_000
    with pytest.raises(BlockingIOError):
        move_session(10, group)
    assert not group.exists()
