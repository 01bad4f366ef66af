"""`haazir drain`: what it asks for, what it waits for, what it says."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.bus import Link, serve
from core.commands import DrainMedia, MediaHealth, ToMedia
from core.orders import Done, Drain, NotDone, Order
from core.settings import PROCESSES
from haazir import drain


class Instance:
    """An ari-app and a media server that count down."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.left = [2, 1, 0]
        self.with_people = 0
        self.asked: list[Any] = []
        self.reply: Callable[[str], Done | NotDone] = lambda order_id: Done(order_id=order_id)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop: asyncio.Event
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()))

    def _count(self) -> int:
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]

    async def _media(self, link: Link[ToMedia]) -> None:
        async for message in link:
            self.asked.append(message)
            link.send(MediaHealth(sessions=self._count(), capacity=10))

    async def _orders(self, link: Link[Order]) -> None:
        async for order in link:
            self.asked.append(order)
            link.send(self.reply(order.order_id))

    async def _metrics(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        left = self._count()
        counts = f"{drain.WITH_AGENT} {left}.0\n{drain.ALL} {left + self.with_people}.0\n"
        writer.write(f"HTTP/1.1 200 OK\r\n\r\n# HELP\n{counts}".encode())
        writer.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        run = self.home / "run"
        async with (
            serve(run / "media-server.sock", ToMedia, self._media),
            serve(run / "ari-app.sock", Order, self._orders),
            await asyncio.start_server(self._metrics, "127.0.0.1", 0) as metrics,
        ):
            self.port = metrics.sockets[0].getsockname()[1] - PROCESSES.index("ari-app")
            self._ready.set()
            await self._stop.wait()
        await asyncio.sleep(0)

    def __enter__(self) -> "Instance":
        self._thread.start()
        self._ready.wait(5)
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)
        self._loop.close()


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    monkeypatch.setenv("HAAZIR_HOME", str(tmp_path))
    monkeypatch.setattr(drain, "LOOK_S", 0.01)
    with Instance(tmp_path) as running:
        monkeypatch.setenv("HAAZIR_NETWORK_METRICS_PORT", str(running.port))
        yield running


def test_it_waits_for_the_last_call_and_says_how_many_are_left(instance: Instance, capsys: pytest.CaptureFixture[str]) -> None:
    assert drain.main([]) == 0
    (order,) = instance.asked
    assert isinstance(order, Drain) and order.on
    assert capsys.readouterr().out == "2 calls left\n1 calls left\ndrained: no call is left\n"


def test_it_does_not_wait_for_longer_than_it_was_told(instance: Instance) -> None:
    instance.left = [1]
    assert drain.main(["--within", "0.05"]) == 1


def test_asterisk_is_not_stopped_while_somebody_talks_with_people(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped: list[list[str]] = []
    monkeypatch.setattr(drain.down, "main", lambda arguments: stopped.append(arguments) or 0)
    instance.with_people = 1
    assert drain.main([]) == 0, "people need no controller"
    assert drain.main(["--then-stop", "--within", "0.1"]) == 1
    assert stopped == []
    instance.with_people = 0
    assert drain.main(["--then-stop"]) == 0
    assert stopped == [[]]


def test_it_may_return_at_once_and_may_be_taken_back(instance: Instance, capsys: pytest.CaptureFixture[str]) -> None:
    instance.left = [1]
    assert drain.main(["--no-wait"]) == drain.main(["--off"]) == 0
    assert [order.on for order in instance.asked] == [True, False]
    assert capsys.readouterr().out == "draining, 1 calls go on\nnew calls are taken again\n"


def test_a_media_server_is_drained_by_its_name(instance: Instance, capsys: pytest.CaptureFixture[str]) -> None:
    assert drain.main(["--media", "media-server"]) == 0
    assert instance.asked[0] == DrainMedia(on=True)
    assert capsys.readouterr().out.endswith("no call is left\n")
    assert drain.main(["--media", "other"]) == 1


def test_who_refuses_or_is_away_is_told(instance: Instance, capsys: pytest.CaptureFixture[str]) -> None:
    instance.reply = lambda order_id: NotDone(order_id=order_id, why="failed", detail="not now")
    assert drain.main([]) == 1
    assert "not now" in capsys.readouterr().err


def test_without_an_instance_there_is_nothing_to_drain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HAAZIR_HOME", str(tmp_path))
    assert drain.main([]) == 1
    assert "nobody answers" in capsys.readouterr().err
