"""A site's apology as a file that Asterisk plays without any of us, to callers whose agent is gone.

    the site's first call ──> tts-worker ──> run_dir/apologies/<what it says>.wav        APOLOGY of a caller's channel: its path

[people] in extensions_people.conf plays it where SORRY says so; where it is not there, "one moment please" as to everybody.
"""

import asyncio
import hashlib
import logging
from pathlib import Path

from ari_app.voiced import say_into
from core.bus import PeerGone
from core.sites import Site

log = logging.getLogger(__name__)

PATIENCE_S = 10.0


class Apologies:
    def __init__(self, voice_socket: Path, folder: Path) -> None:
        self._socket = voice_socket
        self._folder = folder
        self._making: set[str] = set()

    def path(self, site: Site) -> str:
        """As the dialplan wants it: without suffix."""
        said = "\0".join((site.voice, site.language, site.phrase(site.language).apology))
        return str(self._folder / hashlib.sha256(said.encode(errors="replace")).hexdigest()[:16])

    async def make(self, site: Site) -> None:
        """The file is there when this returns, unless the voice or the disk failed, or another call has it made just now."""
        path, text = self.path(site), site.phrase(site.language).apology
        file = Path(f"{path}.wav")
        if not text or path in self._making or file.exists():
            return
        self._making.add(path)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            async with asyncio.timeout(PATIENCE_S):
                await say_into(file, (text,), site.voice, site.language, worker=self._socket)
        except (PeerGone, TimeoutError, OSError) as error:
            log.warning("! no apology", extra={"site": site.site_id, "error": type(error).__name__})
        finally:
            self._making.discard(path)
