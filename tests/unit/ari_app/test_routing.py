"""Who answers."""

from datetime import UTC, datetime

import msgspec
import pytest

from ari_app.call.routing import (
    Admit,
    CannotTell,
    Decision,
    Found,
    NobodyHas,
    Overflow,
    PeopleFirst,
    PlayTape,
    Refuse,
    Ringing,
    codec_for,
)
from ari_app.call.routing import decide as decide_with
from ari_app.call.seats import Seats
from core.ids import CallId, SiteId
from core.reception import Reception, UnknownNumber, Way
from core.sites import Hours, Phrases, Site

NOON = datetime(2026, 11, 16, 6, 30, tzinfo=UTC)
"""A Monday, twelve o'clock in India."""
MIDNIGHT = datetime(2026, 11, 16, 18, 30, tzinfo=UTC)
SHOP = {"mon": ("10:00-19:00",)}
PHRASES = Phrases(greeting="Hello.", hold=("One moment.",), reminder="", again="", apology="", goodbye="", transfer="")


def site(**settings: object) -> Site:
    given = {"phrases": {"en": PHRASES}, **settings}
    return Site(site_id=SiteId("demo"), name="Demo", languages=("en",), max_calls=2, **given)  # type: ignore[arg-type]


def decide(
    finding: Found | NobodyHas | CannotTell, *, at: datetime = NOON, of_site: int = 0, total: int = 0,
    caller: str = "919812345678", asked: bool = False, unknown: UnknownNumber = "not_found",
) -> Decision:  # fmt: skip
    return decide_with(finding, Ringing(caller, at, of_site, total, asked), max_total=60, unknown=unknown)


def test_a_site_with_room_answers() -> None:
    assert decide(Found(site()), at=NOON, of_site=1, total=59) == Admit(site())


@pytest.mark.parametrize(("of_site", "total"), [(2, 2), (0, 60), (5, 99)])
def test_the_cap_plus_one_is_busy_where_the_site_says_so(of_site: int, total: int) -> None:
    full = site(overflow="busy")
    assert decide(Found(full), at=NOON, of_site=of_site, total=total) == Refuse(full, 17)


def test_the_cap_plus_one_waits_for_people_where_the_site_says_so() -> None:
    full = site(overflow="queue", operator="sales")
    assert decide(Found(full), at=NOON, of_site=2, total=2) == Overflow(full, "sales", "full")


def test_a_number_nobody_has_is_unallocated() -> None:
    assert decide(NobodyHas(), at=NOON, of_site=0, total=0) == Refuse(None, 1)


def test_without_a_database_people_answer() -> None:
    assert decide(CannotTell(), at=NOON, of_site=0, total=0) == Overflow(None, "humans", "database_away")


def test_while_it_is_open_hours_change_nothing() -> None:
    shop = site(hours=Hours(week=SHOP, closed="reject"))
    assert decide(Found(shop), at=NOON, of_site=0, total=0) == Admit(shop)


def test_a_closed_site_may_answer_all_the_same_and_says_so_first() -> None:
    shop = site(hours=Hours(week=SHOP, message={"en": "We open at ten."}))
    decision = decide(Found(shop), at=MIDNIGHT, of_site=0, total=0)
    assert isinstance(decision, Admit) and decision.instead is None
    assert decision.site.phrase("en").greeting == "We open at ten. Hello."


def test_a_closed_site_may_have_people_answer_whatever_its_caps() -> None:
    shop = site(hours=Hours(week=SHOP, closed="queue"), operator="night", overflow="busy")
    assert decide(Found(shop), at=MIDNIGHT, of_site=2, total=2) == Overflow(shop, "night", "closed")


def test_a_closed_site_that_rejects_says_its_message_and_hangs_up_or_refuses_without_one() -> None:
    silent = site(hours=Hours(week=SHOP, closed="reject"))
    assert decide(Found(silent), at=MIDNIGHT, of_site=0, total=0) == Refuse(silent, 20)
    spoken = site(hours=Hours(week=SHOP, closed="reject", message={"hi-Latn": "Hum band hain."}))
    decision = decide(Found(spoken), at=MIDNIGHT, of_site=0, total=0)
    assert isinstance(decision, Admit) and decision.instead == "sorry"
    assert (decision.site.language, decision.site.phrase("hi-Latn").greeting) == ("hi-Latn", "Hum band hain.")


def test_a_closed_site_may_take_messages_with_its_own_words_while_there_is_a_seat_for_them() -> None:
    lines = msgspec.structs.replace(PHRASES, voicemail="Speak after the beep.")
    shop = site(hours=Hours(week=SHOP, closed="voicemail", message={"en": "We open at ten."}), phrases={"en": lines})
    decision = decide(Found(shop), at=MIDNIGHT)
    assert isinstance(decision, Admit) and decision.instead == "voicemail"
    assert decision.site.phrase("en").greeting == "We open at ten. Speak after the beep."
    assert decide(Found(shop), at=MIDNIGHT, total=60) == PlayTape(shop, "voicemail", "closed")


@pytest.mark.parametrize(
    ("way", "cause"), [("busy", 17), ("decline", 21), ("not_found", 1), ("unavailable", 20), ("congestion", 34)]
)
def test_every_cause_may_stand_for_no(way: Way, cause: int) -> None:
    full = site(overflow=way)
    assert decide(Found(full), of_site=2) == Refuse(full, cause)


