"""The words that a language needs to say what is written in figures and signs: one table per language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

LETTER = r"\w\u0900-\u0963\u0970-\u097f\u0a00-\u0a7f"
"""For a class of a regular expression: with the vowel signs, which \\w leaves out."""
LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Tongue:
    code: Literal["hi", "pa", "en"]
    """As indic-numtowords knows it."""
    digits: tuple[str, ...]
    letters: Mapping[str, str]
    """Capital Latin letter -> its name."""
    months: tuple[str, ...]
    signs: Mapping[str, str]
    """Written sign -> word."""
    units: Mapping[str, str]
    scales: Mapping[str, str]
    money: Mapping[str, tuple[str, str, str]]
    """Currency sign -> one, several, hundredth part."""
    day_parts: tuple[str, str, str, str] | None
    """Morning, noon, evening, night; None: a m and p m."""
    point: str
    minus: str
    to: str
    """Between the ends of a range."""
    and_: str
    per: str
    percent: str
    always_open: str
    """24x7."""
    a_m: str = ""
    p_m: str = ""


def _named(names: str) -> dict[str, str]:
    return dict(zip(LATIN, names.split(), strict=True))


_UNITS = (
    "kg kgs g gm gms mg km kms cm mm m ft inch l ltr ml gb mb tb kb kbps mbps gbps mah hz ghz kw w watt v "
    "min mins minute sec secs hr hrs hour °c sqft pcs pc"
)  # fmt: skip


def _units(names: str) -> dict[str, str]:
    return dict(zip(_UNITS.split(), (name.strip() for name in names.split(",")), strict=True))


ENGLISH = Tongue(
    code="en",
    digits=("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    letters=_named("A B C D E F G H I J K L M N O P Q R S T U V W X Y Z"),
    months=(
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ),
    signs={"&": "and", "+": "plus", "=": "equals", "@": "at", ".": "dot", "/": "slash", "-": "dash", "_": "underscore",
           "#": "number", "×": "by", "°": "degrees"},
    units=_units(
        "kilos,kilos,grams,grams,grams,milligrams,kilometres,kilometres,centimetres,millimetres,metres,"
        "feet,inches,litres,litres,millilitres,G B,M B,T B,K B,K B P S,M B P S,G B P S,milliamp hours,"
        "hertz,gigahertz,kilowatts,watts,watts,volts,minutes,minutes,minutes,seconds,seconds,hours,hours,"
        "hours,degrees Celsius,square feet,pieces,pieces"
    ),
    scales={"k": "thousand", "thousand": "thousand", "hundred": "hundred", "lakh": "lakh", "crore": "crore",
            "million": "million", "billion": "billion"},
    money={"₹": ("rupee", "rupees", "paise"), "$": ("dollar", "dollars", "cents"), "€": ("euro", "euros", "cents"),
           "£": ("pound", "pounds", "pence")},
    day_parts=None,
    point="point", minus="minus", to="to", and_="and", per="per", percent="percent",
    always_open="twenty four hours, seven days a week", a_m="a m", p_m="p m",
)  # fmt: skip

HINDI = Tongue(
    code="hi",
    digits=("शून्य", "एक", "दो", "तीन", "चार", "पाँच", "छह", "सात", "आठ", "नौ"),
    letters=_named("ए बी सी डी ई एफ़ जी एच आई जे के एल एम एन ओ पी क्यू आर एस टी यू वी डब्ल्यू एक्स वाई ज़ेड"),
    months=("जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"),
    signs={"&": "और", "+": "प्लस", "=": "बराबर", "@": "ऐट", ".": "डॉट", "/": "स्लैश", "-": "डैश", "_": "अंडरस्कोर",
           "#": "नंबर", "×": "बाई", "°": "डिग्री"},
    units=_units(
        "किलो,किलो,ग्राम,ग्राम,ग्राम,मिलीग्राम,किलोमीटर,किलोमीटर,सेंटीमीटर,मिलीमीटर,मीटर,फ़ुट,इंच,लीटर,"
        "लीटर,मिलीलीटर,जी बी,एम बी,टी बी,के बी,के बी पी एस,एम बी पी एस,जी बी पी एस,एम ए एच,हर्ट्ज़,"
        "गीगाहर्ट्ज़,किलोवाट,वाट,वाट,वोल्ट,मिनट,मिनट,मिनट,सेकंड,सेकंड,घंटे,घंटे,घंटे,डिग्री सेल्सियस,"
        "वर्ग फ़ुट,पीस,पीस"
    ),
    scales={"k": "हज़ार", "thousand": "हज़ार", "hundred": "सौ", "lakh": "लाख", "crore": "करोड़", "million": "मिलियन",
            "billion": "बिलियन"},
    money={"₹": ("रुपया", "रुपये", "पैसे"), "$": ("डॉलर", "डॉलर", "सेंट"), "€": ("यूरो", "यूरो", "सेंट"),
           "£": ("पाउंड", "पाउंड", "पेंस")},
    day_parts=("सुबह", "दोपहर", "शाम", "रात"),
    point="दशमलव", minus="माइनस", to="से", and_="और", per="प्रति", percent="प्रतिशत",
    always_open="चौबीसों घंटे, सातों दिन",
)  # fmt: skip

PUNJABI = Tongue(
    code="pa",
    digits=("ਸਿਫ਼ਰ", "ਇੱਕ", "ਦੋ", "ਤਿੰਨ", "ਚਾਰ", "ਪੰਜ", "ਛੇ", "ਸੱਤ", "ਅੱਠ", "ਨੌਂ"),
    letters=_named("ਏ ਬੀ ਸੀ ਡੀ ਈ ਐਫ਼ ਜੀ ਐਚ ਆਈ ਜੇ ਕੇ ਐਲ ਐਮ ਐਨ ਓ ਪੀ ਕਿਊ ਆਰ ਐਸ ਟੀ ਯੂ ਵੀ ਡਬਲਯੂ ਐਕਸ ਵਾਈ ਜ਼ੈਡ"),
    months=("ਜਨਵਰੀ", "ਫ਼ਰਵਰੀ", "ਮਾਰਚ", "ਅਪ੍ਰੈਲ", "ਮਈ", "ਜੂਨ", "ਜੁਲਾਈ", "ਅਗਸਤ", "ਸਤੰਬਰ", "ਅਕਤੂਬਰ", "ਨਵੰਬਰ", "ਦਸੰਬਰ"),
    signs={"&": "ਅਤੇ", "+": "ਪਲੱਸ", "=": "ਬਰਾਬਰ", "@": "ਐਟ", ".": "ਡਾਟ", "/": "ਸਲੈਸ਼", "-": "ਡੈਸ਼", "_": "ਅੰਡਰਸਕੋਰ",
           "#": "ਨੰਬਰ", "×": "ਬਾਈ", "°": "ਡਿਗਰੀ"},
    units=_units(
        "ਕਿਲੋ,ਕਿਲੋ,ਗ੍ਰਾਮ,ਗ੍ਰਾਮ,ਗ੍ਰਾਮ,ਮਿਲੀਗ੍ਰਾਮ,ਕਿਲੋਮੀਟਰ,ਕਿਲੋਮੀਟਰ,ਸੈਂਟੀਮੀਟਰ,ਮਿਲੀਮੀਟਰ,ਮੀਟਰ,ਫ਼ੁੱਟ,ਇੰਚ,ਲੀਟਰ,"
        "ਲੀਟਰ,ਮਿਲੀਲੀਟਰ,ਜੀ ਬੀ,ਐਮ ਬੀ,ਟੀ ਬੀ,ਕੇ ਬੀ,ਕੇ ਬੀ ਪੀ ਐਸ,ਐਮ ਬੀ ਪੀ ਐਸ,ਜੀ ਬੀ ਪੀ ਐਸ,ਐਮ ਏ ਐਚ,ਹਰਟਜ਼,"
        "ਗੀਗਾਹਰਟਜ਼,ਕਿਲੋਵਾਟ,ਵਾਟ,ਵਾਟ,ਵੋਲਟ,ਮਿੰਟ,ਮਿੰਟ,ਮਿੰਟ,ਸਕਿੰਟ,ਸਕਿੰਟ,ਘੰਟੇ,ਘੰਟੇ,ਘੰਟੇ,ਡਿਗਰੀ ਸੈਲਸੀਅਸ,"
        "ਵਰਗ ਫ਼ੁੱਟ,ਪੀਸ,ਪੀਸ"
    ),
    scales={"k": "ਹਜ਼ਾਰ", "thousand": "ਹਜ਼ਾਰ", "hundred": "ਸੌ", "lakh": "ਲੱਖ", "crore": "ਕਰੋੜ", "million": "ਮਿਲੀਅਨ",
            "billion": "ਬਿਲੀਅਨ"},
    money={"₹": ("ਰੁਪਇਆ", "ਰੁਪਏ", "ਪੈਸੇ"), "$": ("ਡਾਲਰ", "ਡਾਲਰ", "ਸੈਂਟ"), "€": ("ਯੂਰੋ", "ਯੂਰੋ", "ਸੈਂਟ"),
           "£": ("ਪਾਊਂਡ", "ਪਾਊਂਡ", "ਪੈਂਸ")},
    day_parts=("ਸਵੇਰੇ", "ਦੁਪਹਿਰ", "ਸ਼ਾਮ", "ਰਾਤ"),
    point="ਦਸ਼ਮਲਵ", minus="ਮਾਈਨਸ", to="ਤੋਂ", and_="ਅਤੇ", per="ਪ੍ਰਤੀ", percent="ਫ਼ੀਸਦੀ",
    always_open="ਚੌਵੀ ਘੰਟੇ, ਸੱਤੇ ਦਿਨ",
)  # fmt: skip
