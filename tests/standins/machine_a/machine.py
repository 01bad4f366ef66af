"""All of Machine A: its database, its chatbot with a CRM, its embedding vendor, each a process of its own.

with running() as a: …          or by hand:  python -m tests.standins.machine_a.machine [ROWS]
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.standins.machine_a.database import DATABASE, PASSWORD, READER, MachineADatabase, running_database
from tests.standins.machine_a.words import DIMENSIONS, MODEL
from tests.standins.ports import free_port

STOP = {signal.SIGINT, signal.SIGTERM}
CHECKOUT = Path(__file__).resolve().parents[3]
ORDERS = (
    ("12345", "Samsung mobile", "shipped", 18999, "2026-11-24"),
    ("45678", "Sony T V", "out_for_delivery", 42990, "2026-11-21"),
    ("22222", "L G fridge", "packed", 31500, "2026-11-25"),
)


@dataclass(frozen=True)
class MachineA:
    database: MachineADatabase
    port: int
    chatbot: "subprocess.Popen[str]"
    vendor_port: int

    @property
    def url(self) -> str:
        """Of its chatbot and its CRM."""
        return f"http://127.0.0.1:{self.port}"

    def embedding(self) -> dict[str, object]:
        """A site's `embedding` setting that makes vectors as A does."""
        return {"model": MODEL, "base_url": f"http://127.0.0.1:{self.vendor_port}/v1", "dimensions": DIMENSIONS}


@contextlib.contextmanager
def running(rows: int = 0, *, cores: Sequence[int] = (), vendor_cores: Sequence[int] = ()) -> Iterator[MachineA]:
    """`cores`: the only ones that it may use. Its vendor is somebody else, on cores of its own."""
    with running_database(rows) as database:
        for order in ORDERS:
            database.run("insert into orders values (%s, %s, %s, %s, %s)", order)
        database.run("create index on articles using hnsw (embedding vector_cosine_ops)")
        if cores and database.server.process is not None:
            os.sched_setaffinity(database.server.process.pid, cores)
        port, vendor_port = free_port(), free_port()
        url = f"postgresql://chatbot:owner@127.0.0.1:{database.port}/{DATABASE}"
        with (
            process("tests.standins.machine_a.chatbot", str(port), url, cores=cores) as chatbot,
            process("tests.standins.machine_a.vendor", str(vendor_port), cores=vendor_cores) as vendor,
        ):
            assert chatbot.stdout is not None and "chatbot" in chatbot.stdout.readline()
            assert vendor.stdout is not None and "vendor" in vendor.stdout.readline()
            yield MachineA(database, port, chatbot, vendor_port)


@contextlib.contextmanager
def process(module: str, *arguments: str, cores: Sequence[int] = ()) -> Iterator["subprocess.Popen[str]"]:
    """A module of the stand-in, ended at the end."""
    command = [sys.executable, "-P", "-m", module, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "OPENBLAS_NUM_THREADS": "1"}
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        if cores:
            os.sched_setaffinity(started.pid, cores)
        yield started
    finally:
        started.terminate()
        started.communicate(timeout=10)


if __name__ == "__main__":
    with running(int(sys.argv[1]) if len(sys.argv) > 1 else 500) as a:
        print(f"chatbot and CRM: {a.url}   embeddings: {a.embedding()['base_url']}")
        print(f"database: 127.0.0.1:{a.database.port}/{DATABASE}   password of {READER}: {PASSWORD}")
        print(f"its owner's way in: psql '{a.database.socket_url}'", flush=True)
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
        signal.sigwait(STOP)