def test_a_full_site_plays_a_tape_for_the_agent_has_no_seat_to_say_it_from() -> None:
    for way, tape in (("voicemail", "voicemail"), ("announcement", "sorry")):
        full = site(overflow=way, phrases={"en": msgspec.structs.replace(PHRASES, sorry="Sorry.", voicemail="Beep.")})
        assert decide(Found(full), of_site=2) == PlayTape(full, tape, "full")  # type: ignore[arg-type]


@pytest.mark.parametrize("caller", ["919800000001", "+919800000001", "09800000001", "9800000001", "911401234567"])
def test_who_is_on_the_blocklist_is_not_welcome_however_the_trunk_writes_the_number(caller: str) -> None:
    shop = site(reception=Reception(blocklist=("+919800000001", "+91140*")))
    assert decide(Found(shop), caller=caller) == Refuse(shop, 21)


@pytest.mark.parametrize("caller", ["919800000002", "+9198000000011", "201", "919111401234"])
def test_who_is_not_on_the_blocklist_is_welcome(caller: str) -> None:
    shop = site(reception=Reception(blocklist=("+919800000001", "+91140*")))
    assert decide(Found(shop), caller=caller) == Admit(shop)


@pytest.mark.parametrize("caller", ["", "anonymous", "Restricted"])
def test_who_hides_the_number_meets_what_the_site_says_and_by_default_the_agent(caller: str) -> None:
    assert decide(Found(site()), caller=caller) == Admit(site())
    lines = msgspec.structs.replace(PHRASES, sorry="We don't take hidden numbers.")
    strict = site(reception=Reception(anonymous="announcement"), phrases={"en": lines})
    decision = decide(Found(strict), caller=caller)
    assert isinstance(decision, Admit) and decision.instead == "sorry"
    assert decision.site.phrase("en").greeting == "We don't take hidden numbers."


def test_a_blocked_caller_is_refused_out_of_hours_as_well_and_even_if_people_would_answer() -> None:
    shop = site(hours=Hours(week=SHOP, closed="queue"), reception=Reception(blocklist=("+91*",), people_first_s=20))
    assert decide(Found(shop), at=MIDNIGHT) == Refuse(shop, 21)


def test_people_ring_first_once_and_only_while_the_site_is_open() -> None:
    shop = site(hours=Hours(week=SHOP), reception=Reception(people_first_s=15))
    assert decide(Found(shop)) == PeopleFirst(shop, 15)
    assert decide(Found(shop), asked=True) == Admit(shop)
    assert isinstance(decide(Found(shop), at=MIDNIGHT), Admit)


def test_people_ring_first_whatever_the_agents_cap_and_the_cap_is_kept_after() -> None:
    shop = site(reception=Reception(people_first_s=15), overflow="busy")
    assert decide(Found(shop), of_site=2) == PeopleFirst(shop, 15)
    assert decide(Found(shop), of_site=2, asked=True) == Refuse(shop, 17)


def test_whom_people_send_to_the_agent_gets_the_agent_at_any_hour() -> None:
    shop = site(hours=Hours(week=SHOP, closed="queue"), reception=Reception(blocklist=("+91*",)))
    assert isinstance(decide(Found(shop), at=MIDNIGHT, asked=True), Admit)


def test_a_number_nobody_has_meets_what_the_machine_says() -> None:
    assert decide(NobodyHas(), unknown="decline") == Refuse(None, 21)
    assert decide(NobodyHas(), unknown="queue") == Overflow(None, "humans", "unknown_number")


def test_an_announcement_takes_a_seat_like_any_call() -> None:
    spoken = site(hours=Hours(week=SHOP, closed="reject", message={"en": "Closed."}), overflow="busy")
    assert decide(Found(spoken), at=MIDNIGHT, of_site=2, total=2) == Refuse(spoken, 17)


@pytest.mark.parametrize(
    ("native", "codec"),
    [("(ulaw)", "ulaw"), ("(alaw)", "alaw"), ("(g722)", "slin16"), ("(opus)", "slin16"), ("(alaw|ulaw)", "alaw"), ("", "slin16")],
)
def test_g711_is_passed_through_and_all_else_is_wideband(native: str, codec: str) -> None:
    assert codec_for(native) == codec


def test_seats_are_counted_per_site_and_given_back_once() -> None:
    seats = Seats()
    seats.take(CallId("1"), SiteId("a"))
    seats.take(CallId("2"), SiteId("b"))
    seats.take(CallId("2"), SiteId("b"))
    assert (len(seats), seats.of(SiteId("a")), seats.of(SiteId("c"))) == (2, 1, 0)
    seats.give_back(CallId("1"))
    seats.give_back(CallId("1"))
    assert (len(seats), seats.of(SiteId("a"))) == (1, 0)


@pytest.mark.parametrize(("way", "met"), [("queue", Overflow(site(), "humans", "draining")), ("congestion", Refuse(site(), 34))])
def test_while_we_drain_new_calls_go_where_the_machine_says(way: Way, met: Decision) -> None:
    ringing = Ringing("919812345678", NOON, of_site=0, total=0, drained=way)
    assert decide_with(Found(site()), ringing, max_total=60) == met


def test_while_we_drain_who_is_unwelcome_is_not_sent_to_people() -> None:
    ringing = Ringing("919812345678", NOON, of_site=0, total=0, drained="queue")
    assert decide_with(NobodyHas(), ringing, max_total=60) == Refuse(None, 1)
