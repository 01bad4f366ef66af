"""The demo site, loaded once."""

import pytest

from brain.calibrate import snapshot_of
from brain.folder import SiteFolder, read_folder
from brain.knowledge.embed import MiniLM
from brain.knowledge.snapshot import Snapshot
from tests.unit.brain.demo_site import DEMO, DemoKnowledge


@pytest.fixture(scope="session")
def demo() -> SiteFolder:
    return read_folder(DEMO)


@pytest.fixture(scope="session")
def demo_snapshot(demo: SiteFolder, model: MiniLM) -> Snapshot:
    return snapshot_of(demo, model)


@pytest.fixture(scope="session")
def demo_knowledge(demo_snapshot: Snapshot, model: MiniLM) -> DemoKnowledge:
    return DemoKnowledge(demo_snapshot, model)
