-- Calls that the agent makes: what is to be dialled, each attempt and what came of it, campaigns, do-not-call, webhooks. outbound/
--
--   POST /v1/calls ─> outbound_call (queued) ──dialer claims one, skip locked──> outbound_attempt (open) ──PlaceCall──> ari-app
--                          ^ again, by outcome                                        │
--                          └──────────── settled by the events of that call <── outbox ┘
--
-- An open attempt is the lease on its call and the seat that caps count: nobody dials the call again before it is settled.

create table campaign (
  site_id text not null references site on delete cascade,
  campaign_id text not null,
  name text not null,
  state text not null default 'running' check (state in ('running', 'paused', 'stopped')),
  plan jsonb not null,                           -- outbound.plan.Plan, of all its calls
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (site_id, campaign_id)
);
create index campaign_by_time on campaign (site_id, created_at desc, campaign_id desc);
create index campaign_running on campaign (site_id, campaign_id) where state = 'running';

create table outbound_call (
  site_id text not null references site on delete cascade,
  outbound_id text not null,
  campaign_id text not null default '',          -- '': none
  number text not null,                          -- E.164
  plan jsonb,                                    -- outbound.plan.Plan; null: its campaign's
  variables jsonb not null default '{}',         -- of this call alone
  consent text not null default '',              -- what it rests on
  state text not null default 'queued' check (state in ('queued', 'dialling', 'done', 'cancelled')),
  result text,                                   -- core.outbound.Result of the last attempt; not_allowed: never dialled
  why text not null default '',                  -- what it waits for, or why it was not allowed
  attempts int not null default 0,
  due_at timestamptz not null default now(),
  not_after timestamptz,                         -- nobody wants it any more then
  created_at timestamptz not null default now(),
  done_at timestamptz,
  primary key (site_id, outbound_id)
);
create index outbound_call_due on outbound_call (site_id, campaign_id, due_at) where state = 'queued';
create index outbound_call_of_campaign on outbound_call (site_id, campaign_id, created_at, outbound_id);
create index outbound_call_by_time on outbound_call (site_id, created_at desc, outbound_id desc);

create table outbound_attempt (
  site_id text not null references site on delete cascade,
  call_id text not null,                         -- as in call_record
  outbound_id text not null,
  campaign_id text not null default '',
  trunk text not null,
  placed_at timestamptz not null default now(),
  lost_at timestamptz not null,                  -- if nothing at all is heard of it by then, it never was
  started_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz,                          -- null: open
  result text,                                   -- core.outbound.Result
  sip_status int,
  cause int,                                     -- Q.850
  detail text not null default '',
  outcome jsonb,                                 -- core.events.OutboundResult: what the conversation came to
  primary key (site_id, call_id)
);
create index outbound_attempt_of_call on outbound_attempt (site_id, outbound_id, placed_at);
create index outbound_attempt_open on outbound_attempt (site_id, call_id) where ended_at is null;
create index outbound_attempt_by_answer on outbound_attempt (site_id, answered_at) where answered_at is not null;

create table dnc (                               -- do not call; site_id '*': no site may
  site_id text not null,
  number text not null,
  source text not null check (source in ('api', 'voice')),
  reason text not null default '',
  at timestamptz not null default now(),
  removed_at timestamptz,                        -- may be called again since; kept, for it says who was asked what and when
  primary key (site_id, number)
);

create table webhook_delivery (                  -- written with the result that it tells
  site_id text not null references site on delete cascade,
  delivery_id text not null,                     -- webhook-id: the same in every try
  outbound_id text not null,
  url text not null,
  body text,                                     -- made at the first try, and then the same
  state text not null default 'waiting' check (state in ('waiting', 'delivered', 'given_up')),
  attempts int not null default 0,
  due_at timestamptz not null default now(),
  last_status int,                               -- of HTTP; 0: no answer
  created_at timestamptz not null default now(),
  primary key (site_id, delivery_id)
);
create index webhook_delivery_due on webhook_delivery (due_at) where state = 'waiting';

call isolate_by_site('campaign');
call isolate_by_site('outbound_call');
call isolate_by_site('outbound_attempt');
call isolate_by_site('dnc');
call isolate_by_site('webhook_delivery');

-- The dialer works for all sites.
grant select, update on campaign, outbound_call to haazir_relay;
grant select, insert, update on outbound_attempt, webhook_delivery to haazir_relay;
grant select, insert, update, delete on dnc to haazir_relay;
create policy any_site on campaign to haazir_relay using (true) with check (true);
create policy any_site on outbound_call to haazir_relay using (true) with check (true);
create policy any_site on outbound_attempt to haazir_relay using (true) with check (true);
create policy any_site on dnc to haazir_relay using (true) with check (true);
create policy any_site on webhook_delivery to haazir_relay using (true) with check (true);

-- What people said in calls, for the dialer to find.
create index outbox_do_not_call on outbox (written_at) where type = 'haazir.do_not_call.asked';
create index outbox_outbound_result on outbox (written_at) where type = 'haazir.outbound.result';
