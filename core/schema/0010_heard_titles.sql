-- What callers may say also comes from documents, ours and Machine A's: their titles and headings. After 0009_words.sql.

-- Short ones, for a sentence is read and not said; without digits, for "Item 4711" is a list and no subject; two hundred at most,
-- out of the newest thousands, for the recogniser tells few words apart better than many.
create function stt_titles(of_site text) returns setof text language sql stable as $$
  with newest as (
    (select title as said from kb_doc where site_id = of_site and kind = 'document' order by doc_id desc limit 2000)
    union all
    (select c.heading from kb_generation g join kb_chunk c on c.shelf = g.shelf and c.site_id = g.site_id
       and c.generation = g.generation
     where g.site_id = of_site and g.state = 'active' and c.kind = 'document' and c.heading <> '' limit 2000)
    union all
    (select r.title from mirror_row r where r.site_id = of_site and r.copy_id =
       (select copy_id from mirror_copy where site_id = of_site order by fresh_as_of is null, copy_id desc limit 1)
     limit 2000)
  ), spoken as (
    select lower(trim(regexp_replace(said, '[^[:alnum:]]+', ' ', 'g'))) as said from newest
  )
  select said from spoken
  where said ~ '^[a-z]{2,20}( [a-z]{1,20}){0,3}$'
  group by said order by count(*) desc, said limit 200
$$;

create or replace function stt_phrases(of_site text) returns setof text language sql stable as $$
  select distinct lower(trim(regexp_replace(c.body, '[^[:alnum:][:space:]{}'']+', ' ', 'g')))
  from kb_generation g join kb_chunk c on c.shelf = g.shelf and c.site_id = g.site_id and c.generation = g.generation
  where g.site_id = of_site and g.state = 'active' and c.kind <> 'document' and c.language in ('hi-Latn', 'en')
  union
  select stt_titles(of_site)
  order by 1
$$;
