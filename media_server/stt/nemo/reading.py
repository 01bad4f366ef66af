"""What a caller's words mean: their language, numbers as digits; and which language prompt suits a site's callers. ◆"""

from collections.abc import Mapping, Sequence

from core.sites import Language
from core.speech import Word
from media_server.stt.nemo.words import confidence
from media_server.stt.text.inverse import inverse
from media_server.stt.text.tongue import language_of

BELIEVED = 0.5
"""Confidence from which words tell the caller's language (as in media_server/turn/moves.py)."""
AUTO = "auto"
_PROMPTS: Mapping[Language, tuple[str, ...]] = {
    "hi-Latn": (AUTO, "hi-IN"),
    "hi": ("hi-IN", AUTO),
    "en": ("en-IN", "en-US", AUTO),
    "pa": ("pa-IN", AUTO, "hi-IN"),
}
"""Of what a checkpoint may know, the best first. Hinglish is no language of any: it is left to hear for itself."""


def prompt_of(languages: Sequence[Language], known: Mapping[str, int]) -> int:
    """The prompt of a call: its site's language, or, where callers may speak several, that the model is to find out."""
    families = {language.partition("-")[0] for language in languages}
    wanted = _PROMPTS[languages[0]] if len(families) == 1 and "hi-Latn" not in languages else (AUTO, *_PROMPTS["hi-Latn"])
    return next((known[name] for name in wanted if name in known), min(known.values()))


class Reader:
    """One call's."""

    def __init__(self, languages: Sequence[Language]) -> None:
        self._languages = tuple(languages) or ("en",)
        self._last: Language = self._languages[0]

    def __call__(self, words: Sequence[Word], tags: tuple[str, ...]) -> tuple[str, Language]:
        """Text with numbers as digits, and its language: the one before if these words are hardly believed."""
        spoken = [word.text for word in words]
        language = language_of(" ".join(spoken), tags, self._languages, self._last)
        if confidence(words) >= BELIEVED:
            self._last = language
        return inverse(spoken, language), language
