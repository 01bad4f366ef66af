"""What the agent says of itself, in its languages: questions back, offers, apologies. The site's knowledge is not here. ◆

Each line is at most two short sentences: it is spoken. {…} are filled by the caller of `say`.
"""

import re
from collections.abc import Sequence

from core.sites import Language

Lines = dict[Language, str]

_LINES: dict[str, Lines] = {
    "unclear": {
        "hi-Latn": "Maaf kijiye, main theek se samajh nahin paayi. Kya aap phir se bol sakte hain?",
        "en": "Sorry, I did not catch that. Could you please say it again?",
        "hi": "माफ़ कीजिए, मैं ठीक से समझ नहीं पाई। क्या आप फिर से बोल सकते हैं?",
        "pa": "ਮਾਫ਼ ਕਰਨਾ, ਮੈਂ ਠੀਕ ਤਰ੍ਹਾਂ ਸਮਝ ਨਹੀਂ ਸਕੀ। ਕੀ ਤੁਸੀਂ ਦੁਬਾਰਾ ਬੋਲ ਸਕਦੇ ਹੋ?",
    },
    "unclear_again": {
        "hi-Latn": "Maaf kijiye, main samajh nahin pa rahi hoon. Kya main aapko hamare saathi se jodun?",
        "en": "Sorry, I am not able to understand. Shall I connect you to my colleague?",
        "hi": "माफ़ कीजिए, मैं समझ नहीं पा रही हूँ। क्या मैं आपको हमारे साथी से जोड़ूँ?",
        "pa": "ਮਾਫ਼ ਕਰਨਾ, ਮੈਂ ਸਮਝ ਨਹੀਂ ਪਾ ਰਹੀ। ਕੀ ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜਾਂ?",
    },
    "unknown": {
        "hi-Latn": "Iski jaankari mere paas nahin hai. Kya main aapko hamare saathi se jodun?",
        "en": "I do not have information about that. Shall I connect you to my colleague?",
        "hi": "इसकी जानकारी मेरे पास नहीं है। क्या मैं आपको हमारे साथी से जोड़ूँ?",
        "pa": "ਇਸ ਦੀ ਜਾਣਕਾਰੀ ਮੇਰੇ ਕੋਲ ਨਹੀਂ ਹੈ। ਕੀ ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜਾਂ?",
    },
    "did_you_mean": {
        "hi-Latn": "Kya aapka matlab yeh hai: {question}?",
        "en": "Do you mean: {question}?",
        "hi": "क्या आपका मतलब यह है: {question}?",
        "pa": "ਕੀ ਤੁਹਾਡਾ ਮਤਲਬ ਇਹ ਹੈ: {question}?",
    },
    "unavailable": {
        "hi-Latn": "Maaf kijiye, abhi jaankari nahin dekh pa rahi hoon. Kya main aapko hamare saathi se jodun?",
        "en": "Sorry, I can not look that up right now. Shall I connect you to my colleague?",
        "hi": "माफ़ कीजिए, अभी जानकारी नहीं देख पा रही हूँ। क्या मैं आपको हमारे साथी से जोड़ूँ?",
        "pa": "ਮਾਫ਼ ਕਰਨਾ, ਹੁਣੇ ਜਾਣਕਾਰੀ ਨਹੀਂ ਵੇਖ ਸਕਦੀ। ਕੀ ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜਾਂ?",
    },
    "no_words": {
        "hi-Latn": "Boliye, main aapki kya madad kar sakti hoon?",
        "en": "How may I help you?",
        "hi": "बोलिए, मैं आपकी क्या मदद कर सकती हूँ?",
        "pa": "ਦੱਸੋ, ਮੈਂ ਤੁਹਾਡੀ ਕੀ ਮਦਦ ਕਰ ਸਕਦੀ ਹਾਂ?",
    },
    "a_program": {
        "hi-Latn": "Isse main kuchh nahin kar sakti. Apna sawaal seedhe shabdon mein poochhiye.",
        "en": "I can not do anything with that. Please ask your question in plain words.",
        "hi": "इससे मैं कुछ नहीं कर सकती। अपना सवाल सीधे शब्दों में पूछिए।",
        "pa": "ਇਸ ਨਾਲ ਮੈਂ ਕੁਝ ਨਹੀਂ ਕਰ ਸਕਦੀ। ਆਪਣਾ ਸਵਾਲ ਸਿੱਧੇ ਸ਼ਬਦਾਂ ਵਿੱਚ ਪੁੱਛੋ।",
    },
    "what_else": {
        "hi-Latn": "Theek hai. Main aapki aur kya madad kar sakti hoon?",
        "en": "All right. What else can I do for you?",
        "hi": "ठीक है। मैं आपकी और क्या मदद कर सकती हूँ?",
        "pa": "ਠੀਕ ਹੈ। ਮੈਂ ਤੁਹਾਡੀ ਹੋਰ ਕੀ ਮਦਦ ਕਰ ਸਕਦੀ ਹਾਂ?",
    },
    "nobody_free": {
        "hi-Latn": "Maaf kijiye, is samay hamare sabhi saathi vyast hain. Main aapki aur kya madad kar sakti hoon?",
        "en": "Sorry, all my colleagues are busy at the moment. What else can I do for you?",
        "hi": "माफ़ कीजिए, इस समय हमारे सभी साथी व्यस्त हैं। मैं आपकी और क्या मदद कर सकती हूँ?",
        "pa": "ਮਾਫ਼ ਕਰਨਾ, ਇਸ ਵੇਲੇ ਸਾਡੇ ਸਾਰੇ ਸਾਥੀ ਰੁੱਝੇ ਹੋਏ ਹਨ। ਮੈਂ ਤੁਹਾਡੀ ਹੋਰ ਕੀ ਮਦਦ ਕਰ ਸਕਦੀ ਹਾਂ?",
    },
    "nobody_free_callback": {
        "hi-Latn": "Maaf kijiye, is samay hamare sabhi saathi vyast hain. Kya hum aapko call karein, aur kis din?",
        "en": "Sorry, all my colleagues are busy at the moment. Shall we call you back, and on which day?",
        "hi": "माफ़ कीजिए, इस समय हमारे सभी साथी व्यस्त हैं। क्या हम आपको कॉल करें, और किस दिन?",
        "pa": "ਮਾਫ਼ ਕਰਨਾ, ਇਸ ਵੇਲੇ ਸਾਡੇ ਸਾਰੇ ਸਾਥੀ ਰੁੱਝੇ ਹੋਏ ਹਨ। ਕੀ ਅਸੀਂ ਤੁਹਾਨੂੰ ਕਾਲ ਕਰੀਏ, ਅਤੇ ਕਿਸ ਦਿਨ?",
    },
    "why_a_person": {
        "hi-Latn": "Zaroor. Pehle bataiye, aapko kis baare mein baat karni hai?",
        "en": "Of course. First tell me, what is it about?",
        "hi": "ज़रूर। पहले बताइए, आपको किस बारे में बात करनी है?",
        "pa": "ਜ਼ਰੂਰ। ਪਹਿਲਾਂ ਦੱਸੋ, ਤੁਸੀਂ ਕਿਸ ਬਾਰੇ ਗੱਲ ਕਰਨੀ ਹੈ?",
    },
    "angry": {
        "hi-Latn": "Aapko jo pareshani hui, uske liye maafi chahti hoon.",
        "en": "I am sorry for the trouble.",
        "hi": "आपको जो परेशानी हुई, उसके लिए माफ़ी चाहती हूँ।",
        "pa": "ਤੁਹਾਨੂੰ ਜੋ ਪਰੇਸ਼ਾਨੀ ਹੋਈ, ਉਸ ਲਈ ਮਾਫ਼ੀ ਚਾਹੁੰਦੀ ਹਾਂ।",
    },
    "nothing_to_repeat": {
        "hi-Latn": "Ji, boliye. Main aapki kya madad kar sakti hoon?",
        "en": "Please go ahead. How may I help you?",
        "hi": "जी, बोलिए। मैं आपकी क्या मदद कर सकती हूँ?",
        "pa": "ਜੀ, ਬੋਲੋ। ਮੈਂ ਤੁਹਾਡੀ ਕੀ ਮਦਦ ਕਰ ਸਕਦੀ ਹਾਂ?",
    },
    "ask_number": {
        "hi-Latn": "Apna order number boliye, ya keypad par dabaiye.",
        "en": "Please tell me your order number, or key it in.",
        "hi": "अपना ऑर्डर नंबर बोलिए, या कीपैड पर दबाइए।",
        "pa": "ਆਪਣਾ ਆਰਡਰ ਨੰਬਰ ਬੋਲੋ, ਜਾਂ ਕੀਪੈਡ ਤੇ ਦਬਾਓ।",
    },
    "short_number": {
        "hi-Latn": "Order number paanch ank ka hota hai. Kripya poora number boliye.",
        "en": "An order number has five digits. Please tell me all of it.",
        "hi": "ऑर्डर नंबर पाँच अंक का होता है। कृपया पूरा नंबर बोलिए।",
        "pa": "ਆਰਡਰ ਨੰਬਰ ਪੰਜ ਅੰਕਾਂ ਦਾ ਹੁੰਦਾ ਹੈ। ਕਿਰਪਾ ਕਰਕੇ ਪੂਰਾ ਨੰਬਰ ਬੋਲੋ।",
    },
    "no_such_order": {
        "hi-Latn": "Order number {order} mujhe nahin mila. Kripya number phir se boliye.",
        "en": "I can not find order number {order}. Please tell me the number again.",
        "hi": "ऑर्डर नंबर {order} मुझे नहीं मिला। कृपया नंबर फिर से बोलिए।",
        "pa": "ਆਰਡਰ ਨੰਬਰ {order} ਮੈਨੂੰ ਨਹੀਂ ਮਿਲਿਆ। ਕਿਰਪਾ ਕਰਕੇ ਨੰਬਰ ਦੁਬਾਰਾ ਬੋਲੋ।",
    },
    "no_such_order_again": {
        "hi-Latn": "Order number {order} bhi nahin mila. Kya main aapko hamare saathi se jodun?",
        "en": "I can not find order number {order} either. Shall I connect you to my colleague?",
        "hi": "ऑर्डर नंबर {order} भी नहीं मिला। क्या मैं आपको हमारे साथी से जोड़ूँ?",
        "pa": "ਆਰਡਰ ਨੰਬਰ {order} ਵੀ ਨਹੀਂ ਮਿਲਿਆ। ਕੀ ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜਾਂ?",
    },
    "orders_away": {
        "hi-Latn": "Maaf kijiye, order ki jaankari abhi nahin mil rahi hai. Kya main aapko hamare saathi se jodun?",
        "en": "Sorry, order details are not available right now. Shall I connect you to my colleague?",
        "hi": "माफ़ कीजिए, ऑर्डर की जानकारी अभी नहीं मिल रही है। क्या मैं आपको हमारे साथी से जोड़ूँ?",
        "pa": "ਮਾਫ਼ ਕਰਨਾ, ਆਰਡਰ ਦੀ ਜਾਣਕਾਰੀ ਹੁਣੇ ਨਹੀਂ ਮਿਲ ਰਹੀ। ਕੀ ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜਾਂ?",
    },
    "not_allowed": {
        "hi-Latn": "Yeh main yahan se nahin kar sakti. Kya main aapko hamare saathi se jodun?",
        "en": "I can not do that from here. Shall I connect you to my colleague?",
        "hi": "यह मैं यहाँ से नहीं कर सकती। क्या मैं आपको हमारे साथी से जोड़ूँ?",
        "pa": "ਇਹ ਮੈਂ ਇੱਥੋਂ ਨਹੀਂ ਕਰ ਸਕਦੀ। ਕੀ ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜਾਂ?",
    },
    "goodbye_chat": {
        "hi-Latn": "Humse baat karne ke liye dhanyavaad. Aapka din shubh ho.",
        "en": "Thank you for chatting with us. Have a nice day.",
        "hi": "हमसे बात करने के लिए धन्यवाद। आपका दिन शुभ हो।",
        "pa": "ਸਾਡੇ ਨਾਲ ਗੱਲ ਕਰਨ ਲਈ ਧੰਨਵਾਦ। ਤੁਹਾਡਾ ਦਿਨ ਵਧੀਆ ਰਹੇ।",
    },
    "transfer_chat": {
        "hi-Latn": "Main aapki baat hamare saathi tak pahuncha rahi hoon. Aapko kuchh dohraana nahin padega.",
        "en": "I am passing this on to my colleague. You will not have to repeat anything.",
        "hi": "मैं आपकी बात हमारे साथी तक पहुँचा रही हूँ। आपको कुछ दोहराना नहीं पड़ेगा।",
        "pa": "ਮੈਂ ਤੁਹਾਡੀ ਗੱਲ ਸਾਡੇ ਸਾਥੀ ਤੱਕ ਪਹੁੰਚਾ ਰਹੀ ਹਾਂ। ਤੁਹਾਨੂੰ ਕੁਝ ਦੁਹਰਾਉਣਾ ਨਹੀਂ ਪਵੇਗਾ।",
    },
    "instant": {
        "hi-Latn": "Ji haan, zaroor. Delivery mein teen din lagte hain.",
        "en": "Yes, of course. Delivery takes three days.",
    },
}

