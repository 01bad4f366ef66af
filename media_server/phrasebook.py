"""The agent's own lines as sound: made once per site, kept on disk, there when every engine is dead.

prepare(site) ── what is missing ──> voice (tts worker) ──> PhraseCache <── get(site, language, "greeting")
"""

import asyncio
import logging

from core.audio import Pcm
from core.ids import SiteId
from core.settings import Settings
from core.sites import Language, Site
from media_server.tts.phrases import PhraseCache, PhraseKey, made_by, prerender
from media_server.tts.voices import at_hand, chosen
from media_server.turn.state import PhraseName

log = logging.getLogger(__name__)

PATIENCE = 0.3
"""Seconds that the first call of a site may wait for its greeting to be made."""


class Phrasebook:
    def __init__(self, settings: Settings, cache: PhraseCache) -> None:
        self._settings = settings
        self._cache = cache
        self._making: dict[tuple[str, int, str, str], asyncio.Task[None]] = {}
        self._told: dict[SiteId, tuple[str, str]] = {}
        """Version of the lexicon, revision of the model, as the speaking worker told them last: what was made by others is said
        otherwise now."""
        self._doubtful: set[PhraseKey] = set()
        """What the voice can only say in a way that is not kept: it is spoken live, and no call waits for it."""

    async def prepare(self, site: Site, rate: int, lexicon: str = "", revision: str = "") -> None:
        """The greeting is there when this returns (or will be spoken live); the rest is made behind it. `lexicon`: the version of
        the site's, as the speaking worker has it; `revision`: of its voice's model."""
        self._told[site.site_id] = (lexicon, revision)
        missing = [key for key in self._keys(site, rate) if key not in self._doubtful and self._cache.get(key) is None]
        if not missing:
            return
        greeting = self._key(site, site.language, greeting_of(site), rate)
        if greeting in missing:
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._make([greeting], site)
                missing.remove(greeting)
            except TimeoutError:  # a neural voice needs longer: this call hears it spoken live, the next one from here
                log.warning("! greeting not ready in time", extra={"site": site.site_id})
        name = (site.site_id, rate, lexicon, revision)
        if missing and name not in self._making:
            task = asyncio.create_task(self._make(missing, site))
            self._making[name] = task
            task.add_done_callback(lambda _: self._made(name))

    async def _make(self, keys: list[PhraseKey], site: Site) -> None:
        self._doubtful |= await prerender(self._settings, self._cache, keys, site.site_id)

    def _made(self, name: tuple[str, int, str, str]) -> None:
        task = self._making.pop(name)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("! phrases not made", extra={"site": name[0]}, exc_info=error)

    def get(self, site: Site, language: Language, phrase: PhraseName, rate: int, turn: int) -> tuple[str, Pcm | None]:
        """Words and sound of a line; no sound if it has not been made. `turn` varies the holding lines."""
        lines = site.phrase(language)
        if phrase == "greeting":
            text = greeting_of(site)
        elif phrase == "hold":
            text = lines.hold[turn % len(lines.hold)]
        else:
            text = getattr(lines, phrase)
        spoken: Language = language if language in site.phrases else site.language
        return text, self._cache.get(self._key(site, spoken, text, rate))

    def _keys(self, site: Site, rate: int) -> list[PhraseKey]:
        keys = [self._key(site, site.language, greeting_of(site), rate)]
        for language, lines in site.phrases.items():
            for text in (lines.apology, *lines.hold, lines.reminder, lines.again, lines.goodbye, lines.transfer):
                keys.append(self._key(site, language, text, rate))
        return keys

    def _key(self, site: Site, language: Language, text: str, rate: int) -> PhraseKey:
        engine, _ = chosen(site.voice, at_hand(self._settings.engines))
        lexicon, revision = self._told.get(site.site_id, ("", ""))
        by = made_by(engine, revision)
        return PhraseKey(engine=by, voice=site.voice, language=language, text=text, rate=rate, lexicon=lexicon)


def greeting_of(site: Site) -> str:
    """The first thing that a caller hears: the disclosure, if the site has one, and the greeting."""
    return " ".join(part for part in (site.disclosure, site.phrase(site.language).greeting) if part)
