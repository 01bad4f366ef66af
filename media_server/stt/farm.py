"""The decoder processes: as many as there are processors to keep busy, started again when they die, calls spread over them.

    Farm ──> decoder_process 0 ── connections of calls 1, 3, 5 …
         └─> decoder_process 1 ── connections of calls 2, 4, 6 …

A process that dies takes the utterances of its calls with it (HearingFailed); the others don't notice.
"""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from core.bus import Link, PeerGone, connect
from core.ids import SiteId
from core.sites import LANGUAGES
from core.speech import FromStt, HearingOpened, OpenHearing
from media_server.stt import metrics
from media_server.stt.hearing import Learn
from media_server.stt.site_phrases import SitePhrases

log = logging.getLogger(__name__)

START_S = 10.0
"""Longest that a decoder process may take to be ready; it takes half a second on an idle machine."""
AGAIN_S = 0.5
"""Between the death of a process and its successor's start."""
TEACH_S = 1.0
"""Between two looks whether a process lacks a site's decoders."""
OPEN_S = 3.0
"""Longest wait for a process that has learnt a site's phrases."""


@dataclass(slots=True)
class _Process:
    path: Path
    calls: int = 0
    ready: bool = False
    """It takes calls."""
    learnt: bool = False
    """It has been taught every site's phrases: a call does not wait for that any more."""
    taught: dict[SiteId, tuple[str, ...]] = field(default_factory=dict)
    """The phrases of the sites for which it keeps decoders."""


class Farm:
    """The engine `pocketsphinx`. Use as a context."""

    name = "pocketsphinx"

    def __init__(self, run_dir: Path, processes: int, phrases: SitePhrases) -> None:
        self._processes = [_Process(run_dir / f"decoder-{number}.sock") for number in range(processes)]
        self._phrases = phrases
        self._some_ready = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._keepers = [asyncio.create_task(self._keep(process)) for process in self._processes]
        self._keepers.append(asyncio.create_task(self._teach()))
        return self

    async def __aexit__(self, *exc: object) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    @property
    def missing(self) -> str | None:
        learnt = any(process.learnt for process in self._processes)
        return None if learnt else "the decoder processes learn what is said at the sites"

    async def some_ready(self) -> None:
        """Returns once a call can be heard, though it may wait while its site's phrases are learnt."""
        await self._some_ready.wait()

    @contextlib.asynccontextmanager
    async def open(self, opening: OpenHearing) -> AsyncIterator[Link[FromStt]]:
        """A connection that hears this site. PeerGone if no process can take it now."""
        learn = Learn(phrases=await self._phrases.now(opening.site_id), languages=opening.languages)
        async with contextlib.AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(OPEN_S):
                    link = await self._first_that_opens(opening.site_id, learn, stack)
            except TimeoutError:
                raise PeerGone("no decoder process is running, or all are too slow") from None
            yield link

    async def _first_that_opens(self, site: SiteId, learn: Learn, stack: contextlib.AsyncExitStack) -> Link[FromStt]:
        """Of those that know the site, the one with the fewest calls. One that has just died may still look ready: once more."""

        def place(process: _Process) -> tuple[bool, int]:
            return process.taught.get(site) != learn.phrases, process.calls

        while True:
            await self.some_ready()
            process = min((process for process in self._processes if process.ready), key=place)
            with contextlib.suppress(PeerGone):
                return await stack.enter_async_context(_taught(process, learn))
            await asyncio.sleep(0.05)

    async def _teach(self) -> None:
        """Every process knows every site before its first call, and soon after it has changed."""
        while True:
            await self.some_ready()
            pupils = [process for process in self._processes if process.ready]
            for site in await self._phrases.sites():
                learn = Learn(phrases=await self._phrases.of(site), languages=LANGUAGES)
                for process in pupils:
                    if process.ready and process.taught.get(site) != learn.phrases:
                        with contextlib.suppress(PeerGone):
                            async with _taught(process, learn):
                                process.taught[site] = learn.phrases
            for process in pupils:
                process.learnt = process.ready
            await asyncio.sleep(TEACH_S)

    async def _keep(self, process: _Process) -> None:
        """Run it for as long as the farm stands."""
        while True:
            async with _child(process.path) as child:
                await _answers(process.path)
                process.ready = True
                self._some_ready.set()
                code = await child.wait()
            process.ready = process.learnt = False
            process.taught.clear()
            if not any(process.ready for process in self._processes):
                self._some_ready.clear()
            metrics.FAILURES.labels("process").inc()
            log.warning("! decoder process died", extra={"code": code})
            await asyncio.sleep(AGAIN_S)


@contextlib.asynccontextmanager
async def _taught(process: _Process, learn: Learn) -> AsyncIterator[Link[FromStt]]:
    """A connection to it that expects these phrases. PeerGone."""
    process.calls += 1
    try:
        async with await connect(process.path, FromStt) as link:
            link.send(learn)
            if not isinstance(await link.receive(), HearingOpened):
                raise PeerGone("a decoder process did not open")
            yield link
    finally:
        process.calls -= 1


@contextlib.asynccontextmanager
async def _child(path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "media_server.stt.decoder_process", str(path), stdin=asyncio.subprocess.PIPE
    )
    try:
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def _answers(path: Path) -> None:
    """Returns when the process takes connections, or after START_S."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_S):
            while True:
                with contextlib.suppress(PeerGone):
                    async with await connect(path, FromStt):
                        return
                await asyncio.sleep(0.05)
