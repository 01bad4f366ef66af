"""The gateway process: the one public HTTP port. `python -m gateway.main`"""

import contextlib
import logging
import socket
import sys
from collections.abc import Iterator

import aiohttp
import uvicorn
from starlette.types import ASGIApp

from core.contacts import Contacts
from core.db import Database
from core.http.auth import Doorkeeper
from core.http.doors import Doors
from core.process import run, when_asked_to_stop
from core.settings import Settings
from core.telemetry import serve_status
from core.vault import Vault, VaultError
from gateway.app import application
from gateway.brain_link import Chats
from kb_api.door import open_door

log = logging.getLogger(__name__)

CONNECTIONS = 512
"""At once; the next is told 503. One process with 4 database connections serves about as many as it can."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours: uvicorn would raise them again after its clean stop, and so end with their status."""
        yield


async def work(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. OSError if a port is taken, KeyError or VaultError if a secret is missing."""
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    pepper, admin_key, vault = settings.secret("key_pepper"), settings.secret("admin_key"), Vault.of(settings)
    host, port = settings.network.host, settings.port("api_port")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    async with contextlib.AsyncExitStack() as stack:
        listener = stack.enter_context(socket.create_server((host, port), family=family, backlog=256))
        listener.setblocking(False)
        # A burst of uploads waits its turn: a second was too short, and four too few, for twelve at once on a busy machine.
        database = await stack.enter_async_context(Database(settings, connections=8, wait_s=3))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        doors = Doors(settings, database, Doorkeeper(database, pepper, admin_key), vault)
        needs = await stack.enter_async_context(open_door(doors))
        chats = await stack.enter_async_context(Chats(settings.socket("brain")))
        server = _server(application(settings, doors, needs, http, chats, Contacts(pepper, vault)))
        door = await serve_status(settings.metrics_address("gateway"), lambda: None if server.started else "is starting")
        stack.push_async_callback(door.cleanup)
        when_asked_to_stop(lambda: setattr(server, "should_exit", True))
        log.info("= serving", extra={"host": host, "port": port})
        await server.serve([listener])


def _server(app: ASGIApp) -> uvicorn.Server:
    return _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,  # gateway.gate writes one without query strings
            proxy_headers=False,
            server_header=False,
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=1,
        )
    )


if __name__ == "__main__":
    sys.exit(run("the gateway", work, KeyError, VaultError))
