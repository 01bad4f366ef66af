"""The words around a number that say what it is: names of letters, units, months, what an id is called. ◆

All in the one spelling of `core.script.sounded`, but for letters and look-alikes in Indian scripts: it would say too little.
"""

from core.script import latin, sounded


def _spelt(listed: str) -> frozenset[str]:
    return frozenset(sounded(latin(word).lower()) for word in listed.split())


MONEY = _spelt("rupaye rupay rupaya rupya rupee rupees rupiah rupiya rupiye rupai rs rupaiye रुपये रुपए रुपया ਰੁਪਏ ਰੁਪਈਏ paise paisa")
PERCENT = _spelt("percent percentage pratishat fisadi feesdi parsent प्रतिशत फीसदी परसेंट ਫ਼ੀਸਦੀ ਪ੍ਰਤੀਸ਼ਤ")
COUNTED = _spelt(
    "din dino dinon day days ghanta ghante ghanton hour hours minute minutes minat mint mintu second seconds sekand mahina mahine"
    " mahinon month months saal saalon year years varsh hafta hafte hafton week weeks kilo kg kilogram gram litre liter inch"
    " inches ton star gb meter metre metres feet foot km kilometre log logon piece pieces peece baar bar times baje bje vaje"
    " मिनट घंटे महीने हफ्ते हफ़्ते दिन साल इंच लीटर टन ਮਿੰਟ ਘੰਟੇ ਮਹੀਨੇ ਹਫ਼ਤੇ ਦਿਨ ਸਾਲ ਵਜੇ"
)
"""After one of these words a number is a quantity, not the end of an id."""
MONTHS = _spelt(
    "january janvari february farvari april aprail june joon july julai august agast september sitambar october aktubar"
    " november navambar december disambar march जनवरी फरवरी फ़रवरी मार्च अप्रैल जून जुलाई अगस्त सितंबर सितम्बर अक्टूबर अक्तूबर नवंबर"
    " नवम्बर दिसंबर दिसम्बर ਜਨਵਰੀ ਫ਼ਰਵਰੀ ਮਾਰਚ ਅਪ੍ਰੈਲ ਜੂਨ ਜੁਲਾਈ ਅਗਸਤ ਸਤੰਬਰ ਅਕਤੂਬਰ ਨਵੰਬਰ ਦਸੰਬਰ"
)
"""But not May: "one may ask"."""
DAY_OF_MONTH = _spelt("tarikh tareekh taarikh tarik तारीख ਤਾਰੀਖ਼ ਤਰੀਕ")
ORDINALS = {
    sounded(name): sounded(number)
    for name, number in zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
        " sixteenth seventeenth eighteenth nineteenth twentieth thirtieth".split(),
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
        " nineteen twenty thirty".split(),
        strict=True,
    )
}
CUES = _spelt(
    "order id number nambar numbar code pin pincode otp pnr ticket phone mobile account awb tracking bill invoice booking"
    " reference ref aadhaar aadhar card vehicle gaadi registration serial model upi ifsc customer consumer complaint docket"
    " request service ऑर्डर आर्डर नंबर नम्बर आईडी कोड पिन ओटीपी फोन फ़ोन मोबाइल टिकट बिल गाड़ी अकाउंट ਆਰਡਰ ਨੰਬਰ ਫ਼ੋਨ ਮੋਬਾਈਲ ਕੋਡ ਪਿੰਨ"
)
"""What stands before digits that are read out one by one…"""
BETWEEN = _spelt("is hai hain ka ki ke mera meri no it's its was the are yeh ye है हैं का की ਹੈ ਦਾ likhiye likho note karo kariye")
"""…and what may come in between."""

LABELS = ("ID", "OTP", "PNR", "AWB", "GST", "UPI", "EMI", "COD", "IFSC", "PIN")
"""Spelled out, before what they name."""
CLOCK = _spelt("am pm baje bje vaje baj bajkar bajke o'clock oclock बजे बज बजकर ਵਜੇ")

REPEATS = {"double": 2, "doubl": 2, "dabal": 2, "dubal": 2, "triple": 3, "tripal": 3, "tripl": 3}
ZERO_LETTERS = frozenset({"o", "oh", "ओ", "ਓ"})
"""Zero between digits, a letter elsewhere."""
JOINTS = {"dash": "-", "daish": "-", "hyphen": "-", "haifan": "-", "haifn": "-", "slash": "/", "slaish": "/"}
PLUS = frozenset({"plus", "plas"})
FOR = _spelt("for फॉर ਫਾਰ")
"""D for Delhi."""

