"""After a call: Asterisk's two MixMonitor legs into one stereo file, then the legs are removed.

    <base>-rx.wav (caller) ┐
    <base>-tx.wav (agent)  ┴──> <call_id>.wav       call_record: pending ──> ready | missing

The state is in the database, so a restart goes on where it was. A caller who was handed to a person is still recorded
after our part of the call has ended: legs are touched only when Asterisk has closed them.
"""

import asyncio
import contextlib
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from prometheus_client import Counter

from analytics import stereo
from core.db import Database, DatabaseAway
from core.ids import CallId
from core.records import recording_name

log = logging.getLogger(__name__)

POLL_S = 1.0
AGAIN_S = 10.0
"""After trouble with the disk or the database."""
CLOSED_S = 1.0
"""A file whose header agrees with its size, and that was last written so long ago, is closed…"""
QUIET_S = 6.0
"""…and one that disagrees is given up by its writer: Asterisk claims 0 bytes until it closes, and writes 32 kB every 2 s."""
MISSING_S = 30.0
"""No leg so long after the end: there will be none."""
GIVE_UP_S = 86400.0
CHUNK = 2**18
"""Bytes of each leg in memory at once: 16 s."""

PENDING = """
select site_id, call_id, record->'ended'->>'recording', extract(epoch from now() - ended_at)::float8
from call_record where recording_state = 'pending' order by ended_at desc limit 100
"""
SETTLE = "update call_record set recording_state = %s, recording_s = %s where site_id = %s and call_id = %s"

_merged = Counter("haazir_analytics_recordings", "Recordings made ready, or found missing", ["state"])


@dataclass(frozen=True, slots=True)
class Settled:
    """`seconds` of the finished file; None: there is no recording and will be none."""

    seconds: float | None

    @property
    def state(self) -> str:
        return "missing" if self.seconds is None else "ready"


async def run(database: Database, folder: Path, ended: asyncio.Event) -> None:
    """Until cancelled. `ended` wakes it."""
    while True:
        ended.clear()
        pause = POLL_S
        try:
            if not await _settle_pending(database, folder):
                pause = AGAIN_S  # nothing is pending: the next end of a call wakes us
        except (DatabaseAway, OSError) as error:
            log.warning("! recordings wait", extra={"error": type(error).__name__})
            pause = AGAIN_S
        if pause == POLL_S:
            await asyncio.sleep(pause)
        else:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), pause)


async def _settle_pending(database: Database, folder: Path) -> bool:
    """True if some still wait."""
    async with database.as_relay() as rows:
        pending: list[tuple[Any, ...]] = await (await rows.execute(PENDING)).fetchall()
    for site, call, base, age in pending:
        settled = await asyncio.to_thread(settle, folder, CallId(call), base, age)
        if settled is None:
            continue
        async with database.as_relay() as rows:
            await rows.execute(SETTLE, [settled.state, settled.seconds, site, call])
        _merged.labels(settled.state).inc()
        log.info("= recording settled", extra={"call": call, "state": settled.state})
    return bool(pending)


def settle(folder: Path, call: CallId, base: str, age: float) -> Settled | None:
    """Make the file of a call that ended `age` seconds ago; None: not yet. OSError: the disk won't. Blocks for a while."""
    if not base or Path(base).name != base or base.startswith("."):
        return Settled(None)  # not a name of ours: never follow it out of the folder
    target = folder / recording_name(call)
    legs = [leg for leg in _legs(folder, base) if leg.exists()]
    if not legs:
        if (seconds := _seconds(target)) is not None:
            return Settled(seconds)  # made before, and the database was not told
        return Settled(None) if age > MISSING_S else None
    if not all(_is_closed(leg) for leg in legs) or (len(legs) == 1 and age < CLOSED_S):
        return Settled(None) if age > GIVE_UP_S else None
    caller, agent = _legs(folder, base)
    return Settled(_merge(caller, agent, target))


def _merge(caller: Path, agent: Path, target: Path) -> float:
    """Write the target as a whole or not at all; its length in seconds."""
    frames = 0
    unfinished = target.with_suffix(".part")
    with contextlib.ExitStack() as files:
        left, right = (_open_sound(files, leg) for leg in (caller, agent))
        out = files.enter_context(unfinished.open("wb"))
        out.write(stereo.header(0, 2))
        while both := stereo.interleave(left.read(CHUNK) if left else b"", right.read(CHUNK) if right else b""):
            frames += len(both) // (2 * stereo.SAMPLE)
            out.write(both)
        out.seek(0)
        out.write(stereo.header(frames, 2))
        out.flush()
        os.fsync(out.fileno())  # the legs are removed next: a power cut must not leave neither
    unfinished.rename(target)
    for leg in (caller, agent):
        leg.unlink(missing_ok=True)
    return frames / stereo.RATE


def _legs(folder: Path, base: str) -> tuple[Path, Path]:
    return folder / f"{base}-rx.wav", folder / f"{base}-tx.wav"


def _open_sound(files: contextlib.ExitStack, leg: Path) -> BinaryIO | None:
    """The leg, read up to its first sample; None where there is no sound: missing, or cut off in its header."""
    if not leg.exists():
        return None
    file = files.enter_context(leg.open("rb"))
    found = stereo.sound_of(file.read(512))
    if found is None:
        log.warning("! a leg without sound", extra={"file": leg.name})
        return None
    file.seek(found[0])
    return file


def _is_closed(leg: Path) -> bool:
    with leg.open("rb") as file:
        status = os.fstat(file.fileno())
        found = stereo.sound_of(file.read(512))
    agrees = found is not None and found[1] > 0 and 0 <= status.st_size - found[0] - found[1] <= 1
    return time.time() - status.st_mtime > (CLOSED_S if agrees else QUIET_S)


def _seconds(target: Path) -> float | None:
    """Length of a file that `_merge` has finished; None if this is none."""
    if not target.exists():
        return None
    with target.open("rb") as file:
        frames = (os.fstat(file.fileno()).st_size - stereo.HEADER) // (2 * stereo.SAMPLE)
        return frames / stereo.RATE if frames >= 0 and file.read(stereo.HEADER) == stereo.header(frames, 2) else None
