"""What callers of any site say that is no question: yes, no, again, a person please, goodbye. ◆

The site's own phrases (its questions and its tools' utterances) come from the database; these are heard everywhere.
"""

from media_server.stt.grammar import words_of

ENGLISH = """
yes · yes please · yeah · no · no thank you · okay · sure · hello · good morning · good evening · thank you · thanks
thank you very much · goodbye · bye · bye bye · that is all · nothing else · please repeat · say that again · repeat that
pardon · what did you say · i did not understand · one minute · wait a minute · hold on · stop · wait · wait please
i want to talk to a person · i want to speak to a person · connect me to an operator · talk to an agent · customer care
i have a question · i need some help · are you there · can you hear me · hindi mein boliye · speak in english
order number {digits} · my order number is {digits} · the order number is {digits} · where is my order number {digits}
the number is {digits} · it is {digits} · my phone number is {digits} · my mobile number is {digits}
"""

HINGLISH = """
haan · haan ji · ji haan · ji · nahi · nahi ji · ji nahi · nahi chahiye · theek hai · achha · accha theek hai · bilkul · sahi hai
namaste · namaskar · dhanyavaad · shukriya · bahut shukriya · alvida · bas · bas itna hi · aur kuch nahi · kuch nahi · kya
phir se boliye · phir se bolo · dobara boliye · dobara bataiye · samajh nahi aaya · kya bola · ek minute · ruko · rukiye
kisi insaan se baat karao · kisi aadmi se baat karni hai · mujhe kisi se baat karni hai · operator se baat karao
operator se baat karni hai · agent se baat karao · agent se baat karni hai · customer care se baat karao · kisi se baat karwa do
ek sawaal hai · mujhe madad chahiye · sun rahe ho · aap sun rahe hain · english mein boliye
mera order number {digits} hai · mera order number hai {digits} · order number {digits} hai
number {digits} hai · number hai {digits}
order number {digits} kahan hai · mera order {digits} kahan hai · order {digits} ka status batao · mera phone number {digits} hai
"""

OPENERS = ("hello", "haan", "achha")
"""May come before any phrase. Few, as are CLOSERS: each makes more ways to mishear every other phrase."""
CLOSERS = ("please", "ji")
"""May come after any phrase."""

CONVERSATION: tuple[str, ...] = tuple(
    phrase.strip() for text in (ENGLISH, HINGLISH) for line in text.strip().splitlines() for phrase in line.split("·")
)

HINDI_WORDS = frozenset(word for phrase in HINGLISH.replace("·", "\n").splitlines() for word in words_of(phrase)) - frozenset(
    "order number operator agent customer care english phone minute status do hi sun {digits}".split()
) | frozenset(
    """
    hai hain ho hota hoti hote hogi hoga kya ka ki ke ko se mein tak kab kahan kaise kaun kyon kitna kitne kitni kis kaunsa
    mera meri mere aap aapka aapki aapke hum mujhe tum yeh ye woh wo jo aur ya bhi nahin na raha rahi rahe
    kar karo karna karni karte karta karti karun karein sakta sakti sakte chahiye chahta dijiye dedo batao bataiye milega
    milegi milta milti mil gaya gayi gaye aaya aayi aayega aayegi aata aati lagta lagte lagega khulti khulta paisa paise
    rupaye saman dukaan dukan pata naya purana purani toota tooti kharab galat wapas badal badalna chal chalega lene dene
    liye wala wali
    aaj kal parson agle tarikh baje subah dopahar shaam raat saadhe sava paune dedh dhai somvar mangalvar budhvar guruvar veervar
    shukravar shanivar ravivar itvar gyarah barah teen chaar paanch chhe saat aath nau das bilkul rehne mat
    """.split()
)
"""Words that make a sentence Hinglish, however many English ones it borrows."""
