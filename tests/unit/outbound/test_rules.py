"""May this number be dialled now, and if not: when?"""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ids import SiteId
from core.outbound import EVERY_DAY, Outbound, Window
from core.phrases import usual_phrases
from core.sites import Site
from core.trunks import Trunk, TrunksUnreadable, trunks
from outbound import rules
from outbound.rules import Buckets, Go, Later, Never, Room, Wanted, full, judge, next_opening

INDIA = ZoneInfo("Asia/Kolkata")
LAW = "09:00-21:00"
OUT = Outbound(enabled=True, trunk="tata", caller_id="+911612345678")
SITE = Site(
    site_id=SiteId("shop"), name="Shop", phrases={"en": usual_phrases("en", "Shop")}, languages=("en",), outbound=OUT,
    disclosure="This is a machine.",
)  # fmt: skip
ANY = frozenset({"*"})
TATA = Trunk("tata", frozenset({"shop"}), ANY)
WANTED = Wanted("+919812345678", consent="web form")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=INDIA)
ANY_TIME = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 (st adds it)
HOURS = st.tuples(st.integers(0, 23 * 60), st.integers(1, 12 * 60)).map(
    lambda span: f"{span[0] // 60:02}:{span[0] % 60:02}-{min(1440, sum(span)) // 60:02}:{min(1440, sum(span)) % 60:02}"
)
DAYS = st.sets(st.sampled_from(EVERY_DAY), min_size=1).map(tuple)


def asked(wanted: Wanted = WANTED, site: Site = SITE, trunk: Trunk | None = TATA, now: datetime = NOON, **how: Any) -> Any:
    return judge(wanted, site, trunk, now, **{"listed": False, "law": LAW, **how})


def site_with(**rules: Any) -> Site:
    return msgspec.structs.replace(SITE, outbound=msgspec.structs.replace(OUT, **rules))


def test_a_call_with_everything_in_order_goes_with_the_sites_number() -> None:
    assert asked() == Go("+911612345678")
    assert asked(wanted_with(caller_id="+911600000000")) == Go("+911600000000")


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("not_enabled", {"site": site_with(enabled=False)}),
        ("no_trunk", {"trunk": None}),
        ("no_trunk", {"trunk": Trunk("tata", frozenset({"bank"}))}),
        ("no_caller_id", {"site": site_with(caller_id="")}),
        ("no_caller_id", {"trunk": Trunk("tata", frozenset({"*"}), caller_ids=frozenset({"+911699999999"}))}),
        ("no_disclosure", {"site": msgspec.structs.replace(SITE, disclosure=" ")}),
        ("no_consent", {"wanted": Wanted("+919812345678", consent=" ")}),
        ("not_in_allow_list", {"wanted": Wanted("+19812345678", consent="yes")}),
        ("not_in_allow_list", {"site": site_with(deny=("+9198",))}),
        ("not_in_allow_list", {"site": site_with(allow=())}),
        ("not_in_allow_list", {"wanted": Wanted("+441632960001", consent="yes"), "site": site_with(allow=("+44",))}),
        ("no_caller_id", {"trunk": Trunk("tata", frozenset({"shop"}))}),
        ("do_not_call", {"listed": True}),
        ("too_late", {"wanted": Wanted("+919812345678", consent="yes", not_after=NOON)}),
    ],
)
def test_what_is_missing_is_said_and_nobody_is_dialled(why: str, change: dict[str, Any]) -> None:
    assert asked(**change) == Never(why)  # type: ignore[arg-type]


def test_a_site_that_keeps_consents_itself_need_not_say_what_they_rest_on() -> None:
    assert isinstance(asked(Wanted("+919812345678", consent=""), site_with(consent="on_file")), Go)


def test_at_night_the_call_waits_for_the_morning_of_who_is_called() -> None:
    night = datetime(2026, 11, 21, 23, 30, tzinfo=INDIA)
    assert asked(now=night) == Later(datetime(2026, 11, 22, 10, 0, tzinfo=INDIA))


def test_an_indian_number_has_indias_clock_whatever_the_campaign_says() -> None:
    """At noon in London it is half past five in the evening in India; at 17:00 there it is half past ten at night."""
    london = ZoneInfo("Europe/London")
    late = datetime(2026, 11, 21, 17, 0, tzinfo=london)
    assert isinstance(asked(wanted_with(timezone="Europe/London"), now=late), Later)
    british = Wanted("+441632960001", consent="yes", timezone="Europe/London")
    abroad = Trunk("tata", ANY, ANY, prefixes=ANY)
    assert asked(british, site_with(allow=("+44",)), abroad, now=late) == Go("+911612345678")


