"""Cancel or return an order in the shop's CRM: read back, confirmed, once: PATCH {crm}/orders/12345 {"status": "cancelled"}. ◆"""

import msgspec

from brain.tools.declaration import Declaration, Slot

UPDATE_ORDER_STATUS = Declaration(
    name="update_order_status",
    description="Cancels an order, or asks for its return. Only after the caller has confirmed it.",
    effect="write",
    method="PATCH",
    url="http://crm.invalid/orders/{order_number}",
    timeout_s=4.0,
    arguments={
        "type": "object",
        "properties": {
            "status": {"type": "string", "enum": ["cancelled", "returned"]},
            "order_number": {"type": "string", "pattern": "^[0-9]{5}$"},
        },
        "required": ["status", "order_number"],
    },
    slots={
        "status": Slot(
            ask={
                "hi-Latn": "Order cancel karna hai ya wapas karna hai?",
                "en": "Do you want to cancel the order or to return it?",
                "hi": "ऑर्डर कैंसल करना है या वापस करना है?",
                "pa": "ਆਰਡਰ ਕੈਂਸਲ ਕਰਨਾ ਹੈ ਜਾਂ ਵਾਪਸ ਕਰਨਾ ਹੈ?",
            },
            words={
                "cancelled": ("cancel", "kainsal", "kansal", "kainsil", "kansil", "radd", "cancellation"),
                "returned": ("return", "ritarn", "wapas", "vapas", "waapas", "vaapas", "lauta", "lautana"),
            },
            labels={
                "cancelled": {"hi-Latn": "cancel", "en": "cancelled", "hi": "कैंसल", "pa": "ਕੈਂਸਲ"},
                "returned": {"hi-Latn": "wapas", "en": "returned", "hi": "वापस", "pa": "ਵਾਪਸ"},
            },
        ),
        "order_number": Slot(
            ask={
                "hi-Latn": "Kaun sa order? Order number boliye, ya keypad par dabaiye.",
                "en": "Which order? Please tell me the order number, or key it in.",
                "hi": "कौन सा ऑर्डर? ऑर्डर नंबर बोलिए, या कीपैड पर दबाइए।",
                "pa": "ਕਿਹੜਾ ਆਰਡਰ? ਆਰਡਰ ਨੰਬਰ ਬੋਲੋ, ਜਾਂ ਕੀਪੈਡ ਤੇ ਦਬਾਓ।",
            },
        ),
    },
    utterances={  # with the number: without one, most callers ask how, which is a question for the site's knowledge
        "hi-Latn": (
            "mera order number {digits} cancel kar dijiye", "order {digits} cancel karo", "order {digits} wapas karna hai",
            "order {digits} radd kar dijiye",
        ),
        "en": (
            "cancel order {digits}", "please cancel my order {digits}", "i want to return order {digits}",
            "return order number {digits}",
        ),
    },
    confirm={
        "hi-Latn": "Order number {order_number|digits} ko {status|label} karna hai.",
        "en": "Order number {order_number|digits} will be {status|label}.",
        "hi": "ऑर्डर नंबर {order_number|digits} को {status|label} करना है।",
        "pa": "ਆਰਡਰ ਨੰਬਰ {order_number|digits} ਨੂੰ {status|label} ਕਰਨਾ ਹੈ।",
    },
    refused={
        "hi-Latn": "Maaf kijiye, order number {order_number|digits} ab {status|label} nahin ho sakta.",
        "en": "Sorry, order number {order_number|digits} can no longer be {status|label}.",
        "hi": "माफ़ कीजिए, ऑर्डर नंबर {order_number|digits} अब {status|label} नहीं हो सकता।",
        "pa": "ਮਾਫ਼ ਕਰਨਾ, ਆਰਡਰ ਨੰਬਰ {order_number|digits} ਹੁਣ {status|label} ਨਹੀਂ ਹੋ ਸਕਦਾ।",
    },
    not_found={
        "hi-Latn": "Order number {order_number|digits} mujhe nahin mila.",
        "en": "I can not find order number {order_number|digits}.",
        "hi": "ऑर्डर नंबर {order_number|digits} मुझे नहीं मिला।",
        "pa": "ਆਰਡਰ ਨੰਬਰ {order_number|digits} ਮੈਨੂੰ ਨਹੀਂ ਮਿਲਿਆ।",
    },
)  # fmt: skip


def update_order_status(crm_url: str) -> Declaration:
    """Over this CRM."""
    return msgspec.structs.replace(UPDATE_ORDER_STATUS, url=f"{crm_url}/orders/{{order_number}}")
