"""What is said letter by letter and digit by digit: order ids, telephone numbers, abbreviations; e-mail and web addresses."""

import re

from media_server.tts.text.numbers import digits, grouped
from media_server.tts.text.rules import rule
from media_server.tts.text.tongues import Tongue

SPELLED = 4
"""Letters in a row inside an id up to which they are spelled; more of them are a word."""
WORDS = frozenset(
    "pin sim ram rom pan aadhaar neft ok no yes to and or not the free sale off new now all of in on is "
    "it at by for you we us up covid nasa isro bank cash card gift hello sir mam sorry lic aiims dtdc "
    "shop plus pro max mini note test demo haan nahi kya hai aap main ji haazir please stop help call "
    "home wait don't do go my me be an as if so am are was has had one two".split()
)
"""Written in capitals these are words all the same."""
KNOWN = {"com": ("com", "कॉम", "ਕਾਮ"), "in": ("in", "इन", "ਇਨ"), "org": ("org", "ओ आर जी", "ਓ ਆਰ ਜੀ"), "www": ("", "", "")}
"""Parts of addresses -> English, Hindi, Punjabi."""

_PIECE = re.compile(r"[A-Za-z]+|\d+")
_LONGEST_PATH = 24
_TAX_NUMBER = re.compile(r"[A-Z]{5}\d{4}[A-Z]", re.IGNORECASE)
"""PAN, also within GSTIN: its five letters are no word."""


def letters(word: str, tongue: Tongue) -> str:
    """ "EMI" -> "E M I", "ई एम आई"."""
    return " ".join(tongue.letters[letter] for letter in word.upper() if letter in tongue.letters)


def identifier(code: str, tongue: Tongue) -> str:
    """ "AB12CD" -> "A B one two C D". Hyphens and the like are a breath."""
    parts = []
    for part in re.split(r"[^A-Za-z0-9]+", code):
        longest = 5 if _TAX_NUMBER.search(part) else SPELLED
        pieces = [
            grouped(piece, tongue) if piece.isdigit() else letters(piece, tongue) if len(piece) <= longest else piece.lower()
            for piece in _PIECE.findall(part)
        ]
        if pieces:
            parts.append(" ".join(pieces))
    return ", ".join(parts)


def telephone(written: str, tongue: Tongue) -> str:
    """ "+91 98765-43210" -> "plus nine one, nine eight…, four three…". Groups as written, else by five."""
    plus = written.lstrip().startswith("+")
    groups = re.findall(r"\d+", written)
    if plus and groups and len(groups[0]) > 10:
        groups = [groups[0][:-10], groups[0][-10:], *groups[1:]]
    elif groups and len(groups[0]) == 12 and groups[0].startswith("91"):
        groups = ["91", groups[0][2:], *groups[1:]]
    words = ", ".join(grouped(group, tongue) for group in groups)
    return f"{tongue.signs['+']} {words}" if plus else words


def email(address: str, tongue: Tongue) -> str:
    """ "help@haazir.in" -> "help at haazir dot in"."""
    name, _, domain = address.partition("@")
    return f"{_named(name, tongue)} {tongue.signs['@']} {_named(domain, tongue)}"


def web_address(address: str, tongue: Tongue) -> str:
    """ "https://www.haazir.in/track?id=9" -> "haazir dot in slash track". Long paths and queries can't be remembered: dropped."""
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", address, flags=re.IGNORECASE)
    host, _, path = re.split(r"[?#]", bare, maxsplit=1)[0].partition("/")
    words = _named(re.sub(r":\d+$", "", host), tongue)
    path = path.rstrip("/")
    if path and len(path) <= _LONGEST_PATH:
        words += "".join(f" {tongue.signs['/']} {_named(part, tongue)}" for part in path.split("/"))
    return words


def _named(text: str, tongue: Tongue) -> str:
    """Words, numbers and signs of an address one after another."""
    language = ("en", "hi", "pa").index(tongue.code)
    said = []
    for piece in re.findall(r"[A-Za-z]+|\d+|[^A-Za-z0-9]", text):
        if piece.isdigit():
            said.append(digits(piece, tongue))
        elif piece.lower() in KNOWN:
            said.append(KNOWN[piece.lower()][language])
        elif piece.isascii() and piece.isalpha():
            said.append(piece.lower() if len(piece) > 2 else letters(piece, tongue))
        else:
            said.append(tongue.signs.get(piece, ""))
    return " ".join(word for word in said if word)


_CUE = (
    r"(?:order|id|number|no|num|pin|otp|code|ticket|awb|tracking|account|invoice|bill|booking|reference|ref|vehicle|card|txn|"
    r"transaction|pnr|ऑर्डर|आर्डर|नंबर|आईडी|कोड|पिन|ओटीपी|ਆਰਡਰ|ਨੰਬਰ)"
)
_TAIL = r"([.,!?;:]?(?=\s|$|[।)]))"
_DOMAIN = r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|in|org|net|co|io|ai)(?:/[^\s<>()]*?)?"
_FREE = r"(?<![\w.,])"

ADDRESSES = (
    rule(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", lambda match, tongue: email(match[0], tongue)),
    rule(rf"((?:https?://|www\.)[^\s<>()]+?|{_DOMAIN}){_TAIL}", lambda match, tongue: web_address(match[1], tongue) + match[2]),
)
TELEPHONES = tuple(
    rule(_FREE + number + r"(?!\w)", lambda match, tongue: telephone(match[0], tongue))
    for number in (
        r"(?:\+?91[\s-]?|0)?[6-9]\d{4}[\s-]?\d{5}",
        r"(?:\+91[\s-]?)?[6-9]\d{2}[\s-]\d{3}[\s-]\d{4}",
        r"1[89]00[\s-]?\d{2,4}[\s-]?\d{3,4}",
        r"(?:\+91[\s-]?|0)\d{2,4}[\s-]\d{6,8}",
        r"\+\d{6,15}",
    )
)
CODES = (
    rule(r"(?<![\w.])#?(?=[a-z0-9-]*\d)(?=[a-z0-9-]*[a-z])(?!\d+(?:st|nd|rd|th)\b)[a-z0-9]+(?:-[a-z0-9]+)*(?![\w@])",
         lambda match, tongue: identifier(match[0], tongue)),
    rule(rf"((?<!\w){_CUE}(?!\w)\.?\s*(?:number|no\.?|id|नंबर|is|hai|hain|है)?\s*[:#]?\s*)(\d{{3,}})(?![.,/-]?\d|\w)",
         lambda match, tongue: match[1] + grouped(match[2], tongue)),
    rule(r"#(\d+)\b", lambda match, tongue: grouped(match[1], tongue)),
)  # fmt: skip
