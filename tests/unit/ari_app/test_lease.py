"""Two controllers and one Asterisk: who acts, who waits, and when that changes."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web

from ari_app import lease as leases
from ari_app.ari.client import Ari, Superseded
from ari_app.ari.socket import EventSocket, Replaced
from ari_app.lease import BEAT_S, LEASE_S, LOOK_S, Lease
from core.pulse import HOLE_S
from tests.unit.ari_app.fake_asterisk import FakeAsterisk, fake_asterisk

FASTER = 10
"""Than in life."""
ENDLESS_S = 60.0
"""A lease that no test sees the end of."""


class Globals(FakeAsterisk):
    """Remembers the dialplan's variables."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/ari/asterisk/variable":
            name = request.query["variable"]
            if request.method == "POST":
                self.values[name] = request.query["value"]
            return web.json_response({"value": self.values.get(name, "")})
        return await super().handle(request)


class World:
    def __init__(self, asterisk: Globals, aris: tuple[Ari, Ari]) -> None:
        self.asterisk = asterisk
        self.ari, self.other = aris
        self.first, self.second = Lease(self.ari, "ari-app"), Lease(self.other, "ari-app-standby")


@contextlib.asynccontextmanager
async def world(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    for name, value in (("BEAT_S", BEAT_S), ("LEASE_S", LEASE_S), ("LOOK_S", LOOK_S)):
        monkeypatch.setattr(leases, name, value / FASTER)
    monkeypatch.setattr("core.pulse.HOLE_S", HOLE_S / FASTER)  # else a machine that stops for a moment is a heart that stops
    monkeypatch.setattr(leases, "time", SimpleNamespace(time=lambda: time.time() * FASTER))
    monkeypatch.setattr("tests.unit.ari_app.fake_asterisk.FakeAsterisk", Globals)
    async with fake_asterisk(home) as (asterisk, settings), Ari(settings) as one, Ari(settings) as two:
        assert isinstance(asterisk, Globals)
        yield World(asterisk, (one, two))


Play = Callable[[Callable[[World], Awaitable[None]]], None]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    async def on_stage(story: Callable[[World], Awaitable[None]]) -> None:
        async with world(tmp_path, monkeypatch) as here:
            await story(here)

    return lambda story: asyncio.run(on_stage(story))


@contextlib.asynccontextmanager
async def beating(lease: Lease) -> AsyncIterator[None]:
    """Alive, until the end of the block."""
    heart = asyncio.create_task(lease.keep(lambda: True))
    try:
        yield
    finally:
        heart.cancel()
        await asyncio.gather(heart, return_exceptions=True)


async def soon(work: Awaitable[Any]) -> None:
    async with asyncio.timeout(ENDLESS_S / 6):
        await work


async def never(work: Awaitable[None]) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(3 * LEASE_S / FASTER):
            await work


def test_the_first_takes_control_of_an_asterisk_that_began_anew(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(here: World) -> None:
        monkeypatch.setattr(leases, "LEASE_S", ENDLESS_S)
        await soon(here.first.win())
        assert here.asterisk.values["CONTROLLER"] == "ari-app"
        assert not here.first.stands_by

    play(story)


def test_while_its_heart_beats_nobody_else_does(play: Play) -> None:
    async def story(here: World) -> None:
        await here.first.win()
        async with beating(here.first):
            await never(here.second.win())
        assert here.second.stands_by
        assert here.asterisk.values["CONTROLLER"] == "ari-app"

    play(story)


def test_the_standby_takes_over_when_the_heart_stops(play: Play) -> None:
    async def story(here: World) -> None:
        await here.first.win()
        async with beating(here.first):
            taking = asyncio.create_task(here.second.win())
            await asyncio.sleep(3 * leases.BEAT_S)
        await soon(taking)
        assert here.asterisk.values["CONTROLLER"] == "ari-app-standby"

    play(story)


def test_who_is_killed_takes_up_again_what_nobody_took_meanwhile(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(here: World) -> None:
        await here.first.win()
        monkeypatch.setattr(leases, "LEASE_S", ENDLESS_S)
        await soon(Lease(here.ari, "ari-app").win())

    play(story)


def test_control_that_was_given_back_is_anybody_s(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(here: World) -> None:
        await here.first.win()
        monkeypatch.setattr(leases, "LEASE_S", ENDLESS_S)
        async with beating(here.first):
            await asyncio.sleep(2 * leases.BEAT_S)
        await here.first.give_back()
        await soon(here.second.win())

    play(story)


def test_a_holder_that_wakes_after_it_lost_control_does_nothing_any_more(play: Play) -> None:
    async def story(here: World) -> None:
        await here.first.win()
        here.asterisk.values["CONTROLLER"] = "ari-app-standby"
        await asyncio.sleep(2 * leases.LEASE_S)  # it slept
        with pytest.raises(Superseded):
            await here.ari.hang_up("1")
        assert ("DELETE", "/channels/1") not in here.asterisk.asked
        with pytest.raises(Replaced):
            await here.first.keep(lambda: True)
        with pytest.raises(Replaced):
            await EventSocket(here.ari).run(lambda event: None, lambda: None)

    play(story)


def test_a_holder_that_wakes_and_still_has_control_goes_on(play: Play) -> None:
    async def story(here: World) -> None:
        await here.first.win()
        await asyncio.sleep(2 * leases.LEASE_S)
        await here.ari.hang_up("1")
        assert ("DELETE", "/channels/1") in here.asterisk.asked

    play(story)


def test_without_events_the_heart_does_not_beat(play: Play) -> None:
    async def story(here: World) -> None:
        await here.first.win()
        await never(here.first.keep(lambda: False))
        assert "HEARTBEAT" not in here.asterisk.values

    play(story)


def test_an_asterisk_that_restarted_is_told_again_who_is_in_control(play: Play) -> None:
    async def story(here: World) -> None:
        await here.first.win()
        async with beating(here.first):
            here.asterisk.values.clear()
            async with asyncio.timeout(10):
                while "HEARTBEAT" not in here.asterisk.values:  # noqa: ASYNC110  (there is no event of this)
                    await asyncio.sleep(0.005)
        assert here.asterisk.values["CONTROLLER"] == "ari-app"
        assert json.loads(here.asterisk.values["HEARTBEAT"]) > 1_700_000_000

    play(story)
