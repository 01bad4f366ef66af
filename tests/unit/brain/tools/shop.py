"""A shop with declared tools, its stand-in CRM, a real database, and a caller who talks to it. Every turn is committed."""

import asyncio
import datetime
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
import psycopg

from brain.dialogue import Mind, answer
from brain.knowledge.match import Entry, Match
from brain.knowledge.passages import Passage
from brain.tools.declaration import Authentication, Case, Declaration, ShowKey, Slot
from brain.tools.door import Doors, Limits
from brain.tools.ledger import Ledger
from brain.tools.over_http import OverHttp
from brain.tools.own_tables import Callbacks, Leads
from brain.tools.proof import Proof
from brain.tools.registry import Desk, all_tools, our_writes
from brain.tools.tool import Tool
from brain.turn import Asked, Done, Memory, Piece, Say, ToolEnded
from core.db import Database
from core.events import AnyEvent
from core.ids import SiteId
from core.public_address import networks
from core.sites import Language, Phrases, Site
from tests.postgres import Server
from tests.standins.crm import Crm, crm_serving

LOOPBACK = networks(["127.0.0.0/8"])
SHOP = SiteId("tool-shop")
_LINES = Phrases(
    greeting="Namaste.", hold=("Ek second.",), reminder="Hello?", again="Phir se?", apology="Maaf.", goodbye="Dhanyavaad.",
    transfer="Jod rahi hoon.",
)  # fmt: skip
SITE = Site(site_id=SHOP, name="Shop", phrases={"hi-Latn": _LINES, "en": _LINES})
FIVE_DIGITS = {"type": "string", "pattern": "^[0-9]{5}$"}
FACTS = ("kya kal dukan khuli hai", "refund kab milega")

ORDER_SLOT = Slot(ask={"hi-Latn": "Order number boliye.", "en": "Which order?"})


def order_arguments(**more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"order": FIVE_DIGITS, **more}, "required": ["order", *more]}


def declarations(url: str) -> tuple[Declaration, ...]:
    """Two reads (one for the owner of the order only) and two writes."""
    read = Declaration(
        name="order_item",
        description="Tells what is in an order.",
        url=f"{url}/orders/{{order}}",
        arguments=order_arguments(),
        slots={"order": ORDER_SLOT},
        utterances={"en": ("what did i order",)},
        answers=(
            Case(when={"status": "delivered"}, say={"en": "Order {id|digits} had a {item}, and it was delivered."}),
            Case(say={"en": "Order {id|digits} has a {item} for {amount|rupees}."}),
        ),
    )
    private = msgspec.structs.replace(
        read, name="private_item", utterances={"en": ("tell me my private order",)},
        authentication=Authentication(ways=("caller_id", "last4"), field="phone"),
    )  # fmt: skip
    pin = msgspec.structs.replace(
        read, name="pin_item", utterances={"en": ("open my vault",)}, slots={"order": replace_slot(secret=True)},
        authentication=Authentication(ways=("keypad",), pin_url=f"{url}/pins/{{order}}"),
    )  # fmt: skip
    write = Declaration(
        name="change_order",
        description="Changes when an order is delivered, or cancels it.",
        effect="write",
        method="PATCH",
        url=f"{url}/orders/{{order}}",
        key=ShowKey(form="bearer", secret="crm"),
        timeout_s=0.5,
        arguments=order_arguments(
            status={"type": "string", "enum": ["cancelled", "later"]}, day={"type": "string", "format": "date"}
        ),
        slots={
            "order": ORDER_SLOT,
            "status": Slot(
                ask={"en": "Cancel it, or later?"},
                words={"cancelled": ("cancel",), "later": ("later", "baad mein")},
                labels={"cancelled": {"en": "cancelled"}, "later": {"en": "moved"}},
            ),
            "day": Slot(ask={"en": "On which day?"}),
        },
        utterances={"en": ("change my order",)},
        confirm={"en": "Order {order|digits} will be {status|label} on {day|date}."},
        refused={"en": "Order {order|digits} can not be changed any more."},
    )
    return read, private, pin, write


def replace_slot(**changes: Any) -> Slot:
    return msgspec.structs.replace(ORDER_SLOT, **changes)


