"""What is pinned, and when what is installed."""

import subprocess
from pathlib import Path

import pytest

from core.engines import NEURAL
from core.settings import REPOSITORY
from haazir.lock import MACHINES, pins


def test_the_packages_of_speech_come_on_top_of_the_others_and_leave_torch_to_the_machine() -> None:
    speech, ours = pins("speech.lock"), pins("requirements.lock")
    assert any(package.startswith("nemo-toolkit==") for package in speech)
    assert any(package.startswith("torchmetrics==") for package in speech), "NeMo's, not a machine's"
    assert not speech.keys() & ours.keys()
    assert not {package.partition("==")[0] for package in speech} & {package.partition("==")[0] for package in ours} - {"numpy"}
    assert not [package for package in speech if MACHINES.match(package)]


def test_every_pin_has_its_hash() -> None:
    assert all("--hash=sha256:" in pin for lock in ("speech.lock", "requirements.lock") for pin in pins(lock).values())


def test_the_command_knows_which_engines_need_the_packages_of_speech() -> None:
    command = (REPOSITORY / "bin" / "haazir").read_text()
    named = next(line for line in command.splitlines() if "local engines=" in line).split("'")[1]
    assert set(named.split("|")) == NEURAL


@pytest.mark.parametrize(
    ("settings", "asks"),
    [
        ('stt = "nemo"', True),
        ('tts = "parler"', True),
        ('also = ["espeak", "kokoro"]', True),
        ("# the other one\n  also=['kokoro']", True),
        ('stt = "pocketsphinx"\nalso = []  # or ["kokoro"]', False),
        ('#tts = "parler"', False),
    ],
)
def test_the_command_installs_them_for_any_engine_that_the_settings_name(tmp_path: Path, settings: str, asks: bool) -> None:
    (tmp_path / "haazir.toml").write_text(f"[engines]\n{settings}\n")
    assert asks_for_speech(home=str(tmp_path)) == asks


@pytest.mark.parametrize("name", ["STT", "TTS", "ALSO"])
def test_the_command_installs_them_for_engines_of_the_environment(tmp_path: Path, name: str) -> None:
    assert not asks_for_speech(home=str(tmp_path))
    assert asks_for_speech(**{"home": str(tmp_path), f"HAAZIR_ENGINES_{name}": "kokoro"})


def asks_for_speech(**environment: str) -> bool:
    """What that function of the command says of `up`."""
    command = (REPOSITORY / "bin" / "haazir").read_text()
    function = command[command.index("asks_for_speech() {") : command.index("install_torch() {")]
    return subprocess.run(["bash", "-c", f"{function}asks_for_speech up"], env=environment, check=False).returncode == 0
