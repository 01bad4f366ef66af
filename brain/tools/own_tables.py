"""Writes into the site's own tables: leads and callbacks, and the events that tell of them."""

import datetime
import time
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from brain.tools.job import Job, Publisher
from brain.tools.outcome import Refused, Uncertain
from core.db import Database, DatabaseAway
from core.events import CallbackScheduled, LeadCollected
from core.ids import CallId

_LEAD = (
    "insert into lead (site_id, lead_id, conversation_id, name, phone, interest, language) values (%s, %s, %s, %s, %s, %s, %s) "
    "on conflict do nothing"
)
_CALLBACK = (
    "insert into callback (site_id, callback_id, conversation_id, phone, due_at, reason, language) "
    "values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing"
)


class Leads:
    """Performs collect_lead. The idempotency key is the lead's id: written twice it is there once."""

    def __init__(self, database: Database, events: Publisher) -> None:
        self._database = database
        self._events = events

    async def perform(self, job: Job) -> Any:
        said = job.arguments
        values = [job.site.site_id, job.key, job.conversation, said["name"], said["phone"], said["interest"], job.language]
        await _insert(self._database, job, _LEAD, values)
        self._events.publish(LeadCollected(**_of(job), lead_id=job.key))
        return {"lead_id": job.key}


class Callbacks:
    """Performs schedule_callback. A time that has passed is refused."""

    def __init__(self, database: Database, events: Publisher) -> None:
        self._database = database
        self._events = events

    async def perform(self, job: Job) -> Any:
        said, zone = job.arguments, ZoneInfo(job.site.timezone)
        due = datetime.datetime.fromisoformat(f"{said['day']}T{said['time']}").replace(tzinfo=zone)
        if due < datetime.datetime.now(zone):
            raise Refused("the time has passed")
        values = [job.site.site_id, job.key, job.conversation, said["phone"], due, said.get("reason", ""), job.language]
        await _insert(self._database, job, _CALLBACK, values)
        self._events.publish(CallbackScheduled(**_of(job), callback_id=job.key, due_at=due.timestamp()))
        return {"callback_id": job.key}


async def _insert(database: Database, job: Job, statement: str, values: list[Any]) -> None:
    try:
        async with database.as_site(job.site.site_id) as rows:
            await rows.execute(statement.encode(), values)
    except DatabaseAway as error:
        raise Uncertain("the database went away") from error
    except psycopg.DataError as error:  # a NUL character, say
        raise Refused("the database can't hold it") from error


def _of(job: Job) -> dict[str, Any]:
    return {"call_id": CallId(job.conversation), "site_id": job.site.site_id, "at": time.time()}
