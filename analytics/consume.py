"""Outbox rows into call records: claim, fold and settle in one transaction, so that each event counts once.

    outbox (folded_at is null) ──claim, oldest first──> fold ──> call_record ──> outbox.folded_at = now()

A crash before the commit leaves the rows for the next try. Several consumers may run: claimed rows are skipped by the
others, a record is locked while it is folded, and locks are taken in the records' order.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from typing import Any

import msgspec
import psycopg
from prometheus_client import Counter, Histogram

from analytics import latency
from analytics.fold import fold
from core.db import Database, DatabaseAway, Rows
from core.events import (
    AnyEvent,
    CallbackScheduled,
    CallEnded,
    CallEvent,
    DoNotCallAsked,
    LeadCollected,
    OutboundResult,
    TurnCompleted,
)
from core.records import CallRecord
from core.settings import Settings

log = logging.getLogger(__name__)

BATCH = 500
"""Events a transaction."""
POLL_S = 0.5
"""Longest sleep: a notification ends it earlier, but none is needed."""
AWAY_S = 1.0

Key = tuple[str, str]
"""site_id, call_id."""

CLAIM = """
select seq, data::text, extract(epoch from clock_timestamp() - time)::float8 from outbox
where folded_at is null order by seq limit %s for update skip locked
"""
OPEN = """
insert into call_record (site_id, call_id, started_at, record)
select site_id, call_id, now(), '{}' from unnest(%s::text[], %s::text[]) as call(site_id, call_id)
order by 1, 2 on conflict do nothing
"""
LOCK = """
select site_id, call_id, record::text from call_record
where (site_id, call_id) in (select * from unnest(%s::text[], %s::text[])) order by 1, 2 for update
"""
STORE = """
update call_record set started_at = to_timestamp(%(started_at)s), answered_at = to_timestamp(%(answered_at)s),
  ended_at = to_timestamp(%(ended_at)s), direction = %(direction)s, caller = %(caller)s, called = %(called)s,
  outcome = %(outcome)s, cause = %(cause)s, language = %(language)s, record = %(record)s, latency = %(latency)s,
  recording_state = case when %(recorded)s then coalesce(recording_state, 'pending') end
where site_id = %(site_id)s and call_id = %(call_id)s
"""
SETTLE = "update outbox set folded_at = now() where seq = any(%s)"
REFUSE = "update outbox set folded_at = now(), refused = %s where seq = %s"

_folded = Counter("haazir_analytics_folded_events", "Events put into a record", ["type"])
_refused = Counter("haazir_analytics_refused_events", "Events that no record can take")
_age = Histogram(
    "haazir_analytics_event_age_seconds",
    "From the fact to its place in the record",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 60, 3600),
)
_calls = Counter("haazir_analytics_ended_calls", "Calls that ended", ["site", "outcome"])
_v2v = Histogram(
    "haazir_analytics_v2v_seconds",
    "Voice-to-voice of agent turns",
    ["kind"],
    buckets=(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.4, 1.7, 2, 3, 5, 10),
)


class Consumer:
    """Takes events until cancelled. `ended` is set whenever a call with a recording has ended."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wake = asyncio.Event()
        self._claimed: list[int] = []
        self.away: str | None = "has not reached the database yet"
        """Why no events are taken now; None while they are."""
        self.ended = asyncio.Event()

    async def run(self) -> None:
        while True:
            self._wake.clear()
            try:
                taken = await self._take_all_but_refused()
            except DatabaseAway as error:
                self._note(str(error))
                await asyncio.sleep(AWAY_S)
                continue
            self._note(None)
            if taken < BATCH:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), POLL_S)

    async def take(self, limit: int = BATCH) -> int:
        """One batch; how many events it had. DatabaseAway; psycopg.Error if the database refuses one of its records."""
        async with self._database.as_relay() as rows:
            claimed = await (await rows.execute(CLAIM, [limit])).fetchall()
            self._claimed = [seq for seq, _, _ in claimed]
            if not claimed:
                return 0
            events, refused = _decode(claimed)
            records = await _locked(rows, sorted({(event.site_id, event.call_id) for event in events}))
            news = _fold_all(records, events)
            for record in records.values():
                await rows.execute(STORE, _columns(record))
            await rows.execute(SETTLE, [self._claimed])
            for seq, reason in refused:
                await rows.execute(REFUSE, [reason, seq])
        _count(news, len(refused), [age for _, _, age in claimed])
        if any(isinstance(event, CallEnded) and event.recording for event in news):
            self.ended.set()
        return len(claimed)

    async def _take_all_but_refused(self) -> int:
        """A batch; where the database refuses a record (a number past its column, say), one by one without the culprits."""
        try:
            return await self.take()
        except (psycopg.DataError, psycopg.IntegrityError):
            suspects = len(self._claimed)
        for _ in range(suspects):
            try:
                await self.take(1)
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                await self._set_aside(self._claimed[0], type(error).__name__)
        return suspects

    async def _set_aside(self, seq: int, reason: str) -> None:
        async with self._database.as_relay() as rows:
            await rows.execute(REFUSE, [reason, seq])
        _count([], 1, [])
        log.error("! event refused", extra={"seq": seq, "error": reason})

    async def listen(self, settings: Settings) -> None:
        """Shorten the sleep whenever something is published."""
        while True:
            with contextlib.suppress(psycopg.OperationalError, OSError):
                connection = await psycopg.AsyncConnection.connect(settings.database_url(), autocommit=True, connect_timeout=3)
                async with connection:
                    await connection.execute("listen haazir_outbox")
                    self._wake.set()  # what came before we listened
                    async for _ in connection.notifies():
                        self._wake.set()
            await asyncio.sleep(AWAY_S)

    def _note(self, away: str | None) -> None:
        if (away is None) != (self.away is None):
            log.info("= taking events" if away is None else "! events wait, database away", extra={"error": away or "-"})
        self.away = away


