"""Romanised words and what they are in their own script: the words of a file, and all regular forms of its verbs.

hindi.tsv    पैसे <TAB> paise pese       "do?" means: an English word too
verbs.tsv    भेज  <TAB> bhej             -> bhejna भेजना, bhejunga भेजूँगा, bhejiye भेजिए, …
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

_AFTER_CONSONANT = {
    "": "", "na": "ना", "ne": "ने", "ni": "नी", "ta": "ता", "te": "ते", "ti": "ती", "kar": "कर",
    "ke": "के", "a": "ा", "aa": "ा", "e": "े", "i": "ी", "o": "ो", "iye": "िए", "iyega": "िएगा",
    "ie": "िए", "iega": "िएगा", "un": "ूँ", "oon": "ूँ", "unga": "ूँगा", "oonga": "ूँगा",
    "ungi": "ूँगी", "oongi": "ूँगी", "ega": "ेगा", "egi": "ेगी", "enge": "ेंगे", "engey": "ेंगे",
    "engi": "ेंगी", "oge": "ोगे", "ogi": "ोगी", "en": "ें", "ein": "ें", "newala": "ने वाला",
    "newale": "ने वाले", "newali": "ने वाली", "ana": "ाना", "ane": "ाने", "aya": "ाया", "ayi": "ाई",
    "aye": "ाए", "ao": "ाओ", "aiye": "ाइए", "wa": "वा", "wana": "वाना", "wane": "वाने",
}  # fmt: skip
_AFTER_VOWEL = {
    "": "", "na": "ना", "ne": "ने", "ni": "नी", "ta": "ता", "te": "ते", "ti": "ती", "kar": "कर",
    "ke": "के", "ya": "या", "ye": "ए", "e": "ए", "yi": "ई", "i": "ई", "o": "ओ", "iye": "इए",
    "iyega": "इएगा", "yiye": "इए", "un": "ऊँ", "oon": "ऊँ", "unga": "ऊँगा", "oonga": "ऊँगा",
    "ungi": "ऊँगी", "yega": "एगा", "ega": "एगा", "yegi": "एगी", "egi": "एगी", "yenge": "एँगे",
    "enge": "एँगे", "yengi": "एँगी", "oge": "ओगे", "yen": "एँ", "yein": "एँ", "ein": "एँ",
    "newala": "ने वाला", "newale": "ने वाले", "newali": "ने वाली",
}  # fmt: skip
_VOWEL_SIGNS = "ािीुूेैोौ"


@dataclass(frozen=True, slots=True)
class Lexicon:
    certain: Mapping[str, str]
    """Spelling -> word, where no English word is spelled so."""
    doubtful: Mapping[str, str]
    """Spelling -> word, where one is."""

    @staticmethod
    def parse(words: str, verbs: str = "", english: Collection[str] = ()) -> "Lexicon":
        """From the text of the files. A verb's form that is among the `english` words is doubtful.

        ValueError, with the line, for a file that is not as described.
        """
        certain: dict[str, str] = {}
        doubtful: dict[str, str] = {}
        for native, spellings in lines(words):
            for spelling in spellings:
                (doubtful if spelling.endswith("?") else certain).setdefault(spelling.rstrip("?"), native)
        for native, spellings in lines(verbs):
            for spelling in spellings:
                for form, word in _forms(native, spelling.rstrip("?")):
                    if form not in certain and form not in doubtful:
                        (doubtful if form in english or spelling == form + "?" else certain)[form] = word
        return Lexicon(certain, doubtful)


def lines(text: str) -> Iterator[tuple[str, list[str]]]:
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            native, tab, spellings = line.partition("\t")
            if not (native and tab and spellings.split()):
                raise ValueError(f"not a word and its spellings: {line!r}")
            yield native, spellings.lower().split()


def _forms(native: str, spelling: str) -> Iterator[tuple[str, str]]:
    """All regular forms of a verb, its causative too. A stem in a vowel takes other endings than one in a consonant."""
    endings = _AFTER_VOWEL if native[-1] in _VOWEL_SIGNS else _AFTER_CONSONANT
    for ending, native_ending in endings.items():
        yield spelling + ending, native + native_ending
