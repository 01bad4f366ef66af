"""One call with the worker: the same path for every engine, and a dead recogniser ends that call's hearing only."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from core.bus import Link, PeerGone, connect, serve
from core.ids import CallId, SiteId
from core.speech import Audio, EndUtterance, Final, Flush, FromStt, HearingFailed, HearingOpened, OpenHearing, ToStt
from media_server.stt.instant import TRANSCRIPT, Instant, InstantEar
from media_server.stt.worker import Engine, Full, Worker

OPEN = OpenHearing(call_id=CallId("c"), site_id=SiteId("demo"), languages=("hi-Latn", "en"))


@contextlib.asynccontextmanager
async def call(engine: Engine, folder: Path) -> AsyncIterator[Link[FromStt]]:
    async with serve(folder / "stt.sock", ToStt, Worker(engine).serve), await connect(folder / "stt.sock", FromStt) as link:
        yield link


class Dying:
    """Opens, and is dead at the first word."""

    name = "dying"
    missing = None

    @contextlib.asynccontextmanager
    async def open(self, opening: OpenHearing) -> AsyncIterator["Dying"]:
        yield self

    def send(self, message: Audio | Flush | EndUtterance) -> None:
        raise PeerGone("dead")

    async def receive(self) -> FromStt:
        raise PeerGone("dead")


class Away:
    name = "away"
    missing = "no decoder process is running"

    @contextlib.asynccontextmanager
    async def open(self, opening: OpenHearing) -> AsyncIterator[InstantEar]:
        raise PeerGone("no decoder process is running")
        yield InstantEar()


class Crowded(Away):
    @contextlib.asynccontextmanager
    async def open(self, opening: OpenHearing) -> AsyncIterator[InstantEar]:
        raise Full("full: 15 callers are heard")
        yield InstantEar()


def test_instant_answers_every_flush_with_its_numbers(tmp_path: Path) -> None:
    async def story() -> None:
        async with call(Instant(), tmp_path) as link:
            link.send(OPEN)
            assert await link.receive() == HearingOpened(engine="instant")
            link.send(Audio(start=0, pcm=bytes(640)))
            link.send(Flush(utterance=0, revision=0))
            link.send(Flush(utterance=0, revision=1))
            link.send(EndUtterance(utterance=0))
            link.send(Flush(utterance=1, revision=0))
            finals = [await link.receive() for _ in range(3)]
        assert [(final.utterance, final.revision) for final in finals if isinstance(final, Final)] == [(0, 0), (0, 1), (1, 0)]
        assert {(final.text, final.confidence) for final in finals if isinstance(final, Final)} == {(TRANSCRIPT, 1.0)}

    asyncio.run(story())


def test_the_first_message_must_open(tmp_path: Path) -> None:
    async def story() -> None:
        async with call(Instant(), tmp_path) as link:
            link.send(Flush(utterance=0, revision=0))
            assert isinstance(await link.receive(), HearingFailed)

    asyncio.run(story())


def test_a_recogniser_that_dies_is_said_so_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with call(Dying(), tmp_path) as link:
            link.send(OPEN)
            assert await link.receive() == HearingOpened(engine="dying")
            link.send(Flush(utterance=0, revision=0))
            assert [message async for message in link] == [HearingFailed(detail="the recogniser died")]

    asyncio.run(story())


def test_an_engine_that_cannot_take_the_call_says_why(tmp_path: Path) -> None:
    async def story() -> None:
        async with call(Away(), tmp_path) as link:
            link.send(OPEN)
            assert await link.receive() == HearingFailed(detail="no decoder process is running")

    asyncio.run(story())


def test_an_engine_that_is_full_says_that_asking_again_is_of_no_use(tmp_path: Path) -> None:
    async def story() -> None:
        async with call(Crowded(), tmp_path) as link:
            link.send(OPEN)
            assert await link.receive() == HearingFailed(detail="full: 15 callers are heard", full=True)

    asyncio.run(story())


def test_a_caller_who_is_gone_in_mid_utterance_leaves_nothing_behind(tmp_path: Path) -> None:
    async def story() -> None:
        ended = asyncio.Event()

        async def handler(link: Link[ToStt]) -> None:
            await Worker(Instant()).serve(link)
            ended.set()

        async with serve(tmp_path / "stt.sock", ToStt, handler):
            async with await connect(tmp_path / "stt.sock", FromStt) as link:
                link.send(OPEN)
                await link.receive()
                link.send(Audio(start=0, pcm=bytes(640)))
            await ended.wait()
            assert len(asyncio.all_tasks()) <= 2, "this one and the connection's own, which is about to end"

    asyncio.run(story())
