"""When a site is open: by its own clock, over midnight, and not on holidays."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from core.site_form import site_of
from core.sites import WEEKDAYS, Hours, Site

IST = timezone(timedelta(hours=5, minutes=30))


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=IST)


def site(**hours: object) -> Site:
    return site_of({"site_id": "shop", "name": "Shop", "hours": hours})


def test_a_site_without_hours_is_always_open() -> None:
    assert site().is_open(datetime(2026, 1, 1, tzinfo=UTC))
    holiday = site(holidays=["2026-01-26"])
    assert [holiday.is_open(local(2026, 1, day, hour)) for day, hour in ((25, 23), (26, 0), (26, 23), (27, 0))] == [
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("time", "is_open"),
    [((9, 59), False), ((10, 0), True), ((13, 0), False), ((14, 0), True), ((19, 29), True), ((19, 30), False)],
)
def test_open_from_the_first_minute_to_the_last(time: tuple[int, int], is_open: bool) -> None:
    hours = Hours(week={"mon": ("10:00-13:00", "14:00-19:30")})
    assert hours.is_open(local(2026, 11, 16, *time)) is is_open


def test_a_day_that_is_left_out_is_closed() -> None:
    hours = Hours(week={"mon": ("10:00-13:00",)})
    assert not any(hours.is_open(local(2026, 11, 17 + days, 11)) for days in range(6))


def test_an_evening_goes_on_after_midnight_and_belongs_to_the_day_it_began() -> None:
    hours = Hours(week={"fri": ("20:00-02:00",)}, holidays=(date(2026, 11, 21),))
    friday = local(2026, 11, 20, 20)
    assert [hours.is_open(friday + timedelta(hours=h)) for h in (0, 3.9, 4, 5.9, 6)] == [True, True, True, True, False]
    closed = Hours(week={"fri": ("20:00-02:00",)}, holidays=(date(2026, 11, 20),))
    assert not any(closed.is_open(friday + timedelta(hours=h)) for h in (0, 5))


def test_until_midnight_and_around_the_clock() -> None:
    assert Hours(week={"mon": ("18:00-24:00",)}).is_open(local(2026, 11, 16, 23, 59))
    assert not Hours(week={"mon": ("18:00-24:00",)}).is_open(local(2026, 11, 17, 0, 0))
    always = Hours(week={day: ("00:00-24:00",) for day in WEEKDAYS})
    assert all(always.is_open(local(2026, 11, 16) + timedelta(minutes=7 * n)) for n in range(1440))


def test_it_is_the_sites_own_clock_that_counts() -> None:
    shop = site(week={"mon": ["10:00-19:00"]})
    assert shop.is_open(datetime(2026, 11, 16, 4, 30, tzinfo=UTC))  # 10:00 in Kolkata
    assert not shop.is_open(datetime(2026, 11, 16, 4, 29, tzinfo=UTC))
    assert shop.is_open(datetime(2026, 11, 16, 10, tzinfo=timezone(timedelta(hours=5, minutes=30))))
