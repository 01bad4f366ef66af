"""Sites made and deleted while others are at work: a deadlock is done again, and the stock is made once for all who wait."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

import numpy as np
import psycopg
import pytest

from brain.knowledge.embed import Floats
from brain.knowledge.embedders import Embedder, EmbeddingAway
from brain.knowledge.offline import Vector
from core.db import ATTEMPTS, Database, Deadlocked, again
from core.ids import SiteId
from core.sites import Embedding
from kb_api.farewell import say_farewell
from kb_api.stock import Stockroom
from tests.unit.gateway.conftest import Town
from tests.unit.gateway.talking import Talk, talk
from tests.unit.gateway.test_chat import says

SHOP = SiteId("shop")
WAITING = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'haazir'"
TOUCH = "update kb_generation set note = 'x' where site_id = 'shop' and generation = %s"


def test_a_deletion_that_waits_for_a_writer_who_waits_for_it_is_done_again(town: Town) -> None:
    columns = "site_id, generation, embedding, dimensions, code_version, state"
    generation = f"insert into kb_generation ({columns}) values ('shop', {{}}, '{{{{}}}}', 3, 0, '{{}}')"
    town.run(generation.format(1, "active"), generation.format(2, "building"))

    async def story() -> None:
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(Database(town.settings, wait_s=5))
            url = town.server.settings.database_admin_url()
            writer = await stack.enter_async_context(await psycopg.AsyncConnection.connect(url))
            watch = await stack.enter_async_context(await psycopg.AsyncConnection.connect(url, autocommit=True))
            await writer.execute(TOUCH, [2])
            leaving = asyncio.create_task(say_farewell(database, town.settings, SHOP, force=True))
            async with asyncio.timeout(5):
                while (await (await watch.execute(WAITING)).fetchone()) == (0,):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)  # PostgreSQL tells nobody who waits
            await writer.execute(TOUCH, [1])  # each waits for the other now; the deletion was first to, and is undone
            await writer.commit()
            assert await leaving
            assert await (await watch.execute("select from site where site_id = 'shop'")).fetchone() is None

    asyncio.run(story())


def test_what_a_deadlock_undid_is_tried_so_often_and_then_told() -> None:
    tries: list[int] = []

    async def always() -> None:
        tries.append(1)
        raise Deadlocked("again")

    async def once() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise Deadlocked("once")
        return "done"

    assert asyncio.run(again(once)) == "done"
    tries.clear()
    with pytest.raises(Deadlocked):
        asyncio.run(again(always))
    assert len(tries) == ATTEMPTS


def test_two_who_delete_a_site_in_the_middle_of_its_chats_close_them_once(town: Town) -> None:
    async def story(talk: Talk) -> None:
        for user in ("asha", "ravi"):
            await talk.openai.chat.completions.create(model="x", messages=says("kya hai"), user=user)
        await asyncio.gather(talk.chats.forget(SHOP), talk.chats.forget(SHOP))
        again = await talk.openai.chat.completions.create(model="x", messages=says("kya hai"), user="asha")
        assert again.choices[0].message.content

    talk(town, story)


class Slow:
    """An embedding model that waits until it may."""

    def __init__(self) -> None:
        self.may, self.asked, self.away = asyncio.Event(), 0, False

    async def query(self, text: str) -> Vector:
        raise NotImplementedError

    async def passages(self, texts: Sequence[str]) -> Floats:
        self.asked += 1
        await self.may.wait()
        if self.away:
            raise EmbeddingAway("not now")
        return np.zeros((len(texts), 3), np.float32)


def test_the_stock_is_made_once_and_goes_on_being_made_when_a_request_gives_up() -> None:
    async def story() -> None:
        slow, stockroom = Slow(), Stockroom()
        embedder: Embedder = slow
        waiting = [asyncio.create_task(stockroom.vectors(Embedding(), embedder)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()  # its client went
        slow.may.set()
        _, second, third = await asyncio.gather(*waiting, return_exceptions=True)
        assert slow.asked == 1 and second is third

    asyncio.run(story())


def test_a_model_that_was_away_is_asked_again() -> None:
    async def story() -> None:
        slow, stockroom = Slow(), Stockroom()
        slow.may.set()
        slow.away = True
        with pytest.raises(EmbeddingAway):
            await stockroom.vectors(Embedding(), slow)
        slow.away = False
        assert await stockroom.vectors(Embedding(), slow) and slow.asked == 2

    asyncio.run(story())
