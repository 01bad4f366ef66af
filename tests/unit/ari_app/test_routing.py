"""Who answers."""

import pytest

from ari_app.call.routing import Admit, CannotTell, Found, NobodyHas, Overflow, Refuse, codec_for, decide
from ari_app.call.seats import Seats
from core.ids import CallId, SiteId
from core.sites import Phrases, Site

PHRASES = Phrases(greeting="", hold=("One moment.",), reminder="", again="", apology="", goodbye="", transfer="")


def site(**settings: object) -> Site:
    return Site(site_id=SiteId("demo"), name="Demo", phrases={"en": PHRASES}, languages=("en",), max_calls=2, **settings)  # type: ignore[arg-type]


def test_a_site_with_room_answers() -> None:
    assert decide(Found(site()), of_site=1, total=59, max_total=60) == Admit(site())


@pytest.mark.parametrize(("of_site", "total"), [(2, 2), (0, 60), (5, 99)])
def test_the_cap_plus_one_is_busy_where_the_site_says_so(of_site: int, total: int) -> None:
    full = site(overflow="busy")
    assert decide(Found(full), of_site=of_site, total=total, max_total=60) == Refuse(full, 17)


def test_the_cap_plus_one_waits_for_people_where_the_site_says_so() -> None:
    full = site(overflow="queue", operator="sales")
    assert decide(Found(full), of_site=2, total=2, max_total=60) == Overflow(full, "sales", "full")


def test_a_number_nobody_has_is_unallocated() -> None:
    assert decide(NobodyHas(), of_site=0, total=0, max_total=60) == Refuse(None, 1)


def test_without_a_database_people_answer() -> None:
    assert decide(CannotTell(), of_site=0, total=0, max_total=60) == Overflow(None, "humans", "database_away")


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
