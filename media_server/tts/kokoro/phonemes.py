"""eSpeak's phonemes as the symbols that Kokoro learned: the same letters, but one for each diphthong. ◆

    "bˈɔ^ɪ d^ʒˈʌd^ʒ"  ->  "bˈY ʤˈʌʤ"          "(^e^n)ˈɔːdə(^h^i) kˈʌl"  ->  "ˈɔːdə kˈʌl"

Which letters, and what changes in American English besides, is what misaki does, the front end that Kokoro was trained with.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

TIE = "^"
"""Between the letters of one sound, as eSpeak is asked to write it."""

_ONE_SOUND = {
    "a^ɪ": "I", "a^ʊ": "W", "d^z": "ʣ", "d^ʒ": "ʤ", "e^ɪ": "A", "o^ʊ": "O", "ə^ʊ": "Q", "s^s": "S", "t^s": "ʦ", "t^ʃ": "ʧ",
    "ɔ^ɪ": "Y",
}  # fmt: skip
_AMERICAN = {
    "ʔn\u0329": "tn",
    "ə^l": "ᵊl", "ɔː^ɹ": "ɔɹ", "ʲo": "jo", "ʲə": "jə", "ʲ": "", "ɚ": "əɹ", "ɜː": "ɜɹ", "r": "ɹ", "x": "k", "ç": "k", "ɐ": "ə",
    "ɬ": "l", "ɪə": "iə", "e": "A", "ː": "", "ɾ": "T", "ʔ": "t", "\u0303": "",
}  # fmt: skip
_SWITCH = re.compile(r"\([\^a-z-]+\)")
"""eSpeak says where it goes over to another language's rules."""
_SYLLABIC = re.compile(r"(\S)\u0329")
_MARKS = re.compile(r"\s*([,;:.!?—…।]+)\s*")


def marked(text: str) -> list[tuple[str, str]]:
    """(words, the mark after them): eSpeak drops the marks that Kokoro breathes by."""
    parts = _MARKS.split(text.strip())
    marks = ["." if mark[:1] == "।" else mark[:1] for mark in [*parts[1::2], ""]]
    return [(words, mark) for words, mark in zip(parts[::2], marks, strict=False) if words]


def symbols(phonemes: str, *, american: bool) -> str:
    """What eSpeak wrote with TIE, in Kokoro's letters."""
    said = _SWITCH.sub("", phonemes)
    for written, letter in {**_ONE_SOUND, **(_AMERICAN if american else {})}.items():
        said = said.replace(written, letter)
    return " ".join(_SYLLABIC.sub(r"ᵊ\1", said).replace("\u0329", "").replace(TIE, "").replace("-", "").split())


def numbers(said: str, vocabulary: Mapping[str, int]) -> list[int]:
    """The symbols that this model knows, as it counts them."""
    return [vocabulary[symbol] for symbol in said if symbol in vocabulary]


def portions(ids: Sequence[int], blank: int, most: int) -> Iterator[Sequence[int]]:
    """In pieces that the model can say at once, cut between words where there are any."""
    begin = 0
    while len(ids) - begin > most:
        end = next((at for at in range(begin + most, begin, -1) if ids[at] == blank), begin + most)
        yield ids[begin:end]
        begin = end
    if begin < len(ids):
        yield ids[begin:]
