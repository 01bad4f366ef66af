"""A brain whose answers are scripted: the real sessions, notebook and bus, without models and knowledge.

async with brain(settings, database) as asked: …          `asked` has what became of each question
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from brain.lanes import Lanes
from brain.notebook import Notebook
from brain.session import Answer, Session
from brain.turn import Asked, AwaitTurn, CannotAnswer, Citation, Done, Meanwhile, Memory, Piece, Say, ToolBegan, ToolEnded, Write
from core import commands as msg
from core.bus import Link, serve
from core.contacts import Contacts
from core.db import Database
from core.settings import Settings

PAGE = Citation("d1", "Returns", 3, "Seven days.", "https://roshni.in/returns")


@dataclass
class Heard:
    """What the brain was asked, and which answers were stopped."""

    asked: list[Asked] = field(default_factory=list)
    memories: list[Memory] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    opened: list[msg.OpenConversation] = field(default_factory=list)


@contextlib.asynccontextmanager
async def brain(settings: Settings, database: Database, contacts: Contacts, script: Answer | None = None) -> AsyncIterator[Heard]:
    """`script` in place of the questions' own."""
    heard, lanes, sessions = Heard(), Lanes(), set[asyncio.Task[None]]()

    async def answer(asked: Asked, memory: Memory) -> AsyncIterator[Piece]:
        heard.asked.append(asked)
        heard.memories.append(memory)
        try:
            async for piece in (script or _script)(asked, memory):
                yield piece
        except asyncio.CancelledError:
            heard.stopped.append(asked.text)
            raise

    async def converse(link: Link[msg.ToBrain]) -> None:
        opened = await link.receive()
        assert isinstance(opened, msg.OpenConversation)
        heard.opened.append(opened)
        session = asyncio.create_task(Session(link, opened, answer, notebook, lanes).run())
        sessions.add(session)
        await asyncio.wait([session])

    async with Notebook(database, contacts) as notebook, serve(settings.socket("brain"), msg.ToBrain, converse):
        yield heard
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)


async def _script(asked: Asked, memory: Memory) -> AsyncIterator[Piece]:
    """The first word of a question says what happens."""
    language = asked.language
    done = Done("knowledge", replace(memory, language=language, topic=asked.text), score=0.9)
    match asked.text.split()[0]:
        case "stall":
            yield Say("Ek minute.", language)
            yield AwaitTurn()
            await asyncio.Event().wait()
        case "slow":
            yield Meanwhile(0.05, "Please chat par bane rahein, main check kar raha hoon.", language)
            await asyncio.sleep(0.15)
            yield Say("Ho gaya.", language)
        case "broken":
            raise ZeroDivisionError
        case "nosite":
            raise CannotAnswer("no such site")
        case "halfbroken":
            yield Say("Ek minute.", language)
            raise ZeroDivisionError
        case "model":
            for part in ("Return **7", " din** mein ", "[yahan](https://roshni.in", "/returns) hota hai."):
                yield Write(part, language)
            done = replace(done, source="fallback", citations=(PAGE,))
        case "tool":
            yield ToolBegan("check_order_status")
            yield ToolEnded("check_order_status", {"order_number": "12345"}, True, 0.012)
            yield Say("Order 1 2 3 4 5 raaste mein hai.", language)
            done = replace(done, source="tool")
        case "person":
            yield Say("Main aapko hamare saathi se jod rahi hoon.", language)
            done = replace(done, source="tool", then="transfer", destination="humans", summary="Wants a refund.")
        case _:
            said = "; ".join(turn.asked for turn in memory.recent)
            yield Say(f"{asked.channel} {language} after [{said}]", language)
    yield done
