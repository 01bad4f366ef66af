"""The language that somebody writes in, and so is answered in. ◆

A script says it at once. In Latin letters the small words do (kab, mera, hai; when, my, is): nouns are borrowed both ways, so
"order status" is no language at all, and "delivery kab hogi" is Hinglish. What does not say it, goes on in the language before.
"""

import re
from collections import Counter

from core.sites import Language

HINDI_WORDS = frozenset(
    "hai hain h hun hoon ho tha thi the ka ki ke ko se mein me par pe aur ya na nahi nahin nai kya kyu kyun kyon kab kahan "
    "kaha  kidhar kaise kaisa kaisi kitna kitne kitni kaun kon kis kisi koi kuch kuchh mera meri mere mujhe mujhko hum "
    "humko hamara  hamare hame aap aapka aapke aapki aapko tum tumhara apna apni apne yeh ye woh wo vo isko iska iski usko "
    "uska jo jab tab toh  abhi ab aaj kal phir fir bhi hi ji haan han haanji kar karo karna kariye karein kijiye karke "
    "karte karta karti raha rahe rahi  gaya gayi gaye hua hui hue hoga hogi honge hota hoti hote chahiye chahie chaiye "
    "milega milegi mila mili milta milti aaya aayi  aayega aata jata jaana batao bataiye bataye bata dijiye dena do de lena "
    "liya liye wala wali wale sakta sakti sakte paisa  paise rupaye din kharab wapas vapas theek thik accha acha achha "
    "bahut zyada jyada kam nahi bhai bhaiya yaar matlab lagta  lagega lagte lagenge saman dukan ghar pata kripya dhanyavaad "
    "shukriya namaste tak bina liye wahan yahan kyunki agar lekin magar  kithe kiven kinna kadon mainu tuhada tuhade sanu "
    "saada nu da di vich hega haigi paaji veerji dasso".split()
)
ENGLISH_WORDS = frozenset(
    "the a an is are am was were be been i my me you your we our us it its this that these those what when where which who "
    "why  how do does did can could will would should shall have has had not no of to in on at for from with by and or but "
    "if any  there here please want need get got tell know much many long take i'm i've don't didn't can't isn't hasn't "
    "what's where's  it's about into after before still yet".split()
)
SHARED_WORDS = frozenset("do me the no hi to par are us get a i in".split())
"""Both have them ("do" is two, "me" is in, "the" were): they count for whoever has another word besides."""
_WORD = re.compile(r"[a-z']+")


def language_of(text: str, before: Language) -> Language:
    """`before`: what they wrote last, or the site's first language."""
    letters = Counter(filter(None, map(script_of, text)))
    if letters and (most := letters.most_common(1)[0][0]) != "latin":
        return "hi" if most == "devanagari" else "pa"
    words = _WORD.findall(text.lower())
    hindi = sum(word in HINDI_WORDS for word in words if word not in SHARED_WORDS)
    english = sum(word in ENGLISH_WORDS for word in words if word not in SHARED_WORDS)
    if hindi == english:
        return "hi-Latn" if hindi else before
    return "hi-Latn" if hindi > english / 2 and hindi else "en"


def script_of(character: str) -> str | None:
    """devanagari, gurmukhi or latin; None for marks, figures and other scripts."""
    code = ord(character)
    if 0x0900 <= code < 0x0980:
        return "devanagari"
    if 0x0A00 <= code < 0x0A80:
        return "gurmukhi"
    return "latin" if character.isascii() and character.isalpha() else None
