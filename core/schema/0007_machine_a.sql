-- Knowledge that lives elsewhere (Machine A): where, how far our copy of it is, and the copy. docs/machine-a.md
--
--   Machine A ──SELECT, slowly──> kb-worker (mirror.puller) ──> mirror_row ──> brain (mirror.shelf)

create table knowledge_source (
  site_id text primary key references site on delete cascade,
  origin jsonb not null,                         -- mirror.origin.Origin; its password is in site_secret
  paused text,                                   -- the kill switch: why; null: go on
  contract jsonb,                                -- mirror.contract.Contract: what we rely on, as it was when it was configured
  state jsonb not null default '{}',             -- mirror.state.State: what the puller last said of itself
  changed_at timestamptz not null default clock_timestamp()
);

-- One copy of one table with vectors of one model. A new table or model is a new copy; the old one answers until it is complete.
create table mirror_copy (
  copy_id int generated always as identity primary key,
  site_id text not null references site on delete cascade,
  identity text not null,                        -- mirror.origin.identity
  model text not null,                           -- of its vectors: a question by another model is not compared with them
  dimensions int not null check (dimensions between 1 and 4000),  -- pgvector's halfvec is indexed up to 4000
  made_at timestamptz not null default now(),
  fresh_as_of timestamptz,                       -- all that A had committed by then is in it; null: not complete yet
  indexed boolean not null default false,
  rows bigint not null default 0,                -- at the end of its last sweep
  changes bigint not null default 0,             -- goes up with every page that was written: copies in memory are compared with it
  unique (site_id, identity)
);

create sequence mirror_row_id;
grant usage on sequence mirror_row_id to haazir_app;
create table mirror_row (
  site_id text not null,
  copy_id int not null,
  row_id bigint not null default nextval('mirror_row_id'),
  key text not null,                             -- A's
  version text not null,                         -- A's: another one means that the row was written since
  document text not null,                        -- what pieces of one document have in common
  title text not null,
  url text not null,
  body text not null,
  terms text[] not null,                         -- brain.knowledge.normal, as kb_chunk has them
  ids text[] not null,
  embedding halfvec,                             -- A's own, never made anew; null: A has none for it
  primary key (copy_id, row_id)
) partition by list (copy_id);
create unique index on mirror_row (copy_id, key);
create index on mirror_row (copy_id) where embedding is null; -- to be counted
-- Without fastupdate: a search would read the whole list of what is not merged yet, 22 ms after 4,000 new rows.
create index on mirror_row using gin (terms) with (fastupdate = off);
create index on mirror_row using gin (ids) with (fastupdate = off);

call isolate_by_site('knowledge_source');
call isolate_by_site('mirror_copy');
call isolate_by_site('mirror_row');

-- The functions below run as the schema's owner, whom forced row-level security holds as well where it is no superuser.
create policy by_definer on mirror_copy to current_user
  using (site_id = (select current_site())) with check (site_id = (select current_site()));

-- The worker looks which sites have one; what it is, it reads as that site.
grant select (site_id, changed_at) on knowledge_source to haazir_relay;
create policy any_site on knowledge_source for select to haazir_relay using (true);

-- Make room for a copy of the current site. A partition each: it goes as quickly as it came, and its vectors are indexed alone.
create function open_mirror(wanted text, of_model text, of_dimensions int) returns int
  language plpgsql security definer set search_path = public, pg_temp as $$
declare made int; part text;
begin
  insert into mirror_copy (site_id, identity, model, dimensions) values (current_site(), wanted, of_model, of_dimensions)
    returning copy_id into made;
  part := format('mirror_row_%s', made);
  execute format('create table %I (like mirror_row including defaults including constraints)', part);
  -- In the row itself where a page has room for it: looking through all is then reading in order.
  execute format('alter table %I alter embedding set storage %s', part, case when of_dimensions <= 3072 then 'plain' else 'external' end);
  execute format('alter table mirror_row attach partition %I for values in (%s)', part, made);
  call isolate_by_site(part::regclass);
  return made;
end $$;

-- An index by meaning for a copy that has become large, and fresh statistics: words are weighed by them.
create function settle_mirror(copy int, with_index boolean) returns void
  language plpgsql security definer set search_path = public, pg_temp
  set maintenance_work_mem = '512MB' set max_parallel_maintenance_workers = 1 as $$
declare of_dimensions int; part text := format('mirror_row_%s', copy);
begin
  select dimensions into strict of_dimensions from mirror_copy where copy_id = copy and site_id = current_site();
  if with_index then
    execute format('create index if not exists %I on %I using hnsw ((embedding::halfvec(%s)) halfvec_cosine_ops)',
                   part || '_nearest', part, of_dimensions);
    update mirror_copy set indexed = true where copy_id = copy;
  end if;
  execute format('analyze %I', part);
end $$;

-- The common words of a copy of the current site's, with the share of its rows that have them, as PostgreSQL's statistics
-- know it. The view itself shows nothing of tables under row-level security.
create function mirror_common(copy int) returns table (term text, share real)
  language sql stable security definer set search_path = public, pg_temp as $$
  select common.term, common.share
  from pg_stats s, unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) as common(term, share)
  where s.schemaname = 'public' and s.tablename = format('mirror_row_%s', copy) and s.attname = 'terms'
    and common.term is not null
    and exists (select from mirror_copy m where m.copy_id = copy and m.site_id = current_site())
$$;

-- Rows of a copy of the current site's that have one of these words or ids, by the GIN indexes. As the owner: PostgreSQL looks
-- up nothing by && before row-level security has seen the row (its operator is not leakproof), which would mean all of them.
create function mirror_rows_with(copy int, wanted text[], wanted_ids text[]) returns setof bigint
  language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
  perform from mirror_copy m where m.copy_id = copy and m.site_id = current_site();
  if not found then return; end if;
  if cardinality(wanted) > 0 then
    return query execute format('select row_id from %I where terms && $1', format('mirror_row_%s', copy)) using wanted;
  end if;
  if cardinality(wanted_ids) > 0 then
    return query execute format('select row_id from %I where ids && $1', format('mirror_row_%s', copy)) using wanted_ids;
  end if;
end $$;
create policy by_definer on mirror_row for select to current_user using (site_id = (select current_site()));

create function drop_mirror_rows() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$ begin
  execute format('drop table if exists %I', format('mirror_row_%s', old.copy_id));
  return null;
end $$;
create trigger drop_mirror_rows after delete on mirror_copy for each row execute function drop_mirror_rows();
