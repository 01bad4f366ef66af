"""What became of the attempts that are open: read from the events of their calls, whoever lived or died meanwhile.

    outbox (started, answered, ended) ──> outbound_attempt ──retry.py──> queued again | done, and a webhook | cancelled

An attempt of which nothing at all is heard by `lost_at` never was one: ari-app was away, or died with the order in its hands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from core.db import Database, Rows
from core.events import CallAnswered, CallAnsweredBy, CallEnded, CallStarted
from core.ids import CallId, SiteId
from core.outbound import Result
from core.sites import Site
from outbound import queue
from outbound.plan import Plan
from outbound.retry import next_attempt, result_of

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
    """They have our message: nobody is called again for it."""


async def settle(database: Database, longest_call_s: float, now: datetime) -> int:
    """All that has been heard since; how many attempts ended. DatabaseAway."""
    async with database.as_relay() as rows:
        found = await (await rows.execute(_OPEN, [_TYPES])).fetchall()
    ended = 0
    for site, call, outbound_id, started, answered, lost, said in found:
        events = _decoder.decode(said) if said else []
        end = _end(events) or (_lost(started, now) if lost else None)
        async with database.as_relay() as rows:
            if end is not None:
                ended += await finish(rows, SiteId(site), CallId(call), outbound_id, end)
            elif (begun := _at(events, CallStarted)) and (not started or (_at(events, CallAnswered) and not answered)):
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
    plan = msgspec.json.decode(plan_text, type=Plan)
    policy = plan.retries or msgspec.json.decode(settings, type=Site).outbound.retries
    at = datetime.fromtimestamp(end.at, UTC)
    again = None if end.last else next_attempt(policy, end.result, attempts - (not end.counts), at)
    if stopped and end.answered_at is None:
        await rows.execute(_CANCEL, [site, outbound_id])
    elif again is not None and (not_after is None or again < not_after):
        result = end.result if end.counts else None
        await rows.execute(_AGAIN, [again, end.detail or end.result, result, int(not end.counts), site, outbound_id])
    else:
        await queue.close(rows, site, outbound_id, end.result, "" if end.result == "answered" else end.detail, plan)
    return True


def _end(events: Sequence[_Fact]) -> End | None:
    ended = next((event for event in events if isinstance(event, CallEnded)), None)
    if ended is None:
        return None
    answered_at = _at(events, CallAnswered)
    by = next((event.kind for event in reversed(events) if isinstance(event, CallAnsweredBy)), None)
    return End(
        result_of(ended, answered=answered_at is not None, by=by), ended.at, ended.sip_status, ended.cause, ended.cause_text,
        _at(events, CallStarted), answered_at, last=ended.outcome == "voicemail_left",
    )  # fmt: skip


def _lost(started: bool, now: datetime) -> End:
    """Its end was never told; or not even its beginning."""
    detail = "end not seen" if started else "never dialled: the controller was away"
    return End("failed", now.timestamp(), detail=detail, counts=started)


def _at(events: Sequence[_Fact], kind: type[CallStarted | CallAnswered]) -> float | None:
    return next((event.at for event in events if isinstance(event, kind)), None)
