"""Logs that a night engineer can read and that never hold a caller's words; the small HTTP door of every process.

    log.info("turn answered", extra={"call": call_id, "turn": 3, "first_sound_ms": 640})
    -> 12:01:07.412 I media_server.session  turn answered  call=… turn=3 first_sound_ms=640

What a person said, a number or a name goes into no log line (tests/e2e/test_round.py looks).
"""

import logging
import sys
import time
from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{key}={value!s}" for key, value in vars(record).items() if key not in _STANDARD)
        stamp = f"{time.strftime('%H:%M:%S', time.localtime(record.created))}.{int(record.msecs):03d}"
        line = f"{stamp} {record.levelname[0]} {record.name}  {record.getMessage()}" + (f"  {fields}" if fields else "")
        return line + ("\n" + self.formatException(record.exc_info) if record.exc_info else "")


def set_up_logging(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)


async def serve_status(address: tuple[str, int], ready: Callable[[], str | None]) -> web.AppRunner:
    """/healthz, /readyz and /metrics of this process. `ready()` gives None, or in words what is still missing (503).

    OSError if the port is taken. The caller cleans the runner up.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_: web.Request) -> web.Response:
        missing = ready()
        return web.json_response({"ready": missing is None, "missing": missing}, status=200 if missing is None else 503)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, *address).start()
    return runner
