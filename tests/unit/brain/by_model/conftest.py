"""One conversation of the demo site with its cloud, told as a story."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from brain.folder import SiteFolder
from brain.llm.door import Llms
from core.public_address import networks
from core.sites import Llm
from tests.standins.llm import serving
from tests.unit.brain.by_model.talk import Talk, Tell, no_secret


@pytest.fixture
def tell(demo: SiteFolder) -> Tell:
    def run(story: Callable[[Talk], Any]) -> None:
        async def scene() -> None:
            async with asyncio.timeout(20), serving() as cloud, Llms(no_secret, networks(["127.0.0.0/8"])) as llms:
                llm = Llm(model="m", base_url=cloud.base_url, timeout_s=2.0, first_token_s=0.5)
                await story(Talk(cloud, llms, msgspec.structs.replace(demo.site, llm=llm, persona="You are Asha.")))

        asyncio.run(scene())

    return run
