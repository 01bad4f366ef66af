"""An instance as its owner meets it: started, looked at, killed, started again, stopped."""

import json
import os
import signal
import socket
import time

import psutil

from asterisk.obtain import MODULES
from core.settings import PROCESSES
from haazir import instance
from haazir.caller.trial import Trial, running
from tests.processes import still_alive

SECOND_UP_LIMIT_S = 15.0


def test_status_tells_programs_where_everything_is(trial: Trial) -> None:
    told = trial.haazir("status", "--json")
    assert told.returncode == 0, told.stdout + told.stderr
    found = json.loads(told.stdout)
    assert found["ready"] is True
    assert found["api"].startswith("http://127.0.0.1:") and found["sip"].startswith("127.0.0.1:")
    assert set(found["processes"]) == {*PROCESSES, "asterisk", "postgres"}
    assert all(psutil.pid_exists(pid) for pid in found["processes"].values())
    assert [site["numbers"] for site in found["sites"] if site["site_id"] == "demo"] == [["1000"]]
    assert found["admin_key"] and found["sites"][0]["api_key"] and found["version"]


def test_the_doctor_finds_nothing_bad(trial: Trial) -> None:
    examined = trial.haazir("doctor")
    assert examined.returncode == 0, examined.stdout
    processes = len(PROCESSES) + 2  # Asterisk and PostgreSQL
    for part in ("RTP loop", "ARI", "pgvector", f"all {len(MODULES)} modules", f"{processes} processes are ready"):
        assert part in examined.stdout


def test_a_second_up_on_the_same_home_is_refused_with_the_pid_of_the_first(trial: Trial) -> None:
    for again in (("up",), ("up", "--detach")):
        refused = trial.haazir(*again)
        assert refused.returncode == 1
        assert f"already running (pid {instance.running(trial.settings)})" in refused.stderr


def test_nothing_outlives_a_supervisor_that_is_killed_and_the_next_start_is_quick() -> None:
    with running() as own:
        orphans = list(own.status().processes.values())
        supervisor = instance.running(own.settings)
        assert supervisor is not None
        os.kill(supervisor, signal.SIGKILL)
        assert still_alive(orphans) == []
        began = time.monotonic()
        again = own.haazir("up", "--detach")
        assert again.returncode == 0, again.stdout + again.stderr
        assert time.monotonic() - began < SECOND_UP_LIMIT_S

        children = [psutil.Process(pid) for pid in own.status().processes.values()]
        assert own.haazir("down").returncode == 0
        assert [child for child in children if child.is_running()] == []
        assert list(own.settings.run_dir.iterdir()) == []

        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", own.settings.port("ari_port")))
            other.listen()
            refused = own.haazir("up", "--detach")
        assert refused.returncode == 1
        assert "Asterisk's ARI" in refused.stdout and "HAAZIR_NETWORK_ARI_PORT" in refused.stdout
        assert f"pid {os.getpid()}" in refused.stdout
