"""The watchdog with a pretended Asterisk: whom it moves, what it deletes, and when it keeps still."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from core.events import AnyEvent, CallEnded, CallTransferred, PersonJoined
from core.outbox import Outbox
from core.pulse import HOLE_S
from tests.unit.ari_app.fake_asterisk import FakeAsterisk, channel, fake_asterisk
from watchdog import rescue
from watchdog.asterisk import Asterisk, Away
from watchdog.main import Watchdog
from watchdog.rescue import Channel, Place

BEAT = ("GET", "/asterisk/variable")
MOVE = ("POST", "/channels/1/continue")


class Records(Outbox):
    """Keeps what is published."""

    def __init__(self) -> None:
        self.published: list[AnyEvent] = []

    def publish(self, event: AnyEvent) -> None:
        self.published.append(event)


class World:
    def __init__(self, asterisk: FakeAsterisk, watchdog: Watchdog, records: Records) -> None:
        self.asterisk, self.watchdog, self.records = asterisk, watchdog, records
        self.now = 100.0
        watchdog._now = lambda: self.now  # type: ignore[method-assign]  # the clock is the point of these stories
        asterisk.answers["GET", "/channels"] = (200, [channel("1"), channel("media-1")])
        asterisk.answers["GET", "/channels/1/variable"] = [(200, {"value": value}) for value in ("demo", "sales", "yes")]
        asterisk.answers["GET", "/bridges"] = (200, [{"id": "bridge-1"}, {"id": "somebody-elses"}])

    def beats(self, value: int) -> None:
        self.asterisk.answers[BEAT] = (200, {"value": str(value)})

    async def watch(self, seconds: float, every: float = 0.5) -> None:
        until = self.now + seconds
        while self.now < until:
            self.now += every
            with contextlib.suppress(Away):
                await self.watchdog.watch()

    @property
    def moved(self) -> bool:
        return MOVE in self.asterisk.asked


@contextlib.asynccontextmanager
async def world(home: Path) -> AsyncIterator[World]:
    async with fake_asterisk(home) as (asterisk, settings), Asterisk(settings) as door:
        records = Records()
        yield World(asterisk, Watchdog(door, records, settings), records)


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Callable[[World], Awaitable[None]]], None]:
    async def on_stage(story: Callable[[World], Awaitable[None]]) -> None:
        async with world(tmp_path) as here:
            await story(here)

    return lambda story: asyncio.run(on_stage(story))


Play = Callable[[Callable[[World], Awaitable[None]]], None]


def test_callers_of_a_dead_controller_go_to_people_and_leave_nothing(play: Play) -> None:
    async def story(here: World) -> None:
        here.beats(7)
        await here.watch(4.5)
        assert not here.moved
        await here.watch(1.5)
        assert {"context": "rescue", "extension": "s", "priority": "1"} in here.asterisk.parameters
        deleted = {path for method, path in here.asterisk.asked if method == "DELETE"}
        assert deleted == {"/channels/media-1", "/bridges/bridge-1"}
        moved = here.records.published[0]
        assert isinstance(moved, CallTransferred)
        assert (moved.call_id, moved.site_id, moved.destination, moved.reason) == ("1", "demo", "sales", "controller_lost")

    play(story)


def test_whom_it_has_moved_it_follows_to_their_end(play: Play) -> None:
    async def story(here: World) -> None:
        here.beats(7)
        await here.watch(6.0)
        in_queue = channel("1", dialplan={"context": "people", "app_name": "Queue", "app_data": "sales"})
        phone = channel("7.1", name="PJSIP/201-0000002a", dialplan={"app_name": "AppQueue", "app_data": "(Outgoing Line)"})
        here.asterisk.answers["GET", "/channels"] = (200, [in_queue, phone])
        here.asterisk.answers["GET", "/bridges"] = (200, [{"id": "7", "channels": ["1", "7.1"]}])
        await here.watch(1.0)
        here.asterisk.answers["GET", "/channels"] = (200, [])
        await here.watch(1.0)
        came, ended = [event for event in here.records.published if not isinstance(event, CallTransferred)]
        assert isinstance(came, PersonJoined) and came.person == "201"
        assert isinstance(ended, CallEnded) and (ended.outcome, ended.cause, ended.recording) == ("transferred", 127, "1")

    play(story)


def test_a_controller_that_is_back_tells_who_comes_and_both_tell_the_end(play: Play) -> None:
    async def story(here: World) -> None:
        here.beats(7)
        await here.watch(6.0)
        here.beats(8)
        left = channel("1", dialplan={"context": "voicemail", "app_name": "Record", "app_data": ""})
        here.asterisk.answers["GET", "/channels"] = (200, [left, channel("7.1", name="PJSIP/201-0000002a")])
        here.asterisk.answers["GET", "/bridges"] = (200, [{"id": "7", "channels": ["1", "7.1"]}])
        await here.watch(1.0)
        here.asterisk.answers["GET", "/channels"] = (200, [])
        await here.watch(1.0)
        (ended,) = [event for event in here.records.published if not isinstance(event, CallTransferred)]
        assert isinstance(ended, CallEnded) and ended.outcome == "voicemail"

    play(story)


def test_a_heart_that_beats_late_is_left_alone(play: Play) -> None:
    async def story(here: World) -> None:
        for beat in range(6):
            here.beats(beat)
            await here.watch(4.0)
        assert not here.moved

    play(story)


def test_a_watchdog_that_slept_looks_on_before_it_acts(play: Play) -> None:
    async def story(here: World) -> None:
        here.beats(7)
        await here.watch(2.0)
        here.now += 60
        await here.watch(4.5)
        assert not here.moved
        await here.watch(1.5)
        assert here.moved

    play(story)


@pytest.mark.parametrize("answer", [0, 500])
def test_an_asterisk_that_was_away_gives_the_controller_time_to_return(play: Play, answer: int) -> None:
    async def story(here: World) -> None:
        here.beats(7)
        await here.watch(4.0)
        here.asterisk.answers[BEAT] = answer
        here.now += HOLE_S
        with contextlib.suppress(Away):
            await here.watchdog.watch()
        here.beats(7)
        await here.watch(4.5)
        assert not here.moved

    play(story)


def test_before_the_first_beat_there_is_nobody_to_miss(play: Play) -> None:
    async def story(here: World) -> None:
        here.asterisk.answers[BEAT] = (200, {"value": ""})
        await here.watch(20.0)
        assert not here.moved
        assert here.watchdog.missing is None

    play(story)


def test_a_caller_who_hung_up_meanwhile_is_no_transfer(play: Play) -> None:
    async def story(here: World) -> None:
        here.asterisk.answers[MOVE] = 404
        here.beats(7)
        await here.watch(6.0)
        assert here.moved
        assert here.records.published == []

    play(story)


def test_only_who_waits_for_a_controller_is_moved() -> None:
    def at(channel_id: str, app: str, data: str) -> Channel:
        return Channel(channel_id, "Up", Place(app, data))

    channels = [
        at("1", "Stasis", "haazir,inbound,1000,(ulaw)"),
        at("2", "Queue", "humans"),
        at("3", "Stasis", "another,inbound"),
        at("media-1", "Stasis", "haazir,media"),
    ]
    assert rescue.callers(channels, "haazir") == ["1"]
