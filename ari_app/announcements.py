"""What Asterisk says to a site's callers without any of us, in the site's words and voice: a folder of files per language.

    the site's first call ──> tts-worker ──> run_dir/announcements/<what it says>/moment.wav …       SAYS: the folder's path
    each call: is it still what the voice would say? (kept_lines.py)

[say] in extensions_people.conf plays them; where one is not there, a prompt of Asterisk's own, in English.
"""

from pathlib import Path

from ari_app.kept_lines import PATIENCE_S, KeptLines, name_of
from core.phrases import line
from core.sites import Language, Site


class Announcements:
    def __init__(self, voice_socket: Path, folder: Path) -> None:
        self._lines = KeptLines(voice_socket)
        self._folder = folder

    def path(self, site: Site, language: Language) -> str:
        """Of the folder; what is in it is `lines`."""
        return str(self._folder / name_of(site.voice, language, lines(site, language).values()))

    async def make(self, site: Site, language: Language, patience_s: float = PATIENCE_S, *, any_voice: bool = False) -> None:
        """The files are there when this returns, unless the voice or the disk failed, or another call has them made just now.
        `any_voice`: whoever said them; this caller is not to wait for a better one."""
        folder = Path(self.path(site, language))
        texts = {folder / f"{name}.wav": (text,) for name, text in lines(site, language).items() if text}
        await self._lines.make(texts, site.voice, language, patience_s, any_voice=any_voice)


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