class Knows:
    """Utterances of the tools and a few facts, word for word."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._entries = {
            text: Entry(number, "action", tool.name, {})
            for number, tool in enumerate(tools)
            for texts in tool.utterances.values()
            for text in texts
        }
        self.document = ""
        """All that the site's documents say."""
        self._entries |= {text: Entry(99, "fact", text, {"hi-Latn": "Haan.", "en": "Yes."}) for text in FACTS}

    async def find(self, site: SiteId, text: str) -> Match | None:
        entry = self._entries.get(text.lower().strip(" ?."))
        return None if entry is None else Match(entry, 1.0, exact=True)

    async def passages(self, *_: Any, **__: Any) -> list[Passage]:
        text = self.document
        return (
            [Passage("prices", 1, "document", "Prices", "", "", text, "en", (0, len(text)), 0.9, 0.9, score=0.9)] if text else []
        )


class Heard:
    """Events that were published."""

    def __init__(self) -> None:
        self.events: list[AnyEvent] = []

    def publish(self, event: AnyEvent) -> None:
        self.events.append(event)


@dataclass
class Caller:
    """Says things to the shop."""

    mind: Mind
    crm: Crm
    events: Heard
    number: str = "+919811111111"
    channel: Literal["call", "chat"] = "call"
    memory: Memory = field(default_factory=lambda: Memory("en"))
    pieces: list[Piece] = field(default_factory=list)

    async def says(self, text: str, language: Language = "en", via: Literal["voice", "keypad"] = "voice") -> str:
        asked = Asked(text, language, 0.9, via, self.channel, self.number, "conv-1", 1)
        self.pieces = [piece async for piece in answer(asked, self.memory, self.mind)]
        done = self.pieces[-1]
        assert isinstance(done, Done)
        self.memory = msgspec.json.decode(msgspec.json.encode(done.memory), type=Memory)  # as it is kept between channels
        return " ".join(piece.text for piece in self.pieces if isinstance(piece, Say))

    async def keys(self, digits: str) -> str:
        return await self.says(digits, via="keypad")

    @property
    def done(self) -> Done:
        done = self.pieces[-1]
        assert isinstance(done, Done)
        return done

    @property
    def kinds(self) -> list[type]:
        return [type(piece) for piece in self.pieces]

    def used(self) -> ToolEnded:
        return next(piece for piece in self.pieces if isinstance(piece, ToolEnded))


Story = Callable[[Caller], Coroutine[Any, Any, None]]


def visit(server: Server, story: Story, **site: Any) -> None:
    """`story` in a shop whose CRM and database are really there. `site`: settings that differ."""

    async def run() -> None:
        prepare(server)
        async with crm_serving() as crm, Database(server.settings) as database, Doors(LOOPBACK, Limits(failures=99)) as doors:
            async with asyncio.timeout(20):
                await story(caller_in(crm, database, doors, replace_site(**site)))

    asyncio.run(run())


def replace_site(**changes: Any) -> Site:
    return msgspec.structs.replace(SITE, **changes)


def prepare(server: Server) -> None:
    with psycopg.connect(server.settings.database_admin_url(), autocommit=True) as admin:
        admin.execute("delete from site where site_id = %s", [SHOP])
        admin.execute("insert into site (site_id, name, settings, embedding_model) values (%s, '', '{}', '')", [SHOP])


def caller_in(crm: Crm, database: Database, doors: Doors, site: Site = SITE) -> Caller:
    async def secret(_: SiteId, name: str) -> str:
        return {"crm": "s3cret-token"}[name]

    http = OverHttp(doors, secret)
    events = Heard()
    desk = Desk(Ledger(database), Proof(http), events)
    tools: dict[str, Tool] = {each.name: desk.tool(each, http) for each in declarations(crm.url)}
    tools |= our_writes(desk, crm.url, http, Leads(database, events), Callbacks(database, events))
    tools |= {name: tool for name, tool in all_tools(_NoOrders()).items() if name != "check_order_status"}
    return Caller(Mind(site, tools, Knows(list(tools.values())), 0.45, 2), crm, events)


class _NoOrders:
    async def find(self, number: str) -> None:
        return None


def ledger(server: Server) -> list[tuple[Any, ...]]:
    with psycopg.connect(server.settings.database_admin_url()) as admin:
        return admin.execute(
            "select tool, state, arguments from tool_call where site_id = %s order by proposed_at", [SHOP]
        ).fetchall()


def table(server: Server, name: str, columns: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(server.settings.database_admin_url()) as admin:
        return admin.execute(f"select {columns} from {name} where site_id = %s".encode(), [SHOP]).fetchall()


def change(server: Server, statement: str) -> None:
    with psycopg.connect(server.settings.database_admin_url(), autocommit=True) as admin:
        admin.execute(statement.encode())


def tomorrow() -> datetime.date:
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=5.5))).date() + datetime.timedelta(1)
