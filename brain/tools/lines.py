"""What is said around a tool: questions, "shall I?", and honest words when it did not work. ◆

At most two short sentences each. {…} are filled by the caller of `line`.
"""

from brain.wording import Lines, sentences, spoken_in
from core.sites import Language

_LINES: dict[str, Lines] = {
    "shall_i": {
        "hi-Latn": "Kya main yeh kar doon?",
        "en": "Shall I do that?",
        "hi": "क्या मैं यह कर दूँ?",
        "pa": "ਕੀ ਮੈਂ ਇਹ ਕਰ ਦਿਆਂ?",
    },
    "done": {
        "hi-Latn": "Theek hai, yeh ho gaya hai.",
        "en": "All right, that is done.",
        "hi": "ठीक है, यह हो गया है।",
        "pa": "ਠੀਕ ਹੈ, ਇਹ ਹੋ ਗਿਆ ਹੈ।",
    },
    "done_before": {
        "hi-Latn": "Yeh pehle hi ho chuka hai.",
        "en": "That has been done already.",
        "hi": "यह पहले ही हो चुका है।",
        "pa": "ਇਹ ਪਹਿਲਾਂ ਹੀ ਹੋ ਚੁੱਕਾ ਹੈ।",
    },
    "not_done": {
        "hi-Latn": "Theek hai, maine kuchh nahin kiya.",
        "en": "All right, I have not done anything.",
        "hi": "ठीक है, मैंने कुछ नहीं किया।",
        "pa": "ਠੀਕ ਹੈ, ਮੈਂ ਕੁਝ ਨਹੀਂ ਕੀਤਾ।",
    },
    "failed": {
        "hi-Latn": "Maaf kijiye, yeh abhi nahin ho paaya, kuchh badla nahin hai. Kya main aapko hamare saathi se jodun?",
        "en": "Sorry, that did not work just now, nothing was changed. Shall I connect you to my colleague?",
        "hi": "माफ़ कीजिए, यह अभी नहीं हो पाया, कुछ बदला नहीं है। क्या मैं आपको हमारे साथी से जोड़ूँ?",
        "pa": "ਮਾਫ਼ ਕਰਨਾ, ਇਹ ਹੁਣੇ ਨਹੀਂ ਹੋ ਸਕਿਆ, ਕੁਝ ਬਦਲਿਆ ਨਹੀਂ। ਕੀ ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜਾਂ?",
    },
    "refused": {
        "hi-Latn": "Maaf kijiye, yeh nahin ho sakta. Kya main aapko hamare saathi se jodun?",
        "en": "Sorry, that is not possible. Shall I connect you to my colleague?",
        "hi": "माफ़ कीजिए, यह नहीं हो सकता। क्या मैं आपको हमारे साथी से जोड़ूँ?",
        "pa": "ਮਾਫ਼ ਕਰਨਾ, ਇਹ ਨਹੀਂ ਹੋ ਸਕਦਾ। ਕੀ ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜਾਂ?",
    },
    "uncertain": {
        "hi-Latn": "Maaf kijiye, mujhe pakka nahin pata ki yeh hua ya nahin. Kya main aapko hamare saathi se jodun?",
        "en": "Sorry, I can not be certain whether that was done. Shall I connect you to my colleague?",
        "hi": "माफ़ कीजिए, मुझे पक्का नहीं पता कि यह हुआ या नहीं। क्या मैं आपको हमारे साथी से जोड़ूँ?",
        "pa": "ਮਾਫ਼ ਕਰਨਾ, ਮੈਨੂੰ ਪੱਕਾ ਨਹੀਂ ਪਤਾ ਕਿ ਇਹ ਹੋਇਆ ਜਾਂ ਨਹੀਂ। ਕੀ ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜਾਂ?",
    },
    "not_found": {
        "hi-Latn": "Iska koi record mujhe nahin mila. Kya main aapko hamare saathi se jodun?",
        "en": "I can not find a record of that. Shall I connect you to my colleague?",
        "hi": "इसका कोई रिकॉर्ड मुझे नहीं मिला। क्या मैं आपको हमारे साथी से जोड़ूँ?",
        "pa": "ਇਸ ਦਾ ਕੋਈ ਰਿਕਾਰਡ ਮੈਨੂੰ ਨਹੀਂ ਮਿਲਿਆ। ਕੀ ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜਾਂ?",
    },
    "person": {
        "hi-Latn": "Kya main aapko hamare saathi se jodun?",
        "en": "Shall I connect you to my colleague?",
        "hi": "क्या मैं आपको हमारे साथी से जोड़ूँ?",
        "pa": "ਕੀ ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜਾਂ?",
    },
    "stopped": {
        "hi-Latn": "Theek hai, rehne dete hain. Main aapki aur kya madad kar sakti hoon?",
        "en": "All right, let us leave it. What else can I do for you?",
        "hi": "ठीक है, रहने देते हैं। मैं आपकी और क्या मदद कर सकती हूँ?",
        "pa": "ਠੀਕ ਹੈ, ਰਹਿਣ ਦਿੰਦੇ ਹਾਂ। ਮੈਂ ਤੁਹਾਡੀ ਹੋਰ ਕੀ ਮਦਦ ਕਰ ਸਕਦੀ ਹਾਂ?",
    },
    "sorry": {
        "hi-Latn": "Maaf kijiye, yeh samajh nahin aaya.",
        "en": "Sorry, I did not get that.",
        "hi": "माफ़ कीजिए, यह समझ नहीं आया।",
        "pa": "ਮਾਫ਼ ਕਰਨਾ, ਇਹ ਸਮਝ ਨਹੀਂ ਆਇਆ।",
    },
    "wrong_length": {
        "hi-Latn": "Ismein {digits} ank hone chahiye.",
        "en": "It should have {digits} digits.",
        "hi": "इसमें {digits} अंक होने चाहिए।",
        "pa": "ਇਸ ਵਿੱਚ {digits} ਅੰਕ ਹੋਣੇ ਚਾਹੀਦੇ ਹਨ।",
    },
    "ask_last4": {
        "hi-Latn": "Pehchaan ke liye, registered mobile number ke aakhri chaar ank boliye ya dabaiye.",
        "en": "To know that it is you, please say or key in the last four digits of the registered mobile number.",
        "hi": "पहचान के लिए, रजिस्टर्ड मोबाइल नंबर के आख़िरी चार अंक बोलिए या दबाइए।",
        "pa": "ਪਛਾਣ ਲਈ, ਰਜਿਸਟਰਡ ਮੋਬਾਈਲ ਨੰਬਰ ਦੇ ਆਖਰੀ ਚਾਰ ਅੰਕ ਬੋਲੋ ਜਾਂ ਦਬਾਓ।",
    },
    "ask_pin": {
        "hi-Latn": "Pehchaan ke liye, apna PIN keypad par dabaiye.",
        "en": "To know that it is you, please enter your PIN on the keypad.",
        "hi": "पहचान के लिए, अपना पिन कीपैड पर दबाइए।",
        "pa": "ਪਛਾਣ ਲਈ, ਆਪਣਾ ਪਿੰਨ ਕੀਪੈਡ ਤੇ ਦਬਾਓ।",
    },
    "proof_wrong": {
        "hi-Latn": "Yeh mere record se nahin milta. Kripya phir se koshish kijiye.",
        "en": "That does not match my record. Please try once more.",
        "hi": "यह मेरे रिकॉर्ड से नहीं मिलता। कृपया फिर से कोशिश कीजिए।",
        "pa": "ਇਹ ਮੇਰੇ ਰਿਕਾਰਡ ਨਾਲ ਨਹੀਂ ਮਿਲਦਾ। ਕਿਰਪਾ ਕਰਕੇ ਦੁਬਾਰਾ ਕੋਸ਼ਿਸ਼ ਕਰੋ।",
    },
    "proof_failed": {
        "hi-Latn": "Maaf kijiye, pehchaan ke bina main yeh nahin bata sakti. Kya main aapko hamare saathi se jodun?",
        "en": "Sorry, without knowing who you are I can not help with that. Shall I connect you to my colleague?",
        "hi": "माफ़ कीजिए, पहचान के बिना मैं यह नहीं बता सकती। क्या मैं आपको हमारे साथी से जोड़ूँ?",
        "pa": "ਮਾਫ਼ ਕਰਨਾ, ਪਛਾਣ ਤੋਂ ਬਿਨਾਂ ਮੈਂ ਇਹ ਨਹੀਂ ਦੱਸ ਸਕਦੀ। ਕੀ ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜਾਂ?",
    },
}  # fmt: skip


def line(name: str, language: Language, **values: str) -> tuple[tuple[str, ...], Language]:
    """(sentences, their language) of one of these lines."""
    text, spoken = spoken_in(_LINES[name], language)
    return sentences(text.format(**values)), spoken
