"""What an agent says of itself until its site says otherwise, per language. {name} is the site's. ◆

A new site can answer its first call with nothing but a name. What is stored is the whole text, so that its owner sees
every line there is to change.
"""

from typing import Literal

import msgspec

from core.sites import Language, Phrases, Site

LeftToUs = Literal[
    "sorry", "voicemail", "moment", "thanks", "operator_call", "operator_call_from", "operator_keys", "operator_waiting"
]
"""Lines that a site need not have."""


def usual_phrases(language: Language, name: str) -> Phrases:
    """All lines, in this language, for a site of this name."""
    usual = _USUAL[language]
    said = " ".join(name.replace("{", "(").replace("}", ")").split())
    return msgspec.structs.replace(usual, greeting=usual.greeting.format(name=said))


def line(site: Site, language: Language, name: LeftToUs) -> str:
    """The site's own words for it in this language; the usual ones, where it has none."""
    own = site.phrases.get(language)
    return (getattr(own, name) if own is not None else "") or getattr(_USUAL[language], name)


_USUAL: dict[Language, Phrases] = {
    "hi-Latn": Phrases(
        greeting="Namaste, {name} mein aapka swagat hai. Main aapki kya madad kar sakta hoon?",
        hold=(
            "Aap line par bane rahein, main information check kar raha hoon.",
            "Bas ek second, main dekh raha hoon.",
            "Thoda sa samay dijiye, jaankari aa rahi hai.",
        ),
        hold_chat=("Please chat par bane rahein, main check kar raha hoon.",),
        reminder="Kya aap line par hain?",
        again="Maaf kijiye, main theek se sun nahin paaya. Kya aap phir se bol sakte hain?",
        apology="Maaf kijiye, hamari taraf se kuchh dikkat ho gayi hai. Main aapko hamare saathi se jodta hoon.",
        goodbye="Call karne ke liye dhanyavaad. Aapka din shubh ho.",
        transfer="Main aapko hamare saathi se jod raha hoon, kripya line par bane rahein.",
        sorry="Maaf kijiye, abhi hum aapka call nahin le sakte. Kripya thodi der baad call karein.",
        voicemail="Abhi hum aapka call nahin le sakte. Kripya beep ke baad apna sandesh chhod dein.",
        moment="Kripya line par bane rahein.",
        thanks="Dhanyavaad. Aapka sandesh mil gaya hai.",
        operator_call="{site} ke liye call hai.",
        operator_call_from="{site} ke liye call hai, number {number} se.",
        operator_keys="Lene ke liye 1 dabaiye, mana karne ke liye 2.",
        operator_waiting="Ek caller line par hai.",
    ),
    "en": Phrases(
        greeting="Hello, welcome to {name}. How may I help you?",
        hold=(
            "Please stay on the line, I am checking that for you.",
            "One second please, I am looking it up.",
            "Just a moment, the information is on its way.",
        ),
        hold_chat=("Please stay in the chat, I am checking that for you.",),
        reminder="Are you still there?",
        again="Sorry, I could not hear that clearly. Could you please say it again?",
        apology="Sorry, something went wrong on our side. I will connect you to my colleague.",
        goodbye="Thank you for calling. Have a nice day.",
        transfer="I am connecting you to my colleague, please stay on the line.",
        sorry="Sorry, we cannot take your call just now. Please call again later.",
        voicemail="We cannot take your call just now. Please leave a message after the beep.",
        moment="One moment, please.",
        thanks="Thank you. Your message has been saved.",
        operator_call="Call for {site}.",
        operator_call_from="Call for {site}, from {number}.",
        operator_keys="Press 1 to accept, 2 to decline.",
        operator_waiting="A caller is waiting.",
    ),
    "hi": Phrases(
        greeting="नमस्ते, {name} में आपका स्वागत है। मैं आपकी क्या मदद कर सकता हूँ?",
        hold=("आप लाइन पर बने रहें, मैं जानकारी देख रहा हूँ।", "बस एक सेकंड, मैं देख रहा हूँ।"),
        hold_chat=("कृपया चैट पर बने रहें, मैं देख रहा हूँ।",),
        reminder="क्या आप लाइन पर हैं?",
        again="माफ़ कीजिए, मैं ठीक से सुन नहीं पाया। क्या आप फिर से बोल सकते हैं?",
        apology="माफ़ कीजिए, हमारी तरफ़ से कुछ दिक्कत हो गई है। मैं आपको हमारे साथी से जोड़ता हूँ।",
        goodbye="कॉल करने के लिए धन्यवाद। आपका दिन शुभ हो।",
        transfer="मैं आपको हमारे साथी से जोड़ रहा हूँ, कृपया लाइन पर बने रहें।",
        sorry="माफ़ कीजिए, अभी हम आपका कॉल नहीं ले सकते। कृपया थोड़ी देर बाद कॉल करें।",
        voicemail="अभी हम आपका कॉल नहीं ले सकते। कृपया बीप के बाद अपना संदेश छोड़ दें।",
        moment="कृपया लाइन पर बने रहें।",
        thanks="धन्यवाद। आपका संदेश मिल गया है।",
        operator_call="{site} के लिए कॉल है।",
        operator_call_from="{site} के लिए कॉल है, नंबर {number} से।",
        operator_keys="लेने के लिए 1 दबाइए, मना करने के लिए 2।",
        operator_waiting="एक कॉलर लाइन पर है।",
    ),
    "pa": Phrases(
        greeting="ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ, {name} ਵਿੱਚ ਤੁਹਾਡਾ ਸਵਾਗਤ ਹੈ। ਮੈਂ ਤੁਹਾਡੀ ਕੀ ਮਦਦ ਕਰ ਸਕਦਾ ਹਾਂ?",
        hold=("ਤੁਸੀਂ ਲਾਈਨ ਤੇ ਬਣੇ ਰਹੋ, ਮੈਂ ਜਾਣਕਾਰੀ ਵੇਖ ਰਿਹਾ ਹਾਂ।", "ਬਸ ਇੱਕ ਸਕਿੰਟ, ਮੈਂ ਵੇਖ ਰਿਹਾ ਹਾਂ।"),
        hold_chat=("ਕਿਰਪਾ ਕਰਕੇ ਚੈਟ ਤੇ ਬਣੇ ਰਹੋ, ਮੈਂ ਵੇਖ ਰਿਹਾ ਹਾਂ।",),
        reminder="ਕੀ ਤੁਸੀਂ ਲਾਈਨ ਤੇ ਹੋ?",
        again="ਮਾਫ਼ ਕਰਨਾ, ਮੈਂ ਠੀਕ ਤਰ੍ਹਾਂ ਸੁਣ ਨਹੀਂ ਸਕਿਆ। ਕੀ ਤੁਸੀਂ ਦੁਬਾਰਾ ਬੋਲ ਸਕਦੇ ਹੋ?",
        apology="ਮਾਫ਼ ਕਰਨਾ, ਸਾਡੇ ਵੱਲੋਂ ਕੁਝ ਗੜਬੜ ਹੋ ਗਈ ਹੈ। ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜਦਾ ਹਾਂ।",
        goodbye="ਕਾਲ ਕਰਨ ਲਈ ਧੰਨਵਾਦ। ਤੁਹਾਡਾ ਦਿਨ ਵਧੀਆ ਰਹੇ।",
        transfer="ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜ ਰਿਹਾ ਹਾਂ, ਕਿਰਪਾ ਕਰਕੇ ਲਾਈਨ ਤੇ ਬਣੇ ਰਹੋ।",
        sorry="ਮਾਫ਼ ਕਰਨਾ, ਹੁਣੇ ਅਸੀਂ ਤੁਹਾਡੀ ਕਾਲ ਨਹੀਂ ਲੈ ਸਕਦੇ। ਕਿਰਪਾ ਕਰਕੇ ਥੋੜ੍ਹੀ ਦੇਰ ਬਾਅਦ ਕਾਲ ਕਰੋ।",
        voicemail="ਹੁਣੇ ਅਸੀਂ ਤੁਹਾਡੀ ਕਾਲ ਨਹੀਂ ਲੈ ਸਕਦੇ। ਕਿਰਪਾ ਕਰਕੇ ਬੀਪ ਤੋਂ ਬਾਅਦ ਆਪਣਾ ਸੁਨੇਹਾ ਛੱਡੋ।",
        moment="ਕਿਰਪਾ ਕਰਕੇ ਲਾਈਨ ਤੇ ਬਣੇ ਰਹੋ।",
        thanks="ਧੰਨਵਾਦ। ਤੁਹਾਡਾ ਸੁਨੇਹਾ ਮਿਲ ਗਿਆ ਹੈ।",
        operator_call="{site} ਲਈ ਕਾਲ ਹੈ।",
        operator_call_from="{site} ਲਈ ਕਾਲ ਹੈ, ਨੰਬਰ {number} ਤੋਂ।",
        operator_keys="ਲੈਣ ਲਈ 1 ਦਬਾਓ, ਮਨ੍ਹਾ ਕਰਨ ਲਈ 2।",
        operator_waiting="ਇੱਕ ਕਾਲਰ ਲਾਈਨ ਤੇ ਹੈ।",
    ),
}
