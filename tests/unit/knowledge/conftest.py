"""A town with two sites, and who reads its documents."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import settings as core_settings
from core.settings import Settings
from tests.postgres import Server
from tests.unit.knowledge.desk import Town
from tests.unit.knowledge.shared_reading import SharedReading


@pytest.fixture(scope="session")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedReading]:
    shared = SharedReading(Settings(home=tmp_path_factory.mktemp("reading")))
    yield shared
    shared.close()


@pytest.fixture
def town(migrated_postgres: Server, reading: SharedReading, tmp_path: Path) -> Iterator[Town]:
    database = core_settings.Database(url=migrated_postgres.settings.database_url())
    there = Town(Settings(home=tmp_path, database=database), migrated_postgres, reading)
    there.settle()
    yield there
    there.leave()
