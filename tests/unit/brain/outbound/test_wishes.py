"""What people want who don't want to answer: heard for what it is, in four languages, and not where it is not meant."""

import pytest

from brain.outbound.wishes import Wish, wants_no_calls, wish

NO_CALLS = """mat call karo|mujhe call mat karo|call mat kijiye|dobara call mat karna
aap log phone mat kiya karo|do not call me again
don't call me|stop calling me|please remove my number|take me off your list|unsubscribe|call karna band karo
no more calls please
mujhe aage se phone na karein|number hata dijiye list se|मुझे कॉल मत करो|दोबारा फ़ोन मत करना|कॉल करना बंद करो
मेरा नंबर हटा दीजिए
ਮੈਨੂੰ ਕਾਲ ਨਾ ਕਰੋ|ਫ਼ੋਨ ਨਾ ਕਰਿਓ ਦੁਬਾਰਾ|ਮੁੜ ਕੇ ਕਾਲ ਨਾ ਕਰਨਾ|pareshan mat karo|never call this number|mujhe koi call nahin chahiye
please don't call me anymore|phone mat karna kabhi|I don't want any more calls|call na karo ji
कृपया मुझे फिर कभी कॉल न करें"""
WISHES: dict[Wish, str] = {
    "later": """abhi busy hoon|baad mein call karna|main meeting mein hoon|call me later|kal call karna
I am driving|subah phone kijiye
abhi call mat karo shaam ko karna|abhi time nahin hai|thodi der mein call kijiye|call me tomorrow at 5|it's not a good time
बाद में बात करते हैं|अभी मैं व्यस्त हूँ|ਬਾਅਦ ਵਿੱਚ ਕਾਲ ਕਰਿਓ|ਹੁਣੇ ਮੈਂ ਬਿਜ਼ੀ ਹਾਂ|gaadi chala raha hoon
parson call kar lena|मैं मीटिंग में हूँ""",
    "refuses": """mujhe interest nahin hai|not interested|I'm not interested|mujhe kuchh nahin chahiye
time waste mat karo|phone rakho
mujhe baat nahin karni|मुझे इंटरेस्ट नहीं है|ਮੈਨੂੰ ਦਿਲਚਸਪੀ ਨਹੀਂ ਹੈ|koi interest nahin|I don't want it
leave me alone|मुझे कुछ नहीं चाहिए""",
    "wrong_number": """wrong number|galat number hai|yeh galat number hai ji|गलत नंबर|ਗਲਤ ਨੰਬਰ ਹੈ|yahan is naam ka koi nahin
you have the wrong number|no one by that name here|main woh nahin hoon|aapne galat number lagaya hai""",
    "not_here": """woh ghar par nahin hain|he is not here|main unki wife bol rahi hoon|वो घर पर नहीं हैं
ਉਹ ਘਰ ਨਹੀਂ ਹਨ|she's out""",
    "hold_on": "ek minute|hold on|ruko bulata hoon|one second please|एक मिनट रुकिए|ਇੱਕ ਮਿੰਟ",
    "who_is_it": """kaun bol raha hai|who is this|kahan se bol rahe ho|what is this about|kis baare mein
कौन बोल रहा है|ਕੌਣ ਬੋਲ ਰਿਹਾ ਹੈ""",
    "not_now": "not now|abhi nahin|kal|बाद में",
}
NOTHING = """haan|nahin|teen kamre|theek hai|solar panel|mangalvar ko|mere ghar mein chhe log hain|2 bhk|5 lakh|haan boliye
मैं ही बोल रहा हूँ|nahin chahiye|ek lakh rupaye|mera number 9876543210 hai|solar lagwana hai|ghar ke liye
bank se loan liya hai
mujhe quotation bhej dijiye|call center mein kaam karta hoon|phone par order kiya tha"""


def each(listed: str) -> list[str]:
    return [text for line in listed.splitlines() for text in line.split("|")]


@pytest.mark.parametrize("text", each(NO_CALLS))
def test_no_calls_any_more(text: str) -> None:
    assert wants_no_calls(text)


@pytest.mark.parametrize(("wanted", "text"), [(wanted, text) for wanted, listed in WISHES.items() for text in each(listed)])
def test_a_wish_is_heard(wanted: Wish, text: str) -> None:
    assert wish(text) == wanted
    assert not wants_no_calls(text)


@pytest.mark.parametrize("text", each(NOTHING))
def test_an_answer_is_no_wish(text: str) -> None:
    assert wish(text) is None and not wants_no_calls(text)
