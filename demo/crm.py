"""The demo shop's CRM: `python -m demo.crm`. GET /orders/12345, out of a SQLite file in home. A stand-in for a real one.

To try what we do when a CRM is ill: the header `X-Demo-Delay: 3` (seconds) or `X-Demo-Fail: 503`, or for every request the
variables HAAZIR_DEMO_CRM_DELAY and HAAZIR_DEMO_CRM_FAIL.
"""

import asyncio
import datetime
import logging
import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from aiohttp import web

from core.process import run, stop_signal
from core.settings import Settings
from core.telemetry import serve_status

log = logging.getLogger(__name__)

_FIELDS = ("id", "item", "status", "amount", "expected_on", "delivered_on", "refund_on", "reason")

# id, what, status, rupees, and days from today: expected, delivered, refund
_ORDERS: tuple[tuple[str, str, str, int, int | None, int | None, int | None], ...] = (
    ("12345", "Samsung mobile", "shipped", 18999, 2, None, None),
    ("45678", "Sony T V", "out_for_delivery", 42990, 0, None, None),
    ("11111", "Bluetooth speaker", "delivered", 2499, -3, -3, None),
    ("22222", "L G fridge", "packed", 31500, 3, None, None),
    ("33333", "washing machine", "placed", 24990, 5, None, None),
    ("44444", "Dell laptop", "delayed", 54999, 4, None, None),
    ("55555", "mixer grinder", "cancelled", 3299, None, None, 5),
    ("66666", "Whirlpool A C", "returned", 36990, None, -6, 4),
    ("77777", "headphone", "refunded", 1799, None, -12, -2),
    ("88888", "smart watch", "shipped", 4999, 1, None, None),
    ("99999", "power bank", "delivered", 1299, -1, -1, None),
    ("10001", "iron", "out_for_delivery", 999, 0, None, None),
    ("10002", "ceiling fan", "shipped", 2899, 3, None, None),
    ("10003", "water heater", "packed", 8499, 4, None, None),
    ("12121", "gas stove", "placed", 5499, 5, None, None),
    ("13579", "Onida T V", "delayed", 21990, 6, None, None),
    ("24680", "printer", "delivered", 9999, -8, -9, None),
    ("20202", "keyboard", "cancelled", 899, None, None, 3),
    ("30303", "camera", "shipped", 38900, 2, None, None),
    ("40404", "room heater", "returned", 2199, None, -4, 6),
    ("50505", "air cooler", "refunded", 7499, None, -20, -5),
    ("54321", "tablet", "out_for_delivery", 15999, 0, None, None),
    ("56789", "microwave oven", "shipped", 11499, 2, None, None),
    ("67890", "vacuum cleaner", "packed", 6799, 3, None, None),
    ("70007", "mobile cover", "delivered", 299, -2, -2, None),
    ("78910", "gaming console", "delayed", 49990, 7, None, None),
    ("80808", "memory card", "placed", 799, 4, None, None),
    ("90909", "table lamp", "delivered", 1099, -5, -5, None),
    ("98765", "induction stove", "shipped", 3499, 1, None, None),
    ("31313", "water purifier", "cancelled", 12999, None, None, 2),
)  # fmt: skip


def fill(path: Path, today: datetime.date) -> None:
    """Make the orders anew: their dates are near `today`, whenever the demo is started."""

    def day(offset: int | None) -> str:
        return "" if offset is None else (today + datetime.timedelta(offset)).isoformat()

    rows = [
        (number, item, status, amount, day(expected), day(delivered), day(refund), "")
        for number, item, status, amount, expected, delivered, refund in _ORDERS
    ]
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("drop table if exists orders")
        database.execute(f"create table orders ({', '.join(_FIELDS)}, primary key (id))")
        database.executemany(f"insert into orders values ({', '.join('?' * len(_FIELDS))})", rows)


def find(path: Path, number: str) -> dict[str, object] | None:
    with closing(sqlite3.connect(path)) as database:
        row = database.execute(f"select {', '.join(_FIELDS)} from orders where id = ?", [number]).fetchone()
    return None if row is None else dict(zip(_FIELDS, row, strict=True))


def application(path: Path, illness: Mapping[str, str]) -> web.Application:
    """`illness`: delay (seconds) and fail (HTTP status) of every request."""

    async def order(request: web.Request) -> web.Response:
        delay = request.headers.get("X-Demo-Delay") or illness.get("delay") or "0"
        fail = request.headers.get("X-Demo-Fail") or illness.get("fail") or ""
        await asyncio.sleep(float(delay))
        if fail:
            return web.json_response({"error": "as you asked"}, status=int(fail))
        found = find(path, request.match_info["number"])
        return web.json_response(found or {"error": "no such order"}, status=200 if found else 404)

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    app = web.Application()
    app.add_routes([web.get("/orders/{number:[0-9]{1,12}}", order), web.get("/healthz", health)])
    return app


async def work(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. OSError if a port is taken."""
    stop = stop_signal()
    illness = {name: os.environ.get(f"HAAZIR_DEMO_CRM_{name.upper()}", "") for name in ("delay", "fail")}
    path = settings.home / "demo-crm.sqlite"
    settings.home.mkdir(parents=True, exist_ok=True)
    fill(path, datetime.datetime.now(datetime.UTC).astimezone().date())
    runner = web.AppRunner(application(path, illness), access_log=None, shutdown_timeout=1)
    await runner.setup()
    status = None
    try:
        await web.TCPSite(runner, "127.0.0.1", settings.port("crm_port")).start()
        status = await serve_status(settings.metrics_address("crm"), lambda: None)
        log.info("= crm is ready", extra={"orders": len(_ORDERS)})
        await stop.wait()
    finally:
        await runner.cleanup()
        if status is not None:
            await status.cleanup()


if __name__ == "__main__":
    sys.exit(run("the demo CRM", work))
