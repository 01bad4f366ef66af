"""Somebody who wants to buy leaves a name and a number: into the site's own table `lead`. ◆"""

from brain.tools.declaration import Case, Declaration, Slot, Words

PHONE_ASK: Words = {
    "hi-Latn": "Apna das ank ka mobile number boliye, ya keypad par dabaiye.",
    "en": "Please tell me your ten digit mobile number, or key it in.",
    "hi": "अपना दस अंक का मोबाइल नंबर बोलिए, या कीपैड पर दबाइए।",
    "pa": "ਆਪਣਾ ਦਸ ਅੰਕਾਂ ਦਾ ਮੋਬਾਈਲ ਨੰਬਰ ਬੋਲੋ, ਜਾਂ ਕੀਪੈਡ ਤੇ ਦਬਾਓ।",
}
PHONE_SCHEMA = {"type": "string", "pattern": "^[0-9]{10}$"}

COLLECT_LEAD = Declaration(
    name="collect_lead",
    description="Notes the name and number of somebody who wants to buy, so that the sales team gets in touch.",
    kind="python",
    effect="write",
    arguments={
        "type": "object",
        "properties": {
            "interest": {"type": "string", "minLength": 2, "maxLength": 300},
            "name": {"type": "string", "minLength": 2, "maxLength": 80},
            "phone": PHONE_SCHEMA,
        },
        "required": ["interest", "name", "phone"],
    },
    slots={
        "interest": Slot(
            ask={
                "hi-Latn": "Zaroor. Aapko kis cheez mein dilchaspi hai?",
                "en": "Sure. What are you interested in?",
                "hi": "ज़रूर। आपको किस चीज़ में दिलचस्पी है?",
                "pa": "ਜ਼ਰੂਰ। ਤੁਹਾਨੂੰ ਕਿਸ ਚੀਜ਼ ਵਿੱਚ ਦਿਲਚਸਪੀ ਹੈ?",
            },
        ),
        "name": Slot(
            form="name",
            ask={
                "hi-Latn": "Aapka naam kya hai?",
                "en": "What is your name?",
                "hi": "आपका नाम क्या है?",
                "pa": "ਤੁਹਾਡਾ ਨਾਮ ਕੀ ਹੈ?",
            },
        ),
        "phone": Slot(caller=True, secret=True, ask=PHONE_ASK),
    },
    utterances={
        "hi-Latn": (
            "sales team ko mera number de dijiye", "mujhe quotation chahiye", "sales wale se kahiye mujhe sampark karein",
        ),
        "en": (
            "i am interested in buying", "please note my details for sales", "i need a quotation",
            "have your sales team contact me",
        ),
    },
    confirm={
        "hi-Latn": "{name}, number {phone|digits}, aapki pasand {interest}: yeh main sales team ke liye likh rahi hoon.",
        "en": "{name}, number {phone|digits}, interested in {interest}: I will note this for the sales team.",
        "hi": "{name}, नंबर {phone|digits}, आपकी पसंद {interest}: यह मैं सेल्स टीम के लिए लिख रही हूँ।",
        "pa": "{name}, ਨੰਬਰ {phone|digits}, ਤੁਹਾਡੀ ਪਸੰਦ {interest}: ਇਹ ਮੈਂ ਸੇਲਜ਼ ਟੀਮ ਲਈ ਲਿਖ ਰਹੀ ਹਾਂ।",
    },
    answers=(
        Case(
            say={
                "hi-Latn": "Dhanyavaad, maine likh liya hai. Hamari team aapse sampark karegi.",
                "en": "Thank you, I have noted it. Our team will get in touch with you.",
                "hi": "धन्यवाद, मैंने लिख लिया है। हमारी टीम आपसे संपर्क करेगी।",
                "pa": "ਧੰਨਵਾਦ, ਮੈਂ ਲਿਖ ਲਿਆ ਹੈ। ਸਾਡੀ ਟੀਮ ਤੁਹਾਡੇ ਨਾਲ ਸੰਪਰਕ ਕਰੇਗੀ।",
            }
        ),
    ),
)  # fmt: skip
