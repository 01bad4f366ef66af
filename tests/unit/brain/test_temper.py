"""When a caller gets a person: anger is heard, a wish may have to be said twice, and the site decides."""

from dataclasses import replace

import msgspec
import pytest

from brain.temper import is_angry
from tests.unit.brain.test_dialogue import Caller, caller  # noqa: F401 (a fixture)


@pytest.mark.parametrize(
    "text",
    [
        "yeh kya bakwas hai", "aap log bilkul bekaar aur ghatiya ho", "main tang aa gaya hoon", "mera dimag kharab mat karo",
        "this is ridiculous", "I am so angry", "you are useless", "what a waste of my time", "आप लोग बकवास हो", "मुझे गुस्सा आ रहा है",
        "ਮੈਂ ਤੰਗ ਆ ਗਿਆ", "consumer court mein jaunga",
    ],
)  # fmt: skip
def test_who_has_had_enough_is_heard(text: str) -> None:
    assert is_angry(text)


@pytest.mark.parametrize(
    "text",
    [
        "mera mixer kharab hai", "delivery bahut late hai", "yeh mehenga hai", "refund nahin mila", "my order is late",
        "the fan is broken", "mujhe complaint karni hai", "kya aap sun rahe hain", "मिक्सर खराब है", "chori ho gaya parcel",
    ],
)  # fmt: skip
def test_a_complaint_is_not_anger(text: str) -> None:
    assert not is_angry(text)


def wants(caller: Caller, **wish: object) -> Caller:  # noqa: F811
    site = caller.mind.site
    site = msgspec.structs.replace(site, handover=msgspec.structs.replace(site.handover, **wish))
    caller.mind = replace(caller.mind, site=site, patience=site.handover.misunderstood)
    return caller


def test_an_angry_caller_gets_an_apology_and_a_person(caller: Caller) -> None:  # noqa: F811
    told, done = caller.says("yeh kya bakwas hai")
    assert told.startswith("Aapko jo pareshani hui") and done.then == "transfer"


def test_a_site_may_bear_more_anger_or_any(caller: Caller) -> None:  # noqa: F811
    wants(caller, angry=2)
    assert caller.says("yeh kya bakwas hai")[1].then == "listen"
    assert caller.says("delivery kitne din mein hogi")[1].then == "listen"
    assert caller.says("bakwas delivery")[1].then == "transfer"
    wants(caller, angry=0)
    assert caller.says("bakwas delivery")[1].then == "listen"


def test_a_site_may_want_to_know_why_before_a_person_comes(caller: Caller) -> None:  # noqa: F811
    wants(caller, wishes=2)
    told, done = caller.says("kisi insaan se baat karni hai")
    assert told.startswith("Zaroor.") and done.then == "listen"
    assert caller.says("kisi insaan se baat karni hai")[1].then == "transfer"


def test_the_key_0_is_a_person_at_once(caller: Caller) -> None:  # noqa: F811
    wants(caller, wishes=3)
    assert caller.says("0", keypad=True)[1].then == "transfer"


def test_a_site_may_never_offer_a_person_to_those_it_does_not_understand(caller: Caller) -> None:  # noqa: F811
    wants(caller, misunderstood=0)
    for _ in range(4):
        assert not caller.says("", confidence=0.9)[1].memory.offered_person
