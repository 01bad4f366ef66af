-- A conversation is one across channels: calls and chats of one contact, one after the other or both at once.
--
--   contact_key (number, chat name) ──> contact <── conversation <── conversation_session (a call, a chat connection)
--                                                       └──< conversation_turn >──┘

create table contact (
  site_id text not null references site on delete cascade,
  contact_id bigint generated always as identity,
  first_seen timestamptz not null default now(),
  primary key (site_id, contact_id)
);

-- How a contact is known again: core.contacts. The value itself is sealed (core.vault); only its HMAC can be looked for.
create table contact_key (
  site_id text not null,
  kind text not null check (kind in ('phone', 'user')),
  mac bytea not null,
  contact_id bigint not null,
  kek_id text not null,
  wrapped bytea not null,
  sealed bytea not null,
  primary key (site_id, kind, mac),
  unique (site_id, contact_id, kind),            -- one number and one chat name each: see contact_of()
  foreign key (site_id, contact_id) references contact on delete cascade
);

create table conversation_session (
  site_id text not null,
  session_id text not null,                      -- the call's id, or one that the chat's door made
  conversation_id text not null,
  channel text not null check (channel in ('call', 'chat')),
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  primary key (site_id, session_id),
  foreign key (site_id, conversation_id) references conversation on delete cascade
);
create index conversation_session_of on conversation_session (site_id, conversation_id);

-- What there was before this file: each conversation was one session, and its caller stood in the open.
alter table conversation no force row level security;
alter table conversation_turn no force row level security;
insert into conversation_session (site_id, session_id, conversation_id, channel, opened_at, closed_at)
  select site_id, conversation_id, conversation_id, channel, opened_at, closed_at from conversation;
alter table conversation
  drop column caller, drop column channel, drop column closed_at,
  add column contact_id bigint,
  add column last_at timestamptz not null default now(),
  add column state text not null default 'open' check (state in ('open', 'handed_over')), -- a person was asked for
  add column handover text not null default '',  -- what the person who took over was told
  add column summary text not null default '',   -- of what lies before the last turns
  add column memory jsonb not null default '{}', -- brain.turn.Memory without its turns
  add foreign key (site_id, contact_id) references contact on delete set null (contact_id);
update conversation c set last_at = coalesce(
  (select max(at) from conversation_turn t where (t.site_id, t.conversation_id) = (c.site_id, c.conversation_id)), opened_at);
create index conversation_by_time on conversation (site_id, last_at desc, conversation_id desc);
create index conversation_of_contact on conversation (site_id, contact_id, last_at desc);

alter table conversation_turn
  drop constraint conversation_turn_pkey,
  drop constraint conversation_turn_via_check,
  alter column answer_source drop not null,      -- null: interrupted before the answer was complete
  add check (via in ('voice', 'keypad', 'text')),
  add column session_id text,
  add column citations jsonb not null default '[]',
  add column model text not null default '',
  add column tokens_in int not null default 0,
  add column tokens_out int not null default 0;
update conversation_turn set session_id = conversation_id;
alter table conversation_turn
  alter column session_id set not null,
  add primary key (site_id, session_id, turn),
  add foreign key (site_id, session_id) references conversation_session on delete cascade;
create index conversation_turn_by_time on conversation_turn (site_id, conversation_id, at);
alter table conversation force row level security;
alter table conversation_turn force row level security;

call isolate_by_site('contact');
call isolate_by_site('contact_key');
call isolate_by_site('conversation_session');

-- Retention: what is old goes, whoever's it is.
grant select (site_id, conversation_id, last_at, contact_id), delete on conversation to haazir_relay;
grant select (site_id, contact_id, first_seen), delete on contact to haazir_relay;
create policy any_site on conversation to haazir_relay using (true);
create policy any_site on contact to haazir_relay using (true);

-- The contact that has one of these keys ([{kind, mac, kek_id, wrapped, sealed}], bytes in hex); a new one if nobody has.
-- A number and a chat name that come together belong together from then on, unless that would give a contact a second number
-- or name: two people of one family who share a telephone stay two. Null without keys. Through as_site.
create function contact_of(keys jsonb) returns bigint language plpgsql as $$
declare key jsonb; found bigint; theirs bigint; here text := (select current_site());
begin
  -- name before number: whose conversation it is, the chat's own name says best
  for key in select k from jsonb_array_elements(keys) k order by k->>'kind' desc loop
    perform pg_advisory_xact_lock(hashtextextended(here || (key->>'mac'), 0));
    theirs := null;
    select contact_id into theirs from contact_key
      where site_id = here and kind = key->>'kind' and mac = decode(key->>'mac', 'hex');
    if theirs is null then
      if found is null then insert into contact (site_id) values (here) returning contact_id into found; end if;
      insert into contact_key (site_id, kind, mac, contact_id, kek_id, wrapped, sealed)
        values (here, key->>'kind', decode(key->>'mac', 'hex'), found, key->>'kek_id',
                decode(key->>'wrapped', 'hex'), decode(key->>'sealed', 'hex'))
        on conflict (site_id, contact_id, kind) do nothing;
    elsif found is null then
      found := theirs;
    elsif found <> theirs and not exists (
      select from contact_key a join contact_key b using (site_id, kind)
      where site_id = here and a.contact_id = found and b.contact_id = theirs
    ) then
      update contact_key set contact_id = theirs where site_id = here and contact_id = found;
      update conversation set contact_id = theirs where site_id = here and contact_id = found;
      delete from contact where site_id = here and contact_id = found;
      found := theirs;
    end if;
  end loop;
  return found;
end $$;

-- The conversation that a session belongs to: the contact's latest, if its last turn is not older than `continues`; else a
-- new one, named after the session, which knows the summary of the one before. The same session again: the same answer.
-- `resumed`: how old the last turn is, and over which channel it was. Through as_site.
create function open_session(session text, over text, in_language text, keys jsonb, continues interval)
  returns table (conversation_id text, language text, summary text, memory jsonb, last_channel text, silent_for interval)
  language plpgsql as $$
#variable_conflict use_column
declare who bigint; which text; here text := (select current_site());
begin
  select s.conversation_id into which from conversation_session s where s.site_id = here and s.session_id = session;
  if which is null then
    who := contact_of(keys);
    select c.conversation_id into which from conversation c
      where c.site_id = here and c.contact_id = who and c.last_at > now() - continues order by c.last_at desc limit 1;
    if which is null then
      which := session;
      insert into conversation (site_id, conversation_id, language, contact_id, summary)
        values (here, which, in_language, who, coalesce((select c.summary from conversation c
          where c.site_id = here and c.contact_id = who order by c.last_at desc limit 1), ''));
    end if;
    insert into conversation_session (site_id, session_id, conversation_id, channel) values (here, session, which, over);
  else
    update conversation_session s set closed_at = null where s.site_id = here and s.session_id = session;
  end if;
  return query select c.conversation_id, c.language, c.summary, c.memory,
    (select s.channel from conversation_turn t join conversation_session s using (site_id, session_id)
     where t.site_id = here and t.conversation_id = which order by t.at desc limit 1), now() - c.last_at
    from conversation c where c.site_id = here and c.conversation_id = which;
end $$;
