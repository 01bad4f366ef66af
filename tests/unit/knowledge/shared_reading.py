"""One reader of documents for all tests of a session: to start it takes two seconds. It lives on a loop of its own."""

import asyncio
import threading
from pathlib import Path

from core.settings import Settings
from kb_api.ingest.reader import Outcome
from kb_api.ingest.reading import Reading


class SharedReading(Reading):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="reading")
        self._thread.start()

    async def read(self, path: Path, out: Path, *, name: str, media_type: str, title: str) -> Outcome:
        reading = super().read(path, out, name=name, media_type=media_type, title=title)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(reading, self._loop))

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
