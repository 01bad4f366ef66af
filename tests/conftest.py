"""What tests of several packages share."""

from collections.abc import Iterator

import pytest

from core.migrate import migrate
from tests.postgres import Server, running_postgres


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[Server]:
    """One PostgreSQL for the session, with our schema in it. A test that stops it starts it again."""
    with running_postgres() as server:
        migrate(server.settings)
        yield server
