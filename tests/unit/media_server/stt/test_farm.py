"""Decoder processes: calls are spread over them, and the death of one is that of its utterances only."""

import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest

from core.bus import PeerGone
from core.ids import CallId, SiteId
from core.speech import Audio, Final, Flush, OpenHearing
from media_server.stt.farm import Farm
from media_server.stt.site_phrases import SitePhrases
from tests.standins.edge import until
from tests.unit.media_server.stt.spoken import said

OPEN = OpenHearing(call_id=CallId("c"), site_id=SiteId("demo"), languages=("en",))


async def phrases_of(site: SiteId) -> tuple[str, ...]:
    return ("where is my order",)


async def no_sites() -> list[SiteId]:
    return []


async def hears(farm: Farm) -> str:
    pcm = said("where is my order")
    async with farm.open(OPEN) as ear:
        ear.send(Audio(start=0, pcm=pcm.tobytes()))
        ear.send(Flush(utterance=0, revision=0))
        while not isinstance(answer := await ear.receive(), Final):
            pass
        return answer.text


def children() -> set[psutil.Process]:
    """What this process has begotten: earlier tests may have left some, the suite's database server among them."""
    return set(psutil.Process().children())


def test_a_process_that_dies_is_replaced_and_hears_again(tmp_path: Path) -> None:
    before = children()

    async def story() -> None:
        async with Farm(tmp_path, 1, SitePhrases(phrases_of, no_sites, fresh_s=60)) as farm:
            await farm.some_ready()
            assert await hears(farm) == "where is my order"
            async with farm.open(OPEN) as ear:
                (child,) = children() - before
                os.kill(child.pid, signal.SIGKILL)
                with pytest.raises(PeerGone):
                    await ear.receive()
            await until(lambda: farm.missing is not None)
            await farm.some_ready()
            assert await hears(farm) == "where is my order"
        assert children() <= before

    asyncio.run(story())


def test_it_is_ready_once_every_site_is_learnt_and_hears_before_that_all_the_same(tmp_path: Path) -> None:
    async def one_site() -> list[SiteId]:
        return [OPEN.site_id]

    async def story() -> None:
        async with Farm(tmp_path, 1, SitePhrases(phrases_of, one_site, fresh_s=60)) as farm:
            await farm.some_ready()
            assert farm.missing
            assert await hears(farm) == "where is my order"
            await until(lambda: farm.missing is None)
            (process,) = farm._processes
            assert process.taught == {OPEN.site_id: await phrases_of(OPEN.site_id)}

    asyncio.run(story())
