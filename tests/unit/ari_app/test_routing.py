"""Who answers."""

from datetime import UTC, datetime

import pytest

from ari_app.call.routing import Admit, CannotTell, Found, NobodyHas, Overflow, Refuse, codec_for, decide
from ari_app.call.seats import Seats
from core.ids import CallId, SiteId
from core.sites import Hours, Phrases, Site

NOON = datetime(2026, 11, 16, 6, 30, tzinfo=UTC)
"""A Monday, twelve o'clock in India."""
MIDNIGHT = datetime(2026, 11, 16, 18, 30, tzinfo=UTC)
SHOP = {"mon": ("10:00-19:00",)}
PHRASES = Phrases(greeting="Hello.", hold=("One moment.",), reminder="", again="", apology="", goodbye="", transfer="")


def site(**settings: object) -> Site:
    return Site(site_id=SiteId("demo"), name="Demo", phrases={"en": PHRASES}, languages=("en",), max_calls=2, **settings)  # type: ignore[arg-type]


def test_a_site_with_room_answers() -> None:
    assert decide(Found(site()), at=NOON, of_site=1, total=59, max_total=60) == Admit(site())


@pytest.mark.parametrize(("of_site", "total"), [(2, 2), (0, 60), (5, 99)])
def test_the_cap_plus_one_is_busy_where_the_site_says_so(of_site: int, total: int) -> None:
    full = site(overflow="busy")
    assert decide(Found(full), at=NOON, of_site=of_site, total=total, max_total=60) == Refuse(full, 17)


def test_the_cap_plus_one_waits_for_people_where_the_site_says_so() -> None:
    full = site(overflow="queue", operator="sales")
    assert decide(Found(full), at=NOON, of_site=2, total=2, max_total=60) == Overflow(full, "sales", "full")


def test_a_number_nobody_has_is_unallocated() -> None:
    assert decide(NobodyHas(), at=NOON, of_site=0, total=0, max_total=60) == Refuse(None, 1)


def test_without_a_database_people_answer() -> None:
    assert decide(CannotTell(), at=NOON, of_site=0, total=0, max_total=60) == Overflow(None, "humans", "database_away")


def test_while_it_is_open_hours_change_nothing() -> None:
    shop = site(hours=Hours(week=SHOP, closed="reject"))
    assert decide(Found(shop), at=NOON, of_site=0, total=0, max_total=60) == Admit(shop)


def test_a_closed_site_may_answer_all_the_same_and_says_so_first() -> None:
    shop = site(hours=Hours(week=SHOP, message={"en": "We open at ten."}))
    decision = decide(Found(shop), at=MIDNIGHT, of_site=0, total=0, max_total=60)
    assert isinstance(decision, Admit) and not decision.announce
    assert decision.site.phrase("en").greeting == "We open at ten. Hello."


def test_a_closed_site_may_have_people_answer_whatever_its_caps() -> None:
    shop = site(hours=Hours(week=SHOP, closed="queue"), operator="night", overflow="busy")
    assert decide(Found(shop), at=MIDNIGHT, of_site=2, total=2, max_total=60) == Overflow(shop, "night", "closed")


def test_a_closed_site_that_rejects_says_its_message_and_hangs_up_or_refuses_without_one() -> None:
    silent = site(hours=Hours(week=SHOP, closed="reject"))
    assert decide(Found(silent), at=MIDNIGHT, of_site=0, total=0, max_total=60) == Refuse(silent, 20)
    spoken = site(hours=Hours(week=SHOP, closed="reject", message={"hi-Latn": "Hum band hain."}))
    decision = decide(Found(spoken), at=MIDNIGHT, of_site=0, total=0, max_total=60)
    assert isinstance(decision, Admit) and decision.announce
    assert (decision.site.language, decision.site.phrase("hi-Latn").greeting) == ("hi-Latn", "Hum band hain.")


def test_an_announcement_takes_a_seat_like_any_call() -> None:
    spoken = site(hours=Hours(week=SHOP, closed="reject", message={"en": "Closed."}), overflow="busy")
    assert decide(Found(spoken), at=MIDNIGHT, of_site=2, total=2, max_total=60) == Refuse(spoken, 17)


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
