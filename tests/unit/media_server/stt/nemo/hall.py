"""An engine that is ready, behind its worker, and the calls that the tests make of it."""

import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.bus import Link, connect, serve
from core.engines import Hearing
from core.ids import CallId, SiteId
from core.settings import Settings
from core.speech import Audio, Final, Flush, FromStt, HearingOpened, OpenHearing, Partial, ToStt
from media_server.stt.nemo.engine import Nemo
from media_server.stt.nemo.ticker import Ticker
from media_server.stt.site_phrases import SitePhrases
from media_server.stt.worker import Worker
from tests.standins.random_nemo import build

OPEN = OpenHearing(call_id=CallId("c"), site_id=SiteId("demo"), languages=("hi-Latn", "en"))
SOUND = (np.random.default_rng(1).standard_normal(16_000) * 3000).astype(np.int16)
PACKET = 320


def one_chunk(folder: Path) -> Path:
    """A checkpoint with one chunk: else how far the engine has fallen behind would decide what is heard of sound that comes at
    once."""
    only = {"att_context_size": [[56, 1]], "att_context_probs": [1.0]}
    build(folder, encoder=only).save_to(str(folder / "random.nemo"))
    return folder / "random.nemo"


async def of_site(site: SiteId) -> tuple[str, ...]:
    return ("do you have the return kit",)


async def all_sites() -> list[SiteId]:
    return [SiteId("demo")]


def phrases() -> SitePhrases:
    return SitePhrases(of_site, all_sites, fresh_s=5.0)


class Hall:
    """An engine that is ready, behind its worker."""

    def __init__(self, engine: Nemo, path: Path) -> None:
        self.engine = engine
        self._path = path

    @contextlib.asynccontextmanager
    async def call(self) -> AsyncIterator["Call"]:
        async with await connect(self._path, FromStt) as link:
            link.send(OPEN)
            assert await link.receive() == HearingOpened(engine="nemo")
            yield Call(link)

    async def refused(self) -> FromStt:
        async with await connect(self._path, FromStt) as link:
            link.send(OPEN)
            answer: FromStt = await link.receive()
            return answer

    @contextlib.contextmanager
    def at_each_step(self, do: Callable[[int], None]) -> Iterator[None]:
        """`do` is told how many calls a step is for, before it is made."""

        def hook(encoder: Any, args: Any, given: dict[str, Any]) -> None:
            do(given["audio_signal"].shape[0])

        assert self.engine._model is not None
        handle = self.engine._model.net.encoder.register_forward_pre_hook(hook, with_kwargs=True)
        try:
            yield
        finally:
            handle.remove()


Story = Callable[[Hall], Any]
Play = Callable[[Story], None]


class Call:
    def __init__(self, link: Link[FromStt]) -> None:
        self.link = link
        self.partials: list[Partial] = []

    def speak(self, sound: Any, start: int = 0) -> None:
        for at in range(0, sound.size, PACKET):
            self.link.send(Audio(start=start + at, pcm=sound[at : at + PACKET].tobytes()))

    def pause(self, utterance: int = 0, revision: int = 0) -> None:
        self.link.send(Flush(utterance=utterance, revision=revision))

    async def final(self) -> Final:
        while True:
            match await self.link.receive():
                case Partial() as partial:
                    self.partials.append(partial)
                case Final() as final:
                    return final
                case other:
                    raise AssertionError(other)

    async def says(self, sound: Any, start: int = 0, utterance: int = 0, revision: int = 0) -> Final:
        self.speak(sound, start)
        self.pause(utterance, revision)
        return await self.final()


@contextlib.asynccontextmanager
async def hall(file: Path, folder: Path, most: int = 4, chunk_ms: int = 160) -> AsyncIterator[Hall]:
    settings = Settings(home=folder, hearing=Hearing(model=str(file), device="cpu", max_streams=most, chunk_ms=chunk_ms))
    async with Nemo(settings, phrases(), ticker=hurried()) as engine:
        assert engine.missing == "the model is being loaded"
        await engine.loaded.wait()
        assert engine.missing is None
        async with serve(folder / "stt.sock", ToStt, Worker(engine).serve):
            yield Hall(engine, folder / "stt.sock")


def hurried() -> Ticker:
    """Its moments lie far apart, so nobody is waited for, nor brought into step; how busy this machine is does not count."""
    return Ticker(itertools.count(0.0, 10.0).__next__, time.thread_time)
