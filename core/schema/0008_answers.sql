-- What the answers of a site lack: questions that nobody could answer, alike ones together. And how far its scores are true.
--
--   brain/gaps.py ──note_gap()──> kb_gap <──GET, PATCH /v1/kb/gaps── kb_api/gaps.py

create table kb_gap (
  site_id text not null references site on delete cascade,
  gap_id bigint generated always as identity,
  question text not null,                      -- as it was asked first
  normal text not null,                        -- in the form in which questions are compared (brain.knowledge.normal)
  language text not null,
  embedding vector,                            -- of `normal`; null: the model was away. Of any length: models differ
  embedding_model text not null default '',
  times int not null default 1,
  examples jsonb not null default '[]',        -- the newest few: [{question, language, session_id, at}]
  status text not null default 'open' check (status in ('open', 'answered', 'ignored')),
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  primary key (site_id, gap_id),
  unique (site_id, normal)
);
create index kb_gap_by_times on kb_gap (site_id, status, times desc, gap_id desc);
create index kb_gap_by_age on kb_gap (last_at);
call isolate_by_site('kb_gap');

-- Count a question that nobody could answer: with the same one, else with the nearest if it is near enough, else as a new
-- one. An answered gap that is asked again was not answered: it is open again. Through as_site.
create function note_gap(asked text, in_language text, as_normal text, meaning vector, model text, near float8, session text)
  returns bigint language plpgsql as $$
declare
  here text := (select current_site());
  found bigint;
  example jsonb := jsonb_build_object('question', asked, 'language', in_language, 'session_id', session, 'at', now());
begin
  perform pg_advisory_xact_lock(hashtextextended('kb_gap ' || here, 0));  -- two alike at once are one
  select gap_id into found from kb_gap where site_id = here and normal = as_normal;
  if found is null and meaning is not null then
    select gap_id into found from (
      select gap_id, embedding <=> meaning as apart from kb_gap
      where site_id = here and embedding_model = model and vector_dims(embedding) = vector_dims(meaning)
      order by apart limit 1
    ) nearest where apart <= 1 - near;
  end if;
  if found is null then
    insert into kb_gap (site_id, question, normal, language, embedding, embedding_model, examples)
      values (here, asked, as_normal, in_language, meaning, model, jsonb_build_array(example)) returning gap_id into found;
  else
    update kb_gap g set times = times + 1, last_at = now(),
      status = case when status = 'answered' then 'open' else status end,
      examples = (select jsonb_agg(e order by n)
                  from jsonb_array_elements(jsonb_build_array(example) || g.examples) with ordinality as of(e, n) where n <= 5)
      where site_id = here and gap_id = found;
  end if;
  return found;
end $$;

-- What a score means at a site, with the embedding model that it has: brain.odds. Without a row it means what it says.
create table calibration (
  site_id text not null references site on delete cascade,
  embedding_model text not null,
  slope real not null,
  shift real not null,
  questions int not null,                      -- it was fitted on so many
  at timestamptz not null default now(),
  primary key (site_id, embedding_model)
);
call isolate_by_site('calibration');
