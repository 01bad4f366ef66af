"""What the words of a turn say about the turn itself: is it over, is it only "mm-hm", does it tell us to stop.

Pure word lists for Hinglish, Hindi, English and Punjabi; what the words *mean* is the brain's business.
"""

import re

BACKCHANNELS = frozenset(
    """
    haan han haa ha ji haanji hanji jee achha acha accha theek thik hai ok okay hmm hm mhm mmhmm huh right yes yeah yep
    sahi bilkul uh um
    हाँ हां जी अच्छा ठीक है हम्म ओके सही बिल्कुल
    ਹਾਂ ਜੀ ਅੱਛਾ ਠੀਕ ਹੈ
    """.split()
)
"""Said while the other speaks, to show that one listens."""

NOT_ALONE = frozenset({"hai", "है", "ਹੈ"})
"""Part of a backchannel ("theek hai"), but never one alone."""

STOP = frozenset(
    """
    stop wait ruko rukiye ruk bas suno suniye ek minute hold nahi nahin no galat wrong
    रुको रुकिए बस सुनो सुनिए नहीं गलत
    ਰੁਕੋ ਬੱਸ ਸੁਣੋ ਨਹੀਂ
    """.split()
) - {"ek", "minute", "hold"}
"""One of these, and we stop at once."""

OPEN_ENDS = frozenset(
    """
    aur lekin magar par kyunki matlab to toh ki ka ke ko se mera meri mere woh wo ye yeh yaani agar jab jo phir
    and but because so the a an my of for to with if when then or is are am was i umm um uh
    और लेकिन मगर पर क्योंकि मतलब तो कि का के को से मेरा मेरी मेरे वो यह ये यानी अगर जब जो फिर
    ਅਤੇ ਤੇ ਪਰ ਕਿਉਂਕਿ ਮਤਲਬ ਕਿ ਦਾ ਦੇ ਨੂੰ ਮੇਰਾ ਮੇਰੀ ਜੇ ਜਦੋਂ
    """.split()
)
"""A sentence that ends in one of these is not over."""

YES_NO = frozenset(
    """
    haan han ha haanji ji nahi nahin na yes yeah no nope okay ok sure theek bilkul
    हाँ हां जी नहीं ना ठीक बिल्कुल ਹਾਂ ਜੀ ਨਹੀਂ
    """.split()
)


def words(text: str) -> list[str]:
    """Lower-case words; vowel signs of Indian scripts stay with their letters."""
    return re.findall(r"[\w\u0900-\u097f\u0a00-\u0a7f]+", text.lower())


def same_words(one: str, other: str) -> bool:
    """Equal but for case, spaces and punctuation: the answer to one is the answer to the other."""
    return words(one) == words(other)


def is_backchannel(text: str) -> bool:
    """Nothing but "haan", "ji", "theek hai"…"""
    said = words(text)
    return bool(said) and all(word in BACKCHANNELS for word in said) and not all(word in NOT_ALONE for word in said)


def says_stop(text: str) -> bool:
    return any(word in STOP for word in words(text))


def is_yes_or_no(text: str) -> bool:
    said = words(text)
    return bool(said) and len(said) <= 3 and said[0] in YES_NO


def looks_open(text: str) -> bool:
    """The words ask for more words: "mera order number", "and", "lekin"."""
    said = words(text)
    return bool(said) and said[-1] in OPEN_ENDS


def digit_count(text: str) -> int:
    return sum(character.isdigit() for character in text)
