"""Barge-in around a write, through a real session over a real socket: it is done once, to its end, and the caller hears of it."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from brain.dialogue import answer as dialogue_answer
from brain.lanes import Lanes
from brain.notebook import Notebook
from brain.session import Session
from brain.tools.door import Doors, Limits
from core import commands as msg
from core.bus import Link, connect, serve
from core.contacts import Contacts
from core.db import Database
from core.events import ToolCalled
from core.ids import CallId
from core.vault import Vault
from tests.postgres import Server
from tests.standins.crm import Crm, crm_serving
from tests.unit.brain.tools.shop import LOOPBACK, SHOP, Heard, caller_in, ledger, prepare, table

OPEN = msg.OpenConversation(call_id=CallId("c-9"), site_id=SHOP, channel="call", caller="+919811111111", language="en")
Story = Callable[[Link[Any], Crm, Heard], Coroutine[Any, Any, None]]


def call(server: Server, story: Story) -> None:
    async def run() -> None:
        prepare(server)
        contacts = Contacts("pepper", Vault(lambda: "a vault key"))
        async with crm_serving() as crm, Database(server.settings) as database, Doors(LOOPBACK, Limits(failures=99)) as doors:
            shop = caller_in(crm, database, doors)
            answer = partial(_answer, shop.mind)
            over = asyncio.Event()

            async def converse(link: Link[msg.ToBrain]) -> None:
                await link.receive()
                await Session(link, OPEN, answer, notebook, Lanes()).run()
                over.set()

            async with Notebook(database, contacts) as notebook, asyncio.timeout(20):
                path = Path(server.home) / "tools.sock"
                async with serve(path, msg.ToBrain, converse):
                    async with await connect(path, msg.FromBrain) as link:
                        link.send(OPEN)
                        assert await link.receive() == msg.ConversationOpened()
                        await story(link, crm, shop.events)
                    await over.wait()

    asyncio.run(run())


def _answer(mind: Any, asked: Any, memory: Any) -> Any:
    return dialogue_answer(asked, memory, mind)


def ask(turn: int, text: str, revision: int = 0) -> msg.Ask:
    return msg.Ask(turn=turn, revision=revision, text=text, language="en", confidence=0.9)


async def heard(link: Link[Any], turn: int) -> str:
    """Our words of this turn, to its end."""
    words: list[str] = []
    while True:
        message = await link.receive()
        if isinstance(message, msg.Sentence) and message.turn == turn:
            words.append(message.text)
        if isinstance(message, msg.AnswerDone) and message.turn == turn:
            return " ".join(words)


async def says(link: Link[Any], turn: int, text: str) -> str:
    link.send(ask(turn, text))
    link.send(msg.Commit(turn=turn, revision=0))
    words = await heard(link, turn)
    link.send(msg.Heard(turn=turn, text=words, complete=True))
    return words


async def propose(link: Link[Any]) -> int:
    """Up to "shall I?"; the next turn's number."""
    for turn, text in enumerate(("change my order", "1 2 3 4 5", "cancel", "tomorrow"), start=1):
        told = await says(link, turn, text)
    assert told.endswith("Shall I do that?")
    return 5


def test_a_yes_that_is_not_certain_yet_writes_nothing(migrated_postgres: Server) -> None:
    async def story(link: Link[Any], crm: Crm, events: Heard) -> None:
        turn = await propose(link)
        link.send(ask(turn, "yes"))
        await asyncio.sleep(0.2)
        assert crm.writes == [], "the caller may go on: yes, but not today"
        link.send(ask(turn, "yes but not this one i mean refund kab milega", revision=1))
        link.send(msg.Commit(turn=turn, revision=1))
        assert "I have not done anything" in await heard(link, turn)
        assert crm.writes == []

    call(migrated_postgres, story)


def test_an_interruption_does_not_stop_a_write_nor_repeat_it_and_its_result_is_told(migrated_postgres: Server) -> None:
    async def story(link: Link[Any], crm: Crm, events: Heard) -> None:
        turn = await propose(link)
        crm.ill, crm.slow_s = "slow", 0.3
        link.send(ask(turn, "yes"))
        link.send(msg.Commit(turn=turn, revision=0))
        while not isinstance(await link.receive(), msg.ToolStarted):
            pass
        await asyncio.sleep(0.1)
        link.send(msg.CancelTurn(turn=turn))  # the caller talks into it
        told = await says(link, turn + 1, "refund kab milega")
        assert told == "All right, that is done. Yes.", "first what came of it, then the answer"
        assert await says(link, turn + 2, "refund kab milega") == "Yes."
        assert len(crm.writes) == 1 and sum(seen.method == "PATCH" for seen in crm.requests) == 1
        assert [type(event) for event in events.events] == [ToolCalled]

    call(migrated_postgres, story)
    assert [state for _, state, _ in ledger(migrated_postgres)] == ["done"]


def test_a_caller_who_hangs_up_on_a_write_leaves_it_done_once(migrated_postgres: Server) -> None:
    async def story(link: Link[Any], crm: Crm, events: Heard) -> None:
        turn = await propose(link)
        crm.ill, crm.slow_s = "slow", 0.3
        link.send(ask(turn, "yes"))
        link.send(msg.Commit(turn=turn, revision=0))
        while not isinstance(await link.receive(), msg.ToolStarted):
            pass

    call(migrated_postgres, story)
    assert [state for _, state, _ in ledger(migrated_postgres)] == ["done"]


def test_a_committed_yes_said_twice_is_one_write(migrated_postgres: Server) -> None:
    async def story(link: Link[Any], crm: Crm, events: Heard) -> None:
        turn = await propose(link)
        assert await says(link, turn, "yes") == "All right, that is done."
        await says(link, turn + 1, "yes")
        assert len(crm.writes) == 1

    call(migrated_postgres, story)


def test_a_pin_is_written_down_nowhere(migrated_postgres: Server) -> None:
    async def story(link: Link[Any], crm: Crm, events: Heard) -> None:
        await says(link, 1, "open my vault")
        await says(link, 2, "1 2 3 4 5")
        link.send(msg.Ask(turn=3, revision=0, text="4711", language="en", confidence=1.0, via="keypad"))
        link.send(msg.Commit(turn=3, revision=0))
        assert "Samsung" in await heard(link, 3)

    call(migrated_postgres, story)
    asked = [text for (text,) in table(migrated_postgres, "conversation_turn", "asked")]
    assert sorted(asked) == ["open my vault", "•••", "•••"], "the order is secret too, as the slot says"
    with psycopg.connect(migrated_postgres.settings.database_admin_url()) as admin:
        kept = str(admin.execute("select * from conversation where site_id = %s", [SHOP]).fetchall())
    assert "4711" not in kept