_CHAT: dict[str, str] = {
    "Kya aap phir se bol sakte hain?": "Kya aap phir se likh sakte hain?",
    "Could you please say it again?": "Could you please write it again?",
    "क्या आप फिर से बोल सकते हैं?": "क्या आप फिर से लिख सकते हैं?",
    "ਕੀ ਤੁਸੀਂ ਦੁਬਾਰਾ ਬੋਲ ਸਕਦੇ ਹੋ?": "ਕੀ ਤੁਸੀਂ ਦੁਬਾਰਾ ਲਿਖ ਸਕਦੇ ਹੋ?",
    "Sorry, I did not catch that.": "Sorry, I did not understand that.",
    "Ji, boliye.": "Ji, bataiye.",
    "जी, बोलिए।": "जी, बताइए।",
    "ਜੀ, ਬੋਲੋ।": "ਜੀ, ਦੱਸੋ।",
    "Please go ahead.": "Please go on.",
    "Main sun rahi hoon.": "Main yahin hoon.",
    "I am listening.": "I am here.",
    "Kripya poora number boliye.": "Kripya poora number likhiye.",
    "Please tell me all of it.": "Please write all of it.",
    "कृपया पूरा नंबर बोलिए।": "कृपया पूरा नंबर लिखिए।",
    "ਕਿਰਪਾ ਕਰਕੇ ਪੂਰਾ ਨੰਬਰ ਬੋਲੋ।": "ਕਿਰਪਾ ਕਰਕੇ ਪੂਰਾ ਨੰਬਰ ਲਿਖੋ।",
    "Kripya number phir se boliye.": "Kripya number phir se likhiye.",
    "Please tell me the number again.": "Please write the number again.",
    "कृपया नंबर फिर से बोलिए।": "कृपया नंबर फिर से लिखिए।",
    "ਕਿਰਪਾ ਕਰਕੇ ਨੰਬਰ ਦੁਬਾਰਾ ਬੋਲੋ।": "ਕਿਰਪਾ ਕਰਕੇ ਨੰਬਰ ਦੁਬਾਰਾ ਲਿਖੋ।",
    "Boliye, main aapki kya madad kar sakti hoon?": "Bataiye, main aapki kya madad kar sakti hoon?",
    "Boliye, main aapki kya madad kar sakta hoon?": "Bataiye, main aapki kya madad kar sakta hoon?",
    "बोलिए, मैं आपकी क्या मदद कर सकती हूँ?": "बताइए, मैं आपकी क्या मदद कर सकती हूँ?",
    "बोलिए, मैं आपकी क्या मदद कर सकता हूँ?": "बताइए, मैं आपकी क्या मदद कर सकता हूँ?",
    "Main sun raha hoon.": "Main yahin hoon.",
}
"""Sentences of ours that suppose a telephone, and what they are in a chat."""
_SAY_OR_KEY = tuple(
    (re.compile(spoken), written)
    for spoken, written in (
        (r"\bboliye(?:, ya keypad par| ya) dabaiye", "likhiye"),
        (r"\btell me ([^,.]*), or key (?:it|them) in", r"write \1"),
        (r"\bsay or key in\b", "write"),
        (r"बोलिए(?:, या कीपैड पर| या) दबाइए", "लिखिए"),
        (r"ਬੋਲੋ(?:, ਜਾਂ ਕੀਪੈਡ ਤੇ| ਜਾਂ) ਦਬਾਓ", "ਲਿਖੋ"),
    )
)
"""The same of the many ways to ask for a number."""

