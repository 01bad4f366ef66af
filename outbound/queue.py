"""The queue of calls to be dialled, in PostgreSQL. What is claimed is locked, so no two dialers take the same call.

    lanes ──> facts of a lane ──> claim one ──> place | put off | close          all of a claim in one transaction

A lane is a campaign, or a site's single calls: one that may not go on holds up no other. All as core.db's as_relay.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from core.db import Rows
from core.ids import CallId, SiteId
from core.purpose import Purpose
from core.sites import Site
from outbound.plan import Plan

_LANES = """
select site_id, campaign_id from (
  select site_id, campaign_id from campaign where state = 'running' union all select site_id, '' from site
) lane where exists (
  select from outbound_call q where q.site_id = lane.site_id and q.campaign_id = lane.campaign_id and q.state = 'queued'
    and q.due_at <= now())
"""
_RUNNING = "select site_id, campaign_id, trunk, count(*) from outbound_attempt where ended_at is null group by 1, 2, 3"
_FACTS = """
select s.settings::text, coalesce(c.plan, '{}')::text, (
  select coalesce(sum(extract(epoch from coalesce(a.ended_at, now()) - a.answered_at)), 0)::float8 / 60 from outbound_attempt a
  where a.site_id = s.site_id and a.answered_at >= date_trunc('day', now(), s.settings->>'timezone'))
from site s left join campaign c on c.site_id = s.site_id and c.campaign_id = %s
where s.site_id = %s and (c.campaign_id is null or c.state = 'running')
"""
_CLAIM = """
select q.outbound_id, q.number, q.plan::text, q.variables::text, q.consent, q.not_after,
  exists (select from dnc d where d.site_id in (q.site_id, '*') and d.number = q.number and d.removed_at is null),
  (select count(*) from outbound_attempt a where a.site_id = q.site_id and a.outbound_id = q.outbound_id)
from outbound_call q where q.site_id = %s and q.campaign_id = %s and q.state = 'queued' and q.due_at <= now()
order by q.due_at, q.outbound_id limit 1 for update skip locked
"""
_OPEN = """
insert into outbound_attempt (site_id, call_id, outbound_id, campaign_id, trunk, lost_at)
values (%s, %s, %s, %s, %s, now() + %s * interval '1 second')
"""
_DIALLING = """
update outbound_call set state = 'dialling', attempts = attempts + 1, why = '' where site_id = %s and outbound_id = %s
"""
_PUT_OFF = """
update outbound_call set due_at = greatest(%s, now() + interval '1 minute'), why = %s
where site_id = %s and (outbound_id = %s or (%s <> '' and campaign_id = %s and state = 'queued' and due_at <= now()
  and starts_with(number, '+91') = %s))
"""
_CLOSE = """
update outbound_call set state = 'done', result = %s, why = %s, done_at = now() where site_id = %s and outbound_id = %s
"""
_DELIVER = """
insert into webhook_delivery (site_id, delivery_id, outbound_id, url) values (%s, %s, %s, %s) on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class Lane:
    site: SiteId
    campaign: str
    """Empty: the site's single calls."""


@dataclass(slots=True)
class Running:
    """Calls out that are going on, of all sites."""

    total: int = 0
    of_site: Counter[str] = field(default_factory=Counter)
    of_trunk: Counter[str] = field(default_factory=Counter)
    of_lane: Counter[Lane] = field(default_factory=Counter)

    def add(self, lane: Lane, trunk: str, calls: int = 1) -> None:
        self.total += calls
        self.of_site[lane.site] += calls
        self.of_trunk[trunk] += calls
        self.of_lane[lane] += calls


@dataclass(frozen=True, slots=True)
class Facts:
    """What a lane's calls have in common."""

    site: Site
    plan: Plan
    """Of the campaign."""
    minutes_today: float


@dataclass(frozen=True, slots=True)
class Claim:
    """A call that is due, locked until the end of the transaction."""

    lane: Lane
    outbound_id: str
    number: str
    plan: Plan
    consent: str
    not_after: datetime | None
    listed: bool
    """On a do-not-call list."""
    tried: int

    @property
    def next_call_id(self) -> CallId:
        return CallId(f"{self.outbound_id}-{self.tried + 1}")


async def lanes(rows: Rows) -> list[Lane]:
    """Those in which a call is due."""
    return [Lane(SiteId(site), campaign) for site, campaign in await (await rows.execute(_LANES)).fetchall()]


async def running(rows: Rows) -> Running:
    found = Running()
    for site, campaign, trunk, calls in await (await rows.execute(_RUNNING)).fetchall():
        found.add(Lane(SiteId(site), campaign), trunk, calls)
    return found


async def facts(rows: Rows, lane: Lane) -> Facts | None:
    """None: the site is gone, or the campaign may not go on any more."""
    row = await (await rows.execute(_FACTS, [lane.campaign, lane.site])).fetchone()
    if row is None:
        return None
    return Facts(msgspec.json.decode(row[0], type=Site), msgspec.json.decode(row[1], type=Plan), row[2])


async def claim(rows: Rows, lane: Lane, of_campaign: Plan) -> Claim | None:
    """The call that has waited longest; None: no more are due."""
    row = await (await rows.execute(_CLAIM, [lane.site, lane.campaign])).fetchone()
    if row is None:
        return None
    outbound_id, number, plan, variables, consent, not_after, listed, tried = row
    own = of_campaign if plan is None else msgspec.json.decode(plan, type=Plan)
    return Claim(lane, outbound_id, number, with_variables(own, variables), consent, not_after, listed, tried)


def with_variables(plan: Plan, variables: str) -> Plan:
    """The plan of one call of it; `variables` in JSON."""
    merged = {**plan.purpose.variables, **msgspec.json.decode(variables, type=dict[str, str])}
    purpose: Purpose = msgspec.structs.replace(plan.purpose, variables=merged)
    return msgspec.structs.replace(plan, purpose=purpose)


async def open_attempt(rows: Rows, claimed: Claim, trunk: str, lost_after_s: float) -> None:
    """It is dialled: from now on it is nobody's to claim."""
    values: Sequence[Any] = [
        claimed.lane.site, claimed.next_call_id, claimed.outbound_id, claimed.lane.campaign, trunk, lost_after_s,
    ]  # fmt: skip
    await rows.execute(_OPEN, values)
    await rows.execute(_DIALLING, [claimed.lane.site, claimed.outbound_id])


async def put_off(rows: Rows, claimed: Claim, until: datetime, why: str) -> None:
    """This call, and all of its campaign that are due and live in the same clock: ten thousand at once, not one by one. For a
    minute at least: where the database's clock is past `until` already, it were due at once, again and again, without end."""
    lane, indian = claimed.lane, claimed.number.startswith("+91")
    await rows.execute(_PUT_OFF, [until, why, lane.site, claimed.outbound_id, lane.campaign, lane.campaign, indian])


async def close(rows: Rows, site: SiteId, outbound_id: str, result: str, why: str, plan: Plan) -> None:
    """The last word on a call, told to its webhook."""
    await rows.execute(_CLOSE, [result, why, site, outbound_id])
    if plan.webhook:
        await rows.execute(_DELIVER, [site, f"msg_{outbound_id}", outbound_id, plan.webhook])
