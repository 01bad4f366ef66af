"""One event into the record of its call. ◆

    record ⊔ event -> record        any order, any number of times: the same facts give the same record

Each part of a record is a set of facts or the winner among rivals, and the winner does not depend on who came first
(earliest start and end, latest media report, ties by content). So fold is commutative and idempotent by construction,
and the outbox may deliver late, twice and out of order.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from core.events import (
    CallAnswered,
    CallAnsweredBy,
    CallEnded,
    CallEvent,
    CallStarted,
    CallTransferred,
    Event,
    MediaReported,
    PersonAsked,
    PersonJoined,
    PersonLeft,
    ToolCalled,
    TurnCompleted,
)
from core.records import CallRecord

E = TypeVar("E", bound=Event)


def fold(record: CallRecord | None, event: CallEvent) -> CallRecord:  # noqa: C901 (one table)
    """The record with this event in it; None is a call of which nothing is known yet. ValueError: another call's event."""
    if record is None:
        record = CallRecord(call_id=event.call_id, site_id=event.site_id)
    if (event.site_id, event.call_id) != (record.site_id, record.call_id):
        raise ValueError("the event is of another call")
    replace = msgspec.structs.replace
    match event:
        case CallStarted():
            return replace(record, started=_earliest(record.started, event))
        case CallAnswered():
            return replace(record, answered=_earliest(record.answered, event))
        case CallAnsweredBy():
            return replace(record, answered_by=_latest(record.answered_by, event))
        case CallEnded():  # a controller that recovers may say it again, later and with less knowledge
            return replace(record, ended=_earliest(record.ended, event))
        case MediaReported():
            return replace(record, media=_latest(record.media, event))
        case TurnCompleted():
            return replace(record, turns=_with(record.turns, event, lambda turn: (turn.turn, turn.role != "caller")))
        case ToolCalled():
            return replace(record, tools=_with(record.tools, event, lambda tool: (tool.turn, False)))
        case PersonAsked():
            return replace(record, asked=_with(record.asked, event, lambda _: (0, False)))
        case PersonJoined() | PersonLeft():
            return replace(record, people=_with(record.people, event, lambda _: (0, False)))
        case CallTransferred():
            return replace(record, transfers=_with(record.transfers, event, lambda _: (0, False)))


def _with(facts: tuple[E, ...], event: E, place: Callable[[E], tuple[int, bool]]) -> tuple[E, ...]:
    if event in facts:
        return facts
    return tuple(sorted((*facts, event), key=lambda fact: (place(fact), _rank(fact))))


def _earliest(known: E | None, event: E) -> E:
    return event if known is None else min(known, event, key=_rank)


def _latest(known: E | None, event: E) -> E:
    return event if known is None else max(known, event, key=_rank)


def _rank(event: Event) -> tuple[float, bytes]:
    """By time; of two at the same instant, by content: never by which came first."""
    return event.at, msgspec.json.encode(event, order="deterministic")
