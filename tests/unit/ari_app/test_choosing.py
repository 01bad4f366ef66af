"""Which media server gets a call."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ari_app import media_servers
from ari_app.call.choosing import Candidate, choose
from ari_app.media_servers import MediaServers
from core.bus import Link, serve
from core.commands import MediaHealth, ToMedia
from core.settings import Media, MediaServer, Settings, SettingsError


def server(name: str, load: int = 0, capacity: int = 10, healthy: bool = True) -> Candidate:
    return Candidate(name, load, capacity, healthy)


def test_the_emptiest_one_gets_the_call() -> None:
    assert choose([server("a", 3), server("b", 2), server("c", 9)]) == "b"


def test_emptiest_is_by_what_it_can_carry() -> None:
    assert choose([server("small", 2, capacity=4), server("large", 10, capacity=40)]) == "large"


def test_an_unhealthy_one_gets_none_though_it_is_empty() -> None:
    assert choose([server("dead", 0, healthy=False), server("busy", 9)]) == "busy"


def test_a_full_one_gets_none() -> None:
    assert choose([server("full", 10), server("fuller than it should be", 11), server("other", 9)]) == "other"


def test_what_was_tried_is_not_tried_again() -> None:
    assert choose([server("a"), server("b", 5)], tried={"a"}) == "b"
    assert choose([server("a")], tried={"a"}) is None
    assert choose([]) is None


def test_with_none_healthy_they_are_asked_all_the_same() -> None:
    assert choose([server("a", 5, healthy=False), server("b", 1, healthy=False)]) == "b"
    assert choose([server("full", 10), server("away", healthy=False)]) == "away"


def test_one_without_room_at_all_divides_nothing_by_zero() -> None:
    assert choose([server("none", capacity=0), server("some", 1)]) == "some"


class Stage:
    """Two media servers: what they say of themselves."""

    def __init__(self, home: Path) -> None:
        self.health = {name: MediaHealth(sessions=0, capacity=10) for name in ("one", "two")}
        self.links: list[Link[ToMedia]] = []
        servers = tuple(MediaServer(name=name, address=str(home / f"{name}.sock"), capacity=10) for name in self.health)
        self.servers = MediaServers(Settings(home=home, media=Media(servers=servers)))

    async def answer(self, name: str, link: Link[ToMedia]) -> None:
        self.links.append(link)
        async for _ in link:
            link.send(self.health[name])

    @contextlib.asynccontextmanager
    async def up(self, home: Path, name: str) -> AsyncIterator[None]:
        async with serve(home / f"{name}.sock", ToMedia, lambda link: self.answer(name, link)):
            yield

    async def until_chosen(self, name: str) -> None:
        async with asyncio.timeout(3):
            while (best := self.servers.choose()) is None or best.name != name or not best.healthy:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


def test_calls_follow_the_health_of_the_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media_servers, "PROBE_S", 0.02)

    async def story() -> None:
        stage = Stage(tmp_path)
        watching = asyncio.create_task(stage.servers.watch())
        async with stage.up(tmp_path, "two"):
            async with stage.up(tmp_path, "one"):
                stage.health["two"] = MediaHealth(sessions=5, capacity=10)
                await stage.until_chosen("one")
                stage.health["one"] = MediaHealth(sessions=0, capacity=10, draining=True)
                await stage.until_chosen("two")
                stage.health["one"] = MediaHealth(sessions=0, capacity=10, missing="the brain is away")
                await stage.until_chosen("two")
                stage.health["one"] = MediaHealth(sessions=0, capacity=10)
                await stage.until_chosen("one")
                for link in stage.links:
                    await link.close()
            await stage.until_chosen("two")
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    asyncio.run(story())


def test_what_we_gave_it_counts_before_it_says_so(tmp_path: Path) -> None:
    servers = Stage(tmp_path).servers
    first = servers.choose()
    assert first is not None
    first.calls += 1
    second = servers.choose()
    assert second is not None and second.name != first.name


def test_a_call_of_an_earlier_life_finds_its_server_again(tmp_path: Path) -> None:
    servers = Stage(tmp_path).servers
    assert servers.named("two").name == "two"
    assert servers.named("gone from haazir.toml").name == "one"


@pytest.mark.parametrize("wrong", [(MediaServer(name="a"), MediaServer(name="a")), (MediaServer(name="a", address="nowhere"),)])
def test_servers_that_can_not_be_are_told(tmp_path: Path, wrong: tuple[MediaServer, ...]) -> None:
    with pytest.raises(SettingsError):
        MediaServers(Settings(home=tmp_path, media=Media(servers=wrong)))
