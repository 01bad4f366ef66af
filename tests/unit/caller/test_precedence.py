"""Who plays callers goes first, and only while it does."""

import gc
import os
from pathlib import Path

from haazir.caller.precedence import NICE, first_served

GROUP = Path("/proc/self/autogroup")


def place() -> tuple[int, str]:
    return os.getpriority(os.PRIO_PROCESS, 0), GROUP.read_text().split()[-1] if GROUP.exists() else ""


def test_who_plays_callers_goes_first_and_back_to_its_place_afterwards() -> None:
    before = place()
    wanted = (NICE, str(NICE) if GROUP.exists() else "") if os.geteuid() == 0 else before
    with first_served():
        assert place() == wanted
        with first_served():
            assert place() == wanted
        assert place() == wanted
        assert gc.get_freeze_count() > 10_000, "what is in memory is looked through in mid-call"
    assert place() == before
