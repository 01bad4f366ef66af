-- Events and call records. After 0001_sites_and_knowledge.sql, whose roles and isolate_by_site() it uses.
--
--   core.outbox ──insert as haazir_app──> outbox ──claimed as haazir_relay──> call_record ──read as haazir_app──> gateway
--
-- No foreign key to site: a fact is kept even if its site is gone or not known here yet.

create table outbox (                            -- CloudEvents 1.0
  seq bigint generated always as identity primary key,
  id uuid not null unique,                       -- made where the event was published: sent twice is stored once
  source text not null,                          -- /haazir/<process>
  type text not null,                            -- haazir.call.started …
  subject text not null,                         -- the call's id
  site_id text not null,
  time timestamptz not null,                     -- when it happened
  data jsonb not null,                           -- core.events.AnyEvent
  written_at timestamptz not null default now(),
  folded_at timestamptz,                         -- when analytics put it into the call's record
  refused text                                   -- why analytics could not
);
create index outbox_unfolded on outbox (seq) where folded_at is null;
create index outbox_of_call on outbox (site_id, subject, seq);
create index outbox_by_age on outbox (written_at);

create table call_record (
  site_id text not null,
  call_id text not null,
  started_at timestamptz not null,               -- until CallStarted is there: the earliest thing known of the call
  answered_at timestamptz,
  ended_at timestamptz,
  direction text check (direction in ('inbound', 'outbound')),
  caller text,
  called text,
  outcome text,                                  -- core.events.Outcome; null while the call goes on
  cause int,                                     -- Q.850
  language text,                                 -- what the caller spoke most
  record jsonb not null,                         -- core.records.CallRecord
  latency jsonb not null default '{"v2v_any": null, "v2v_content": null}',  -- analytics.latency.Latency
  recording_state text check (recording_state in ('pending', 'ready', 'missing')),  -- null: none was made
  recording_s real,                              -- seconds, once ready
  primary key (site_id, call_id)
);
create index call_record_by_time on call_record (site_id, started_at desc, call_id desc);
create index call_record_by_caller on call_record (site_id, caller, started_at desc);
create index call_record_by_called on call_record (site_id, called, started_at desc);
create index call_record_without_recording on call_record (ended_at) where recording_state = 'pending';

call isolate_by_site('outbox');
call isolate_by_site('call_record');

-- Any process may add a fact of any site's call (it holds calls of all), reads its own site's, and changes none.
create policy append_only on outbox for insert to haazir_app with check (true);
revoke update, delete on outbox from haazir_app;
revoke insert, update, delete on call_record from haazir_app;

-- Analytics folds the events of all sites.
grant select, update (folded_at, refused), delete on outbox to haazir_relay;
grant select, insert, update on call_record to haazir_relay;
create policy any_site on outbox to haazir_relay using (true);
create policy any_site on call_record to haazir_relay using (true) with check (true);

-- A wake-up, not a message: analytics polls anyway, and a lost notification costs half a second.
create function wake_analytics() returns trigger language plpgsql as $$ begin
  perform pg_notify('haazir_outbox', '');
  return null;
end $$;
create trigger wake_analytics after insert on outbox for each statement execute function wake_analytics();

-- The site that a key opens, by core.keys.key_mac of it; null: none, or no longer. Through as_relay.
create unique index api_key_by_mac on api_key (mac);
create function site_of_key(key_mac bytea) returns text language sql stable as $$
  select site_id from api_key
  where mac = key_mac and revoked_at is null and (expires_at is null or expires_at > now())
$$;
