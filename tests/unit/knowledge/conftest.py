"""The model, and a town with two sites."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from brain.knowledge.embed import MiniLM
from core import settings as core_settings
from core.settings import Settings
from tests.postgres import Server
from tests.unit.knowledge.desk import Town


@pytest.fixture(scope="session")
def model() -> MiniLM:
    return MiniLM()


@pytest.fixture
def town(migrated_postgres: Server, tmp_path: Path) -> Iterator[Town]:
    database = core_settings.Database(url=migrated_postgres.settings.database_url())
    there = Town(Settings(home=tmp_path, database=database), migrated_postgres)
    there.settle()
    yield there
    there.leave()
