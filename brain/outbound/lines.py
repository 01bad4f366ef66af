"""What the agent says in a call out, besides what its purpose says. At most two short sentences each. ◆"""

from brain.wording import Lines, sentences, spoken_in
from core.sites import Language

_LINES: dict[str, Lines] = {
    "who": {
        "hi-Latn": "Namaste, main {site} se bol rahi hoon.",
        "en": "Hello, this is {site} calling.",
        "hi": "नमस्ते, मैं {site} से बोल रही हूँ।",
        "pa": "ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ, ਮੈਂ {site} ਤੋਂ ਬੋਲ ਰਹੀ ਹਾਂ।",
    },
    "is_it": {
        "hi-Latn": "Kya meri baat {person} se ho rahi hai?",
        "en": "Am I speaking with {person}?",
        "hi": "क्या मेरी बात {person} से हो रही है?",
        "pa": "ਕੀ ਮੇਰੀ ਗੱਲ {person} ਨਾਲ ਹੋ ਰਹੀ ਹੈ?",
    },
    "may_we": {
        "hi-Latn": "Kya abhi do minute baat kar sakte hain?",
        "en": "Do you have two minutes to talk now?",
        "hi": "क्या अभी दो मिनट बात कर सकते हैं?",
        "pa": "ਕੀ ਹੁਣ ਦੋ ਮਿੰਟ ਗੱਲ ਕਰ ਸਕਦੇ ਹਾਂ?",
    },
    "when": {
        "hi-Latn": "Koi baat nahin. Hum aapko kab call karein?",
        "en": "No problem. When shall we call you?",
        "hi": "कोई बात नहीं। हम आपको कब कॉल करें?",
        "pa": "ਕੋਈ ਗੱਲ ਨਹੀਂ। ਅਸੀਂ ਤੁਹਾਨੂੰ ਕਦੋਂ ਕਾਲ ਕਰੀਏ?",
    },
    "when_again": {
        "hi-Latn": "Kis din aur kitne baje call karein?",
        "en": "On which day and at what time shall we call?",
        "hi": "किस दिन और कितने बजे कॉल करें?",
        "pa": "ਕਿਸ ਦਿਨ ਅਤੇ ਕਿੰਨੇ ਵਜੇ ਕਾਲ ਕਰੀਏ?",
    },
    "call_at": {
        "hi-Latn": "Theek hai, hum aapko {day} ko {time} call karenge. Dhanyavaad.",
        "en": "All right, we will call you on {day} at {time}. Thank you.",
        "hi": "ठीक है, हम आपको {day} को {time} कॉल करेंगे। धन्यवाद।",
        "pa": "ਠੀਕ ਹੈ, ਅਸੀਂ ਤੁਹਾਨੂੰ {day} ਨੂੰ {time} ਕਾਲ ਕਰਾਂਗੇ। ਧੰਨਵਾਦ।",
    },
    "call_later": {
        "hi-Latn": "Theek hai, hum baad mein call karenge. Dhanyavaad.",
        "en": "All right, we will call another time. Thank you.",
        "hi": "ठीक है, हम बाद में कॉल करेंगे। धन्यवाद।",
        "pa": "ਠੀਕ ਹੈ, ਅਸੀਂ ਬਾਅਦ ਵਿੱਚ ਕਾਲ ਕਰਾਂਗੇ। ਧੰਨਵਾਦ।",
    },
    "wrong_person": {
        "hi-Latn": "Takleef ke liye maaf kijiye. Aapka din shubh ho.",
        "en": "Sorry to have troubled you. Have a nice day.",
        "hi": "तकलीफ़ के लिए माफ़ कीजिए। आपका दिन शुभ हो।",
        "pa": "ਤਕਲੀਫ਼ ਲਈ ਮਾਫ਼ ਕਰਨਾ। ਤੁਹਾਡਾ ਦਿਨ ਵਧੀਆ ਰਹੇ।",
    },
    "refused": {
        "hi-Latn": "Theek hai, samay dene ke liye dhanyavaad. Aapka din shubh ho.",
        "en": "All right, thank you for your time. Have a nice day.",
        "hi": "ठीक है, समय देने के लिए धन्यवाद। आपका दिन शुभ हो।",
        "pa": "ਠੀਕ ਹੈ, ਸਮਾਂ ਦੇਣ ਲਈ ਧੰਨਵਾਦ। ਤੁਹਾਡਾ ਦਿਨ ਵਧੀਆ ਰਹੇ।",
    },
    "no_calls": {
        "hi-Latn": "Takleef ke liye maaf kijiye. Aapka number hata diya gaya hai, ab hum call nahin karenge.",
        "en": "Sorry to have troubled you. Your number has been taken off, we will not call again.",
        "hi": "तकलीफ़ के लिए माफ़ कीजिए। आपका नंबर हटा दिया गया है, अब हम कॉल नहीं करेंगे।",
        "pa": "ਤਕਲੀਫ਼ ਲਈ ਮਾਫ਼ ਕਰਨਾ। ਤੁਹਾਡਾ ਨੰਬਰ ਹਟਾ ਦਿੱਤਾ ਗਿਆ ਹੈ, ਹੁਣ ਅਸੀਂ ਕਾਲ ਨਹੀਂ ਕਰਾਂਗੇ।",
    },
    "waiting": {
        "hi-Latn": "Ji, main intezaar kar rahi hoon.",
        "en": "Sure, I will wait.",
        "hi": "जी, मैं इंतज़ार कर रही हूँ।",
        "pa": "ਜੀ, ਮੈਂ ਉਡੀਕ ਕਰ ਰਹੀ ਹਾਂ।",
    },
    "noted": {
        "hi-Latn": "Theek hai, {value}.",
        "en": "All right, {value}.",
        "hi": "ठीक है, {value}।",
        "pa": "ਠੀਕ ਹੈ, {value}।",
    },
    "check": {
        "hi-Latn": "Aapka number {value} hai, sahi hai?",
        "en": "Your number is {value}, is that right?",
        "hi": "आपका नंबर {value} है, सही है?",
        "pa": "ਤੁਹਾਡਾ ਨੰਬਰ {value} ਹੈ, ਸਹੀ ਹੈ?",
    },
    "never_mind": {
        "hi-Latn": "Koi baat nahin.",
        "en": "That is all right.",
        "hi": "कोई बात नहीं।",
        "pa": "ਕੋਈ ਗੱਲ ਨਹੀਂ।",
    },
    "sorry": {
        "hi-Latn": "Maaf kijiye, samajh nahin aaya.",
        "en": "Sorry, I did not get that.",
        "hi": "माफ़ कीजिए, समझ नहीं आया।",
        "pa": "ਮਾਫ਼ ਕਰਨਾ, ਸਮਝ ਨਹੀਂ ਆਇਆ।",
    },
    "as_yes_no": {
        "hi-Latn": "Haan ya nahin?",
        "en": "Yes or no?",
        "hi": "हाँ या नहीं?",
        "pa": "ਹਾਂ ਜਾਂ ਨਹੀਂ?",
    },
    "as_number": {
        "hi-Latn": "Kripya ek number bataiye.",
        "en": "Please tell me a number.",
        "hi": "कृपया एक संख्या बताइए।",
        "pa": "ਕਿਰਪਾ ਕਰਕੇ ਇੱਕ ਗਿਣਤੀ ਦੱਸੋ।",
    },
    "as_choice": {
        "hi-Latn": "Inmein se ek bataiye: {options}.",
        "en": "Please choose one: {options}.",
        "hi": "इनमें से एक बताइए: {options}।",
        "pa": "ਇਹਨਾਂ ਵਿੱਚੋਂ ਇੱਕ ਦੱਸੋ: {options}।",
    },
    "as_date": {
        "hi-Latn": "Kripya din ya tareekh bataiye.",
        "en": "Please tell me the day or the date.",
        "hi": "कृपया दिन या तारीख़ बताइए।",
        "pa": "ਕਿਰਪਾ ਕਰਕੇ ਦਿਨ ਜਾਂ ਤਾਰੀਖ਼ ਦੱਸੋ।",
    },
    "as_phone": {
        "hi-Latn": "Kripya das ank ka mobile number boliye, ya keypad par dabaiye.",
        "en": "Please tell me the ten digit mobile number, or key it in.",
        "hi": "कृपया दस अंक का मोबाइल नंबर बोलिए, या कीपैड पर दबाइए।",
        "pa": "ਕਿਰਪਾ ਕਰਕੇ ਦਸ ਅੰਕਾਂ ਦਾ ਮੋਬਾਈਲ ਨੰਬਰ ਬੋਲੋ, ਜਾਂ ਕੀਪੈਡ ਤੇ ਦਬਾਓ।",
    },
    "anything": {
        "hi-Latn": "Kya aap is baare mein kuchh poochhna chahenge?",
        "en": "Would you like to ask anything about this?",
        "hi": "क्या आप इस बारे में कुछ पूछना चाहेंगे?",
        "pa": "ਕੀ ਤੁਸੀਂ ਇਸ ਬਾਰੇ ਕੁਝ ਪੁੱਛਣਾ ਚਾਹੋਗੇ?",
    },
    "go_on": {
        "hi-Latn": "Ji, boliye.",
        "en": "Yes, please go ahead.",
        "hi": "जी, बोलिए।",
        "pa": "ਜੀ, ਦੱਸੋ।",
    },
    "thanks": {
        "hi-Latn": "Aapke samay ke liye bahut dhanyavaad. Aapka din shubh ho.",
        "en": "Thank you very much for your time. Have a nice day.",
        "hi": "आपके समय के लिए बहुत धन्यवाद। आपका दिन शुभ हो।",
        "pa": "ਤੁਹਾਡੇ ਸਮੇਂ ਲਈ ਬਹੁਤ ਧੰਨਵਾਦ। ਤੁਹਾਡਾ ਦਿਨ ਵਧੀਆ ਰਹੇ।",
    },
}
LINES = frozenset(_LINES)

Says = tuple[tuple[str, Language], ...]
"""Sentences, each with its language."""


def line(name: str, language: Language, **values: str) -> Says:
    text, language = spoken_in(_LINES[name], language)
    return tuple((sentence, language) for sentence in sentences(text.format(**values)))
