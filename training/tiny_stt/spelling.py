"""English words as a Hindi voice says them, and the Punjabi phrases: what the front end has no rule for."""

IN_DEVANAGARI = dict(
    pair.split("=")
    for pair in """
    order=ऑर्डर delivery=डिलीवरी refund=रिफंड warranty=वारंटी bill=बिल return=रिटर्न cancel=कैंसल phone=फ़ोन offer=ऑफ़र payment=पेमेंट
    number=नंबर time=टाइम address=एड्रेस sunday=संडे repair=रिपेयर charge=चार्ज cash=कैश exchange=एक्सचेंज parking=पार्किंग free=फ्री
    policy=पॉलिसी card=कार्ड product=प्रोडक्ट shop=शॉप mobile=मोबाइल discount=डिस्काउंट pickup=पिकअप on=ऑन duplicate=डुप्लीकेट
    timing=टाइमिंग status=स्टेटस track=ट्रैक customer=कस्टमर care=केयर agent=एजेंट operator=ऑपरेटर call=कॉल location=लोकेशन
    contact=कॉन्टैक्ट claim=क्लेम complaint=कंप्लेंट change=चेंज piece=पीस laptop=लैपटॉप copy=कॉपी guarantee=गारंटी extra=एक्स्ट्रा
    please=प्लीज़ transfer=ट्रांसफर manager=मैनेजर minute=मिनट english=इंग्लिश whatsapp=व्हाट्सएप zero=ज़ीरो one=वन two=टू three=थ्री
    four=फोर five=फाइव six=सिक्स seven=सेवन eight=एट nine=नाइन double=डबल
    """.split()
)

PUNJABI = {
    "sat sri akal": "ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ",
    "mera order kithe hai": "ਮੇਰਾ ਆਰਡਰ ਕਿੱਥੇ ਹੈ",
    "mainu kise bande naal gall karni hai": "ਮੈਨੂੰ ਕਿਸੇ ਬੰਦੇ ਨਾਲ ਗੱਲ ਕਰਨੀ ਹੈ",
    "kise bande naal gall karvao": "ਕਿਸੇ ਬੰਦੇ ਨਾਲ ਗੱਲ ਕਰਵਾਓ",
    "delivery kadon hovegi": "ਡਿਲੀਵਰੀ ਕਦੋਂ ਹੋਵੇਗੀ",
    "mera refund kadon aavega": "ਮੇਰਾ ਰਿਫੰਡ ਕਦੋਂ ਆਵੇਗਾ",
    "tuhadi dukaan kithe hai": "ਤੁਹਾਡੀ ਦੁਕਾਨ ਕਿੱਥੇ ਹੈ",
    "order cancel karna hai": "ਆਰਡਰ ਕੈਂਸਲ ਕਰਨਾ ਹੈ",
    "mera order kadon aavega": "ਮੇਰਾ ਆਰਡਰ ਕਦੋਂ ਆਵੇਗਾ",
    "dukaan kadon khuldi hai": "ਦੁਕਾਨ ਕਦੋਂ ਖੁੱਲ੍ਹਦੀ ਹੈ",
    "mainu samajh nahi aayi": "ਮੈਨੂੰ ਸਮਝ ਨਹੀਂ ਆਈ",
    "bahut dhannvaad ji": "ਬਹੁਤ ਧੰਨਵਾਦ ਜੀ",
}
"""What the recogniser writes, and what is said."""
