"""What tests of several packages share, and the categories: a test's folder is its category, and unit tests come first."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from brain.knowledge.embed import MiniLM
from core.migrate import migrate
from tests.postgres import Server, running_postgres
from tests.remembering import RememberingMiniLM

CATEGORIES = ("unit", "speech", "e2e")

# No wall clock in a test: how long an example takes on a busy machine says nothing about the code.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test outside the categories' folders is an error of collection, not a test that nobody runs."""
    here = Path(__file__).parent
    for item in items:
        category = item.path.relative_to(here).parts[0]
        if category not in CATEGORIES:
            raise pytest.UsageError(f"{item.nodeid} is in no category: put it into tests/{' or tests/'.join(CATEGORIES)}")
        item.add_marker(category)
    items.sort(key=lambda item: [mark in item.keywords for mark in CATEGORIES].index(True))


@pytest.fixture(scope="session")
def model() -> MiniLM:
    return MiniLM()


@pytest.fixture(scope="session")
def remembering() -> MiniLM:
    return RememberingMiniLM()


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[Server]:
    """One PostgreSQL for the session, with our schema in it. A test that stops it starts it again."""
    with running_postgres() as server:
        migrate(server.settings)
        yield server
