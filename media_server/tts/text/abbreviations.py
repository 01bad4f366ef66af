"""Short forms: those that stand for words, and those that are spelled."""

import re
from collections.abc import Callable

from media_server.tts.text.spelling import WORDS, letters
from media_server.tts.text.tongues import Tongue

_EXPANDED: dict[str, tuple[str, str, str]] = {
    # English, Hindi, Punjabi
    "pvt": ("Private", "प्राइवेट", "ਪ੍ਰਾਈਵੇਟ"), "ltd": ("Limited", "लिमिटेड", "ਲਿਮਿਟਿਡ"), "dr": ("Doctor", "डॉक्टर", "ਡਾਕਟਰ"),
    "mr": ("Mister", "मिस्टर", "ਮਿਸਟਰ"), "mrs": ("Missus", "मिसेज़", "ਮਿਸਿਜ਼"), "ms": ("Miss", "मिस", "ਮਿਸ"),
    "approx": ("approximately", "लगभग", "ਲਗਭਗ"), "etc": ("et cetera", "वगैरह", "ਵਗੈਰਾ"), "e.g": ("for example", "जैसे", "ਜਿਵੇਂ"),
    "i.e": ("that is", "यानी", "ਯਾਨੀ"), "vs": ("versus", "बनाम", "ਬਨਾਮ"), "govt": ("government", "सरकार", "ਸਰਕਾਰ"),
    "dept": ("department", "विभाग", "ਵਿਭਾਗ"), "qty": ("quantity", "मात्रा", "ਮਾਤਰਾ"), "amt": ("amount", "रकम", "ਰਕਮ"),
    "pls": ("please", "please", "please"), "plz": ("please", "please", "please"), "thx": ("thanks", "thanks", "thanks"),
    "smt": ("Shrimati", "श्रीमती", "ਸ਼੍ਰੀਮਤੀ"), "shri": ("Shri", "श्री", "ਸ਼੍ਰੀ"), "rs": ("rupees", "रुपये", "ਰੁਪਏ"),
    "a/c": ("account", "account", "account"), "w/o": ("without", "बिना", "ਬਿਨਾਂ"), "nr": ("near", "के पास", "ਦੇ ਕੋਲ"),
    "opp": ("opposite", "के सामने", "ਦੇ ਸਾਹਮਣੇ"),
    "appt": ("appointment", "appointment", "appointment"), "mins": ("minutes", "मिनट", "ਮਿੰਟ"), "hrs": ("hours", "घंटे", "ਘੰਟੇ"),
}  # fmt: skip
_SPELLED = frozenset(
    "upi otp emi cod gst kyc atm sms id tv ac pc faq url pdf mrp sku awb gps usb led hdfc sbi icici ifsc imei rto cvv dob eta "
    "ceo hr ivr crm api gstin rtgs imps bhim irctc mnc llp usa uk uae mba iit iim bjp ngo vip rc dl qr nri fd ev suv pnr "
    "bp kg opd mri ecg gb mb bhk mp hp vpn".split()
)
"""Also in small letters, as people type."""
_SHORT = re.compile(
    r"(?<![\w@.])(?:" + "|".join(sorted((re.escape(word) for word in _EXPANDED), key=len, reverse=True)) + r")(?![\w@/])\.?",
    re.IGNORECASE,
)
_SAID: dict[str, tuple[str, str, str]] = {
    "RAM": ("ram", "रैम", "ਰੈਮ"), "SIM": ("sim", "सिम", "ਸਿਮ"), "PAN": ("pan", "पैन", "ਪੈਨ"), "PIN": ("pin", "पिन", "ਪਿਨ"),
    "NEFT": ("neft", "नेफ़्ट", "ਨੈਫ਼ਟ"), "COVID": ("covid", "कोविड", "ਕੋਵਿਡ"), "ROM": ("rom", "रॉम", "ਰੌਮ"),
}  # fmt: skip
"""Written in capitals and said as words."""
_NUMBER_SIGN = re.compile(r"\b(?:[Nn]o|NO|[Nn]os)\.?(?=\s*#?[A-Z]{0,6}-?\d)")
_DOTTED = re.compile(r"(?<![\w.])(?:[A-Za-z]\.){2,}(?:[A-Za-z]\b)?")
# Letters spelled already: an English voice reads them so.
_SPACED = re.compile(r"(?<![\w'’])[A-Za-z](?: [A-Za-z])+(?![\w'’])")
_CAPITALS = re.compile(r"(?<![\w])([A-Z]{2,})(s?)(?![\w])")
_SMALL = re.compile(r"(?<![\w@.])(?:" + "|".join(sorted(_SPELLED, key=len, reverse=True)) + r")(?![\w@])", re.IGNORECASE)


def number_signs(text: str, tongue: Tongue) -> str:
    """ "Order No. 5" -> "Order number 5". Before the figures become words."""
    return _NUMBER_SIGN.sub(tongue.signs["#"] if tongue.code != "en" else "number", text)


def expanded(text: str, tongue: Tongue, is_word: Callable[[str], bool]) -> str:
    """Short forms as they are said. `is_word` tells words written in capitals from abbreviations."""
    language = ("en", "hi", "pa").index(tongue.code)
    text = _SHORT.sub(lambda match: _EXPANDED[match[0].rstrip(".").lower()][language], text)
    if tongue.code != "en":
        text = _SPACED.sub(lambda match: letters(match[0], tongue), text)
    text = _DOTTED.sub(lambda match: letters(match[0], tongue), text)
    shouting = sum(map(str.islower, text)) < sum(map(str.isupper, text)) and len(_CAPITALS.findall(text)) > 2

    def capitals(match: re.Match[str]) -> str:
        word = match[1].lower()
        if said := _SAID.get(match[1]):
            return said[language]
        known = word in WORDS or len(word) > 6 or (is_word(word) and (len(word) > 3 or shouting))
        if word in _SPELLED or not known:
            return letters(word, tongue)
        return word + match[2]

    text = _CAPITALS.sub(capitals, text)
    return _SMALL.sub(lambda match: letters(match[0], tongue), text)
