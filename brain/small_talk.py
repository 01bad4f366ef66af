"""What callers say that asks nothing: greetings, thanks, who are you. The ways they say it, and what is answered. ◆"""

from dataclasses import dataclass

from core.sites import Language


@dataclass(frozen=True, slots=True)
class SmallTalk:
    utterances: dict[Language, tuple[str, ...]]
    answers: dict[Language, str]


SMALL_TALK: dict[str, SmallTalk] = {
    "greeting": SmallTalk(
        {
            "hi-Latn": ("namaste", "namaskar", "hello ji", "sat sri akal", "kya aap sun rahe hain"),
            "en": ("hello", "good morning", "good evening", "can you hear me"),
        },
        {
            "hi-Latn": "Namaste! Boliye, main aapki kya madad kar sakti hoon?",
            "en": "Hello! How may I help you?",
            "hi": "नमस्ते! बोलिए, मैं आपकी क्या मदद कर सकती हूँ?",
            "pa": "ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ! ਦੱਸੋ, ਮੈਂ ਤੁਹਾਡੀ ਕੀ ਮਦਦ ਕਰ ਸਕਦੀ ਹਾਂ?",
        },
    ),
    "thanks": SmallTalk(
        {
            "hi-Latn": ("dhanyavaad", "shukriya", "bahut bahut dhanyavaad", "theek hai dhanyavaad"),
            "en": ("thank you", "thanks a lot", "okay thank you", "thank you very much"),
        },
        {
            "hi-Latn": "Aapka svagat hai. Kya aur kuchh poochhna hai?",
            "en": "You are welcome. Is there anything else?",
            "hi": "आपका स्वागत है। क्या और कुछ पूछना है?",
            "pa": "ਤੁਹਾਡਾ ਸਵਾਗਤ ਹੈ। ਕੀ ਹੋਰ ਕੁਝ ਪੁੱਛਣਾ ਹੈ?",
        },
    ),
    "who_are_you": SmallTalk(
        {
            "hi-Latn": ("aap kaun hain", "kya aap robot hain", "kya aap insaan hain", "aapka naam kya hai"),
            "en": ("who are you", "are you a robot", "are you a real person", "what is your name"),
        },
        {
            "hi-Latn": "Main Haazir hoon, ek computer sahayak. Kahein to main aapko hamare saathi se jod doon.",
            "en": "I am Haazir, a computer assistant. If you like, I can connect you to a person.",
            "hi": "मैं हाज़िर हूँ, एक कंप्यूटर सहायक। कहें तो मैं आपको हमारे साथी से जोड़ दूँ।",
            "pa": "ਮੈਂ ਹਾਜ਼ਰ ਹਾਂ, ਇੱਕ ਕੰਪਿਊਟਰ ਸਹਾਇਕ। ਕਹੋ ਤਾਂ ਮੈਂ ਤੁਹਾਨੂੰ ਸਾਡੇ ਸਾਥੀ ਨਾਲ ਜੋੜ ਦਿਆਂ।",
        },
    ),
    "what_can_you_do": SmallTalk(
        {
            "hi-Latn": ("aap kya kar sakte hain", "aap meri kya madad kar sakte hain", "mujhe madad chahiye"),
            "en": ("what can you do", "i need some help", "can you help me"),
        },
        {
            "hi-Latn": "Aap mujhse yahan ki jaankari ya madad ke liye poochh sakte hain.",
            "en": "You can ask me about this place and what it does for you.",
            "hi": "आप मुझसे यहाँ की जानकारी या मदद के लिए पूछ सकते हैं।",
            "pa": "ਤੁਸੀਂ ਮੈਨੂੰ ਇੱਥੋਂ ਦੀ ਜਾਣਕਾਰੀ ਜਾਂ ਮਦਦ ਲਈ ਪੁੱਛ ਸਕਦੇ ਹੋ।",
        },
    ),
    "how_are_you": SmallTalk(
        {"hi-Latn": ("aap kaise hain", "kya haal hai"), "en": ("how are you", "how are you doing")},
        {
            "hi-Latn": "Main theek hoon, dhanyavaad. Boliye, main aapki kya madad kar sakti hoon?",
            "en": "I am fine, thank you. How may I help you?",
            "hi": "मैं ठीक हूँ, धन्यवाद। बोलिए, मैं आपकी क्या मदद कर सकती हूँ?",
            "pa": "ਮੈਂ ਠੀਕ ਹਾਂ, ਧੰਨਵਾਦ। ਦੱਸੋ, ਮੈਂ ਤੁਹਾਡੀ ਕੀ ਮਦਦ ਕਰ ਸਕਦੀ ਹਾਂ?",
        },
    ),
    "yes": SmallTalk(
        {
            "hi-Latn": ("haan", "haan ji", "ji haan", "bilkul", "haan jod dijiye"),
            "en": ("yes", "yes please", "okay", "sure"),
        },
        {
            "hi-Latn": "Ji, boliye. Main sun rahi hoon.",
            "en": "Please go on. I am listening.",
            "hi": "जी, बोलिए। मैं सुन रही हूँ।",
            "pa": "ਜੀ, ਬੋਲੋ। ਮੈਂ ਸੁਣ ਰਹੀ ਹਾਂ।",
        },
    ),
    "no": SmallTalk(
        {"hi-Latn": ("nahin", "nahin ji", "ji nahin", "nahin chahiye"), "en": ("no", "no thanks", "no thank you", "not now")},
        {
            "hi-Latn": "Theek hai. Main aapki aur kya madad kar sakti hoon?",
            "en": "All right. What else can I do for you?",
            "hi": "ठीक है। मैं आपकी और क्या मदद कर सकती हूँ?",
            "pa": "ਠੀਕ ਹੈ। ਮੈਂ ਤੁਹਾਡੀ ਹੋਰ ਕੀ ਮਦਦ ਕਰ ਸਕਦੀ ਹਾਂ?",
        },
    ),
}
