"""A process that is alone with a thread that never returns ends all the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

STUCK = """
import threading
from core.process import run_alone

async def work(settings):
    threading.Thread(target=threading.Event().wait).start()
    {end}

run_alone("the test", work, LookupError)
"""


@pytest.mark.parametrize(
    ("end", "status", "told"),
    [
        ("return", 0, ""),
        ("raise LookupError('it hangs')", 1, "haazir: the test can't run: it hangs\n"),
        ("raise RuntimeError('a fault of ours')", 1, "RuntimeError: a fault of ours\n"),
    ],
)
def test_a_thread_that_is_stuck_keeps_no_process_from_ending(tmp_path: Path, end: str, status: int, told: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", STUCK.format(end=end)],
        env=os.environ | {"HAAZIR_HOME": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == status
    assert ended.stderr.endswith(told) and bool(ended.stderr) == bool(told)
