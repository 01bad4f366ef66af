"""HAAZIR_… variables over the file's values."""

from pathlib import Path

import pytest

from core.settings import SettingsError, load


def test_several_values_stand_between_commas(tmp_path: Path) -> None:
    (tmp_path / "haazir.toml").write_text('[network]\nprivate_hosts = ["10.0.0.0/8"]\n')
    home = {"HAAZIR_HOME": str(tmp_path)}
    assert load(home).network.private_hosts == ("10.0.0.0/8",)
    both = load(home | {"HAAZIR_NETWORK_PRIVATE_HOSTS": "127.0.0.0/8, 10.1.2.3"})
    assert both.network.private_hosts == ("127.0.0.0/8", "10.1.2.3")
    assert load(home | {"HAAZIR_NETWORK_PRIVATE_HOSTS": ""}).network.private_hosts == ()


def test_a_single_value_may_have_commas_in_it(tmp_path: Path) -> None:
    settings = load({"HAAZIR_HOME": str(tmp_path), "HAAZIR_DATABASE_URL": "postgresql://a,b/haazir"})
    assert settings.database_url() == "postgresql://a,b/haazir"


def test_what_can_not_be_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HAAZIR_"):
        load({"HAAZIR_HOME": str(tmp_path), "HAAZIR_NETWORK_API_PORT": "many"})
