-- How a site's words are said: core.lexicon. Read by the speaking worker when a call opens (media_server.tts.site_lexicon).

create table lexicon (
  site_id text not null references site on delete cascade,
  word text not null,                            -- as core.lexicon.as_compared has it
  language text not null default '' check (language in ('', 'hi', 'pa', 'en')),  -- of the sentence; '': whatever it is in
  say text not null,
  origin text not null check (origin in ('api', 'folder')),
  updated_at timestamptz not null default now(),
  primary key (site_id, word, language)
);
call isolate_by_site('lexicon');
