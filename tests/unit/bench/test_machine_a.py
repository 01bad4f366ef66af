"""The proof runs: a Machine A, all of ours that it could notice, and the counts that no noise can hide."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.machine_a import OUT
from core.settings import REPOSITORY


def test_a_short_run_counts_no_lock_waits_and_no_writes() -> None:
    """Waits are left alone here: three seconds on a busy machine say nothing about them."""
    before = set(OUT.glob("*-machine-a.json"))
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-P", "-m", "bench.machine_a", "--short"]
    run = subprocess.run(command, env=environment, text=True, capture_output=True, timeout=240, check=False)
    written: list[Path] = sorted(set(OUT.glob("*-machine-a.json")) - before)
    assert written, run.stdout + run.stderr
    found = json.loads(written[-1].read_text())
    written[-1].unlink()
    assert found["lock_waits"] == {"ours": 0, "theirs behind us": 0} and found["writes"] == 0, run.stdout
    assert found["counted"]["without us"]["our statements in its database"] == 0
    assert found["counted"]["15 calls"]["its users' questions"] > 100
