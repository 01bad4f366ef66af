"""Sound of clauses that a neural engine has said already: in memory what may recur, on disk what does.

Which those are, and why no caller's own words are among them, is media_server.tts.recurring's to say.
"""

from core.ids import CallId
from core.resample import Pcm
from media_server.tts.phrases import PhraseCache, PhraseKey
from media_server.tts.recurring import Recurring


class Kept:
    """Only clauses that are `common` are asked for here, or given."""

    def __init__(self, cache: PhraseCache) -> None:
        self._cache = cache
        self._recurring = Recurring()

    def get(self, key: PhraseKey, call_id: CallId) -> Pcm | None:
        """Its sound, without the silence after it, for a call that hears it now."""
        if (sound := self._cache.get(key)) is not None:
            self.put(key, sound, call_id)
        return sound

    def put(self, key: PhraseKey, sound: Pcm, call_id: CallId) -> None:
        """This call has heard it."""
        self._cache.put(key, sound, on_disk=self._recurring.heard(key, call_id))
