"""Our side for bench.machine_a: a database, a site that mirrors Machine A, the brain and the worker; on cores of their own."""

import asyncio
import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import httpx
import msgspec
import psycopg

from brain.knowledge.embedders import Embedders
from core.db import Database
from core.ids import SiteId
from core.migrate import migrate
from core.public_address import networks
from core.settings import REPOSITORY, Settings
from core.site_form import site_of
from core.vault import Vault
from kb_api.site_rows import add
from kb_api.stock import Stockroom, put_stock
from mirror.origin import Origin
from tests.postgres import running_postgres
from tests.standins.machine_a.database import PASSWORD
from tests.standins.machine_a.machine import MachineA
from tests.standins.ports import free_port

SHOP = SiteId("neelkamal")
TOOLS = ("check_order_status", "transfer_to_operator", "end_call")


@dataclass(frozen=True, slots=True)
class Ours:
    settings: Settings
    rows: "psycopg.Connection[tuple[object, ...]]"
    """Our own database, as its owner."""


@contextlib.contextmanager
def running_ours(a: MachineA, cores: Sequence[int]) -> Iterator[Ours]:
    """Everything of ours that Machine A could notice, ready. OSError, TimeoutError if it does not come up."""
    os.sched_setaffinity(0, cores)  # what we start from here on inherits it
    key = secrets.token_hex(16)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running_postgres())
        migrate(server.settings)
        offset = free_port() % 20_000 + 20_000
        variables = {
            "HAAZIR_HOME": str(server.home),
            "HAAZIR_NETWORK_PORT_OFFSET": str(offset),
            "HAAZIR_BRAIN_CRM_URL": a.url,
            "HAAZIR_NETWORK_PRIVATE_HOSTS": "127.0.0.0/8",  # where its embeddings come from
            **{f"HAAZIR_SECRET_{name}": key for name in ("VAULT_KEY", "KEY_PEPPER", "CONTACT_KEY")},
        }
        settings = msgspec.structs.replace(
            server.settings, network=msgspec.structs.replace(server.settings.network, port_offset=offset)
        )
        rows = stack.enter_context(psycopg.connect(settings.database_admin_url(), autocommit=True))
        asyncio.run(_make_site(settings, a, Vault(lambda: key)))
        for name, module in (("brain", "brain.main"), ("kb-worker", "kb_api.worker")):
            stack.enter_context(_process(module, variables, settings, name))
        yield Ours(settings, rows)


async def _make_site(settings: Settings, a: MachineA, vault: Vault) -> None:
    site = site_of({"site_id": SHOP, "name": "Neelkamal", "languages": ["en"], "embedding": a.embedding()})
    site = msgspec.structs.replace(site, knowledge=msgspec.structs.replace(site.knowledge, source="mirror"))
    origin = msgspec.convert({**a.database.origin(), "health_url": f"{a.url}/health"}, Origin)
    async with (
        Database(settings, wait_s=5) as database,
        Embedders(vault=vault, allowed=networks(["127.0.0.0/8"])) as embedders,
        database.as_site(SHOP) as rows,
    ):
        await add(rows, site, TOOLS)
        await put_stock(rows, SHOP, TOOLS, embedders, Stockroom())
        await vault.put(rows, SHOP, "machine-a", PASSWORD)
        query = "insert into knowledge_source (site_id, origin) values (%s, %s)"
        await rows.execute(query, [SHOP, json.dumps(msgspec.to_builtins(origin))])


@contextlib.contextmanager
def _process(module: str, variables: Mapping[str, str], settings: Settings, name: str) -> Iterator[None]:
    """One of ours, when it says that it is ready."""
    environment = {**os.environ, **variables, "PYTHONPATH": str(REPOSITORY), "OPENBLAS_NUM_THREADS": "1"}
    with (settings.home / f"{name}.log").open("wb") as log:
        started = subprocess.Popen([sys.executable, "-P", "-m", module], env=environment, stdout=log, stderr=log)
    try:
        host, port = settings.metrics_address(name)
        limit = time.monotonic() + 60
        while not _is_ready(f"http://{host}:{port}/readyz"):
            if started.poll() is not None or time.monotonic() > limit:
                raise TimeoutError(f"{name} did not start: {(settings.home / f'{name}.log').read_text()[-2000:]}")
            time.sleep(0.2)  # another process: there is no event to wait for
        yield
    finally:
        started.terminate()
        started.wait(20)


def _is_ready(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(url, timeout=1).status_code == 200
    return False
