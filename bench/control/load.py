"""A working day in a minute: so many calls at once, what each does, and what ari-app spends on them.

places ── each: call, do something, hang up, call again ──> Asterisk ── media_echo (no recogniser, no voice, no brain)
Look (processor, event lag, calls in control) at the beginning and the end of the minute
"""

import asyncio
import contextlib
import os
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from bench.control.ground import HOUSE_ID, HOUSE_NUMBER, Ground
from bench.control.lags import Histogram
from bench.control.rows import Row
from bench.processes import Use, spent, uses
from core.orders import Done, HoldCall
from haazir.caller.desk import Desk
from haazir.caller.line import Line
from haazir.caller.phone import Phone, new_caller
from haazir.caller.script import Call, CallOver, CallRefused, NotHeard

CALL_S = 40.0
"""As long as a short call to a shop. With 60 at once: 90 calls a minute."""
PARTS = ("talks", "talks", "keys", "holds", "is held", "wants a person", "talks", "keys", "is said goodbye to")
"""What a caller does besides talking; one after the other."""
LAG = "haazir_ari_app_event_lag_seconds"
TALK_S = 5.0
"""With an operator."""


@dataclass(slots=True)
class Crowd:
    """Callers. `up`: of them, those whose call is answered."""

    ground: Ground
    phone: Phone
    up: int = 0
    did: Counter[str] = field(default_factory=Counter)
    """Calls that went as they should, by what they did."""
    failed: list[str] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)

    async def place(self, number: int, places: int) -> None:
        """One caller after the other, for ever. The first calls are cut short, so that they don't all end together."""
        at, seconds = number, CALL_S * (number + 1) / places
        await asyncio.sleep(CALL_S / 2 * number / places)
        while True:
            await self._call(PARTS[at % len(PARTS)], seconds)
            at, seconds = at + places, CALL_S

    async def _call(self, part: str, seconds: float) -> None:
        who = new_caller()
        try:
            async with self.phone.call(self.ground.sip, HOUSE_NUMBER, caller=who, line=Line(noise=None)) as call:
                await call.answered()
                self.up += 1
                try:
                    async with asyncio.timeout(seconds):
                        await self._do(part, call, who)
                        await call.over(seconds + 1)
                except NotHeard:
                    raise
                except TimeoutError:  # their time is up
                    await call.hang_up()
                finally:
                    self.up -= 1
                    self.lateness += call.media.lateness
        except (CallRefused, CallOver, NotHeard) as failure:
            self.failed.append(f"{part}: {failure}")
        else:
            self.did[part] += 1

    async def _do(self, part: str, call: Call, who: str) -> None:
        await call.wait(3.0)
        match part:
            case "keys":
                for _ in range(4):
                    await call.press("12345")
                    await call.wait(4.0)
            case "holds":
                await call.hold()
                await call.wait(5.0)
                await call.unhold()
            case "is held":
                await self._held(who, on=True)
                await call.wait(5.0)
                await self._held(who, on=False)
            case "wants a person":
                await call.press("0")
                await call.over()
            case "is said goodbye to":
                await call.wait(20.0)
                await call.press("#")
                await call.over()

    async def _held(self, who: str, *, on: bool) -> None:
        channels = await asyncio.to_thread(self.ground.channels)
        order = HoldCall(order_id=secrets.token_hex(8), call_id=channels[who], site_id=HOUSE_ID, on=on)
        if not isinstance(reply := await self.ground.ordered(order), Done):
            self.failed.append(f"is held: {reply}")


async def serve(desk: Desk) -> None:
    """An operator: every third call is declined after the summary has begun."""
    for number in range(1, 10_000):
        with contextlib.suppress(CallOver, NotHeard):
            await desk.rings(3600.0)
            await asyncio.sleep(0.5)
            operator = desk.answer(Line(noise=None))
            await operator.agent_speaks(since=operator.answered_at)
            await operator.press("2" if number % 3 == 0 else "1")
            await operator.wait(TALK_S)
            await operator.hang_up()


@dataclass(frozen=True, slots=True)
class Look:
    at: float
    uses: dict[str, Use]
    lag: Histogram
    calls: int
    """That went as they should, so far."""


async def measure(ground: Ground, calls: int, seconds: float) -> list[Row]:
    with ground.echoing() as echo:
        pids = {**(await asyncio.to_thread(ground.trial.status)).processes, "echo": echo, "callers": os.getpid()}
        async with ground.desks() as desks, Phone.open() as phone:
            crowd = Crowd(ground, phone)
            busy = [asyncio.create_task(serve(desk)) for desk in desks]
            busy += [asyncio.create_task(crowd.place(number, calls)) for number in range(calls)]
            await asyncio.sleep(CALL_S / 2 + 5.0)
            before = await _look(crowd, pids)
            up = await _watch(crowd, seconds)
            after = await _look(crowd, pids)
            for task in busy:
                task.cancel()
            await asyncio.gather(*busy, return_exceptions=True)
    return _rows(crowd, before, after, up)


async def _look(crowd: Crowd, pids: dict[str, int]) -> Look:
    metrics = await asyncio.to_thread(crowd.ground.metrics)
    used = await asyncio.to_thread(uses, pids)
    return Look(time.monotonic(), used, Histogram.read(metrics, LAG), crowd.did.total())


async def _watch(crowd: Crowd, seconds: float) -> float:
    """How many calls were up, on average."""
    seen, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.sleep(0.1)
        seen.append(crowd.up)
    return float(np.mean(seen))


def _rows(crowd: Crowd, before: Look, after: Look, up: float) -> list[Row]:
    took = after.at - before.at
    cpu = {name: seconds / took * 100 for name, seconds in spent(before.uses, after.uses).items()}
    lag = after.lag.since(before.lag)
    rest = ", ".join(f"{name} {share:.0f} %" for name, share in sorted(cpu.items(), key=lambda one: -one[1]) if share >= 1)
    rate = (after.calls - before.calls) / took * 60
    usual, late = (float(value) * 1000 for value in np.percentile(crowd.lateness, [50, 99]))
    return [
        Row(
            "ari-app's processor per call", "% core", cpu["ari-app"] / up, 0.5, 0.2,
            f"{up:.1f} calls up on average for {took:.0f} s, {rate:.0f} begun and ended a minute; of a core: {rest}",
        ),
        Row(
            "event lag p99", "ms", lag.quantile(0.99) * 1000, 50, 20,
            f"{lag.total} events, p50 {lag.quantile(0.5) * 1000:.1f}; over 20: {lag.above(0.02)}, over 50: {lag.above(0.05)}",
        ),
        Row("callers' own frames late by p99", "ms", late, 20, 5, f"p50 {usual:.1f}; else the load is not what it seems"),
        Row("calls that did not go as they should", "", len(crowd.failed), 0, 0, _what(crowd)),
    ]  # fmt: skip


def _what(crowd: Crowd) -> str:
    told = ", ".join(f"{count} {part}" for part, count in sorted(crowd.did.items()))
    return "; ".join([f"as they should: {told}", *crowd.failed[:5]])
