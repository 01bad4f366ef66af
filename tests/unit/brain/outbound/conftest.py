"""A site that calls people: the demo shop."""

import pytest

from brain.dialogue import Mind
from brain.folder import SiteFolder
from brain.tools.registry import all_tools
from tests.unit.brain.demo_site import DemoKnowledge


class NoOrders:
    async def find(self, number: str) -> None:
        return None


@pytest.fixture
def mind(demo: SiteFolder, demo_knowledge: DemoKnowledge) -> Mind:
    tools = all_tools(NoOrders())
    return Mind(demo.site, {name: tools[name] for name in demo.tools if name in tools}, demo_knowledge, 0.45, 2)
