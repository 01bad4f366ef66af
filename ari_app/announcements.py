"""What Asterisk says to a site's callers without any of us, in the site's words and voice: a folder of files per language.

    the site's first call ──> tts-worker ──> run_dir/announcements/<what it says>/moment.wav …       SAYS: the folder's path

[say] in extensions_people.conf plays them; where one is not there, a prompt of Asterisk's own, in English.
"""

import asyncio
import logging
from pathlib import Path

from ari_app.voiced import name_of, say_into
from core.bus import PeerGone
from core.phrases import line
from core.sites import Language, Site

log = logging.getLogger(__name__)

PATIENCE_S = 10.0


class Announcements:
    def __init__(self, voice_socket: Path, folder: Path) -> None:
        self._socket = voice_socket
        self._folder = folder
        self._making: set[Path] = set()

    def path(self, site: Site, language: Language) -> str:
        """Of the folder; what is in it is `lines`."""
        return str(self._folder / name_of(site.voice, language, lines(site, language).values()))

    async def make(self, site: Site, language: Language, patience_s: float = PATIENCE_S) -> None:
        """The files are there when this returns, unless the voice or the disk failed, or another call has them made just now."""
        folder = Path(self.path(site, language))
        texts = {folder / f"{name}.wav": text for name, text in lines(site, language).items() if text}
        missing = [file for file in texts if not file.exists()]
        if not missing or folder in self._making:
            return
        self._making.add(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            async with asyncio.timeout(patience_s):
                for file in missing:
                    await say_into(file, (texts[file],), site.voice, language, worker=self._socket)
        except (PeerGone, TimeoutError, OSError) as error:
            log.warning("! nothing announced", extra={"site": site.site_id, "error": type(error).__name__})
        finally:
            self._making.discard(folder)


def lines(site: Site, language: Language) -> dict[str, str]:
    """By the file's name. An apology may be left out: who is told nothing went wrong just waits a moment."""
    own = site.phrases.get(language) or site.phrase(language)
    return {
        "apology": own.apology,
        "moment": line(site, language, "moment"),
        "sorry": line(site, language, "sorry"),
        "voicemail": line(site, language, "voicemail"),
        "thanks": line(site, language, "thanks"),
    }
