"""A sentence as it is written in chats -> a sentence as it is said, for the voice of one language.

"Aapka order AB12CD ₹1,250 ka hai" ──figures to words──> "Aapka order ए बी एक दो सी डी एक हज़ार … रुपये ka hai"
                                   ──words to scripts──> "आपका order ए बी एक दो सी डी एक हज़ार … रुपये का है"
"""

from importlib.resources import files

from core.sites import Language
from media_server.tts.text.indian_english import IndianEnglish, Script, cmu_words
from media_server.tts.text.lexicon import Lexicon
from media_server.tts.text.normalise import cleaned, normalised
from media_server.tts.text.site_words import SiteLexicon
from media_server.tts.text.tongues import ENGLISH, HINDI, PUNJABI, Tongue
from media_server.tts.text.words import Words

LONGEST = 5000
"""Characters said of one text: five minutes of speech."""


class FrontEnd:
    """Never raises, whatever the text."""

    def __init__(self, hindi: Words, punjabi: Words, indian: IndianEnglish) -> None:
        self._words: dict[str, Words] = {"hi": hindi, "pa": punjabi, "en": hindi}
        self._indian = indian

    @staticmethod
    def load() -> "FrontEnd":
        """With the word lists of this package and, where it is installed, the pronouncing dictionary of pocketsphinx."""
        data = files("media_server.tts.text") / "data"
        texts = {name: (data / name).read_text("utf-8") for name in ("hindi.tsv", "verbs.tsv", "punjabi.tsv", "english.txt")}
        own = {word for line in texts["english.txt"].splitlines() if not line.startswith("#") for word in line.split()}
        indian = IndianEnglish.load()
        english = cmu_words().union(own, indian.table)
        hindi = Lexicon.parse(texts["hindi.tsv"], texts["verbs.tsv"], english)
        punjabi = Lexicon.parse(texts["punjabi.tsv"])
        both = Lexicon({**hindi.certain, **punjabi.certain}, {**hindi.doubtful, **punjabi.doubtful})
        return FrontEnd(Words(hindi, english), Words(both, english), indian)

    def spoken(self, text: str, language: Language, *, english: Script = "latin", lexicon: SiteLexicon | None = None) -> str:
        """The words to say; empty if there is nothing to say.

        `english`: how English words within a Hindi or Punjabi sentence are written. Voices that learned to read one script, as
        neural ones do, want "devanagari" (Gurmukhi in Punjabi); a sentence that is English as a whole stays in Latin letters.
        """
        text = cleaned(text[:LONGEST])
        tongue = self._tongue(text, language)
        words = self._words["pa" if language == "pa" else "hi"]
        if lexicon is not None:
            text = lexicon.over(text, tongue.code)
        said = normalised(text, tongue, words.known)
        if tongue is not ENGLISH:
            said = words.in_own_script(said)
            if english == "devanagari":
                said = self._indian.in_one_script(said, tongue)
        return said if any(character.isalnum() for character in said) else ""

    def _tongue(self, text: str, language: Language) -> Tongue:
        """In which language its figures are read: the sentence's own, if that is plain."""
        words = self._words["pa" if language == "pa" else "hi"]
        if language == "en":
            return HINDI if words.mostly_native(text) else ENGLISH
        if words.english_sentence(text):
            return ENGLISH
        return PUNJABI if language == "pa" else HINDI
