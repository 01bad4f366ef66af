"""What is pinned, and when what is installed."""

from core.engines import NEURAL
from core.settings import REPOSITORY
from haazir.lock import MACHINES, pins


def test_the_packages_of_speech_come_on_top_of_the_others_and_leave_torch_to_the_machine() -> None:
    speech, ours = pins("speech.lock"), pins("requirements.lock")
    assert any(package.startswith("nemo-toolkit==") for package in speech)
    assert not speech.keys() & ours.keys()
    assert not {package.partition("==")[0] for package in speech} & {package.partition("==")[0] for package in ours} - {"numpy"}
    assert not [package for package in speech if package.startswith(MACHINES)]


def test_every_pin_has_its_hash() -> None:
    assert all("--hash=sha256:" in pin for lock in ("speech.lock", "requirements.lock") for pin in pins(lock).values())


def test_the_command_knows_which_engines_need_the_packages_of_speech() -> None:
    command = (REPOSITORY / "bin" / "haazir").read_text()
    named = next(line for line in command.splitlines() if "local engines=" in line).split("'")[1]
    assert set(named.split("|")) == NEURAL
