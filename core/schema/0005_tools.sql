-- Tools that sites declare, what was done with them, and what callers left with us.

create table site_tool (
  site_id text not null references site on delete cascade,
  name text not null,
  declaration jsonb not null,                    -- brain.tools.declaration.Declaration
  updated_at timestamptz not null default now(),
  primary key (site_id, name)
);

-- Every write that a caller was asked to confirm. The key is its identity: it is sent to the CRM as Idempotency-Key.
create table tool_call (
  site_id text not null references site on delete cascade,
  key text not null,
  conversation_id text not null,
  tool text not null,
  arguments jsonb not null,                      -- secret ones masked
  state text not null check (state in ('proposed', 'running', 'done', 'failed', 'unknown')),
  why text not null default '',                  -- of failed and unknown, for the night engineer
  proposed_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  primary key (site_id, key)
);
create index tool_call_by_time on tool_call (site_id, proposed_at desc);

create table lead (
  site_id text not null references site on delete cascade,
  lead_id text not null,                         -- the idempotency key it was confirmed under
  conversation_id text not null,
  name text not null,
  phone text not null,
  interest text not null default '',
  language text not null,
  created_at timestamptz not null default now(),
  primary key (site_id, lead_id)
);
create index lead_by_time on lead (site_id, created_at desc, lead_id desc);

create table callback (
  site_id text not null references site on delete cascade,
  callback_id text not null,
  conversation_id text not null,
  phone text not null,
  due_at timestamptz not null,
  reason text not null default '',
  language text not null,
  state text not null default 'open' check (state in ('open', 'done', 'cancelled')),
  created_at timestamptz not null default now(),
  primary key (site_id, callback_id)
);
create index callback_by_time on callback (site_id, created_at desc, callback_id desc);
create index callback_due on callback (site_id, due_at) where state = 'open';

call isolate_by_site('site_tool');
call isolate_by_site('tool_call');
call isolate_by_site('lead');
call isolate_by_site('callback');