HOLD_CHAT: Lines = {
    "hi-Latn": "Please chat par bane rahein, main check kar raha hoon.",
    "en": "Please stay in the chat, I am checking.",
    "hi": "कृपया चैट पर बने रहें, मैं चेक कर रहा हूँ।",
    "pa": "ਕਿਰਪਾ ਕਰਕੇ ਚੈਟ ਤੇ ਬਣੇ ਰਹੋ, ਮੈਂ ਚੈੱਕ ਕਰ ਰਿਹਾ ਹਾਂ।",
}
"""For a site that has none of its own (Phrases.hold_chat)."""

LIST_LIMIT = 4
"""Things of a list that are named on a call; the others are counted."""
LIST_LEADS: Lines = {"hi-Latn": "{n} cheezein:", "en": "{n} things:", "hi": "{n} चीज़ें:", "pa": "{n} ਚੀਜ਼ਾਂ:"}
_AND: Lines = {"hi-Latn": "aur", "en": "and", "hi": "और", "pa": "ਅਤੇ"}
_MORE: Lines = {"hi-Latn": "aur {n} aur bhi", "en": "and {n} more", "hi": "और {n} और भी", "pa": "ਅਤੇ {n} ਹੋਰ ਵੀ"}
_SOURCES: Lines = {"hi-Latn": "Jaankari yahan se", "en": "Source", "hi": "स्रोत", "pa": "ਸਰੋਤ"}

