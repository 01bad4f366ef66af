"""Sound of clauses that a neural engine has said already: in memory what may recur, on disk what does.

    look(keys) ──disk thread──> memory <── put(key, sound)          get(key): from memory
                                  └── heard(key, call) by five calls ──disk thread──> file, for 30 days

Which those are, and why no caller's own words are among them, is media_server.tts.recurring's to say.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from concurrent.futures import Executor

from core.ids import CallId
from core.resample import Pcm
from media_server.tts.phrases import Made, PhraseCache, PhraseKey
from media_server.tts.recurring import Recurring

LONGEST_S = 30 * 86400.0
"""What was made longer ago is forgotten, and made anew if it is still said: a sound has no site or caller that it could be erased
with, so it may not stay for ever."""
TIDY_S = 3600.0
"""How often what is too old is looked for."""
LOOK_S = 0.05
"""Longest that a sentence waits for a disk before the engine makes it anew."""


class Kept:
    """Only clauses that are `common` are asked for here, or given. `disk` is one thread, which alone touches the disk."""

    def __init__(self, cache: PhraseCache, disk: Executor) -> None:
        self._cache = cache
        self._disk = disk
        self._recurring = Recurring()

    def get(self, key: PhraseKey) -> Pcm | None:
        """Its sound, without the silence after it, if it is in memory."""
        made = self._cache.remembered(key)
        return made.pcm if made is not None else None

    async def look(self, keys: Sequence[PhraseKey]) -> None:
        """Have in memory what of these is on disk. Once for each clause, before it waits for its turn."""
        missing = [key for key in keys if self._cache.remembered(key) is None]
        if not missing:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                found = await asyncio.get_running_loop().run_in_executor(self._disk, self._read, missing)
                for key, made in found:
                    self._cache.remember(key, made)

    def put(self, key: PhraseKey, sound: Pcm) -> None:
        """It was made now."""
        self._cache.made(key, sound)

    def heard(self, key: PhraseKey, call_id: CallId) -> None:
        """This call hears it now."""
        if self._recurring.heard(key, call_id) and (made := self._cache.remembered(key)) is not None:
            self._disk.submit(self._cache.store, key, made)

    async def run(self) -> None:
        """Forget what is too old, for ever."""
        while True:
            await self.tidy(time.time())
            await asyncio.sleep(TIDY_S)

    async def tidy(self, now: float) -> None:
        """Forget what is too old at `now`, Unix seconds."""
        self._cache.forget(now - LONGEST_S)
        await asyncio.get_running_loop().run_in_executor(self._disk, self._cache.forget_files, now - LONGEST_S)

    def _read(self, keys: Sequence[PhraseKey]) -> list[tuple[PhraseKey, Made]]:
        return [(key, made) for key in keys if (made := self._cache.read(key)) is not None]
