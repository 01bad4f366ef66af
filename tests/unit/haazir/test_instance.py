import os
from pathlib import Path

import pytest

from core.settings import Settings
from haazir import credentials, instance


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings(home=tmp_path / "home")
    instance.make_folders(found)
    return found


def test_nothing_runs_on_a_fresh_home(settings: Settings) -> None:
    assert instance.running(settings) is None
    assert instance.read_state(settings) is None


def test_a_second_instance_is_refused_and_told_the_pid_of_the_first(settings: Settings) -> None:
    with instance.claim(settings), pytest.raises(instance.AlreadyRunning, match=str(os.getpid())), instance.claim(settings):
        pass
    assert instance.running(settings) is None


def test_the_state_is_there_while_the_instance_is(settings: Settings) -> None:
    state = instance.State(pid=os.getpid(), ready=True, processes={"brain": 7})
    with instance.claim(settings):
        instance.write_state(settings, state)
        assert instance.read_state(settings) == state
    assert instance.read_state(settings) is None


def test_no_socket_and_no_pid_file_is_left_at_the_end(settings: Settings) -> None:
    with instance.claim(settings):
        (settings.run_dir / "asterisk.pid").write_text("1")
    assert not [*settings.run_dir.glob("*")]  # nor the folder, where the home is deep


def test_a_deep_home_has_its_sockets_elsewhere_and_leaves_no_folder_there(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / ("deep" * 30))
    instance.make_folders(settings)
    assert settings.run_dir.is_dir() and settings.home not in settings.run_dir.parents
    with instance.claim(settings):
        pass
    assert not settings.run_dir.exists()


def test_folders_are_closed_to_others_even_if_they_were_open(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    tmp_path.chmod(0o755)
    instance.make_folders(settings)
    assert settings.home.stat().st_mode & 0o777 == 0o700
    assert (settings.home / "secrets").stat().st_mode & 0o777 == 0o700


def test_secrets_are_made_once_for_the_owner_only(settings: Settings) -> None:
    made = credentials.make_missing(settings)
    before = {name: settings.secret(name) for name in made}
    assert credentials.make_missing(settings) == []
    assert {name: settings.secret(name) for name in made} == before
    assert len(set(before.values())) == len(made) and all(len(value) >= 32 for value in before.values())
    assert list(credentials.unprotected(settings)) == []


def test_an_empty_secret_file_of_a_start_that_was_killed_is_filled(settings: Settings) -> None:
    (settings.home / "secrets" / "ari").touch(mode=0o600)
    credentials.make_missing(settings)
    assert settings.secret("ari")


def test_every_operator_gets_a_password(settings: Settings) -> None:
    assert {"operator_201", "operator_202"} <= set(credentials.names(settings))
