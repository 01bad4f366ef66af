"""English words in the script of their sentence, as Indians say them; Hindi words that are spelled alike told apart."""

import re
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sites import Language
from media_server.tts.text.front_end import FrontEnd
from media_server.tts.text.gurmukhi import gurmukhi
from media_server.tts.text.homographs import settled
from media_server.tts.text.indian_english import IndianEnglish
from media_server.tts.text.phones import devanagari
from media_server.tts.text.tongues import HINDI, PUNJABI

FRONT_END = FrontEnd.load()
INDIAN = IndianEnglish.load()


@pytest.mark.parametrize(
    ("word", "phones", "said"),
    [
        ("service", "S ER V AH S", "सर्विस"),
        ("hot", "HH AA T", "हॉट"),
        ("father", "F AA DH ER", "फ़ादर"),
        ("video", "V IH D IY OW", "विडियो"),
        ("fire", "F AY R", "फ़ायर"),
        ("wire", "W AY ER", "वायर"),
        ("power", "P AW ER", "पावर"),
        ("care", "K EH R", "केयर"),
        ("very", "V EH R IY", "वेरी"),
        ("number", "N AH M B ER", "नंबर"),
        ("bank", "B AE NG K", "बैंक"),
        ("long", "L AO NG", "लॉंग"),
        ("last", "L AE S T", "लास्ट"),
        ("message", "M EH S AH JH", "मेसेज"),
        ("market", "M AA R K AH T", "मार्केट"),
        ("payment", "P EY M AH N T", "पेमेंट"),
        ("statement", "S T EY T M AH N T", "स्टेटमेंट"),
        ("network", "N EH T W ER K", "नेटवर्क"),
        ("student", "S T UW D AH N T", "स्ट्यूडेंट"),
        ("store", "S T AO R", "स्टोर"),
        ("order", "AO R D ER", "ऑर्डर"),
        ("missed", "M IH S T", "मिस्ड"),
        ("sunday", "S AH N D IY", "संडे"),
        ("quick", "K W IH K", "क्विक"),
        ("boys", "B OY Z", "बॉयज़"),
    ],
)
def test_phones_become_what_indians_say(word: str, phones: str, said: str) -> None:
    assert devanagari(word, phones.split()) == unicodedata.normalize("NFC", said)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("order", "ऑर्डर"), ("orders", "ऑर्डर्स"), ("Delivery", "डिलीवरी"), ("updated", "अपडेटेड"),
        ("booking", "बुकिंग"), ("taxes", "टैक्सेज़"), ("visitor's", "विज़िटर्स"),
        ("stopped", "स्टॉप्ड"), ("days", "डेज़"), ("don't", "डोंट"), ("café", "कैफ़े"), ("touchscreen", "टचस्क्रीन"),
        ("zqxj", "ज़्क्क्स्ज"), ("Paytm", "पेटीएम"),
    ],
)  # fmt: skip
def test_a_word_is_found_with_its_ending_or_spelled(word: str, said: str) -> None:
    assert INDIAN.devanagari(word) == unicodedata.normalize("NFC", said)


def test_a_voice_that_reads_latin_letters_never_has_the_sounds_of_english_words_read() -> None:
    story = """if True:
        from media_server.tts.text.front_end import FrontEnd
        from media_server.tts.text.indian_english import cmu_sounds
        front_end, read = FrontEnd.load(), []
        for english in ("latin", "devanagari"):
            front_end.spoken("aapka harpsichord kal deliver hoga", "hi-Latn", english=english)
            read.append(cmu_sounds.cache_info().currsize)
        print(read)"""
    done = subprocess.run([sys.executable, "-c", story], capture_output=True, text=True, check=True)
    assert done.stdout == "[0, 1]\n"


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz'’éüABC", max_size=24))
def test_whatever_the_word_no_latin_letter_is_left(word: str) -> None:
    assert not re.search("[A-Za-zÀ-ɏ]", INDIAN.in_one_script(f"है {word} है", HINDI))
    assert not re.search("[A-Za-zÀ-ɏऀ-ॿ]", INDIAN.in_one_script(f"ਹੈ {word} ਹੈ", PUNJABI))


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("hi-Latn", "Aapka order kal deliver hoga.", "आपका ऑर्डर कल डिलीवर होगा."),
        ("hi-Latn", "Your order is on the way to you.", "Your order is on the way to you."),
        ("hi-Latn", "Thank you!", "Thank you!"),
        ("hi-Latn", "Size M mein kmpl aur x-ray", "साइज़ एम में के एम पी एल और एक्स रे"),
        ("hi", "आपका order dispatch हो गया है।", "आपका ऑर्डर डिस्पैच हो गया है।"),
        ("en", "Your refund of ₹500 is on its way.", "Your refund of five hundred rupees is on its way."),
        ("pa", "Tuhada order kal deliver ho javega.", "ਤੁਹਾਡਾ ਆਰਡਰ ਕੱਲ੍ਹ ਡਿਲੀਵਰ ਹੋ ਜਾਵੇਗਾ."),
        ("pa", "ਤੁਹਾਡਾ payment number 45 ਹੈ।", "ਤੁਹਾਡਾ ਪੇਮੇਂਟ ਨੰਬਰ ਪਨਤਾਲੀ ਹੈ।"),
    ],
)
def test_a_sentence_has_one_script_unless_it_is_english(language: Language, written: str, said: str) -> None:
    assert FRONT_END.spoken(written, language, english="devanagari") == unicodedata.normalize("NFC", said)


@pytest.mark.parametrize(
    ("native", "other"),
    [
        ("नंबर", "ਨੰਬਰ"), ("पेमेंट", "ਪੇਮੇਂਟ"), ("स्टोर", "ਸਟੋਰ"), ("प्रोसेस", "ਪ੍ਰੋਸੇਸ"), ("पिज़्ज़ा", "ਪਿੱਜ਼ਾ"), ("ऑफ़र", "ਆਫ਼ਰ"), ("शॉप", "ਸ਼ਾਪ"),
        ("सिलेंडर, 2", "ਸਿਲੇਂਡਰ, 2"),
    ],
)  # fmt: skip
def test_devanagari_becomes_gurmukhi_sound_by_sound(native: str, other: str) -> None:
    assert gurmukhi(unicodedata.normalize("NFC", native)) == unicodedata.normalize("NFC", other)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("unhone kaha ki aaj nahi hoga", "उन्होंने कहा कि आज नहीं होगा"),
        ("order ki delivery", "order की delivery"),
        ("lagta hai ki main late hoon", "लगता है कि मैं late हूँ"),
        ("aap kaha se ho", "आप कहाँ से हो"),
        ("maine kaha tha", "मैंने कहा था"),
        ("mujhe dar lagta hai", "मुझे डर लगता है"),
        ("byaj dar batao", "ब्याज दर बताओ"),
        ("passbook me entry karo", "passbook में entry करो"),
        ("uska number do", "उसका number दो"),
    ],
)
def test_words_that_are_spelled_alike_are_told_apart(written: str, said: str) -> None:
    assert FRONT_END.spoken(written, "hi-Latn") == unicodedata.normalize("NFC", said)


def test_only_romanised_words_are_settled() -> None:
    assert settled(["की", "kaha", "ki"], ["की", "kaha", "की"]) == ["की", "kaha", "की"]
