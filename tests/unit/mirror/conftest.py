"""A Machine A for the session, and our own site that mirrors it."""

from collections.abc import Iterator

import pytest

from tests.standins.machine_a.database import MachineADatabase, running_database


@pytest.fixture(scope="session")
def machine_a() -> Iterator[MachineADatabase]:
    with running_database() as database:
        yield database
