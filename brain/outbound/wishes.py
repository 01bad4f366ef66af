"""What somebody whom we called may want instead of answering: no calls any more, another time, nothing at all. ◆"""

import re
from typing import Literal

from brain.outbound.spelling import phrase, plain

Wish = Literal["wrong_number", "refuses", "will_not_say", "hold_on", "not_here", "later", "not_now", "who_is_it"]
"""later: call me then; not_now: only that this is not the moment, which may be the answer to a question as well."""

_CALL = "(call|calls|phone|fone|calling|ring)"
_NOW = "abhi|hun|hune|is vakt|is samay|filhal|right now|now|at the moment|just now"
_BUSY = (
    "bijy|vyast|vyasth|masroof|meting|meeting|drive|driving|time nahin|samay nahin|kam kar|gari chala|gadi chala|office|bahar"
    "|rujhe|rujhia|rujhi|rujhan"
)
_WHEN = (
    "kal|parson|shaam|sham|subah|raat|dopahar|bhalke|tomorrow|morning|evening|bad|baad|ghante|minute|baje|vaje|after|at|in|monday"
    "|tuesday|wednesday|thursday|friday|saturday|sunday|somvar|mangal|budh|shukravar|shanivar|ravivar"
)
_DO = (
    "karo|karna|kijie|kijiega|karie|kariega|kare|karen|karein|kia karo|kia kare|kia karen|kia kijie|kariyo|kario|karia karo|kareo"
    "|aaye|aana|aye|lagana|lagao"
)
_NEVER = phrase(
    f"{_CALL} * (mat|na|nahin) ({_DO})", f"(mat|na) * {_CALL} ({_DO})",
    f"{_CALL} (karna|karni|aana|karne) (band|bandh) (karo|kijie|kar do|kar dijie|kar dio|karen|ho)",
    f"{_CALL} (nahin|na) (chahie|chahida|chahidi|aani chahie|honi chahie)",
    f"(don't|dont|do not|never|not) * {_CALL} (me|us|again|here|anymore|any more|this number|my number|back)",
    f"(stop|quit) {_CALL}", f"(no|any) more {_CALL}", "(don't|dont|do not) disturb", "unsubscribe", "opt out", "do not call",
    "take me off", "(remove|delete|take off) * (number|name|list)",
    "(number|naam) * (hata|hatao|hataie|nikal|nikalo|delete|remove|kat)",
    "list (se|to|ton|cho|vichon) * (hata|hatao|nikal|nikalo|kadh|kat)", "(pareshan|tang) (mat|na) (karo|kijie|karie|kario)",
    "dobara (mat|na) (karo|karna|kijie|kijiega|kario)", "dnd", "blok kar",
)  # fmt: skip
_WRONG = phrase(
    "(wrong|rong|galat|glat|galt) (number|jagah|admi|aadmi|person|vyakti)", "galat (lag|laga|mila|mil|milaya|call|lagaya)",
    "(wrong|rong) number", "(no one|nobody|koi) * (by that name|by this name|is naam ka|is nam ka|is nam da)",
    "is (naam|nam) (ka|ki|da|di|se) * (koi|nahin)", "main (voh|woh|vo) nahin", "(i am|i'm|im) not (him|her|that|he|she)",
    "not (my|his|her) name", "you have the wrong", "aisa koi nahin", "number galat", "number (kisi aur|dusre) ka",
)  # fmt: skip
_LATER = phrase(
    f"(baad|bad|phir|fir) (men|vich)? * {_CALL}",
    "(baad|bad) men (baat|bat|gal|karte|karenge|karo|karna|kijie|karie|karange|bataunga|dekhte)",
    f"{_CALL} (back|later|me later|me tomorrow|again later)", "(some other|another) time", "not (a good|the right|a great) time",
    "(bad|wrong) time", "later please", "talk later", f"({_NOW}) * ({_BUSY})",
    "(main|i am|i'm|im|hum|mai) * (bijy|vyast|meting|meeting|drive kar|driving|gari chala|gadi chala|rujhia|rujhi)",
    "(gari|gadi|bike|scooter) chala", "(time|samay|fursat|vakt|vehal|velh) (nahin|ni|nahi)", "(no|don't have) time",
    "thodi der (men|bad|baad|vich)", "thode (samay|vakt) (men|bad)",
    f"({_WHEN}) * {_CALL} ({_DO}|kar lena|kar lijie|me|karange)", f"{_CALL} ({_DO}|kar lena|kar lijie|me|back) * ({_WHEN})",
    f"{_CALL} (after|at|tomorrow|in|on|by|around|kal|parson|shaam|sham|subah|bad)", "kise hor (vele|time)",
    "kisi aur (samay|time|din)",
)  # fmt: skip
_NOT_NOW = phrase(
    "abhi (nahin|na)", "hun nahin", "kal (baat|bat|gal)?", "(baad|bad) men", "later", "tomorrow", "not now", "parson",
    "shaam ko", "subah",
)  # fmt: skip
_REFUSES = phrase(
    "(interest|interested|ruchi|dilchaspi|dilchasapi|dilchspi) * nahin",
    "(not|no|don't|nahin|never) * (interest|interested|dilchaspi|dilchspi)", "nahin chahie * kuchh",
    "kuchh (bhi)? nahin (chahie|chahida|lena)",
    "(mujhe|hamen|humein|hame|sanun|mainun) (kuchh|yeh|ye|koi) * nahin (chahie|chahida)",
    "(don't|dont|do not) (want|need) (it|this|anything|any)", "time (waste|kharab|barbad)", "samay (kharab|barbad)",
    "baat nahin (karni|karna)", "bat nahin (karni|karna)", "gal nahin karni",
    "(phone|fone|call) (rakho|rakh do|rakhie|kato|kat do|rakhta|rakhti|rakh raha|kaat)", "leave me alone", "go away",
    "rehne (do|dijie|deejie) (mujhe|kuchh|bas)", "maaf (karo|kijie|karna) (nahin|mujhe|bhai)",
)  # fmt: skip
_WILL_NOT_SAY = phrase(
    "nahin (batana|bataunga|bataungi|batate|dasna|dasanga|dasangi)", "not (telling|going to tell|comfortable)",
    "none of your business", "(aapko|tuhanun) kyon (bataun|batau|dasan)", "(rather|would) not (say|tell)",
    "(don't|dont|do not) want to (say|tell)", "skip (this|it|karo|kijie)?",
)  # fmt: skip
_HOLD_ON = phrase(
    "(ek|ik|do|one|two|just a|just) (minute|second|sec|moment|mint|min)", "hold (on|kijie|karo|please|karie)",
    "(ruko|rukie|rukna|rukiega|rukiye|ruk jaie)", "(bulata|bulati|bula raha|bulate|bula deta|deta|deti|de raha) (hun|hain|han)",
    "(let me get|i'll get|i will get|i'll call) (him|her|them)", "(line|hold) par (rahie|raho|rahen)", "wait (please|karo|a)",
    "(unko|unhen|usko|phone) * (deta|deti|dete|dinda|dindi)",
)  # fmt: skip
_WHO = phrase(
    "kaun (bol|baat|bat|hai|hain|ho|sa)", "(aap|tusi|tuhi|tum) kaun", "kon (bol|hai|ho)", "who (is|are|s|am i)",
    "who's (this|calling|speaking)", "(kahan|kithon|kahaan) (se|ton|te)", "where (are you|r u)",
    "(kis|kya|kihre) (company|baare|bare|kaam|kam|liye|sambandh|vajah|bar)", "(kis|kya) * (baare|bare) men",
    "what (is this|is it|s this|about|for|do you want|company)", "what's this", "regarding (what)?", "kyon (call|fone|phone)",
    "(call|fone|phone) kyon", "why (are|did|do) you", "kya kaam (hai)?", "ki kam", "kis (liye|lie)", "kihde (bare|barey)",
    "kaun", "who",
)  # fmt: skip
_NOT_HERE = phrase(
    "(ghar|office|yahan|ithe|idhar|shahar) (par|pe|men|te|vich)? nahin",
    "(bahar|market|dukan|office|kaam par|kam par) (gaye|gai|gaya|gayi|hain|hai|han)",
    "(not|isn't) (here|available|at home|in|around)", "(he|she|they) (is|has|s|are) * (out|away|gone|sleeping|not|busy)",
    "(he's|she's) * (out|away|gone|sleeping|not|busy|bijy)", "(so|soye|sau) (rahe|raha|rahi|gaye)",
    "(unki|unka|uski|uska|iski|iska) (wife|vaif|patni|beta|beti|bhai|bahan|husband|pati|mother|father|maa|papa)",
    "main (unki|unka|uski|uska) ", "(voh|woh|vo|oh) * nahin (hain|hai|han)", "(unse|un se|unse) baat (nahin|baad)",
    "nahin hain (abhi|voh|woh)?", "bahar (hain|hai|han)", "(his|her) (wife|husband|son|daughter|brother|sister|mother|father)",
)  # fmt: skip
_LIMITED = re.compile(
    r"(?<= )(?:abhi|hun|now|before|pahle|pehle|tak|until|till|today|aj|sham|subah|kal|tomorrow|parson|rat|baje|vaje|minute|ghante"
    r"|after|bad)(?= )"
)
"""ONLY now, or not before: they may be called at another time."""
_EVER = phrase(
    "dobara",
    "kabhi",
    "kadi",
    "aage se",
    "age se",
    "(phir|fir) kabhi",
    "aainda",
    "ainda",
    "again",
    "ever",
    "anymore",
    "any more",
    "phir kabhi",
    "fir kabhi",
    "mudke",
    "mur ke",
    "stop",
    "band",
)


def wants_no_calls(text: str) -> bool:
    """ "Mat call karo", for good; not "abhi mat karo, shaam ko karna"."""
    said = plain(text)
    found = _NEVER.search(said)
    return found is not None and (_LIMITED.search(said) is None or _EVER.search(said) is not None)


def wish(text: str) -> Wish | None:
    """The weightiest of those in it, but for a wish to be called no more."""
    said = plain(text)
    if _NEVER.search(said):  # "abhi mat karo": at another time
        return "later"
    for named, pattern in _BY_WEIGHT:
        if pattern.search(said):
            return named
    return None


_BY_WEIGHT: tuple[tuple[Wish, re.Pattern[str]], ...] = (
    ("wrong_number", _WRONG), ("will_not_say", _WILL_NOT_SAY), ("refuses", _REFUSES), 
    ("hold_on", _HOLD_ON), ("not_here", _NOT_HERE),
    ("later", _LATER), ("who_is_it", _WHO), ("not_now", _NOT_NOW),
)  # fmt: skip
