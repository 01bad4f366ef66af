"""What an operator hears before they accept: who calls and why, as a file that Asterisk plays on their phone.

    summary ──> sentences ──> tts-worker ──Sound──> run_dir/briefings/<call>.wav

It is made while the phone rings, and the dialplan (extensions_accept.conf) plays "a caller is waiting" where it is not there
in time: a dead voice costs the operator the summary, not the call.
"""

import asyncio
import contextlib
import logging
import time
from pathlib import Path

from ari_app.books import Caller
from ari_app.kept_lines import KeptLines, name_of
from ari_app.voiced import say_into
from core.ids import CallId
from core.phrases import line
from core.sentences import split
from core.sites import Site

log = logging.getLogger(__name__)

PATIENCE_S = 10.0
LONGEST = 280
"""Characters of the summary that are spoken: a quarter of a minute. All of it is in the call's record."""
KEPT_S = 3600.0
"""A briefing that a dead controller left behind is deleted after so long."""
GENERAL = "general"
"""The briefing of every call of a site that has none of its own (kept_lines.py); made with its first one."""


class Briefing:
    def __init__(self, voice_socket: Path, folder: Path) -> None:
        self._socket = voice_socket
        self._lines = KeptLines(voice_socket)
        self._folder = folder

    def path(self, call: CallId) -> str:
        """As the dialplan wants it: without suffix."""
        return str(self._folder / call)

    def general(self, site: Site) -> str:
        return str(self._folder / f"{GENERAL}-{name_of(site.voice, site.operators_language, waiting(site))}")

    async def make(self, caller: Caller, site: Site, summary: str) -> None:
        """The file is there when this returns, unless the voice or the disk failed; so is what every call can do with."""
        await self._make_own(caller, site, summary)
        await self._lines.make({Path(f"{self.general(site)}.wav"): waiting(site)}, site.voice, site.operators_language)

    async def _make_own(self, caller: Caller, site: Site, summary: str) -> None:
        began = time.monotonic()
        file, told = Path(f"{self.path(caller.call_id)}.wav"), spoken(site, caller.number, summary)
        voice, language = site.voice, site.operators_language
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.unlink(missing_ok=True)  # of an earlier search: no longer what it is about
            async with asyncio.timeout(PATIENCE_S):
                await say_into(file, told, voice, language, worker=self._socket, lexicon_of=site.site_id)
            log.info("= briefing made", extra={"call": caller.call_id, "seconds": round(time.monotonic() - began, 3)})
        except OSError as error:  # PeerGone and TimeoutError among them
            log.warning("! no briefing", extra={"call": caller.call_id, "error": type(error).__name__})

    def forget(self, call: CallId) -> None:
        """The call is over: nobody is told of it any more. What was left behind goes, too."""
        with contextlib.suppress(OSError):
            (self._folder / f"{call}.wav").unlink(missing_ok=True)
            old = time.time() - KEPT_S
            for file in self._folder.glob("*.wav"):
                if not file.stem.startswith(GENERAL) and file.stat().st_mtime < old:
                    file.unlink()


def waiting(site: Site) -> tuple[str, ...]:
    """For want of anything better."""
    language = site.operators_language
    return line(site, language, "operator_waiting"), line(site, language, "operator_keys")


def spoken(site: Site, number: str, summary: str) -> tuple[str, ...]:
    """For which business, who, why, and what to press."""
    language, digits = site.operators_language, number.lstrip("+")
    who = line(site, language, "operator_call_from" if digits.isdecimal() else "operator_call")
    who = who.replace("{site}", site.name).replace("{number}", " ".join(digits))
    told: list[str] = []
    for sentence in split(summary):
        if told and sum(map(len, told)) + len(sentence) > LONGEST:
            break
        told.append(sentence)
    return (who, *told, line(site, language, "operator_keys"))