_FALLBACK: dict[Language, tuple[Language, ...]] = {
    "hi": ("hi", "hi-Latn", "en"),
    "pa": ("pa", "hi-Latn", "en"),
    "hi-Latn": ("hi-Latn", "en"),
    "en": ("en", "hi-Latn"),
}


def spoken_in(texts: dict[Language, str], language: Language) -> tuple[str, Language]:
    """The text a caller of `language` understands best, and its language. ValueError for an empty dict."""
    for choice in (*_FALLBACK[language], *texts):
        if choice in texts:
            return texts[choice], choice
    raise ValueError("no text in any language")


def say(line: str, language: Language, **values: str) -> tuple[tuple[str, ...], Language]:
    """(sentences, their language) of one of our own lines."""
    text, language = spoken_in(_LINES[line], language)
    return sentences(text.format(**values)), language


def sentences(text: str) -> tuple[str, ...]:
    """A text cut at the ends of its sentences: "A C, T V." stays whole, "₹1.5 lakh" too."""
    found: list[str] = []
    start = 0
    for at, mark in enumerate(text):
        if mark in ".?!।" and (at + 1 == len(text) or text[at + 1] == " "):
            found.append(text[start : at + 1].strip())
            start = at + 1
    rest = text[start:].strip()
    return tuple([*found, rest] if rest else found)


def in_writing(sentence: str) -> str:
    """One of our sentences as it reads in a chat; any other comes back as it is."""
    written = _CHAT.get(sentence, sentence)
    for spoken, typed in _SAY_OR_KEY:
        written = spoken.sub(typed, written)
    return written.replace("can not", "cannot")  # apart, it is said more clearly


def listed(items: Sequence[str], language: Language) -> str:
    """A, B aur C."""
    *first, last = items
    return f"{', '.join(first)} {_AND[language]} {last}" if first else last


def and_more(count: int, language: Language) -> str:
    return _MORE[language].format(n=count)


def sources(language: Language) -> str:
    """What stands before the places an answer was taken from."""
    return _SOURCES[language]
