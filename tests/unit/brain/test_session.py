"""One conversation over a real socket: speculation, commitment, cancellation, and what is written down."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from brain.lanes import Lanes
from brain.notebook import Notebook
from brain.session import Session
from brain.turn import Asked, AwaitTurn, Barrier, CannotAnswer, Done, Memory, Piece, Say, ToolBegan, ToolEnded
from core import commands as msg
from core.bus import Link, connect, serve
from core.contacts import Contacts
from core.db import Database
from core.vault import Vault
from tests.postgres import Server

CONTACTS = Contacts("pepper", Vault(lambda: "a vault key"))
OPEN = msg.OpenConversation(call_id="c-1", site_id="told", channel="call", caller="+9198", language="hi-Latn")  # type: ignore[arg-type]


WRITTEN: asyncio.Queue[str] = asyncio.Queue()
GATE = asyncio.Event()
"""What `echo` has begun to write in the world, and what lets it come to an end."""


async def echo(asked: Asked, memory: Memory) -> AsyncIterator[Piece]:
    """Answers with what it was asked and what it remembers; waits, fails or gives up on demand."""
    if asked.text == "wait":
        yield ToolBegan("slow")
        await asyncio.Event().wait()
    if asked.text == "crash":
        raise ZeroDivisionError
    if asked.text == "no site":
        raise CannotAnswer("site told can't be loaded")
    if asked.text == "think":
        yield AwaitTurn()
        yield ToolBegan("thinking")
    if asked.text.startswith("write"):
        yield Barrier()
        yield ToolBegan("write")
        await WRITTEN.put(asked.text)
        await GATE.wait()
    yield ToolEnded("fast", {"of": asked.text}, True, 0.1)
    yield Say(f"{asked.text} after {memory.topic or 'nothing'}", asked.language)
    yield Done("knowledge", replace(memory, topic=asked.text, expects="digits"), then="transfer", destination="humans", score=0.9)


def talk(server: Server, story: Callable[[Link[Any]], Coroutine[Any, Any, None]]) -> None:
    """`story` at one end, a session with `echo` at the other."""

    async def run() -> None:
        global WRITTEN, GATE
        WRITTEN, GATE = asyncio.Queue(), asyncio.Event()
        async with Database(server.settings) as database, Notebook(database, CONTACTS) as notebook:
            async with database.as_site(OPEN.site_id) as rows:
                await rows.execute(
                    "insert into site (site_id, name, settings, embedding_model) values ('told', '', '{}', '') "
                    "on conflict do nothing"
                )
                await rows.execute("delete from conversation")

            async def converse(link: Link[msg.ToBrain]) -> None:
                opened = await link.receive()
                assert isinstance(opened, msg.OpenConversation)
                await Session(link, opened, echo, notebook, Lanes()).run()
                ended.set()

            ended = asyncio.Event()
            path = Path(server.home) / "brain.sock"
            async with asyncio.timeout(5), serve(path, msg.ToBrain, converse):
                async with await connect(path, msg.FromBrain) as link:
                    link.send(OPEN)
                    assert await link.receive() == msg.ConversationOpened()
                    await story(link)
                await ended.wait()

    asyncio.run(run())


def ask(turn: int, text: str, revision: int = 0) -> msg.Ask:
    return msg.Ask(turn=turn, revision=revision, text=text, language="hi-Latn", confidence=0.9)


async def answer(link: Link[Any]) -> tuple[str, msg.AnswerDone]:
    words: list[str] = []
    while not isinstance(message := await link.receive(), msg.AnswerDone):
        if isinstance(message, msg.Sentence):
            words.append(message.text)
    return " ".join(words), message


def written(server: Server) -> list[tuple[Any, ...]]:
    with psycopg.connect(server.settings.database_admin_url()) as admin:
        query = "select turn, asked, answered, heard, answer_source from conversation_turn where site_id = 'told' order by turn"
        return admin.execute(query).fetchall()


def test_a_committed_turn_is_remembered_and_written_with_what_was_heard(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        link.send(ask(1, "refund"))
        words, done = await answer(link)
        assert words == "refund after nothing"
        assert (done.expects, done.then, done.destination) == ("digits", "transfer", "humans")
        link.send(msg.Commit(turn=1, revision=0))
        link.send(msg.Heard(turn=1, text="refund af", complete=False))
        link.send(ask(2, "delivery"))
        assert (await answer(link))[0] == "delivery after refund"
        link.send(msg.Commit(turn=2, revision=0))

    talk(migrated_postgres, story)
    assert written(migrated_postgres) == [
        (1, "refund", "refund after nothing", "refund af", "knowledge"),
        (2, "delivery", "delivery after refund", None, "knowledge"),
    ]


def test_asked_for_a_person_by_somebody_else_it_tells_what_they_should_know(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        link.send(ask(1, "refund"))
        await answer(link)
        link.send(msg.Commit(turn=1, revision=0))
        link.send(msg.SumUp())
        told = await link.receive()
        assert isinstance(told, msg.SummedUp) and "refund" in told.text

    talk(migrated_postgres, story)


def test_a_turn_that_was_never_committed_leaves_no_trace(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        link.send(ask(1, "refund"))
        await answer(link)
        link.send(msg.CancelTurn(turn=1))
        link.send(msg.Commit(turn=1, revision=0))
        link.send(ask(1, "return", revision=1))
        assert (await answer(link))[0] == "return after nothing"

    talk(migrated_postgres, story)
    assert written(migrated_postgres) == []


def test_a_newer_revision_replaces_the_older_at_work(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        link.send(ask(1, "wait"))
        assert isinstance(await link.receive(), msg.ToolStarted)
        link.send(ask(1, "refund", revision=1))
        words, done = await answer(link)
        assert (words, done.revision) == ("refund after nothing", 1)
        link.send(msg.Commit(turn=1, revision=0))  # of the replaced one: too late to count
        link.send(ask(2, "next"))
        assert (await answer(link))[0] == "next after nothing"

    talk(migrated_postgres, story)


def test_a_turn_that_was_taken_too_soon_is_answered_as_if_it_had_not_been(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        link.send(ask(1, "refund"))
        await answer(link)
        link.send(msg.Commit(turn=1, revision=0))
        link.send(ask(2, "yes"))
        await answer(link)
        link.send(msg.Commit(turn=2, revision=0))
        link.send(ask(2, "yes go ahead", revision=1))
        assert (await answer(link))[0] == "yes go ahead after refund"
        link.send(msg.Heard(turn=2, text="", complete=False))
        link.send(msg.Commit(turn=2, revision=1))
        link.send(ask(3, "next"))
        assert (await answer(link))[0] == "next after yes go ahead"

    talk(migrated_postgres, story)
    assert written(migrated_postgres)[1] == (2, "yes go ahead", "yes go ahead after refund", None, "knowledge")


def test_a_write_of_a_turn_that_was_taken_too_soon_is_not_forgotten(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        GATE.set()
        link.send(ask(1, "write"))
        link.send(msg.Commit(turn=1, revision=0))
        await answer(link)
        link.send(ask(1, "write more", revision=1))
        link.send(msg.Commit(turn=1, revision=1))
        assert (await answer(link))[0] == "write more after write"

    talk(migrated_postgres, story)


def test_commit_may_come_before_the_answer_is_complete(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        link.send(ask(1, "refund"))
        link.send(msg.Commit(turn=1, revision=0))
        await answer(link)
        link.send(ask(2, "next"))
        assert (await answer(link))[0] == "next after refund"

    talk(migrated_postgres, story)


def test_a_cancelled_turn_stops_at_once_and_the_next_is_answered(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        link.send(ask(1, "wait"))
        assert isinstance(await link.receive(), msg.ToolStarted)
        link.send(msg.Commit(turn=1, revision=0))
        link.send(msg.CancelTurn(turn=1))
        link.send(ask(2, "next"))
        assert (await answer(link))[0] == "next after nothing"

    talk(migrated_postgres, story)


def test_a_turn_that_fails_is_told_and_the_conversation_goes_on(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        for turn, text, detail in ((1, "no site", "site told can't be loaded"), (2, "crash", "ZeroDivisionError")):
            link.send(ask(turn, text))
            assert await link.receive() == msg.BrainFailed(turn=turn, revision=0, detail=detail)
        link.send(ask(3, "next"))
        assert (await answer(link))[0] == "next after nothing"

    talk(migrated_postgres, story)


def test_late_words_of_older_turns_do_no_harm(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        for late in (msg.Commit(turn=9, revision=0), msg.CancelTurn(turn=9), msg.Heard(turn=9, text="", complete=True), OPEN):
            link.send(late)
        link.send(ask(10, "next"))
        assert (await answer(link))[0] == "next after nothing"

    talk(migrated_postgres, story)


def test_a_caller_who_is_gone_takes_the_work_along(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        link.send(ask(1, "wait"))
        assert isinstance(await link.receive(), msg.ToolStarted)

    talk(migrated_postgres, story)
    with psycopg.connect(migrated_postgres.settings.database_admin_url()) as admin:
        closed = admin.execute("select closed_at is not null from conversation_session where site_id = 'told'").fetchall()
    assert closed == [(True,)]


def test_nothing_in_the_world_changes_before_the_turn_is_committed(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        GATE.set()
        link.send(ask(1, "write a"))
        link.send(ask(1, "write b", revision=1))
        await asyncio.sleep(0.05)
        assert WRITTEN.empty()
        link.send(msg.Commit(turn=1, revision=1))
        assert await link.receive() == msg.ToolStarted(turn=1, revision=1, tool="write")
        assert (await answer(link))[0] == "write b after nothing"
        assert WRITTEN.get_nowait() == "write b" and WRITTEN.empty()

    talk(migrated_postgres, story)


def test_a_write_goes_on_when_the_caller_interrupts_and_is_remembered(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        link.send(ask(1, "write a"))
        link.send(msg.Commit(turn=1, revision=0))
        assert await WRITTEN.get() == "write a"
        link.send(msg.CancelTurn(turn=1))
        link.send(msg.Heard(turn=1, text="", complete=False))
        link.send(ask(2, "next"))
        await asyncio.sleep(0.05)
        GATE.set()
        assert isinstance(await link.receive(), msg.ToolStarted)
        words, done = await answer(link)  # of the second turn: nobody wants the first one's words any more
        assert (words, done.turn) == ("next after write a", 2)

    talk(migrated_postgres, story)
    assert written(migrated_postgres) == [(1, "write a", "write a after nothing", "", "knowledge")]


def test_a_write_is_brought_to_its_end_for_a_caller_who_is_gone(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        link.send(ask(1, "write a"))
        link.send(msg.Commit(turn=1, revision=0))
        assert await WRITTEN.get() == "write a"
        asyncio.get_running_loop().call_later(0.1, GATE.set)

    talk(migrated_postgres, story)
    assert written(migrated_postgres) == [(1, "write a", "write a after nothing", None, "knowledge")]


def test_who_hangs_up_with_their_last_word_is_done_the_favour_all_the_same(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        GATE.set()
        link.send(ask(1, "write a"))
        link.send(msg.Commit(turn=1, revision=0))

    talk(migrated_postgres, story)
    assert WRITTEN.get_nowait() == "write a"
    assert written(migrated_postgres) == [(1, "write a", "write a after nothing", None, "knowledge")]


def test_a_turn_cancelled_before_its_barrier_writes_nothing(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        GATE.set()
        link.send(ask(1, "write a"))
        link.send(msg.CancelTurn(turn=1))
        link.send(ask(2, "next"))
        assert (await answer(link))[0] == "next after nothing"
        assert WRITTEN.empty()

    talk(migrated_postgres, story)


def test_a_model_is_not_asked_before_the_turn_is_committed_and_may_be_dropped_after_it(migrated_postgres: Server) -> None:
    async def story(link: Link[Any]) -> None:
        link.send(ask(1, "think"))
        await asyncio.sleep(0.05)
        link.send(msg.Commit(turn=1, revision=0))
        assert await link.receive() == msg.ToolStarted(turn=1, revision=0, tool="thinking")
        assert (await answer(link))[0] == "think after nothing"

    talk(migrated_postgres, story)
