"""May this number be dialled now, and if not: when? Asked anew before every attempt, whatever was true as it was queued. ◆

    judge()   Go · Later(at) · Never        consent, disclosure, do-not-call, allow-list, trunk, hours in their own clock
    full()    why there is no room just now  calls at once of trunk, site, campaign and all; minutes of the day
    Buckets   calls begun a second

India: nobody is called from 21:00 to 09:00 (settings.outbound.hours); the clock of an Indian number is India's in any case.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from core.outbound import EVERY_DAY, Outbound, Window
from core.sites import Site
from core.trunks import Trunk

INDIA = ZoneInfo("Asia/Kolkata")

WhyNever = Literal[
    "not_enabled", "no_trunk", "no_caller_id", "no_disclosure", "no_consent", "not_in_allow_list", "do_not_call", "too_late"
]
WhyFull = Literal["trunk_full", "site_full", "campaign_full", "all_full", "minutes_used"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that is due."""

    number: str
    consent: str
    timezone: str = ""
    """Empty: the site's."""
    window: Window | None = None
    caller_id: str = ""
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Go:
    caller_id: str


@dataclass(frozen=True, slots=True)
class Later:
    at: datetime
    """Ask again then."""


@dataclass(frozen=True, slots=True)
class Never:
    why: WhyNever


def judge(wanted: Wanted, site: Site, trunk: Trunk | None, now: datetime, *, listed: bool, law: str) -> Go | Later | Never:
    """`trunk`: the site's, if the admin lets it dial there. `listed`: the number is on a do-not-call list. `law`: HH:MM-HH:MM."""
    caller_id = wanted.caller_id or site.outbound.caller_id
    if (why := _barred(wanted, site, trunk, caller_id, listed=listed)) is not None:
        return Never(why)
    windows = [site.outbound.window, Window(hours=law), *([wanted.window] if wanted.window else [])]
    at = next_opening(now, zone_of(wanted, site), windows)
    if wanted.not_after is not None and at >= wanted.not_after:
        return Never("too_late")
    return Go(caller_id) if at <= now else Later(at)


def _barred(wanted: Wanted, site: Site, trunk: Trunk | None, caller_id: str, *, listed: bool) -> WhyNever | None:
    rules = site.outbound
    checks: tuple[tuple[WhyNever, bool], ...] = (
        ("not_enabled", rules.enabled),
        ("no_trunk", trunk is not None and trunk.serves(site.site_id)),
        ("no_caller_id", bool(caller_id) and trunk is not None and trunk.lends(caller_id)),
        ("no_disclosure", bool(site.disclosure.strip())),
        ("no_consent", rules.consent == "on_file" or bool(wanted.consent.strip())),
        ("not_in_allow_list", may_be_called(wanted.number, rules) and trunk is not None and trunk.leads_to(wanted.number)),
        ("do_not_call", not listed),
    )
    return next((why for why, fine in checks if not fine), None)


def may_be_called(number: str, rules: Outbound) -> bool:
    return number.startswith(rules.allow) and not number.startswith(rules.deny or ("\0",))


# ── hours ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def zone_of(wanted: Wanted, site: Site) -> ZoneInfo:
    """The clock of who is called."""
    return INDIA if wanted.number.startswith("+91") else ZoneInfo(wanted.timezone or site.timezone)


def next_opening(now: datetime, zone: ZoneInfo, windows: list[Window]) -> datetime:
    """`now` if all windows are open, else when they are next: at the latest on the same day of next week."""
    local = now.astimezone(zone)
    for days in range(8):
        day = local.date() + timedelta(days)
        begin, end = _common(day, windows)
        if begin < end:
            opens, closes = _at(day, begin, zone), _at(day, end, zone)
            if now < closes:
                return max(now, opens)
    return now + timedelta(days=7)  # they have no minute in common: asked again, for settings change


def _common(day: date, windows: list[Window]) -> tuple[int, int]:
    """Minutes after midnight in which all are open; nothing: begin is not before end."""
    spans = [_minutes(each.hours) if EVERY_DAY[day.weekday()] in each.days else (0, 0) for each in windows]
    return max(begin for begin, _ in spans), min(end for _, end in spans)


def _minutes(hours: str) -> tuple[int, int]:
    begin, end = (int(text[:2]) * 60 + int(text[3:]) for text in hours.split("-"))
    return begin, end


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(minutes // 1440), time(minutes % 1440 // 60, minutes % 60), zone)


# ── room ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Room:
    """What is going on, and how much of it may."""

    running: int
    max_total: int
    of_trunk: int
    of_site: int
    of_campaign: int
    campaign_at_once: int | None
    minutes_today: float


def full(room: Room, rules: Outbound, trunk: Trunk) -> WhyFull | None:
    """Why not one more call; None: there is room."""
    if room.minutes_today >= rules.daily_minutes:
        return "minutes_used"
    if room.campaign_at_once is not None and room.of_campaign >= room.campaign_at_once:
        return "campaign_full"
    if room.of_site >= rules.at_once:
        return "site_full"
    if room.of_trunk >= trunk.at_once:
        return "trunk_full"
    return "all_full" if room.running >= room.max_total else None


@dataclass(slots=True)
class Buckets:
    """Token buckets by name: of `rate` tokens a second each, and never more than one in hand (or a second's, if that is more)."""

    _filled: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, rates: Mapping[str, float], now: float) -> bool:
        """One token out of each of these; none out of any if one of them is empty."""
        have = {name: self._have(name, rate, now) for name, rate in rates.items()}
        enough = all(tokens >= 1.0 for tokens in have.values())
        for name, tokens in have.items():
            self._filled[name] = (tokens - enough, now)
        return enough

    def _have(self, name: str, rate: float, now: float) -> float:
        most = max(1.0, rate)
        tokens, since = self._filled.get(name, (most, now))
        return min(most, tokens + max(0.0, now - since) * rate)
