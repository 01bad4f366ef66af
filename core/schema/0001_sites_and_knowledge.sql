-- Sites (tenants), their knowledge and their conversations. Core PostgreSQL >= 16 and pgvector >= 0.8, nothing else.
--
--   haazir_app    logs in; sees one site at a time, named by set_config('app.site_id', …, true): core.db.as_site
--   haazir_relay  can't log in; the few jobs that cross sites, by set local role: core.db.as_relay
--
-- Neither owns a table nor may bypass row-level security, which is forced on every table that has a site_id.

create extension if not exists vector;

do $$ begin
  if not exists (select from pg_roles where rolname = 'haazir_app') then create role haazir_app login; end if;
  if not exists (select from pg_roles where rolname = 'haazir_relay') then create role haazir_relay nologin; end if;
end $$;
alter role haazir_app nosuperuser nobypassrls;
alter role haazir_relay nosuperuser nobypassrls;
-- inherit false: haazir_app has nothing of haazir_relay's until it says `set local role`
grant haazir_relay to haazir_app with inherit false, set true;
grant usage on schema public to haazir_app, haazir_relay;

create function current_site() returns text language sql stable parallel safe
  as $$ select nullif(current_setting('app.site_id', true), '') $$;

-- Every migration that makes a table with site_id calls this on it (and on each partition): a test fails otherwise.
-- (select current_site()) is evaluated once per query; a bare call would be evaluated once per row.
create procedure isolate_by_site(tenants regclass) language plpgsql as $$ begin
  execute format('alter table %s enable row level security', tenants);
  execute format('alter table %s force row level security', tenants);
  execute format('create policy own_site on %s to haazir_app using (site_id = (select current_site())) '
                 'with check (site_id = (select current_site()))', tenants);
  execute format('grant select, insert, update, delete on %s to haazir_app', tenants);
end $$;

create table site (
  site_id text primary key check (site_id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  settings jsonb not null,                     -- core.sites.Site
  tools jsonb not null default '[]',           -- names of the tools it allows
  embedding_model text not null,               -- of every vector it has: never mixed
  knowledge_version bigint not null default 0, -- goes up with every change of its knowledge; caches are keyed by it
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create table site_number (
  number text primary key,
  site_id text not null references site on delete cascade
);
create table api_key (
  key_id text primary key,
  site_id text not null references site on delete cascade,
  name text not null default '',
  mac bytea not null,                          -- HMAC-SHA256(secret key_pepper, api key): core.keys
  scopes text[] not null default '{}',
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz
);

create table kb_doc (
  site_id text not null references site on delete cascade,
  doc_id bigint generated always as identity,
  kind text not null check (kind in ('fact', 'action', 'document')),
  key text not null,                           -- a fact's name in facts.toml, a tool's or small talk's, a document's address
  title text not null default '',
  answers jsonb not null default '{}',         -- of a fact: {language: what is said}
  content_sha256 bytea not null,               -- of all it was made from: unchanged is not embedded again
  updated_at timestamptz not null default now(),
  primary key (site_id, doc_id),
  unique (site_id, kind, key)
);

-- Small sites stay in the default partition, which has no vector index: exact, recall 1. A site past ~10,000 chunks gets
-- a partition and an HNSW index of its own (one HNSW for all sites silently loses rows: docs/brain.md).
create table kb_chunk (
  site_id text not null,
  chunk_id bigint generated always as identity,
  doc_id bigint not null,
  language text not null,
  body text not null,                          -- of a fact or action: one way to ask for it, as spoken; {digits}: a number
  terms text[] not null,                       -- lexical half: stems and ~phonetic keys (brain.knowledge.normal)
  ids text[] not null default '{}',            -- order numbers, model numbers: matched exactly, before all else
  embedding halfvec(384) not null,
  primary key (site_id, chunk_id),
  foreign key (site_id, doc_id) references kb_doc on delete cascade
) partition by list (site_id);
create table kb_chunk_small partition of kb_chunk default;
alter table kb_chunk_small alter embedding set storage plain;
create index on kb_chunk (site_id, doc_id);
create index on kb_chunk using gin (terms);
create index on kb_chunk using gin (ids);

-- How many chunks of a site have a term: what makes a rare word weigh more than a common one.
create table kb_term (
  site_id text not null references site on delete cascade,
  term text not null,
  chunks int not null,
  primary key (site_id, term)
);

create table conversation (
  site_id text not null references site on delete cascade,
  conversation_id text not null,
  channel text not null check (channel in ('call', 'chat')),
  caller text not null,
  language text not null,
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  primary key (site_id, conversation_id)
);
create table conversation_turn (
  site_id text not null,
  conversation_id text not null,
  turn int not null,
  via text not null check (via in ('voice', 'keypad')),
  asked text not null,
  language text not null,
  confidence real not null,
  answered text not null,
  heard text,                                  -- what was really heard of it; null until told
  answer_source text not null,
  score real,                                  -- of the knowledge it came from
  at timestamptz not null default now(),
  primary key (site_id, conversation_id, turn),
  foreign key (site_id, conversation_id) references conversation on delete cascade
);

call isolate_by_site('site');
call isolate_by_site('site_number');
call isolate_by_site('api_key');
call isolate_by_site('kb_doc');
call isolate_by_site('kb_chunk');
call isolate_by_site('kb_chunk_small');
call isolate_by_site('kb_term');
call isolate_by_site('conversation');
call isolate_by_site('conversation_turn');

-- What haazir_relay may see of all sites: who has which number, and whose key it is. Rows of other tables: none.
grant select on site, site_number, api_key to haazir_relay;
create policy any_site on site for select to haazir_relay using (true);
create policy any_site on site_number for select to haazir_relay using (true);
create policy any_site on api_key for select to haazir_relay using (true);

-- The site that a dialled number reaches, as core.sites.Site; null: nobody's. Through as_relay.
create function site_by_number(dialled text) returns json language sql stable as $$
  select s.settings::json from site_number n join site s using (site_id) where n.number = dialled
$$;

-- All sites in order, as core.sites.Site. Through as_relay.
create function sites() returns setof json language sql stable as $$ select settings::json from site order by site_id $$;

-- What callers of a site are likely to say, for a recogniser's grammar; {digits} is a number read out digit by digit.
-- Through as_site: of another site it has nothing.
create function stt_phrases(of_site text) returns setof text language sql stable as $$
  select distinct lower(trim(regexp_replace(c.body, '[^[:alnum:][:space:]{}'']+', ' ', 'g')))
  from kb_chunk c join kb_doc d using (site_id, doc_id)
  where c.site_id = of_site and d.kind in ('fact', 'action') and c.language in ('hi-Latn', 'en')
  order by 1
$$;
