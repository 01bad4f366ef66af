-- Search by words in a large site's shelf. After 0004_documents.sql.

-- Without fastupdate: a search would read the whole list of what is not merged yet, 22 ms after 4,000 new rows.
drop index kb_chunk_terms_idx, kb_chunk_ids_idx;
create index kb_chunk_terms_idx on kb_chunk using gin (terms) with (fastupdate = off);
create index kb_chunk_ids_idx on kb_chunk using gin (ids) with (fastupdate = off);

-- As before, and with the terms: the index has led to the row already, so that nobody need look it up again for them.
drop function kb_chunks_with(text, int, text[], text[]);
create function kb_chunks_with(of_shelf text, of_generation int, wanted text[], wanted_ids text[])
  returns table (chunk_id bigint, kind text, terms text[])
  language plpgsql stable rows 100 security definer set search_path = public, pg_temp as $$
begin
  if cardinality(wanted) + cardinality(wanted_ids) = 0 then return; end if;
  return query execute
    format('select chunk_id, kind, terms from kb_chunk where shelf = %L and site_id = $1 and generation = $2 and ', of_shelf)
    || case when cardinality(wanted) > 0 then 'terms && $3' else 'ids && $3' end
    using current_site(), of_generation, case when cardinality(wanted) > 0 then wanted else wanted_ids end;
end $$;
revoke all on function kb_chunks_with(text, int, text[], text[]) from public;
grant execute on function kb_chunks_with(text, int, text[], text[]) to haazir_app;
