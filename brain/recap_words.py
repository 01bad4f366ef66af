"""The words around a conversation's recap, in the language of the people who take over. ◆"""

from brain.wording import Lines
from core.sites import Language

NAMES: dict[Language, Lines] = {
    "hi-Latn": {"hi-Latn": "Hinglish", "en": "Hinglish", "hi": "हिंग्लिश", "pa": "ਹਿੰਗਲਿਸ਼"},
    "hi": {"hi-Latn": "Hindi", "en": "Hindi", "hi": "हिंदी", "pa": "ਹਿੰਦੀ"},
    "en": {"hi-Latn": "English", "en": "English", "hi": "अंग्रेज़ी", "pa": "ਅੰਗਰੇਜ਼ੀ"},
    "pa": {"hi-Latn": "Punjabi", "en": "Punjabi", "hi": "पंजाबी", "pa": "ਪੰਜਾਬੀ"},
}
CHANNELS: dict[str, Lines] = {
    "call": {"hi-Latn": "call", "en": "call", "hi": "कॉल", "pa": "ਕਾਲ"},
    "chat": {"hi-Latn": "chat", "en": "chat", "hi": "चैट", "pa": "ਚੈਟ"},
}
SPEAKS: Lines = {
    "hi-Latn": "Caller {name} bolte hain.",
    "en": "Caller speaks {name}.",
    "hi": "कॉलर {name} बोलते हैं।",
    "pa": "ਕਾਲਰ {name} ਬੋਲਦੇ ਹਨ।",
}
CAME_OVER: Lines = {
    "hi-Latn": "{channels} se aaye.",
    "en": "Came over {channels}.",
    "hi": "{channels} से आए।",
    "pa": "{channels} ਰਾਹੀਂ ਆਏ।",
}
ASKED: Lines = {
    "hi-Latn": "Poochha: {asked}.",
    "en": "Asked: {asked}.",
    "hi": "पूछा: {asked}।",
    "pa": "ਪੁੱਛਿਆ: {asked}।",
}
NOTHING: Lines = {"hi-Latn": "abhi tak kuchh nahin", "en": "nothing yet", "hi": "अभी तक कुछ नहीं", "pa": "ਅਜੇ ਤੱਕ ਕੁਝ ਨਹੀਂ"}
TOLD: Lines = {
    "hi-Latn": "Aakhir mein bataya: {told}",
    "en": "Told last: {told}",
    "hi": "आख़िर में बताया: {told}",
    "pa": "ਆਖਰ ਵਿੱਚ ਦੱਸਿਆ: {told}",
}
BEFORE: Lines = {
    "hi-Latn": "Pehle poochha: {asked}",
    "en": "Asked before: {asked}",
    "hi": "पहले पूछा: {asked}",
    "pa": "ਪਹਿਲਾਂ ਪੁੱਛਿਆ: {asked}",
}
ORDER: Lines = {
    "hi-Latn": "Order number: {number}.",
    "en": "Order number: {number}.",
    "hi": "ऑर्डर नंबर: {number}।",
    "pa": "ਆਰਡਰ ਨੰਬਰ: {number}।",
}
CALLED: Lines = {
    "hi-Latn": "Humne call kiya tha: {why}.",
    "en": "We called them: {why}.",
    "hi": "हमने कॉल किया था: {why}।",
    "pa": "ਅਸੀਂ ਕਾਲ ਕੀਤੀ ਸੀ: {why}।",
}
ANSWERS: Lines = {
    "hi-Latn": "Jawab: {answers}.",
    "en": "Answers: {answers}.",
    "hi": "जवाब: {answers}।",
    "pa": "ਜਵਾਬ: {answers}।",
}
