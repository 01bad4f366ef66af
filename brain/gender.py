"""A man's voice says "kar raha hoon", a woman's "kar rahi hoon". Our own lines are a woman's; here they become a man's. ◆

Only verbs in the first person are touched ("rahi hoon", "nahin paayi", "kar sakti" after "main"): what is said of others stays.
"""

import re

_MALE_VOICE = re.compile(r"^male$|^(?:.*\+)?m\d$")
"""Names of voices as media_server.tts knows them: "male", "m3", "hi+m3"."""

_FIRST_PERSON: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), masculine)
    for pattern, masculine in (
        (r"\b(\w*(?:t|rah))i (hoon|hun)\b", r"\1a \2"),
        (r"\b([Mm]ain\b[^.?!]*\b(?:sak|pa)t)i\b", r"\1a"),
        (r"\b([Mm]ain\b[^.?!]*\bnahin paa)yi\b", r"\1ya"),
        (r"\b(\w+u)ngi\b", r"\1nga"),
        (r"([तह])ी हूँ", r"\1ा हूँ"),
        (r"(मैं [^।?!]*सकत)ी(?=[।?!,]|$)", r"\1ा"),
        (r"(मैं [^।?!]*नहीं पा)ई", r"\1या"),
        (r"ूँगी", "ूँगा"),
        (r"ਰਹੀ ਹਾਂ", "ਰਿਹਾ ਹਾਂ"),
        (r"([ਦ])ੀ ਹਾਂ", r"\1ਾ ਹਾਂ"),
        (r"(ਮੈਂ [^।?!]*ਸਕ)ੀ(?=[।?!,]|$)", r"\1ਿਆ"),
        (r"(ਸਕਦ)ੀ(?=[।,]|$)", r"\1ਾ"),
        (r"(ਮੈਂ [^।?!]*ਪਾ ਰ)ਹੀ(?=[।?!,]|$)", r"\1ਿਹਾ"),
        (r"ਾਂਗੀ", "ਾਂਗਾ"),
    )
)


def is_male(voice: str) -> bool:
    """Whether a site's `voice` is a man's. The default is a woman's."""
    return bool(_MALE_VOICE.match(voice))


def said_by_a_man(text: str) -> str:
    for feminine, masculine in _FIRST_PERSON:
        text = feminine.sub(masculine, text)
    return text
