"""What became of the attempts that are open: read from the events of their calls, whoever lived or died meanwhile.

    outbox (started, answered, ended) ──> outbound_attempt ──retry.py──> queued again | done, and a webhook | cancelled

An attempt of which nothing at all is heard by `lost_at` never was one: ari-app was away, or died with the order in its hands.
That can be told only while everybody who would tell of it has been here for a while (`GRACE_S`): who talked with us while the
database was away must not be called again when it is back.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from core.db import Database, Rows
from core.events import INTERWORKING, CallAnswered, CallAnsweredBy, CallEnded, CallStarted
from core.ids import CallId, SiteId
from core.outbound import Result
from outbound import queue
from outbound.plan import Plan, SiteRules
from outbound.retry import next_attempt, result_of

log = logging.getLogger(__name__)

GRACE_S = 15.0
"""Outboxes try again every 0.2 to 5 s (core.outbox), and a process that starts sends what its spool holds."""

_TYPES = ["haazir.call.started", "haazir.call.answered", "haazir.call.answered_by", "haazir.call.ended"]
_OPEN = """
select a.site_id, a.call_id, a.outbound_id, a.started_at is not null, a.answered_at is not null, a.lost_at < now(), (
  select json_agg(o.data order by o.seq)::text from outbox o
  where o.site_id = a.site_id and o.subject = a.call_id and o.type = any(%s))
from outbound_attempt a where a.ended_at is null
"""
_HEARD = """
update outbound_attempt set started_at = coalesce(started_at, to_timestamp(%s)),
  answered_at = coalesce(answered_at, to_timestamp(%s)), lost_at = greatest(lost_at, now() + %s * interval '1 second')
where site_id = %s and call_id = %s and ended_at is null
"""
_END = """
update outbound_attempt set ended_at = to_timestamp(%s), result = %s, sip_status = %s, cause = %s, detail = %s,
  started_at = coalesce(started_at, to_timestamp(%s)), answered_at = coalesce(answered_at, to_timestamp(%s))
where site_id = %s and call_id = %s and ended_at is null returning outbound_id
"""
_CALL = """
select q.attempts, q.not_after, coalesce(q.plan, c.plan, '{}')::text, s.settings::text, c.state = 'stopped'
from outbound_call q join site s using (site_id) left join campaign c using (site_id, campaign_id)
where q.site_id = %s and q.outbound_id = %s and q.state = 'dialling' for update of q
"""
_AGAIN = """
update outbound_call set state = 'queued', due_at = %s, why = %s, result = %s, attempts = attempts - %s
where site_id = %s and outbound_id = %s
"""
_CAME_TO = """
update outbound_attempt a set outcome = o.data from (
  select distinct on (site_id, subject) site_id, subject, data from outbox
  where type = 'haazir.outbound.result' and written_at > now() - %s * interval '1 second' order by site_id, subject, seq desc) o
where a.site_id = o.site_id and a.call_id = o.subject and a.outcome is distinct from o.data
"""
_CANCEL = "update outbound_call set state = 'cancelled', done_at = now() where site_id = %s and outbound_id = %s"

_Read = TypeVar("_Read", bound=msgspec.Struct)
_Fact = CallStarted | CallAnswered | CallAnsweredBy | CallEnded
_decoder: msgspec.json.Decoder[list[_Fact]] = msgspec.json.Decoder(list[_Fact])


@dataclass(frozen=True, slots=True)
class End:
    """Of an attempt."""

    result: Result
    at: float
    sip_status: int | None = None
    cause: int | None = None
    detail: str = ""
    started_at: float | None = None
    answered_at: float | None = None
    counts: bool = True
    """Nobody's phone rang, by no fault of theirs: it is none of the attempts that they are granted."""
    last: bool = False
    """Nobody is called again for it: they have our message; or nobody saw how it ended, and they may have been called."""
    called_off: bool = False
    """Hung up by order before anybody answered."""


