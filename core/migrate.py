"""Brings the database up to date: `python -m core.migrate`. Safe to run at any time, by several at once.

core/schema/0001_….sql, 0002_….sql, … are applied in order, each once, all in one transaction under a lock. The database
itself is made if the server has none of that name. Runs as the schema's owner (settings.database_admin_url).
"""

import hashlib
import logging
import sys
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from core.settings import Settings, SettingsError, load
from core.telemetry import set_up_logging

log = logging.getLogger(__name__)

SCHEMA = Path(__file__).parent / "schema"
_LOCK = 0x68617A69  # "hazi": any number, the same for every migrator


class MigrationError(RuntimeError):
    """A file that was applied has changed since, or two files share a number."""


def migrate(settings: Settings, folder: Path = SCHEMA) -> list[str]:
    """Apply what is missing; the names of the files applied now. psycopg.Error if the server is away or refuses."""
    files = _files(folder)
    url = settings.database_admin_url()
    _create_database(url)
    with psycopg.connect(url, connect_timeout=5) as admin:
        admin.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        admin.execute(
            "create table if not exists schema_version (number int primary key, name text not null, "
            "sha256 text not null, applied_at timestamptz not null default now())"
        )
        applied = {number: digest for number, digest in admin.execute("select number, sha256 from schema_version")}
        missing = [number for number in sorted(files) if not _is_applied(files[number], applied.get(number))]
        for number in missing:
            admin.execute(files[number].read_bytes())  # bytes: a whole script, no parameters
            admin.execute(
                "insert into schema_version (number, name, sha256) values (%s, %s, %s)",
                [number, files[number].name, _digest(files[number])],
            )
    return [files[number].name for number in missing]


def _files(folder: Path) -> dict[int, Path]:
    files: dict[int, Path] = {}
    for path in sorted(folder.glob("[0-9]*.sql")):
        number = int(path.name.split("_")[0])
        if number in files:
            raise MigrationError(f"{files[number].name} and {path.name} have the same number")
        files[number] = path
    return files


def _is_applied(path: Path, digest: str | None) -> bool:
    if digest is not None and digest != _digest(path):
        raise MigrationError(
            f"{path.name} was changed after it was applied here: this database was made by another version of Haazir. "
            "Run that version (its bin/haazir sites export writes sites as folders), or begin anew in another HAAZIR_HOME. "
            "Who changes the schema puts the change into a file with a new number"
        )
    return digest is not None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _create_database(url: str) -> None:
    name = str(conninfo_to_dict(url).get("dbname", "haazir"))
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True, connect_timeout=5) as server:
        if server.execute("select from pg_database where datname = %s", [name]).fetchone() is None:
            try:
                server.execute(sql.SQL("create database {} encoding 'utf8' template template0").format(sql.Identifier(name)))
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                log.info("= another migrator made the database first")


def main() -> int:
    try:
        settings = load()
        set_up_logging(settings.log_level)
        applied = migrate(settings)
    except (SettingsError, MigrationError, psycopg.Error) as error:
        sys.stderr.write(f"haazir: the database can't be brought up to date: {str(error).strip()}\n")
        return 1
    log.info("= database is up to date", extra={"applied": ",".join(applied) or "nothing new"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
