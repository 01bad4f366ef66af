"""Two mono legs of a call into one stereo recording, which is encrypted as it is written. Blocks: for a thread.

    <base>-rx.wav (caller) ┐
    <base>-tx.wav (agent)  ┴──> <call_id>.wav.sealed         then the legs are removed

A leg is touched only when Asterisk has closed it.
"""

import contextlib
import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from analytics import stereo
from core.ids import CallId
from core.records import sealed_name
from core.sealed_file import SealedFile, seal

log = logging.getLogger(__name__)

CLOSED_S = 1.0
"""A file whose header agrees with its size, and that was last written so long ago, is closed…"""
QUIET_S = 6.0
"""…and one that disagrees is given up by its writer: Asterisk claims 0 bytes until it closes, and writes 32 kB every 2 s."""
MISSING_S = 30.0
"""No leg so long after the end: there will be none."""
GIVE_UP_S = 86400.0
CHUNK = 2**18
"""Bytes of each leg in memory at once: 16 s."""


@dataclass(frozen=True, slots=True)
class Settled:
    """`seconds` of the finished file; None: there is no recording and will be none."""

    seconds: float | None

    @property
    def state(self) -> str:
        return "missing" if self.seconds is None else "ready"


def is_due(folder: Path, call: CallId, base: str, age: float) -> bool:
    """Whether anything can be settled of a call that ended `age` seconds ago. OSError: the disk won't."""
    if not _is_ours(base):
        return True
    legs = [leg for leg in _legs(folder, base) if leg.exists()]
    if not legs:
        return (folder / sealed_name(call)).exists() or age > MISSING_S
    closed = all(_is_closed(leg) for leg in legs) and (len(legs) == 2 or age >= CLOSED_S)
    return closed or age > GIVE_UP_S


def settle(folder: Path, call: CallId, base: str, key: bytes) -> Settled:
    """Make the file of a call that is due. OSError: the disk won't. core.sealed_file.Broken: somebody changed the file."""
    if not _is_ours(base):
        return Settled(None)  # not a name of ours: never follow it out of the folder
    target = folder / sealed_name(call)
    legs = [leg for leg in _legs(folder, base) if leg.exists()]
    if legs and all(_is_closed(leg) for leg in legs):
        return Settled(_merge(folder, base, target, key))
    if not legs and target.exists():
        return Settled(_seconds(target, key))  # made before, and the database was not told
    return Settled(None)


def seal_in_place(plain: Path, target: Path, key: bytes) -> None:
    """A recording of the time before they were encrypted."""
    with plain.open("rb") as file:
        _write(target, iter(lambda: file.read(CHUNK), b""), key)
    plain.unlink()


def _merge(folder: Path, base: str, target: Path, key: bytes) -> float:
    """Write the target as a whole or not at all; its length in seconds."""
    legs = _legs(folder, base)
    with contextlib.ExitStack() as files:
        left, right = (_open_sound(files, leg) for leg in legs)
        frames = max(_frames(left), _frames(right))
        _write(target, _stereo(left, right, frames), key)
    for leg in legs:
        leg.unlink(missing_ok=True)
    return frames / stereo.RATE


def _stereo(left: BinaryIO | None, right: BinaryIO | None, frames: int) -> Iterator[bytes]:
    yield stereo.header(frames, 2)
    while both := stereo.interleave(left.read(CHUNK) if left else b"", right.read(CHUNK) if right else b""):
        yield both


def _write(target: Path, plain: Iterator[bytes], key: bytes) -> None:
    unfinished = target.with_suffix(".part")
    with unfinished.open("wb") as out:
        seal(plain, out, key)
        out.flush()
        os.fsync(out.fileno())  # what it was made of is removed next: a power cut must not leave neither
    unfinished.rename(target)


def _is_ours(base: str) -> bool:
    return bool(base) and Path(base).name == base and not base.startswith(".")


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


def _frames(sound: BinaryIO | None) -> int:
    """Samples from where it stands to its end."""
    return 0 if sound is None else (os.fstat(sound.fileno()).st_size - sound.tell()) // stereo.SAMPLE


def _is_closed(leg: Path) -> bool:
    with leg.open("rb") as file:
        status = os.fstat(file.fileno())
        found = stereo.sound_of(file.read(512))
    agrees = found is not None and found[1] > 0 and 0 <= status.st_size - found[0] - found[1] <= 1
    return time.time() - status.st_mtime > (CLOSED_S if agrees else QUIET_S)


def _seconds(target: Path, key: bytes) -> float:
    """Length of a file that `_merge` has finished. Broken."""
    with target.open("rb") as file:
        return (SealedFile(file, key).length - stereo.HEADER) / (2 * stereo.SAMPLE * stereo.RATE)
