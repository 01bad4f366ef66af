"""A new key for what the vault has sealed: every table is sealed again, and the file of keys keeps the one before."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.db import Database
from core.ids import SiteId
from core.migrate import migrate
from core.settings import Settings
from core.vault import Vault
from haazir import credentials
from kb_api.rewrap import rewrap_all
from tests.postgres import Server, running_postgres

SHOP = SiteId("rotated")


@pytest.fixture
def postgres() -> Iterator[Server]:
    """Its own: all that is sealed in it is sealed anew, and other tests' sites have other keys."""
    with running_postgres() as server:
        migrate(server.settings)
        yield server


def test_a_rotation_reaches_every_table_with_something_sealed(postgres: Server) -> None:
    async def story() -> None:
        async with Database(postgres.settings, wait_s=5) as database:
            async with database.as_site(SHOP) as rows:
                await rows.execute(
                    "insert into site (site_id, name, settings, embedding_model) values (%s, '', '{}', '')", [SHOP]
                )
                old = Vault(lambda: "old")
                await old.put(rows, SHOP, "crm", "token")
                sealed = old.seal(b"answer", b"here")
                await rows.execute(
                    "insert into idempotent_answer (site_id, key, request, kek_id, wrapped, sealed) "
                    "values (%s, 'k', '', %s, %s, %s)",
                    [SHOP, sealed.kek_id, sealed.wrapped, sealed.sealed],
                )
            assert await rewrap_all(database, Vault(lambda: "new,old")) == (2, 1)
            async with database.as_site(SHOP) as rows:
                assert await Vault(lambda: "new").get(rows, SHOP, "crm") == "token"

    asyncio.run(story())


def test_the_vaults_key_file_keeps_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "vault_key").write_text("one,zero\n")
    path = credentials.add_in_front(settings, "vault_key")
    assert path is not None
    first, *rest = settings.secret("vault_key").split(",")
    assert rest == ["one", "zero"] and len(first) > 30
    credentials.keep_first(path, 2)
    assert settings.secret("vault_key") == f"{first},one"
    assert path.stat().st_mode & 0o777 == 0o600 and len(list(path.parent.iterdir())) == 1
    monkeypatch.setenv("HAAZIR_SECRET_VAULT_KEY", "env")
    assert credentials.add_in_front(settings, "vault_key") is None
