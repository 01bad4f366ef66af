"""What words say of who answered: lists, in Hinglish, Hindi, English and Punjabi. ◆

Recognisers differ in script and spelling, and partials are halves of sentences: short phrases, several forms of each.
"""

import re
from typing import NamedTuple

from core.outbound import Answerer

_PHRASES: dict[str, str] = {
    # asks who calls, before it lets the phone ring
    "screening": """
        state your name | say your name | record your name | your name and why | name and reason | reason for calling
        reason for your call | why you are calling | why you're calling | why youre calling | wants to know who
        screening service
        see if this person is available | before i try to connect | will try to connect you | call assist
        apna naam aur | apna naam bataye aur | apna naam batayein aur | call ka karan | call karne ka karan
        अपना नाम और | अपना नाम बताएं और | कॉल करने का कारण | कॉल का कारण | ਆਪਣਾ ਨਾਮ ਅਤੇ | ਕਾਲ ਕਰਨ ਦਾ ਕਾਰਨ
    """,
    # a menu
    "ivr": """
        press | press one | press 1 | dial one | dial 1 | dial zero | dial 0 | main menu | following options | menu options
        your call is important | calls may be recorded | call may be recorded | call is being recorded | please hold while
        enter your | enter the | extension number | extension you | for english | hindi ke liye | english ke liye
        dabaye | dabayen | dabayein | dabaiye | dabaein | dabaen | ek dabay | vikalp
        दबाएं | दबाएँ | दबाये | दबायें | दबाइए | दबाइये | के लिए एक | विकल्प | ਦਬਾਓ | ਦਬਾਉ
    """,
    # a voicemail, or a carrier's announcement
    "machine": """
        leave a message | leave your message | leave me a message | leave us a message | leave your name | a brief message
        a short message | leave a short | leave a detailed | record your message | after the beep | after the tone
        at the tone | at the beep
        sound of the beep | sound of the tone | voice mail | voicemail | mailbox | mail box | answering machine
        not available | unavailable | is not answering | can't take your call | cant take your call | cannot take your call
        can not take your call | unable to take your call | can't come to the phone | cant come to the phone
        cannot come to the phone
        can't answer | cant answer | cannot answer | not able to answer | get back to you | call you back as soon
        return your call
        switched off | out of coverage | coverage area | not reachable | unreachable | does not exist | not in service
        out of service | not in use | has been disconnected | been changed | number you have dialed
        number you have dialled | number you dialed
        number you dialled | number you are calling | number you are trying | subscriber | try again later | call again later
        call after some time | try after some time | circuits are busy | lines are busy | on another call | invalid number
        sandesh chhod | sandesh chod | message chhod | message chod | sandesh record | apna sandesh | apna message
        beep ke baad | tone ke baad
        uplabdh nahi | uplabdh nahin | available nahi | available nahin | switch off hai | switched off hai | band hai
        kshetra se bahar | shetra se bahar | pahunch se bahar | coverage se bahar | vyast hai | vyast hain | sampark nahi
        uttar nahi de | jawab nahi de | maujood nahi | maujood nahin | astitva mein nahi | kuch samay baad
        kuchh samay baad | thodi der baad prayas
        thodi der baad koshish | dial kiya gaya | dial kiya hai | jis number par
        संदेश छोड़ | सन्देश छोड़ | मैसेज छोड़ | संदेश रिकॉर्ड | अपना संदेश | बीप के बाद | टोन के बाद | उपलब्ध नहीं | बंद है
        क्षेत्र से बाहर
        पहुंच से बाहर | पहुँच से बाहर | व्यस्त है | व्यस्त हैं | संपर्क नहीं | उत्तर नहीं दे | जवाब नहीं दे | मौजूद नहीं
        स्विच ऑफ
        अस्तित्व में नहीं | कुछ समय बाद | थोड़ी देर बाद | डायल किया | जिस नंबर पर
        ਸੁਨੇਹਾ ਛੱਡ | ਆਪਣਾ ਸੁਨੇਹਾ | ਬੀਪ ਤੋਂ ਬਾਅਦ | ਉਪਲਬਧ ਨਹੀਂ | ਬੰਦ ਹੈ | ਖੇਤਰ ਤੋਂ ਬਾਹਰ | ਵਿਅਸਤ ਹੈ | ਪਹੁੰਚ ਤੋਂ ਬਾਹਰ
    """,
    # none of them people, but which is told by what follows
    "announcement": """
        person you are | person you're | person you have | you have reached | you've reached | youve reached | party you are
        jis vyakti | aap jis | vyakti ko aap | जिस व्यक्ति | आप जिस | ਜਿਸ ਵਿਅਕਤੀ | ਤੁਸੀਂ ਜਿਸ
    """,
    # a person, also if they say a lot at once: firms, secretaries
    "person": """
        who is this | who's this | whos this | who is calling | who's calling | who are you | how can i help | how may i help
        can i help you | may i help you | speaking | kaun bol | kaun hai | kaun baat | boliye | bolo | bol raha | bol rahi
        kahiye | bataiye
        kisse baat | kis se baat | haan ji | haan bol | kya kaam | madad kar
        कौन बोल | कौन है | कौन बात | बोलिए | बोलिये | बोलो | बोल रहा | बोल रही | कहिए | कहिये | बताइए | किससे बात | हाँ जी
        मदद कर
        ਕੌਣ ਬੋਲ | ਕੌਣ ਹੈ | ਬੋਲੋ | ਦੱਸੋ | ਹਾਂ ਜੀ | ਬੋਲ ਰਿਹਾ | ਬੋਲ ਰਹੀ
    """,
    # said by who has screened us, while the phone rings
    "connecting": """
        stay on the line | one moment | please wait | please hold | hold on | connecting you | trying to connect | thank you
        thanks
        line par bane | intezaar | kripya pratiksha | लाइन पर बने | प्रतीक्षा | इंतज़ार | ਲਾਈਨ ਤੇ ਬਣੇ
    """,
}
_LISTS = {
    name: tuple(f" {' '.join(phrase.split())}" for line in phrases.strip().splitlines() for phrase in line.split("|"))
    for name, phrases in _PHRASES.items()
}


class Told(NamedTuple):
    kind: Answerer
    certain: bool
    """False: the words that follow may make it something else."""


def told(text: str) -> Told | None:
    """Who says this; None: it may be anybody."""
    said = _plain(text)
    if _has(said, "screening"):
        return Told("screening", True)
    if _has(said, "machine"):
        return Told("machine", True)
    if _has(said, "ivr"):  # a voicemail's "press hash when you are done" was caught above
        return Told("ivr", True)
    if _has(said, "announcement"):
        return Told("machine", False)
    if _has(said, "person"):
        return Told("person", False)
    return None


def only_connects(text: str) -> bool:
    """ "Thank you, please stay on the line": nobody has come to the phone yet."""
    return _has(_plain(text), "connecting")


def _plain(text: str) -> str:
    """Lower case, without punctuation but for apostrophes; vowel signs of Indian scripts stay."""
    return " " + " ".join(re.findall(r"[\w'\u0900-\u0963\u0a00-\u0a7f]+", text.lower().replace("’", "'")))


def _has(said: str, name: str) -> bool:
    return any(phrase in said for phrase in _LISTS[name])