async def settle(database: Database, longest_call_s: float, now: datetime, *, all_here_s: float) -> int:
    """All that has been heard since; how many attempts ended. `all_here_s`: for how long database and controller have both
    been there without a break. DatabaseAway."""
    async with database.as_relay() as rows:
        found = await (await rows.execute(_OPEN, [_TYPES])).fetchall()
    ended = 0
    for site, call, outbound_id, started, answered, lost, said in found:
        events = _decoder.decode(said) if said else []
        end = _end(events)
        if end is None and lost and all_here_s >= GRACE_S:
            end = _lost(now, started=started, answered=answered)
        if end is not None:
            async with database.as_relay() as rows:
                ended += await finish(rows, SiteId(site), CallId(call), outbound_id, end)
        elif (begun := _at(events, CallStarted)) and (not started or (_at(events, CallAnswered) and not answered)):
            async with database.as_relay() as rows:
                await rows.execute(_HEARD, [begun, _at(events, CallAnswered), longest_call_s, site, call])
    return ended


async def note_outcomes(database: Database, since_s: float) -> None:
    """What conversations came to, as told in the last `since_s` seconds: before or after the end of the call. DatabaseAway."""
    async with database.as_relay() as rows:
        await rows.execute(_CAME_TO, [since_s])


async def finish(rows: Rows, site: SiteId, call: CallId, outbound_id: str, end: End) -> bool:
    """Close an attempt, and say what becomes of its call. False: that has been done."""
    values = [end.at, end.result, end.sip_status, end.cause, end.detail, end.started_at, end.answered_at, site, call]
    if await (await rows.execute(_END, values)).fetchone() is None:
        return False
    row = await (await rows.execute(_CALL, [site, outbound_id])).fetchone()
    if row is None:  # the site is gone, or somebody else has said it
        return True
    attempts, not_after, plan_text, settings, stopped = row
    plan = _read(plan_text, Plan(), site, outbound_id)
    policy = plan.retries or _read(settings, SiteRules(), site, outbound_id).outbound.retries
    at = datetime.fromtimestamp(end.at, UTC)
    again = None if end.last else next_attempt(policy, end.result, attempts - (not end.counts), at)
    if end.called_off or (stopped and end.answered_at is None):
        await rows.execute(_CANCEL, [site, outbound_id])
    elif again is not None and (not_after is None or again < not_after):
        result = end.result if end.counts else None
        await rows.execute(_AGAIN, [again, end.detail or end.result, result, int(not end.counts), site, outbound_id])
    else:
        await queue.close(rows, site, outbound_id, end.result, "" if end.result == "answered" else end.detail, plan)
    return True


def _read(text: str, unread: _Read, site: SiteId, outbound_id: str) -> _Read:
    """Of `unread`'s type, or that: a row that can't be read keeps no other call from its end."""
    try:
        return msgspec.json.decode(text, type=type(unread))
    except msgspec.ValidationError as error:
        extra = {"site": site, "outbound": outbound_id, "error": str(error)}
        log.error("! a call out is settled without what can't be read of it", extra=extra)
        return unread


def _end(events: Sequence[_Fact]) -> End | None:
    ended = next((event for event in events if isinstance(event, CallEnded)), None)
    if ended is None:
        return None
    answered_at = _at(events, CallAnswered)
    by = next((event.kind for event in reversed(events) if isinstance(event, CallAnsweredBy)), None)
    return End(
        result_of(ended, answered=answered_at is not None, by=by), ended.at, ended.sip_status, ended.cause, ended.cause_text,
        _at(events, CallStarted), answered_at,
        last=ended.outcome == "voicemail_left" or ended.cause == INTERWORKING,
        called_off=ended.outcome == "rejected" and answered_at is None,
    )  # fmt: skip


def _lost(now: datetime, *, started: bool, answered: bool) -> End:
    """Its end was never told; or not even its beginning."""
    detail = "end not seen" if started else "never dialled: the controller was away"
    return End("answered" if answered else "failed", now.timestamp(), detail=detail, counts=started)


def _at(events: Sequence[_Fact], kind: type[CallStarted | CallAnswered]) -> float | None:
    return next((event.at for event in events if isinstance(event, kind)), None)
