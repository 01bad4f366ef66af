"""Who plays callers goes first, and only while it does."""

import gc
import os
from pathlib import Path

import pytest

from haazir.caller import precedence
from haazir.caller.precedence import NICE, first_served

GROUP = Path("/proc/self/autogroup")


def group() -> str:
    """Its session's place; "" where the session has no group of its own, or the kernel knows none."""
    return GROUP.read_text().split("nice ")[-1].strip() if GROUP.exists() else ""


def place() -> tuple[int, str]:
    return os.getpriority(os.PRIO_PROCESS, 0), group()


def allowed() -> bool:
    """Root may, but for a container's."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    try:
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
        os.setpriority(os.PRIO_PROCESS, 0, before)
    except PermissionError:
        return False
    return True


def test_who_plays_callers_goes_first_and_back_to_its_place_afterwards() -> None:
    before = place()
    wanted = (NICE, str(NICE) if group() else "") if allowed() else before
    with first_served():
        assert place() == wanted
        with first_served():
            assert place() == wanted
        assert place() == wanted
        assert gc.get_freeze_count() > 10_000, "what is in memory is looked through in mid-call"
    assert place() == before


@pytest.mark.parametrize("told", [None, ""], ids=["kernel without groups", "session without a group"])
def test_without_a_group_of_its_own_the_process_alone_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str | None
) -> None:
    nowhere = tmp_path / "autogroup"
    if told is not None:
        nowhere.write_text(told)
    monkeypatch.setattr(precedence, "GROUP", nowhere)
    before = place()
    with first_served():
        assert place() == ((NICE, before[1]) if allowed() else before)
    assert place() == before
    assert nowhere.exists() is (told is not None) and (told is None or nowhere.read_text() == told)
