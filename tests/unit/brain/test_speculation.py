"""A call over the real bus, with a model over HTTP: who is asked when, what is stored, and what counts as a gap."""

import asyncio
import functools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from brain.dialogue import Mind
from brain.dialogue import answer as think
from brain.folder import SiteFolder
from brain.gaps import Gaps
from brain.lanes import Lanes
from brain.llm.door import Llms
from brain.notebook import Notebook
from brain.session import Session
from brain.turn import Asked, Memory, Piece
from core import commands as msg
from core.bus import Link, connect, serve
from core.contacts import Contacts
from core.db import Database
from core.ids import CallId, SiteId
from core.public_address import networks
from core.sites import Llm
from core.vault import Vault
from tests.postgres import Server
from tests.standins.llm import Cloud, Reply, serving
from tests.unit.brain.by_model.talk import Books, no_secret, passage
from tests.unit.brain.test_gaps import Meanings

SITE = SiteId("spec")
CONTACTS = Contacts("pepper", Vault(lambda: "a vault key"))


@dataclass
class Call:
    link: Link[Any]
    cloud: Cloud
    books: Books

    def ask(self, text: str, revision: int, turn: int = 1) -> None:
        self.link.send(msg.Ask(turn=turn, revision=revision, text=text, language="hi-Latn", confidence=0.9))

    async def answer(self) -> tuple[str, msg.AnswerDone]:
        words = []
        while not isinstance(message := await self.link.receive(), msg.AnswerDone):
            if isinstance(message, msg.Sentence):
                words.append(message.text)
        return " ".join(words), message


Place = Callable[[Callable[[Call], Awaitable[None]]], list[dict[str, Any]]]


@pytest.fixture
def place(migrated_postgres: Server, demo: SiteFolder) -> Place:
    """A call is placed; what stands of it in the database afterwards."""

    def placed(story: Callable[[Call], Awaitable[None]]) -> list[dict[str, Any]]:
        with psycopg.connect(migrated_postgres.settings.database_admin_url(), autocommit=True) as admin:
            admin.execute("delete from site where site_id = %s", [SITE])
            admin.execute("insert into site (site_id, name, settings, embedding_model) values (%s, '', '{}', '')", [SITE])
            asyncio.run(_call(migrated_postgres, demo, story))
            query = (
                "select to_jsonb(t) || jsonb_build_object('gaps', (select count(*) from kb_gap where site_id = %s)) "
                "from conversation_turn t where site_id = %s order by turn"
            )
            return [row for (row,) in admin.execute(query, [SITE, SITE]).fetchall()]

    return placed


async def _call(server: Server, demo: SiteFolder, story: Callable[[Call], Awaitable[None]]) -> None:
    books, ended = Books(), asyncio.Event()
    database = Database(server.settings)
    async with asyncio.timeout(20), serving() as cloud, Llms(no_secret, networks(["127.0.0.0/8"])) as llms, database:
        # Far deadlines: they close a stream as well, and must not do it before that which has to.
        llm = Llm(model="m", base_url=cloud.base_url, timeout_s=60.0, first_token_s=60.0)
        site = msgspec.structs.replace(demo.site, site_id=SITE, llm=llm)

        def answer(asked: Asked, memory: Memory) -> AsyncIterator[Piece]:
            return think(asked, memory, Mind(site, {}, books, 0.45, 2, llms.of(site)))

        async with Notebook(database, CONTACTS) as notebook, Gaps(database, Meanings()) as gaps:

            async def converse(link: Link[msg.ToBrain]) -> None:
                opened = await link.receive()
                assert isinstance(opened, msg.OpenConversation)
                missed = functools.partial(gaps.missed, opened.site_id, opened.call_id)
                await Session(link, opened, answer, notebook, Lanes(), missed).run()
                ended.set()

            path = Path(server.home) / "spec.sock"
            opening = msg.OpenConversation(call_id=CallId("s-1"), site_id=SITE, channel="call", caller="", language="hi-Latn")
            async with serve(path, msg.ToBrain, converse), await connect(path, msg.FromBrain) as link:
                link.send(opening)
                assert await link.receive() == msg.ConversationOpened()
                await story(Call(link, cloud, books))
            await ended.wait()
            await notebook.all_written()
            await gaps.all_written()


def test_a_model_is_asked_once_for_a_turn_however_often_its_words_changed(place: Place) -> None:
    async def story(call: Call) -> None:
        call.cloud.reply = Reply(("Bluetooth ek technology hai.",))
        for revision, text in enumerate(("bluetooth", "bluetooth kya", "bluetooth kya hota hai")):
            call.ask(text, revision)
            await asyncio.sleep(0.05)  # time in which a model could be asked
        assert call.cloud.requests == []
        call.link.send(msg.Commit(turn=1, revision=2))
        assert (await call.answer())[0] == "Bluetooth ek technology hai."
        (request,) = call.cloud.requests
        assert "bluetooth kya hota hai" in request["messages"][-1]["content"]

    (turn,) = place(story)
    assert (turn["answer_source"], turn["model"], turn["tokens_out"], turn["gaps"]) == ("fallback", "m", 1, 0)
    assert turn["tokens_in"] > 0


def test_a_turn_that_nobody_takes_costs_nothing_and_is_no_gap(place: Place) -> None:
    async def story(call: Call) -> None:
        call.ask("bluetooth kya hota hai", 0)
        call.link.send(msg.CancelTurn(turn=1))
        call.ask("namaste ji kaise ho", 1, turn=2)
        await asyncio.sleep(0.05)
        assert call.cloud.requests == []

    assert place(story) == []


def test_a_caller_who_talks_over_the_answer_closes_the_models_stream(place: Place) -> None:
    async def story(call: Call) -> None:
        call.cloud.reply = Reply(("Bluetooth ek technology hai. ", "Aur "), then="stall")
        call.ask("bluetooth kya hota hai", 0)
        call.link.send(msg.Commit(turn=1, revision=0))
        assert isinstance(await call.link.receive(), msg.Sentence)
        call.link.send(msg.CancelTurn(turn=1))
        await asyncio.wait_for(call.cloud.disconnected.wait(), 10)

    place(story)


def test_citations_and_score_are_stored_with_the_turn(place: Place) -> None:
    async def story(call: Call) -> None:
        call.books._passages = [passage()]
        call.cloud.reply = Reply(("Panel par 2 saal ki warranty hai [1].",))
        call.ask("tv ki warranty batao", 0)
        call.link.send(msg.Commit(turn=1, revision=0))
        told, done = await call.answer()
        assert told == "Panel par 2 saal ki warranty hai." and done.citations[0].document_id == "doc-1"

    (turn,) = place(story)
    assert turn["answer_source"] == "knowledge" and turn["score"] == pytest.approx(0.6)
    assert [citation["document_id"] for citation in turn["citations"]] == ["doc-1"]


def test_what_nobody_could_answer_is_a_gap_once_it_was_asked_for_certain(place: Place) -> None:
    async def story(call: Call) -> None:
        call.cloud.reply = Reply(("UNKNOWN",))
        call.ask("pizza", 0)
        call.ask("pizza milta hai", 1)
        call.link.send(msg.Commit(turn=1, revision=1))
        assert (await call.answer())[1].answer_source == "abstain"

    (turn,) = place(story)
    assert turn["gaps"] == 1 and "pizza" in json.dumps(turn["asked"])