DOUBTFUL = _spelt(
    "bati batti chali tei bai tais asi assi sath satai unni sola arti vih veeh teran baran athai ikki chhatti terasi"
)
"""Numbers, and oftener something else (a light, went, sixty or "with"): they need a unit or other numbers beside them."""
NEVER = frozenset("बाई साथ ਸਾਥ ਨਾਲ तू तुम दास चली चले ਚਲੀ ਚੱਲੀ ਅਸੀਂ आरती".split())
"""In their own script these are surely no numbers; in Latin letters they could be."""

_BORROWED = """
zero ज़ीरो जीरो ਜ਼ੀਰੋ ਜੀਰੋ · one वन ਵਨ · two टू ਟੂ · three थ्री ਥ੍ਰੀ ਥਰੀ · four फोर फ़ोर ਫੋਰ ਫ਼ੋਰ · five फाइव फ़ाइव ਫਾਈਵ ਫ਼ਾਈਵ
six सिक्स ਸਿਕਸ · seven सेवन सेवेन ਸੈਵਨ ਸੇਵਨ · eight एट ऐट ਏਟ · nine नाइन ਨਾਈਨ · ten टेन ਟੈਨ · eleven इलेवन ਇਲੈਵਨ · twelve ट्वेल्व ਟਵੈਲਵ
thirteen थर्टीन ਥਰਟੀਨ · fourteen फोर्टीन ਫੋਰਟੀਨ · fifteen फिफ्टीन फ़िफ़्टीन ਫਿਫਟੀਨ · sixteen सिक्सटीन ਸਿਕਸਟੀਨ
seventeen सेवंटीन सेवेंटीन ਸੈਵਨਟੀਨ · eighteen एटीन ਏਟੀਨ · nineteen नाइनटीन ਨਾਈਨਟੀਨ · twenty ट्वेंटी ट्वेन्टी ਟਵੰਟੀ
thirty थर्टी ਥਰਟੀ · forty फोर्टी फॉर्टी ਫੋਰਟੀ · fifty फिफ्टी फ़िफ़्टी ਫਿਫਟੀ · sixty सिक्सटी ਸਿਕਸਟੀ · seventy सेवंटी सेवेंटी ਸੈਵੰਟੀ
eighty एटी ਏਟੀ · ninety नाइंटी नाइन्टी ਨਾਈਂਟੀ · hundred हंड्रेड हन्ड्रेड ਹੰਡਰਡ · thousand थाउजेंड थाउज़ेंड थाउजैंड ਥਾਊਜ਼ੈਂਡ
point पॉइंट प्वाइंट पॉइन्ट ਪੁਆਇੰਟ
"""
BORROWED = {
    word: english
    for line in _BORROWED.strip().splitlines()
    for english, *words in map(str.split, line.split(" · "))
    for word in words
}
"""English numbers as a recogniser of Hindi or Punjabi writes them."""

_LETTERS = """
A ए ਏ · B बी ਬੀ · C सी ਸੀ · D डी ਡੀ · E ई ਈ · F एफ एफ़ ਐਫ ਐਫ਼ · G जी ਜੀ · H एच ਐਚ ਏਚ · I आई ਆਈ · J जे ਜੇ · K के ਕੇ · L एल ਐਲ · M एम ਐਮ
N एन ਐਨ · O ओ ਓ · P पी ਪੀ · Q क्यू ਕਿਊ ਕਿਯੂ · R आर ਆਰ · S एस ਐਸ · T टी ਟੀ · U यू ਯੂ · V वी ਵੀ · W डब्ल्यू डब्लू ਡਬਲਯੂ · X एक्स ਐਕਸ
Y वाई ਵਾਈ · Z ज़ेड जेड ਜ਼ੈਡ ਜ਼ੇਡ
"""
LETTERS = {
    name: letter
    for line in _LETTERS.strip().splitlines()
    for letter, *names in map(str.split, line.split(" · "))
    for name in names
}
WEAK_LETTERS = frozenset("a i I o s ए ई जी आई के ओ पी ਏ ਈ ਜੀ ਆਈ ਕੇ ਓ ਪੀ ਸੀ ਵੀ".split())
"""Also words: an article, "I", sir, "of", "was". At either end of an id they need another letter beside them."""
