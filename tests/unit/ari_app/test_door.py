"""Orders from outside: each is done once and answered as the first time, whoever asks, whoever dies."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from ari_app.door import Answer, Door
from ari_app.pending import AT_ONCE, settled
from core.bus import connect, serve
from core.ids import CallId, SiteId
from core.orders import Done, HangUpCall, NotDone, Order, Reply, SayInCall
from tests.unit.ari_app.world import World, told

DEMO, OTHER = SiteId("demo"), SiteId("other")


def say(order_id: str = "o1", text: str = "Namaste", site: SiteId = DEMO, call: str = "1") -> SayInCall:
    return SayInCall(order_id=order_id, call_id=CallId(call), site_id=site, text=text)


class Calls:
    """Does every order but those it is to refuse, and remembers them."""

    def __init__(self) -> None:
        self.done: list[Order] = []
        self.refusals: list[NotDone] = []
        self.came = asyncio.Event()

    def obey(self, order: Order) -> Answer:
        self.done.append(order)
        self.came.set()
        return settled(self.refusals.pop() if self.refusals else Done(order_id=order.order_id))


async def ask(path: Path, *orders: Order) -> list[Reply]:
    async with await connect(path, Reply) as link:
        for order in orders:
            link.send(order)
        return [await link.receive() for _ in orders]


def at_the_door(folder: Path, story: Callable[[Path, Calls, Door], Awaitable[None]], remembered: int = 100) -> None:
    async def run() -> None:
        calls = Calls()
        door = Door(calls.obey, remembered)
        async with serve(folder / "ari-app.sock", Order, door.serve):
            await story(folder / "ari-app.sock", calls, door)

    asyncio.run(run())


def test_the_same_order_again_is_answered_again_and_done_once(tmp_path: Path) -> None:
    async def story(path: Path, calls: Calls, door: Door) -> None:
        assert await ask(path, say(), say()) == [Done(order_id="o1")] * 2
        assert await ask(path, say()) == [Done(order_id="o1")], "over another connection, too"
        assert calls.done == [say()]

    at_the_door(tmp_path, story)


def test_an_id_is_its_sites_own(tmp_path: Path) -> None:
    async def story(path: Path, calls: Calls, door: Door) -> None:
        await ask(path, say(), say(site=OTHER))
        assert calls.done == [say(), say(site=OTHER)]

    at_the_door(tmp_path, story)


def test_an_id_of_another_order_is_refused(tmp_path: Path) -> None:
    async def story(path: Path, calls: Calls, door: Door) -> None:
        _, second = await ask(path, say(), say(text="Alvida"))
        assert isinstance(second, NotDone) and second.why == "reused"
        assert calls.done == [say()]

    at_the_door(tmp_path, story)


def test_a_refusal_is_not_remembered_and_what_failed_is(tmp_path: Path) -> None:
    async def story(path: Path, calls: Calls, door: Door) -> None:
        busy, failed = (NotDone(order_id=why, why=why) for why in ("busy", "failed"))
        for refused in (busy, failed):
            calls.refusals.append(refused)
            assert await ask(path, say(refused.order_id)) == [refused]
        assert await ask(path, say("busy"), say("failed")) == [Done(order_id="busy"), failed], "some of it may have been done"
        assert calls.done == [say("busy"), say("failed"), say("busy")]

    at_the_door(tmp_path, story)


def test_an_asker_that_dies_takes_nothing_back(tmp_path: Path) -> None:
    async def story(path: Path, calls: Calls, door: Door) -> None:
        async with await connect(path, Reply) as link:
            link.send(say())
        async with asyncio.timeout(5):
            await calls.came.wait()
        assert await ask(path, say()) == [Done(order_id="o1")]
        assert calls.done == [say()]

    at_the_door(tmp_path, story)


def test_a_flood_is_answered_and_only_the_latest_is_remembered(tmp_path: Path) -> None:
    async def story(path: Path, calls: Calls, door: Door) -> None:
        flood = [say(f"o{number}") for number in range(2000)]
        assert [reply.order_id for reply in await ask(path, *flood)] == [order.order_id for order in flood]
        await ask(path, say("o1999"), say("o0"))
        assert len(calls.done) == 2001, "o0 was forgotten"

    at_the_door(tmp_path, story)


# ── as far as a call ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_order_reaches_its_call(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await here.talk()
        assert await here.board.obey(say()) == Done(order_id="o1")
        await here.media.until("Say")
        assert await here.board.obey(HangUpCall(order_id="o2", call_id=CallId("1"), site_id=DEMO)) == Done(order_id="o2")
        await here.asterisk.until(("DELETE", "/channels/1"))
        here.end()
        await here.over()

    told(tmp_path, story)


def test_a_call_of_another_sites_is_no_such_call(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await here.talk()
        for order in (say(site=OTHER), say(call="2")):
            assert await here.board.obey(order) == NotDone(order_id="o1", why="no_such_call")
        assert "Say" not in here.media.told
        here.end()
        await here.over()

    told(tmp_path, story)


def test_a_flood_of_orders_does_not_drown_the_call(tmp_path: Path) -> None:
    async def story(here: World) -> None:
        await here.talk()
        replies = [here.board.obey(say(f"o{number}")) for number in range(500)]
        here.end()
        await here.over()
        kept = await asyncio.gather(*replies)
        assert sum(isinstance(reply, Done) for reply in kept) == AT_ONCE
        assert {reply.why for reply in kept if isinstance(reply, NotDone)} == {"busy"}
        assert here.ended().outcome == "caller_hung_up"

    told(tmp_path, story)
