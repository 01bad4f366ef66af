"""Phones that are not ours: sipp and baresip place calls too."""

import asyncio
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from haazir.caller import wav
from haazir.caller.voices import pause
from tests.e2e.calling import Caller

BARESIP = """\
sip_listen 127.0.0.1:0
audio_player aubridge,nowhere
audio_source aufile,{folder}/silence.wav
audio_alert none
ausrc_srate 8000
auplay_srate 8000
rtp_timeout 0
module_path {modules}
module g711.so
module aubridge.so
module aufile.so
module_app account.so
module_app menu.so
"""


def need(program: str) -> str:
    """`bin/haazir test` installs them; a bare pytest may run without."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed: bin/haazir test installs it")
    return found


def test_sipp_s_own_scenario_places_calls(caller: Caller, tmp_path: Path) -> None:
    host, port = caller.server.sip.split(":")
    command = [need("sipp"), f"{host}:{port}", "-sn", "uac", "-s", caller.server.number, "-i", "127.0.0.1", "-m", "3", "-r", "3"]
    command += ["-d", "1500", "-timeout", "30", "-nostdin", "-trace_err"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    errors = "".join(path.read_text() for path in tmp_path.glob("*errors.log"))
    assert run.returncode == 0, run.stdout[-2000:] + errors
    record = asyncio.run(caller.server.record("sipp", time.time() - 20))
    assert record["outcome"] == "caller_hung_up"


def test_baresip_calls_and_is_greeted(caller: Caller, tmp_path: Path) -> None:
    program = need("baresip")
    modules = next(Path("/usr/lib").glob("**/baresip/modules"))
    (tmp_path / "config").write_text(BARESIP.format(folder=tmp_path, modules=modules))
    (tmp_path / "accounts").write_text("<sip:baresip@127.0.0.1>;regint=0\n")
    wav.write(tmp_path / "silence.wav", pause(20.0))
    (tmp_path / "contacts").write_text("")
    command = [program, "-f", str(tmp_path), "-e", f"/dial sip:{caller.server.number}@{caller.server.sip}", "-t", "7"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert "Call established" in run.stdout + run.stderr, run.stdout + run.stderr
    record = asyncio.run(caller.server.record("baresip", time.time() - 20))
    assert record["outcome"] == "caller_hung_up"
    assert record["rtp"]["received"] > 100
    assert "Roshni" in record["turns"][0]["text"]
