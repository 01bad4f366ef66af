-- Recordings at rest. Each file (core.sealed_file) is encrypted with a key of its own; the key lies here, sealed by the vault
-- (core.vault), so that `haazir sites rotate-vault` wraps it anew with a site's other secrets. No row: nobody can read the file.
--
--   analytics.recordings ──insert as haazir_relay──> recording_key ──read as haazir_app──> gateway: GET /v1/calls/{id}/recording

create table recording_key (
  site_id text not null,                         -- no reference: a call may outlive its site
  call_id text not null,
  kek_id text not null,
  wrapped bytea not null,
  sealed bytea not null,
  made_at timestamptz not null default now(),
  primary key (site_id, call_id)
);
call isolate_by_site('recording_key');
revoke insert on recording_key from haazir_app;
grant select, insert, delete on recording_key to haazir_relay;
create policy any_site on recording_key to haazir_relay using (true) with check (true);

-- deleted: there was one, and the site wants them gone sooner than the call itself (core.listening).
alter table call_record drop constraint call_record_recording_state_check;
alter table call_record add constraint call_record_recording_state_check
  check (recording_state in ('pending', 'ready', 'missing', 'deleted'));
