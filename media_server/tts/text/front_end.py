"""A sentence as it is written in chats -> a sentence as it is said, for the voice of one language.

"Aapka order AB12CD ₹1,250 ka hai" ──figures to words──> "Aapka order ए बी एक दो सी डी एक हज़ार … रुपये ka hai"
                                   ──words to scripts──> "आपका order ए बी एक दो सी डी एक हज़ार … रुपये का है"
"""

from importlib.resources import files
from pathlib import Path

from core.sites import Language
from media_server.tts.text.lexicon import Lexicon
from media_server.tts.text.normalise import cleaned, normalised
from media_server.tts.text.tongues import ENGLISH, HINDI, PUNJABI, Tongue
from media_server.tts.text.words import Words

LONGEST = 5000
"""Characters said of one text: five minutes of speech."""


class FrontEnd:
    """Never raises, whatever the text."""

    def __init__(self, hindi: Words, punjabi: Words) -> None:
        self._words: dict[str, Words] = {"hi": hindi, "pa": punjabi, "en": hindi}

    @staticmethod
    def load() -> "FrontEnd":
        """With the word lists of this package and, where it is installed, the pronouncing dictionary of pocketsphinx."""
        data = files("media_server.tts.text") / "data"
        texts = {name: (data / name).read_text("utf-8") for name in ("hindi.tsv", "verbs.tsv", "punjabi.tsv", "english.txt")}
        own = {word for line in texts["english.txt"].splitlines() if not line.startswith("#") for word in line.split()}
        english = frozenset(own | pronounceable_words())
        hindi = Lexicon.parse(texts["hindi.tsv"], texts["verbs.tsv"], english)
        punjabi = Lexicon.parse(texts["punjabi.tsv"])
        both = Lexicon({**hindi.certain, **punjabi.certain}, {**hindi.doubtful, **punjabi.doubtful})
        return FrontEnd(Words(hindi, english), Words(both, english))

    def spoken(self, text: str, language: Language) -> str:
        """The words to say; empty if there is nothing to say."""
        text = cleaned(text[:LONGEST])
        tongue = self._tongue(text, language)
        words = self._words["pa" if language == "pa" else "hi"]
        said = normalised(text, tongue, words.known)
        if tongue is not ENGLISH:
            said = words.in_own_script(said)
        return said if any(character.isalnum() for character in said) else ""

    def _tongue(self, text: str, language: Language) -> Tongue:
        """In which language its figures are read: the sentence's own, if that is plain."""
        words = self._words["pa" if language == "pa" else "hi"]
        if language == "en":
            return HINDI if words.mostly_native(text) else ENGLISH
        if words.english_sentence(text):
            return ENGLISH
        return PUNJABI if language == "pa" else HINDI


def pronounceable_words() -> frozenset[str]:
    """The English words of the CMU dictionary inside the pocketsphinx wheel; none if it is not installed."""
    try:
        path = Path(str(files("pocketsphinx"))) / "model" / "en-us" / "cmudict-en-us.dict"
        with path.open(encoding="utf-8") as lines:
            words = (line.split(" ", 1)[0] for line in lines)
            return frozenset(word for word in words if word.isalpha() and len(word) > 2)
    except (ModuleNotFoundError, OSError):
        return frozenset()
