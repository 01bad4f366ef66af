"""Who must not be called, by a site or by all. What was said in a call gets onto the list here, from the brain's events."""

from core.db import Database

EVERYWHERE = "*"
"""The site_id of what no site may call."""

_FROM_CALLS = """
insert into dnc (site_id, number, source, at)
select distinct on (site_id, data->>'number') site_id, data->>'number', 'voice', time from outbox
where type = 'haazir.do_not_call.asked' and written_at > now() - %s * interval '1 second'
  and data->>'number' ~ '^\\+[1-9][0-9]{6,14}$'
order by site_id, data->>'number', time desc
on conflict (site_id, number) do update set removed_at = null, source = 'voice', at = excluded.at
where dnc.removed_at < excluded.at returning number
"""
"""Whom somebody took off the list since they said it stays off; said again, it counts again."""


async def listen_to_calls(database: Database, since_s: float) -> int:
    """Numbers whose owners said so in the last `since_s` seconds; how many are new. DatabaseAway."""
    async with database.as_relay() as rows:
        return len(await (await rows.execute(_FROM_CALLS, [since_s])).fetchall())
