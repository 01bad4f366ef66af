"""What is said of an order, by its status: two short sentences, dates as people say them. ◆"""

import calendar
from collections.abc import Mapping

from core.sites import Language

_HINDI_MONTHS = "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर".split()
_PUNJABI_MONTHS = "ਜਨਵਰੀ ਫ਼ਰਵਰੀ ਮਾਰਚ ਅਪ੍ਰੈਲ ਮਈ ਜੂਨ ਜੁਲਾਈ ਅਗਸਤ ਸਤੰਬਰ ਅਕਤੂਬਰ ਨਵੰਬਰ ਦਸੰਬਰ".split()

# {order} {item} {amount} {expected} {delivered} {refund}
STATUS: Mapping[str, Mapping[Language, str]] = {
    "placed": {
        "hi-Latn": "Aapka {item} ka order mil gaya hai. Woh {expected} tak pahunch jayega.",
        "en": "Your order for {item} has been received. It will reach you by {expected}.",
        "hi": "आपका {item} का ऑर्डर मिल गया है। वह {expected} तक पहुँच जाएगा।",
        "pa": "ਤੁਹਾਡਾ {item} ਦਾ ਆਰਡਰ ਮਿਲ ਗਿਆ ਹੈ। ਉਹ {expected} ਤੱਕ ਪਹੁੰਚ ਜਾਵੇਗਾ।",
    },
    "packed": {
        "hi-Latn": "Aapka {item} pack ho chuka hai. Woh {expected} tak pahunch jayega.",
        "en": "Your {item} is packed. It will reach you by {expected}.",
        "hi": "आपका {item} पैक हो चुका है। वह {expected} तक पहुँच जाएगा।",
        "pa": "ਤੁਹਾਡਾ {item} ਪੈਕ ਹੋ ਗਿਆ ਹੈ। ਉਹ {expected} ਤੱਕ ਪਹੁੰਚ ਜਾਵੇਗਾ।",
    },
    "shipped": {
        "hi-Latn": "Aapka {item} raaste mein hai. Woh {expected} tak pahunch jayega.",
        "en": "Your {item} is on its way. It will reach you by {expected}.",
        "hi": "आपका {item} रास्ते में है। वह {expected} तक पहुँच जाएगा।",
        "pa": "ਤੁਹਾਡਾ {item} ਰਸਤੇ ਵਿੱਚ ਹੈ। ਉਹ {expected} ਤੱਕ ਪਹੁੰਚ ਜਾਵੇਗਾ।",
    },
    "out_for_delivery": {
        "hi-Latn": "Aapka {item} aaj hi aapko mil jayega. Hamara delivery wala nikal chuka hai.",
        "en": "Your {item} will reach you today. It is out for delivery.",
        "hi": "आपका {item} आज ही आपको मिल जाएगा। हमारा डिलीवरी वाला निकल चुका है।",
        "pa": "ਤੁਹਾਡਾ {item} ਅੱਜ ਹੀ ਤੁਹਾਨੂੰ ਮਿਲ ਜਾਵੇਗਾ। ਸਾਡਾ ਡਿਲੀਵਰੀ ਵਾਲਾ ਨਿਕਲ ਚੁੱਕਾ ਹੈ।",
    },
    "delivered": {
        "hi-Latn": "Aapka {item} {delivered} ko deliver ho chuka hai.",
        "en": "Your {item} was delivered on {delivered}.",
        "hi": "आपका {item} {delivered} को डिलीवर हो चुका है।",
        "pa": "ਤੁਹਾਡਾ {item} {delivered} ਨੂੰ ਡਿਲੀਵਰ ਹੋ ਗਿਆ ਹੈ।",
    },
    "delayed": {
        "hi-Latn": "Maaf kijiye, aapke {item} mein deri ho rahi hai. Ab woh {expected} tak pahunchega.",
        "en": "Sorry, your {item} is delayed. It will now reach you by {expected}.",
        "hi": "माफ़ कीजिए, आपके {item} में देरी हो रही है। अब वह {expected} तक पहुँचेगा।",
        "pa": "ਮਾਫ਼ ਕਰਨਾ, ਤੁਹਾਡੇ {item} ਵਿੱਚ ਦੇਰੀ ਹੋ ਰਹੀ ਹੈ। ਹੁਣ ਉਹ {expected} ਤੱਕ ਪਹੁੰਚੇਗਾ।",
    },
    "cancelled": {
        "hi-Latn": "Aapka {item} ka order cancel ho chuka hai. {amount} ka refund {refund} tak aa jayega.",
        "en": "Your order for {item} is cancelled. The refund of {amount} will reach you by {refund}.",
        "hi": "आपका {item} का ऑर्डर कैंसल हो चुका है। {amount} का रिफंड {refund} तक आ जाएगा।",
        "pa": "ਤੁਹਾਡਾ {item} ਦਾ ਆਰਡਰ ਕੈਂਸਲ ਹੋ ਗਿਆ ਹੈ। {amount} ਦਾ ਰਿਫੰਡ {refund} ਤੱਕ ਆ ਜਾਵੇਗਾ।",
    },
    "returned": {
        "hi-Latn": "Aapka {item} hamein wapas mil gaya hai. {amount} ka refund {refund} tak aa jayega.",
        "en": "We have received your returned {item}. The refund of {amount} will reach you by {refund}.",
        "hi": "आपका {item} हमें वापस मिल गया है। {amount} का रिफंड {refund} तक आ जाएगा।",
        "pa": "ਤੁਹਾਡਾ {item} ਸਾਨੂੰ ਵਾਪਸ ਮਿਲ ਗਿਆ ਹੈ। {amount} ਦਾ ਰਿਫੰਡ {refund} ਤੱਕ ਆ ਜਾਵੇਗਾ।",
    },
    "refunded": {
        "hi-Latn": "Aapke {item} ke {amount} {refund} ko refund ho chuke hain.",
        "en": "The {amount} for your {item} was refunded on {refund}.",
        "hi": "आपके {item} के {amount} {refund} को रिफंड हो चुके हैं।",
        "pa": "ਤੁਹਾਡੇ {item} ਦੇ {amount} {refund} ਨੂੰ ਰਿਫੰਡ ਹੋ ਗਏ ਹਨ।",
    },
}


def spoken_digits(number: str) -> str:
    """12345 -> "1 2 3 4 5": no voice may make twelve thousand of it."""
    return " ".join(number)


def spoken_date(iso: str, language: Language) -> str:
    """2026-11-24 -> "24 November"; what is no date comes back as it is."""
    try:
        _, month, day = (int(part) for part in iso[:10].split("-"))
        names = {"hi": _HINDI_MONTHS, "pa": _PUNJABI_MONTHS}.get(language, list(calendar.month_name)[1:])
        return f"{day} {names[month - 1]}" if month > 0 else iso
    except (ValueError, IndexError):
        return iso


def spoken_rupees(amount: int) -> str:
    """149900 -> ₹1,49,900: lakhs and crores, as the voice reads it."""
    digits = str(amount)
    head, tail = digits[:-3], digits[-3:]
    while len(head) > 2:
        head, tail = head[:-2], f"{head[-2:]},{tail}"
    return f"₹{head},{tail}" if head else f"₹{tail}"
