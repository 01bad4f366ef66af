"""Call me back then: into the site's own table `callback`. ◆"""

from brain.tools.collect_lead import PHONE_ASK, PHONE_SCHEMA
from brain.tools.declaration import Case, Declaration, Slot

SCHEDULE_CALLBACK = Declaration(
    name="schedule_callback",
    description="Notes that somebody wants to be called back, on a day and at a time.",
    kind="python",
    effect="write",
    arguments={
        "type": "object",
        "properties": {
            "day": {"type": "string", "format": "date"},
            "time": {"type": "string", "format": "time"},
            "phone": PHONE_SCHEMA,
            "reason": {"type": "string", "maxLength": 300},
        },
        "required": ["day", "time", "phone"],
    },
    slots={
        "day": Slot(
            ask={
                "hi-Latn": "Zaroor. Kis din call karein?",
                "en": "Sure. On which day shall we call?",
                "hi": "ज़रूर। किस दिन कॉल करें?",
                "pa": "ਜ਼ਰੂਰ। ਕਿਸ ਦਿਨ ਕਾਲ ਕਰੀਏ?",
            },
        ),
        "time": Slot(
            ask={"hi-Latn": "Kitne baje?", "en": "At what time?", "hi": "कितने बजे?", "pa": "ਕਿੰਨੇ ਵਜੇ?"},
        ),
        "phone": Slot(caller=True, secret=True, ask=PHONE_ASK),
    },
    utterances={
        "hi-Latn": ("mujhe call back chahiye", "mujhe baad mein call kijiye", "kal mujhe call kar lijiye", "callback chahiye"),
        "en": ("please call me back", "i want a callback", "call me later", "can you call me tomorrow", "schedule a callback"),
    },
    confirm={
        "hi-Latn": "{day|date} ko {time|time}, number {phone|digits} par call karni hai.",
        "en": "We will call {phone|digits} on {day|date} at {time|time}.",
        "hi": "{day|date} को {time|time}, नंबर {phone|digits} पर कॉल करनी है।",
        "pa": "{day|date} ਨੂੰ {time|time}, ਨੰਬਰ {phone|digits} ਤੇ ਕਾਲ ਕਰਨੀ ਹੈ।",
    },
    answers=(
        Case(
            say={
                "hi-Latn": "Theek hai, {arguments.day|date} ko {arguments.time|time} aapko call aayegi.",
                "en": "All right, you will get a call on {arguments.day|date} at {arguments.time|time}.",
                "hi": "ठीक है, {arguments.day|date} को {arguments.time|time} आपको कॉल आएगी।",
                "pa": "ਠੀਕ ਹੈ, {arguments.day|date} ਨੂੰ {arguments.time|time} ਤੁਹਾਨੂੰ ਕਾਲ ਆਵੇਗੀ।",
            }
        ),
    ),
    refused={
        "hi-Latn": "Yeh samay beet chuka hai.",
        "en": "That time has already passed.",
        "hi": "यह समय बीत चुका है।",
        "pa": "ਇਹ ਸਮਾਂ ਬੀਤ ਚੁੱਕਾ ਹੈ।",
    },
)  # fmt: skip
