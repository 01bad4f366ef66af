"""The schema as a whole: every table with a site is fenced in, and migrations keep their rules."""

from pathlib import Path

import msgspec
import psycopg
import pytest

from core.migrate import SCHEMA, MigrationError, migrate
from core.settings import Database, Settings
from tests.postgres import Server

UNFENCED = """
select c.relname from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attname = 'site_id' and not a.attisdropped
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)
"""
WITHOUT_POLICY = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'site_id' and not a.attisdropped
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p')
and not exists (
  select from pg_policies p where p.tablename = c.relname and p.policyname = 'own_site' and p.roles = '{haazir_app}'
)
"""

WITHOUT_SITE = """
select c.relname from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not exists (
  select from pg_attribute a where a.attrelid = c.oid and a.attname = 'site_id' and not a.attisdropped)
order by 1
"""
NOT_FORGOTTEN = """
with recursive goes as (
  select 'site'::regclass::oid as relation
  union select conrelid from pg_constraint join goes on confrelid = relation where contype = 'f' and confdeltype = 'c'
)
select c.relname from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attname = 'site_id' and not a.attisdropped
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
and c.oid not in (select relation from goes)
and not has_table_privilege('haazir_app', c.oid, 'delete') and not has_table_privilege('haazir_relay', c.oid, 'delete')
"""
RUNS_AS_OWNER = """
select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef
and p.prorettype <> 'trigger'::regtype and has_function_privilege('haazir_app', p.oid, 'execute')
and not (p.prosrc like '%current_site()%' and coalesce(array_to_string(p.proconfig, ' ') like '%search_path=%', false))
"""
"""Functions that lend their caller the owner's rights, and do not look whose they are."""


def other_database(server: Server, name: str) -> Settings:
    """The same server, another database."""
    url = f"postgresql://postgres@/{name}?host={server.settings.run_dir}"
    return msgspec.structs.replace(server.settings, database=Database(admin_url=url))


def test_every_table_with_a_site_has_forced_row_level_security(migrated_postgres: Server) -> None:
    with psycopg.connect(migrated_postgres.settings.database_admin_url()) as admin:
        assert admin.execute(UNFENCED).fetchall() == []
        assert admin.execute(WITHOUT_POLICY.encode()).fetchall() == []


def test_the_guard_notices_a_table_that_forgot(migrated_postgres: Server) -> None:
    with psycopg.connect(migrated_postgres.settings.database_admin_url()) as admin:
        admin.execute("create table forgetful (site_id text)")
        assert admin.execute(UNFENCED).fetchall() == [("forgetful",)]
        admin.rollback()


def test_a_table_without_a_site_has_nobodys_rows(migrated_postgres: Server) -> None:
    with psycopg.connect(migrated_postgres.settings.database_admin_url()) as admin:
        assert admin.execute(WITHOUT_SITE).fetchall() == [("schema_version",)], "a tenant's table? give it a site_id"


def test_whatever_a_site_has_can_be_deleted_with_it(migrated_postgres: Server) -> None:
    with psycopg.connect(migrated_postgres.settings.database_admin_url()) as admin:
        assert admin.execute(NOT_FORGOTTEN).fetchall() == []
        admin.execute("create table clingy (site_id text)")
        assert admin.execute(NOT_FORGOTTEN).fetchall() == [("clingy",)]
        admin.rollback()


def test_a_function_that_runs_as_the_owner_asks_which_site_is_calling(migrated_postgres: Server) -> None:
    with psycopg.connect(migrated_postgres.settings.database_admin_url()) as admin:
        assert admin.execute(RUNS_AS_OWNER.encode()).fetchall() == []


def test_our_roles_own_nothing_and_bypass_nothing(migrated_postgres: Server) -> None:
    with psycopg.connect(migrated_postgres.settings.database_admin_url()) as admin:
        roles = admin.execute("select rolname, rolsuper, rolbypassrls from pg_roles where rolname like 'haazir%' order by 1")
        assert roles.fetchall() == [("haazir_app", False, False), ("haazir_relay", False, False)]
        owned = admin.execute("select relname from pg_class join pg_roles r on r.oid = relowner where rolname like 'haazir%'")
        assert owned.fetchall() == []


def test_migrating_twice_changes_nothing(migrated_postgres: Server) -> None:
    assert migrate(migrated_postgres.settings) == []


def test_a_new_number_is_applied_and_a_changed_file_refused(migrated_postgres: Server, tmp_path: Path) -> None:
    settings = other_database(migrated_postgres, "numbers")
    (tmp_path / "0001_first.sql").write_text("create table first (n int);")
    assert migrate(settings, tmp_path) == ["0001_first.sql"]
    (tmp_path / "0002_second.sql").write_text("create table second (n int);")
    assert migrate(settings, tmp_path) == ["0002_second.sql"]
    (tmp_path / "0001_first.sql").write_text("create table first (n bigint);")
    with pytest.raises(MigrationError, match=r"0001_first\.sql was changed"):
        migrate(settings, tmp_path)


def test_a_broken_file_leaves_nothing_behind(migrated_postgres: Server, tmp_path: Path) -> None:
    settings = other_database(migrated_postgres, "broken")
    (tmp_path / "0001_good.sql").write_text("create table good (n int);")
    (tmp_path / "0002_bad.sql").write_text("create table bad (n int); select * from nowhere;")
    with pytest.raises(psycopg.errors.UndefinedTable):
        migrate(settings, tmp_path)
    with psycopg.connect(settings.database_admin_url()) as admin:
        assert admin.execute("select to_regclass('good'), to_regclass('bad')").fetchone() == (None, None)


def test_two_files_with_one_number_are_refused(migrated_postgres: Server, tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("select 1;")
    (tmp_path / "0001_b.sql").write_text("select 1;")
    with pytest.raises(MigrationError, match="same number"):
        migrate(other_database(migrated_postgres, "twins"), tmp_path)


def test_our_own_files_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in SCHEMA.glob("*.sql"))
    assert numbers == list(range(1, len(numbers) + 1))