_OF_OTHERS = LeadCollected | CallbackScheduled | DoNotCallAsked | OutboundResult
"""Of a conversation, or of a person: no part of a call's record."""


def _decode(claimed: Iterable[tuple[int, str, float]]) -> tuple[list[CallEvent], list[tuple[int, str]]]:
    """Events, and the rows (seq, why) that hold none we know: of a newer version, or of somebody else's making."""
    decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
    events: list[CallEvent] = []
    refused: list[tuple[int, str]] = []
    for seq, data, _ in claimed:
        try:
            event = decoder.decode(data)
        except msgspec.DecodeError as error:  # its message names fields and types, no values
            refused.append((seq, str(error)))
            log.error("! event refused", extra={"seq": seq, "error": str(error)})
        else:
            if not isinstance(event, _OF_OTHERS):
                events.append(event)
    return events, refused


async def _locked(rows: Rows, keys: list[Key]) -> dict[Key, CallRecord | None]:
    """The records of these calls, ours until the end of the transaction; None for a new one."""
    columns = [[site for site, _ in keys], [call for _, call in keys]]
    await rows.execute(OPEN, columns)
    found = await (await rows.execute(LOCK, columns)).fetchall()
    return {(site, call): None if text == "{}" else msgspec.json.decode(text, type=CallRecord) for site, call, text in found}


def _fold_all(records: dict[Key, CallRecord | None], events: list[CallEvent]) -> list[CallEvent]:
    """Fold the events into the records, in place; those that told something new."""
    news = []
    for event in events:
        key = (event.site_id, event.call_id)
        before = records[key]
        records[key] = after = fold(before, event)
        if after != before:
            news.append(event)
    return news


def _columns(record: CallRecord | None) -> dict[str, Any]:
    assert record is not None, "every locked record had an event"
    ended, started = record.ended, record.started
    return {
        "site_id": record.site_id,
        "call_id": record.call_id,
        "started_at": record.began_at,
        "answered_at": record.answered and record.answered.at,
        "ended_at": ended and ended.at,
        "direction": started and started.direction,
        "caller": started and started.caller,
        "called": started and started.called,
        "outcome": record.outcome,
        "cause": ended and ended.cause,
        "language": record.language,
        "record": msgspec.json.encode(record).decode(),
        "latency": msgspec.json.encode(latency.of_call(record)).decode(),
        "recorded": ended is not None and ended.recording is not None,
    }


def _count(news: list[CallEvent], refused: int, ages: list[float]) -> None:
    _refused.inc(refused)
    for age in ages:
        _age.observe(max(0.0, age))
    for event in news:
        _folded.labels(type(event).__name__).inc()
        if isinstance(event, CallEnded):
            _calls.labels(event.site_id, event.outcome).inc()
        if isinstance(event, TurnCompleted):
            for kind, seconds in latency.waits(event).items():
                _v2v.labels(kind).observe(seconds)
