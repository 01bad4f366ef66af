"""Calls out, as the people we call have them."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from brain.dialogue import Mind
from brain.wording import sentences
from core.events import DoNotCallAsked
from core.forms import Question
from core.purpose import Purpose
from core.sites import LANGUAGES, Language
from tests.unit.brain.outbound.callee import HOME, NUMBER, SOLAR, Callee

REPLIES: dict[Language, tuple[str, ...]] = {
    "hi-Latn": (
        "haan ji bol raha hoon",
        "haan boliye",
        "haan apna hai",
        "teen kamre",
        "pakki hai",
        "agle mangal",
        "isi number par",
    ),
    "en": ("yes speaking", "sure, go ahead", "yes I do", "three", "it is concrete", "next Tuesday", "this same number"),
    "hi": ("जी मैं ही बोल रहा हूँ", "हाँ बोलिए", "जी हाँ अपना है", "तीन कमरे", "पक्की", "अगले मंगलवार", "इसी नंबर पर"),
    "pa": ("ਹਾਂ ਜੀ ਬੋਲ ਰਿਹਾ ਹਾਂ", "ਹਾਂ ਦੱਸੋ", "ਹਾਂ ਜੀ ਆਪਣਾ ਹੈ", "ਤਿੰਨ ਕਮਰੇ", "ਪੱਕੀ", "ਅਗਲੇ ਮੰਗਲਵਾਰ", "ਇਸੇ ਨੰਬਰ ਤੇ"),
}
NO: dict[Language, str] = {"hi-Latn": "nahin bas", "en": "no, that's all", "hi": "नहीं", "pa": "ਨਹੀਂ ਜੀ"}
ALL = {"owner": True, "rooms": 3, "roof": "concrete", "visit": "2026-11-24", "number": NUMBER}


def at_site(mind: Mind, **changes: Any) -> Mind:
    return replace(mind, site=msgspec.structs.replace(mind.site, **changes))


def at_the_form(mind: Mind, purpose: Purpose = SOLAR, language: Language = "hi-Latn") -> Callee:
    """Somebody who is asked the first question."""
    callee = Callee(mind, purpose, language)
    callee.answers()
    callee.say_all(*REPLIES[language][:2])
    return callee


# ── from the first word to the last ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_is_asked_from_the_first_question_to_the_last(mind: Mind, language: Language) -> None:
    callee = Callee(mind, language=language)
    assert "Ravi ji" in callee.answers()
    callee.says(REPLIES[language][0])
    assert callee.spoken == language and callee.hears.count(".") + callee.hears.count("।") >= 1
    callee.says(REPLIES[language][1])
    for question, reply in zip(HOME, REPLIES[language][2:], strict=False):
        assert isinstance(question.ask, dict) and callee.hears.endswith(question.ask[language])
        callee.says(reply)
    callee.says(NO[language])
    assert callee.ended
    assert (callee.result.status, callee.result.answers, callee.result.unanswered) == ("completed", ALL, ("remark",))


def test_the_disclosure_comes_before_all_else_and_why_we_call_only_to_whom_it_is_for(mind: Mind) -> None:
    callee = Callee(at_site(mind, disclosure="Yeh ek computer ki call hai, aur record hoti hai."))
    assert callee.answers() == (
        "Yeh ek computer ki call hai, aur record hoti hai. Namaste, main Roshni Electronics se bol rahi hoon. "
        "Kya meri baat Ravi ji se ho rahi hai?"
    )
    assert callee.says("haan ji").startswith("Aapne solar panel ke baare mein poochha tha.")


def test_who_talks_over_our_first_words_hears_them_again(mind: Mind) -> None:
    callee = Callee(at_site(mind, disclosure="Yeh ek computer ki call hai."), msgspec.structs.replace(SOLAR, person=""))
    opening = callee.answers()
    callee.heard = "Yeh ek"
    assert callee.says("haan boliye") == opening, "that was no consent"
    assert callee.says("haan boliye") == opening
    callee.heard = None
    assert callee.says("haan boliye") == "Kya ghar aapka apna hai?"


def test_what_they_have_heard_of_our_first_words_they_do_not_hear_again(mind: Mind) -> None:
    callee = Callee(at_site(mind, disclosure="Yeh ek computer ki call hai."), msgspec.structs.replace(SOLAR, person=""))
    disclosure, who, why, may_we = sentences(callee.answers())
    assert [say.text for say in callee.said if say.whole] == [disclosure]
    callee.heard = f"{disclosure} {who[:12]}"
    assert callee.says("haan boliye") == f"{who} {why} {may_we}" and not any(say.whole for say in callee.said)
    callee.heard = who
    assert callee.says("kaun?") == f"{why} {may_we}"
    callee.heard = None
    assert callee.says("haan ji") == "Kya ghar aapka apna hai?"


@pytest.mark.parametrize(("wish", "status"), [("galat number hai", "wrong_person"), ("mujhe interest nahin hai", "refused")])
def test_who_wants_to_be_left_alone_need_not_hear_why_we_call(mind: Mind, wish: str, status: str) -> None:
    callee = Callee(at_site(mind, disclosure="Yeh ek computer ki call hai."), msgspec.structs.replace(SOLAR, person=""))
    callee.answers()
    callee.heard = "Yeh ek computer ki call hai."
    callee.says(wish)
    assert callee.ended and callee.result.status == status


def test_without_a_name_it_is_said_at_once_why_we_call(mind: Mind) -> None:
    callee = Callee(mind, msgspec.structs.replace(SOLAR, person=""))
    assert "Aapne solar panel ke baare mein poochha tha. Kya abhi do minute baat kar sakte hain?" in callee.answers()


def test_the_language_of_the_purpose_is_spoken_first_and_theirs_after_that(mind: Mind) -> None:
    callee = Callee(mind, msgspec.structs.replace(SOLAR, language="pa"))
    callee.answers()
    assert callee.spoken == "pa"
    assert callee.says("yes speaking please", "en").startswith("You had asked about solar panels.")
    assert callee.says("haan", "hi-Latn") == "Do you own the house?", "one word tells no language"


def test_what_is_understood_is_said_back_and_can_be_corrected(mind: Mind) -> None:
    callee = at_the_form(mind)
    callee.say_all("haan", "do")
    assert callee.hears == "Theek hai, 2. Chhat pakki hai, tin ki hai, ya koi aur?"
    assert callee.says("nahin nahin, teen kamre") == "Theek hai, 3. Chhat pakki hai, tin ki hai, ya koi aur?"
    callee.says("tin ki")
    assert callee.says("sorry, pakki hai").startswith("Theek hai, pakki.")
    callee.says("kal")
    assert callee.says("nahin, parson").startswith("Theek hai, 23 November.")
    assert callee.says("sorry, kamre chaar hain").startswith("Theek hai, 4.")
    assert callee.result.answers == {"owner": True, "rooms": 4, "roof": "concrete", "visit": "2026-11-23"}


def test_no_is_an_answer_and_not_a_correction(mind: Mind) -> None:
    form = (HOME[1], HOME[0])
    callee = at_the_form(mind, msgspec.structs.replace(SOLAR, form=form))
    callee.says("teen")
    callee.says("nahin, do saal se kiraye par rehte hain")
    assert callee.result.answers == {"rooms": 3, "owner": False}


def test_a_number_is_read_back_before_it_is_believed(mind: Mind) -> None:
    callee = at_the_form(mind)
    callee.say_all("haan", "teen", "pakki", "kal")
    assert callee.done is not None and (callee.done.memory.expects, callee.done.memory.digits) == ("digits", 10)
    assert callee.done.memory.conceal
    assert callee.says("9876543210") == "Aapka number 9 8 7 6 5 4 3 2 1 0 hai, sahi hai?"
    assert "number" not in callee.result.answers
    assert callee.says("nahin, 9876543211") == "Aapka number 9 8 7 6 5 4 3 2 1 1 hai, sahi hai?"
    callee.says("haan sahi hai")
    assert callee.result.answers["number"] == "+919876543211"


def test_keys_answer_as_well(mind: Mind) -> None:
    callee = Callee(mind)
    callee.answers()
    for keys in ("1", "1", "2", "4", "2"):
        callee.keys(keys)
    assert callee.result.answers == {"owner": False, "rooms": 4, "roof": "tin"}
    callee.says("kal")
    callee.keys("9876543210")
    callee.keys("1")
    assert callee.result.answers["number"] == "+919876543210"


# ── what is no answer ────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_question_is_asked_again_with_what_would_answer_it_and_then_passed_over(mind: Mind) -> None:
    callee = at_the_form(mind)
    callee.says("haan")
    assert callee.says("bahut saare") == "Maaf kijiye, samajh nahin aaya. Ghar mein kitne kamre hain? Kripya ek number bataiye."
    callee.says("arre bahut")
    assert callee.says("pata nahin") == "Koi baat nahin. Chhat pakki hai, tin ki hai, ya koi aur?"
    assert callee.says("na jaane").endswith("Inmein se ek bataiye: pakki, tin ki aur koi aur.")


def test_what_was_not_heard_is_asked_for_again(mind: Mind) -> None:
    callee = at_the_form(mind)
    assert callee.says("haan", confidence=0.2).endswith("Haan ya nahin?")
    assert callee.says("").endswith("Haan ya nahin?")
    assert callee.result.answers == {}


def test_who_does_not_want_to_tell_is_not_pressed(mind: Mind) -> None:
    callee = at_the_form(mind)
    assert callee.says("yeh main nahin bataunga") == "Koi baat nahin. Ghar mein kitne kamre hain?"
    callee.say_all("teen", "pakki", "kal", "isi number par", "nahin bas")
    assert (callee.result.status, callee.result.unanswered) == ("partial", ("owner", "remark"))


def test_who_hangs_up_in_the_middle_leaves_what_they_had_told(mind: Mind) -> None:
    callee = at_the_form(mind)
    callee.say_all("haan", "teen")
    assert not callee.ended
    assert (callee.result.status, callee.result.answers) == ("partial", {"owner": True, "rooms": 3})


# ── their questions ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_question_of_theirs_is_answered_and_ours_asked_again(mind: Mind) -> None:
    callee = at_the_form(mind)
    assert callee.says("delivery kitne din mein hogi") == (
        "Delivery mein teen se paanch din lagte hain. Kya ghar aapka apna hai?"
    )
    callee.says("haan")
    assert callee.says("teen kamre hain, par delivery kitne din mein hogi").endswith("Chhat pakki hai, tin ki hai, ya koi aur?")
    assert callee.result.answers == {"owner": True, "rooms": 3}


def test_what_we_do_not_know_is_said_and_who_wants_no_person_for_it_goes_on(mind: Mind) -> None:
    callee = at_the_form(mind)
    told = callee.says("aapke maalik ki umar kya hai")
    assert "jodun" in told and callee.done is not None and callee.done.memory.offered_person
    assert callee.says("nahin rehne do") == "Kya ghar aapka apna hai?"
    callee.says("aapke maalik ki umar kya hai")
    callee.says("haan")
    assert callee.done.then == "transfer" and callee.result.transferred


def test_a_tool_takes_its_own_replies_and_then_we_go_on(mind: Mind) -> None:
    callee = at_the_form(mind)
    callee.says("mera order kahan hai")
    assert callee.hears == "Apna order number boliye, ya keypad par dabaiye."
    assert callee.says("1 2 3 4 5").startswith("Order number 1 2 3 4 5 mujhe nahin mila.")
    assert callee.says("rehne dijiye").endswith("Kya ghar aapka apna hai?")


def test_who_wants_a_person_gets_one(mind: Mind) -> None:
    callee = at_the_form(mind, msgspec.structs.replace(SOLAR, goal="a visit at {name}'s"))
    callee.says("haan")
    callee.says("mujhe kisi insaan se baat karni hai")
    assert callee.done is not None and callee.done.then == "transfer"
    assert (callee.result.status, callee.result.transferred) == ("partial", True)
    told = "Humne call kiya tha: a visit at Ravi's. Jawab: owner True. Caller Hinglish bolte hain."
    assert callee.done.summary.startswith(told)


def test_who_we_are_is_told_whenever_it_is_asked(mind: Mind) -> None:
    callee = Callee(mind)
    callee.answers()
    assert callee.says("kaun bol raha hai").startswith("Namaste, main Roshni Electronics se bol rahi hoon.")
    callee.says("haan bolo")
    assert callee.says("kis baare mein") == (
        "Namaste, main Roshni Electronics se bol rahi hoon. Aapne solar panel ke baare mein poochha tha. "
        "Kya abhi do minute baat kar sakte hain?"
    )


# ── not they, not now, not at all ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("hi-Latn", "galat number hai ji"), ("hi-Latn", "nahin"), ("en", "sorry, wrong number"),
        ("en", "there is no one by that name here"),
        ("hi", "गलत नंबर है"), ("pa", "ਗਲਤ ਨੰਬਰ ਹੈ ਜੀ"),
    ],
)  # fmt: skip
def test_a_wrong_number_is_left_alone_and_learns_nothing(mind: Mind, language: Language, reply: str) -> None:
    callee = Callee(mind, language=language)
    callee.answers()
    callee.says(reply)
    assert callee.ended and callee.result.status == "wrong_person"
    assert "solar" not in callee.hears.lower()


@pytest.mark.parametrize(
    ("language", "reply", "when"),
    [
        ("hi-Latn", "abhi busy hoon, kal shaam paanch baje call karna", "2026-11-22 17:00"),
        ("hi-Latn", "do ghante baad phone kijiye", "2026-11-21 14:00"),
        ("en", "I am driving, call me tomorrow at 10 am", "2026-11-22 10:00"),
        ("hi", "अभी मैं व्यस्त हूँ, परसों सुबह दस बजे कॉल कीजिए", "2026-11-23 10:00"),
        ("pa", "ਹੁਣੇ ਮੈਂ ਬਿਜ਼ੀ ਹਾਂ, ਭਲਕੇ ਸ਼ਾਮ ਛੇ ਵਜੇ ਕਾਲ ਕਰਿਓ", "2026-11-22 18:00"),
    ],
)
def test_who_has_no_time_is_called_when_they_say(mind: Mind, language: Language, reply: str, when: str) -> None:
    callee = Callee(mind, language=language)
    callee.answers()
    callee.says(REPLIES[language][0])
    callee.says(reply)
    assert callee.ended and callee.result.status == "callback"
    at = callee.result.callback_at
    assert at is not None and f"{datetime.fromtimestamp(at, ZoneInfo('Asia/Kolkata')):%Y-%m-%d %H:%M}" == when


def test_who_does_not_say_when_is_asked_and_then_not_pressed(mind: Mind) -> None:
    callee = Callee(mind)
    callee.answers()
    callee.says("haan ji")
    assert callee.says("nahin abhi nahin") == "Koi baat nahin. Hum aapko kab call karein?"
    assert callee.says("kabhi bhi").endswith("Kis din aur kitne baje call karein?")
    callee.say_all("pata nahin", "dekhte hain")
    assert callee.ended and (callee.result.status, callee.result.callback_at) == ("callback", None)


def test_whom_we_want_is_not_there(mind: Mind) -> None:
    callee = Callee(mind)
    callee.answers()
    assert "kab" in callee.says("woh ghar par nahin hain")
    callee.says("shaam ko saat baje")
    assert callee.result.status == "callback" and callee.result.callback_at is not None
    other = Callee(mind)
    other.answers()
    assert other.says("ek minute, bulata hoon") == "Ji, main intezaar kar rahi hoon."
    assert other.says("hello").endswith("Kya meri baat Ravi ji se ho rahi hai?")
    assert other.says("haan main Ravi bol raha hoon").startswith("Aapne solar panel")


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("hi-Latn", "mujhe interest nahin hai"), ("en", "I'm not interested"), ("hi", "मुझे इंटरेस्ट नहीं है"),
        ("pa", "ਮੈਨੂੰ ਦਿਲਚਸਪੀ ਨਹੀਂ ਹੈ"),
    ],
)  # fmt: skip
def test_a_refusal_ends_it_politely(mind: Mind, language: Language, reply: str) -> None:
    callee = at_the_form(mind, language=language)
    callee.says(reply)
    assert callee.ended and callee.result.status == "refused" and not callee.events.told


def test_no_interest_is_an_answer_to_who_asked_for_it(mind: Mind) -> None:
    form = (Question(id="likes", ask="Kya aapko solar mein interest hai?", type="yes_no"), HOME[1])
    callee = at_the_form(mind, msgspec.structs.replace(SOLAR, form=form))
    assert callee.says("nahin mujhe interest nahin hai") == "Ghar mein kitne kamre hain?"
    assert callee.result.answers == {"likes": False}


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("hi-Latn", "mat call karo"), ("hi-Latn", "dobara yahan phone mat karna"), ("en", "do not call me again"),
        ("en", "please remove my number from your list"), ("hi", "मुझे दोबारा कॉल मत करना"), ("pa", "ਮੈਨੂੰ ਕਾਲ ਨਾ ਕਰਿਓ"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("stage", [0, 1, 2, 4])
def test_no_calls_any_more_is_heard_at_any_time_and_told_at_once(mind: Mind, language: Language, reply: str, stage: int) -> None:
    callee = Callee(mind, language=language)
    callee.answers()
    for earlier in REPLIES[language][:stage]:
        callee.says(earlier)
    callee.says(reply)
    assert callee.ended and callee.result.status == "dnc"
    [told] = callee.events.told
    assert isinstance(told, DoNotCallAsked) and told.number == NUMBER


def test_not_now_is_not_never(mind: Mind) -> None:
    callee = at_the_form(mind)
    callee.says("abhi call mat karo, shaam ko karna")
    assert callee.result.status == "callback" and callee.events.told == []


def test_no_calls_any_more_in_the_middle_of_something_else(mind: Mind) -> None:
    callee = at_the_form(mind)
    callee.says("aapke maalik ki umar kya hai")
    callee.says("mujhe dobara call mat karna")
    assert callee.ended and callee.result.status == "dnc"


# ── other purposes ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_reminder_tells_answers_questions_and_says_goodbye(mind: Mind) -> None:
    purpose = Purpose(
        kind="reminder",
        person="{name} ji",
        opening="Aapka order {order} kal aayega.",
        closing="Dhanyavaad {name} ji.",
        variables={"name": "Simran", "order": "12345"},
    )
    callee = Callee(mind, purpose)
    callee.answers()
    assert callee.says("ji boliye") == "Aapka order 12345 kal aayega. Kya aap is baare mein kuchh poochhna chahenge?"
    assert callee.says("return kitne din mein kar sakte hain").endswith("Kya aap is baare mein kuchh poochhna chahenge?")
    assert callee.says("nahin bas") == "Dhanyavaad Simran ji."
    assert callee.ended and callee.result.status == "completed"


def test_the_sites_own_form_is_asked_by_its_name(mind: Mind) -> None:
    callee = at_the_form(at_site(mind, forms={"house": HOME[:2]}), msgspec.structs.replace(SOLAR, form="house"))
    callee.say_all("haan", "teen")
    assert callee.ended and callee.result.answers == {"owner": True, "rooms": 3}


def test_a_form_that_changes_in_mid_call_goes_on_with_what_is_left(mind: Mind) -> None:
    callee = at_the_form(at_site(mind, forms={"house": HOME[:3]}), msgspec.structs.replace(SOLAR, form="house"))
    callee.says("haan")
    callee.mind = at_site(mind, forms={"house": HOME[2:3]})
    assert callee.says("teen").endswith("Chhat pakki hai, tin ki hai, ya koi aur?")
    callee.says("pakki")
    assert callee.ended and callee.result.status == "completed"


def test_what_was_begun_in_another_call_is_not_gone_on_with(mind: Mind) -> None:
    callee = at_the_form(mind)
    callee.says("haan")
    interview = callee.memory.interview
    assert interview is not None
    callee.memory = replace(callee.memory, interview=replace(interview, call="another"))
    assert callee.answers().endswith("Kya meri baat Ravi ji se ho rahi hai?")


def test_a_brain_that_was_away_goes_on_where_it_was(mind: Mind) -> None:
    callee = at_the_form(mind)
    callee.says("haan")
    assert callee.answers() == "Ghar mein kitne kamre hain?"
