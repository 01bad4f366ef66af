"""What is pinned, and when what is installed."""

import subprocess
import sys
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
        ('also = [\n  "espeak",\n  "kokoro",  # and its woman\n]', True),
        ('"stt" = """nemo"""', True),
        ('[speaking]\nmodel = "kokoro"', False),
        ('stt = "nemo', False),
    ],
)
def test_the_command_installs_them_for_any_engine_that_the_settings_name(tmp_path: Path, settings: str, asks: bool) -> None:
    (tmp_path / "haazir.toml").write_text(f"[engines]\n{settings}\n")
    assert asks_for_speech(home=str(tmp_path)) == asks


@pytest.mark.parametrize("settings", ['engines.tts = "kokoro"', 'engines = { stt = "nemo" }', '[ engines ]\nalso=["parler"]'])
def test_however_toml_lets_them_name_it(tmp_path: Path, settings: str) -> None:
    (tmp_path / "elsewhere.toml").write_text(f"{settings}\n")
    assert asks_for_speech(home=str(tmp_path), HAAZIR_CONFIG=str(tmp_path / "elsewhere.toml"))


def test_an_engine_of_the_file_that_the_environment_replaces_needs_none(tmp_path: Path) -> None:
    (tmp_path / "haazir.toml").write_text('[engines]\ntts = "parler"\n')
    assert not asks_for_speech(home=str(tmp_path), HAAZIR_ENGINES_TTS="espeak")
    assert not asks_for_speech(home=str(tmp_path), HAAZIR_ENGINES_TTS="no such engine"), "up says what is wrong with it"


def test_no_python_is_asked_where_no_engine_is_named(tmp_path: Path) -> None:
    (tmp_path / "haazir.toml").write_text('[engines]\nstt = "pocketsphinx"\ntts = "espeak"\n')
    assert bash("names_an_engine up", home=str(tmp_path)) != 0


@pytest.mark.parametrize(("name", "engines"), [("STT", "whisper"), ("TTS", "kokoro"), ("ALSO", "espeak,kokoro")])
def test_the_command_installs_them_for_engines_of_the_environment(tmp_path: Path, name: str, engines: str) -> None:
    assert not asks_for_speech(home=str(tmp_path))
    assert asks_for_speech(**{"home": str(tmp_path), f"HAAZIR_ENGINES_{name}": engines})


def asks_for_speech(**environment: str) -> bool:
    """What the command says of `up`."""
    return bash("names_an_engine up && asks_for_speech up", **environment) == 0


def bash(line: str, **environment: str) -> int:
    """The exit status of a line with the command's functions that ask for speech."""
    command = (REPOSITORY / "bin" / "haazir").read_text()
    functions = command[command.index("names_an_engine() {") : command.index("install_torch() {")]
    places = {"checkout": str(REPOSITORY), "venv": sys.prefix}
    return subprocess.run(["bash", "-euc", f"{functions}{line}"], env={**places, **environment}, check=False).returncode
