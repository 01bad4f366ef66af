-- Sites by themselves: what a key may do, secrets, writes that happen once, and how a site goes for good.

-- What a key opens, by core.keys.key_mac of it; no row: nothing, or no longer. Through as_relay.
drop function site_of_key(bytea);
create function key_opens(key_mac bytea) returns table (site_id text, scopes text[]) language sql stable as $$
  select k.site_id, k.scopes from api_key k
  where k.mac = key_mac and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
$$;
alter table api_key add column replaced_by text; -- key_id of the key that a rotation made; this one expires after the overlap
create index api_key_of_site on api_key (site_id, created_at);

-- Envelope encryption: core.vault. No value can be read without the secret `vault_key`, which is not in the database.
create table site_secret (
  site_id text not null references site on delete cascade,
  name text not null,
  kek_id text not null,                          -- the key that wraps…
  wrapped bytea not null,                        -- …the key of its own…
  sealed bytea not null,                         -- …that sealed the value
  updated_at timestamptz not null default now(),
  primary key (site_id, name)
);

-- Answers to writes that carried an Idempotency-Key: core.http.idempotency. Written in the transaction of the write itself.
create table idempotent_answer (
  site_id text not null,                         -- no reference: the answer to a site's making is one
  key text not null,
  request bytea not null,                        -- SHA-256 of what was asked
  status int not null default 0,
  kek_id text not null default '',               -- headers and body, sealed: there may be a key or a caller's words in them
  wrapped bytea not null default '',
  sealed bytea not null default '',
  at timestamptz not null default now(),
  primary key (site_id, key)
);
create index idempotent_answer_by_age on idempotent_answer (at);

-- Files of the folder that a site was last applied from, as far as rows elsewhere don't have them word for word; and under
-- the path '' the digest of them all, so that an unchanged folder is not applied over changes that were made since.
create table site_file (
  site_id text not null references site on delete cascade,
  path text not null,
  content text not null,
  primary key (site_id, path)
);

call isolate_by_site('site_file');
call isolate_by_site('site_secret');
call isolate_by_site('idempotent_answer');

-- Retention (analytics.retention) and the end of a site: the relay may delete what sites may not.
grant delete on call_record to haazir_relay;
grant select, delete on idempotent_answer to haazir_relay;
create policy any_site on idempotent_answer to haazir_relay using (true);

-- Delete every row of a site that the current role may delete. Called as the site and then as the relay: between them they
-- may delete from every table that has a site_id (a test holds every new table to that).
create procedure forget_site(of_site text) language plpgsql as $$
declare tenants regclass;
begin
  for tenants in
    select c.oid from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'site_id' and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and has_table_privilege(c.oid, 'delete')
    order by c.relname <> 'site'                 -- most go with the site itself
  loop
    execute format('delete from %s where site_id = $1', tenants) using of_site;
  end loop;
end $$;