def test_the_law_bounds_what_a_site_allows_itself() -> None:
    all_day = site_with(window=Window(hours="00:00-24:00"))
    assert isinstance(asked(site=all_day, now=datetime(2026, 11, 21, 21, 0, tzinfo=INDIA)), Later)
    assert isinstance(asked(site=all_day, now=datetime(2026, 11, 21, 20, 59, tzinfo=INDIA)), Go)
    assert isinstance(asked(site=all_day, now=datetime(2026, 11, 21, 8, 59, tzinfo=INDIA)), Later)


def test_a_call_whose_last_moment_lies_before_the_next_opening_is_never_made() -> None:
    night = datetime(2026, 11, 21, 23, 30, tzinfo=INDIA)
    wanted = Wanted("+919812345678", consent="yes", not_after=night + timedelta(hours=8))
    assert asked(wanted, now=night) == Never("too_late")


@given(ANY_TIME, HOURS, DAYS, HOURS, DAYS)
def test_whatever_opens_is_open_in_all_windows_and_not_before_now(
    now: datetime, hours: str, days: tuple[Any, ...], other: str, other_days: tuple[Any, ...]
) -> None:
    windows = [Window(hours=hours, days=days), Window(hours=other, days=other_days), Window(hours=LAW)]
    at = next_opening(now, INDIA, windows)
    assert at >= now
    local = at.astimezone(INDIA)
    minute = local.hour * 60 + local.minute
    is_open = all(begin <= minute < end for begin, end in [rules._common(local.date(), [window]) for window in windows])
    assert is_open or at == now + timedelta(days=7)
    if is_open:
        assert next_opening(at, INDIA, windows) == at


@given(ANY_TIME)
def test_no_indian_phone_rings_between_nine_at_night_and_nine_in_the_morning(now: datetime) -> None:
    verdict = asked(site=site_with(window=Window(hours="00:00-24:00")), now=now)
    at = now if isinstance(verdict, Go) else verdict.at
    assert 9 <= at.astimezone(INDIA).hour < 21


# ── room ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
FREE = Room(running=0, max_total=10, of_trunk=0, of_site=0, of_campaign=0, campaign_at_once=None, minutes_today=0.0)


@pytest.mark.parametrize(
    ("why", "room"),
    [
        (None, {}),
        ("minutes_used", {"minutes_today": 120.0}),
        ("campaign_full", {"of_campaign": 1, "campaign_at_once": 1}),
        ("site_full", {"of_site": 2}),
        ("trunk_full", {"of_trunk": 5}),
        ("all_full", {"running": 10}),
    ],
)
def test_every_cap_holds(why: str | None, room: dict[str, Any]) -> None:
    assert full(dataclasses.replace(FREE, **room), OUT, TATA) == why


@given(st.lists(st.floats(0.0, 3.0), max_size=60), st.floats(0.1, 5.0))
def test_no_second_begins_more_calls_than_its_rate_and_what_was_in_hand(waits: list[float], rate: float) -> None:
    buckets, now, taken = Buckets(), 0.0, list[float]()
    for wait in waits:
        now += wait
        if buckets.take({"all": rate}, now):
            taken.append(now)
    for begin in taken:
        within = [at for at in taken if begin <= at <= begin + 1.0]
        assert len(within) <= max(1.0, rate) + rate + 1e-6


def test_an_empty_bucket_takes_nothing_from_the_others() -> None:
    buckets = Buckets()
    assert buckets.take({"all": 1.0, "site a": 1.0}, 0.0)
    assert not buckets.take({"all": 1.0, "site b": 1.0}, 0.1)
    assert buckets.take({"site b": 1.0}, 0.1), "what it had is still there"
    assert buckets.take({"all": 1.0}, 1.0)


# ── trunks ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_trunk_that_names_no_site_is_for_calls_in_alone() -> None:
    written = [{"name": "in"}, {"name": "out", "outbound": "shop, bank", "caller_ids": "+911", "at_once": "7", "per_second": "2"}]
    out = Trunk("out", frozenset({"shop", "bank"}), frozenset({"+911"}), frozenset({"+91"}), 7, 2.0)
    assert trunks(written) == {"out": out}
    assert trunks(written)["out"].serves(SiteId("bank")) and not trunks(written)["out"].serves(SiteId("clinic"))


def test_a_trunk_that_can_not_be_read_is_named() -> None:
    with pytest.raises(TrunksUnreadable, match="'out'"):
        trunks([{"name": "out", "outbound": "*", "at_once": "many"}])


def wanted_with(**change: Any) -> Wanted:
    return dataclasses.replace(WANTED, **change)
