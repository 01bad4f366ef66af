"""The demo shop's CRM: `python -m demo.crm`. GET and PATCH /orders/12345, GET /changes, out of a SQLite file in home.

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

_CHANGES = {"cancelled": ("placed", "packed", "delayed"), "returned": ("delivered",)}
"""What an order can become, and from what."""


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
        database.execute("drop table if exists changes")
        database.execute("create table changes (key primary key, id, status)")
        database.execute(f"create table orders ({', '.join(_FIELDS)}, primary key (id))")
        database.executemany(f"insert into orders values ({', '.join('?' * len(_FIELDS))})", rows)


def find(path: Path, number: str) -> dict[str, object] | None:
    with closing(sqlite3.connect(path)) as database:
        row = database.execute(f"select {', '.join(_FIELDS)} from orders where id = ?", [number]).fetchone()
    return None if row is None else dict(zip(_FIELDS, row, strict=True))


def change(path: Path, number: str, status: str, key: str) -> int:
    """Cancel or return an order, once per idempotency key; the HTTP status. 409: too late, or too early for that."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("begin immediate")
        if database.execute("select 1 from changes where key = ? and id = ? and status = ?", [key, number, status]).fetchone():
            return 200
        row = database.execute("select status from orders where id = ?", [number]).fetchone()
        if row is None:
            return 404
        if row[0] not in _CHANGES.get(status, ()):
            return 409
        database.execute("update orders set status = ?, refund_on = date('now', '+5 days') where id = ?", [status, number])
        database.execute("insert into changes values (?, ?, ?)", [key, number, status])
    return 200


def changes(path: Path) -> list[dict[str, str]]:
    """What was really changed, in order."""
    with closing(sqlite3.connect(path)) as database:
        found = database.execute("select key, id, status from changes order by rowid").fetchall()
    return [{"key": key, "id": number, "status": status} for key, number, status in found]


def application(path: Path, illness: Mapping[str, str]) -> web.Application:
    """`illness`: delay (seconds) and fail (HTTP status) of every request."""

    async def be_ill(request: web.Request) -> web.Response | None:
        delay = request.headers.get("X-Demo-Delay") or illness.get("delay") or "0"
        fail = request.headers.get("X-Demo-Fail") or illness.get("fail") or ""
        await asyncio.sleep(float(delay))
        return web.json_response({"error": "as you asked"}, status=int(fail)) if fail else None

    async def order(request: web.Request) -> web.Response:
        if (refusal := await be_ill(request)) is not None:
            return refusal
        found = find(path, request.match_info["number"])
        return web.json_response(found or {"error": "no such order"}, status=200 if found else 404)

    async def patch(request: web.Request) -> web.Response:
        number, key = request.match_info["number"], request.headers.get("Idempotency-Key", "")
        given = await request.json()
        status = change(path, number, str(given.get("status")), key) if key else 400
        if (refusal := await be_ill(request)) is not None:  # after it was done: what a slow CRM is like
            return refusal
        found = find(path, number)
        return web.json_response(found if status == 200 else {"error": "no"}, status=status)

    async def log_of_changes(_: web.Request) -> web.Response:
        return web.json_response(changes(path))

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    app = web.Application()
    number = "/orders/{number:[0-9]{1,12}}"
    app.add_routes([web.get(number, order), web.patch(number, patch), web.get("/changes", log_of_changes)])
    app.add_routes([web.get("/healthz", health)])
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
