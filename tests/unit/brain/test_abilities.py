"""What the agent says it can be asked: the site's own things, whatever the site is."""

import pytest

from brain import abilities
from brain.small_talk import SMALL_TALK
from core.sites import LANGUAGES, Language

CLINIC = {"report_status": ("is my report ready", "report {digits}"), "transfer_to_operator": ("a person please",)}


def test_a_clinic_speaks_of_reports_and_of_what_it_knows() -> None:
    told = abilities.told("Sunrise Clinic", CLINIC, ["what is the consultation fee?", "do you do x rays"], "en")
    assert told == (
        "You can ask me about Sunrise Clinic.",
        "For example: “is my report ready” or “what is the consultation fee”.",
    )


def test_a_shop_speaks_of_orders() -> None:
    told = abilities.told("Roshni", {"check_order_status": ("where is my order",), "schedule_callback": ()}, [], "hi-Latn")
    assert told == (
        "Aap mujhse Roshni ke baare mein poochh sakte hain, jaise order ki sthiti aur vaapas call mangwana.",
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_speaks_of_a_shop_where_there_is_none(language: Language) -> None:
    told = (
        " ".join(abilities.told("Academy", {}, ["kal class hai kya"], language)) + SMALL_TALK["what_can_you_do"].answers[language]
    )
    for word in ("order", "refund", "shop", "dukan", "ऑर्डर", "दुकान", "ਆਰਡਰ", "ਦੁਕਾਨ"):
        assert word not in told
    assert "Academy" in told and "kal class hai kya" in told
