"""One file over HTTP into its place: after a break it goes on, and only what has the right checksum gets its name.

model.safetensors.<revision>.part  ──size and sha256 right──>  model.safetensors
"""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx

from core.checkpoints import Checkpoint, File
from haazir.hub import ATTEMPTS, PASSING, FetchError, Hub
from haazir.progress import Progress

PIECE = 1 << 20


class WrongBytes(FetchError):
    """What came is not what was announced."""


def part_of(target: Path, revision: str) -> Path:
    """Where a file gathers until it is whole. Another revision's bytes are never gone on from."""
    return target.with_name(f"{target.name}.{revision[:12]}.part")


def download(hub: Hub, checkpoint: Checkpoint, file: File, target: Path, progress: Progress) -> File:
    """Fetch one file to `target`, and say its size and sha256. `file` says what is known of it. FetchError; what came stays,
    unless it was wrong."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(target, checkpoint.revision)
    for last in (False, True):
        came = _gather(hub, checkpoint, file, part, progress)
        try:
            check(file, came)
        except WrongBytes as error:  # a part of an older break may have been spoilt on the disk: once more, from nothing
            part.unlink()
            if last:
                raise WrongBytes(f"{checkpoint.name}: {error}. Fetched twice: see what [models] hub points to") from None
            continue
        os.replace(part, target)
        progress.end()
        return came
    raise AssertionError("the last turn returns or raises")


def check(file: File, came: File) -> None:
    """WrongBytes if what came is not what is known of it."""
    if file.bytes and came.bytes != file.bytes:
        raise WrongBytes(f"{file.path} has {came.bytes} bytes, not {file.bytes}")
    if file.sha256 and came.sha256 != file.sha256:
        raise WrongBytes(f"{file.path} has the checksum {came.sha256}, not {file.sha256}")


def summed(path: Path, name: str, progress: Progress | None = None) -> File:
    """A file on the disk, with its size and checksum."""
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(path):
        digest.update(piece)
        size += len(piece)
        if progress:
            progress.add(len(piece))
    return File(path=name, bytes=size, sha256=digest.hexdigest())


def _gather(hub: Hub, checkpoint: Checkpoint, file: File, part: Path, progress: Progress) -> File:
    """Bring `part` to its end, in as many attempts as it takes: as long as each brings something, it goes on."""
    failures = 0
    while True:
        before = _size(part)
        try:
            _go_on(hub, checkpoint, file, part, progress)
            if _size(part) >= file.bytes:
                return summed(part, file.path)
            failed = FetchError(f"{checkpoint.name}: the hub broke off {file.path}; what has come stays: run it again to go on")
        except httpx.TransportError as error:
            failed = hub.unreachable(error)
        except _Passing as error:
            failed = error.refusal
        failures = 0 if _size(part) > before else failures + 1
        if failures == ATTEMPTS:
            raise failed
        if failures:
            hub.wait(failures)


class _Passing(Exception):
    """The hub failed in a way that passes."""

    def __init__(self, refusal: FetchError) -> None:
        self.refusal = refusal


def _go_on(hub: Hub, checkpoint: Checkpoint, file: File, part: Path, progress: Progress) -> None:
    """One request, for what is missing. TransportError if it breaks off; what came until then is in `part`."""
    have = _size(part)
    if file.bytes and have == file.bytes:
        progress.restart(have)
        return
    if file.bytes and have > file.bytes:
        part.unlink()
        have = 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    with hub.client.stream("GET", hub.url(checkpoint, file.path), headers=headers) as answer:
        match answer.status_code:
            case 206 if _begins(answer) == have:
                mode = "ab"
            case 200:  # it knows no ranges, or we asked for none
                have, mode = 0, "wb"
            case 206 | 416:  # a range that is not ours, or none that it has: from the beginning
                part.unlink(missing_ok=True)
                raise _Passing(FetchError(f"{checkpoint.name}: the hub gives {file.path} in other ranges than asked for"))
            case status if status in PASSING:
                raise _Passing(hub.refusal(answer, checkpoint))
            case _:
                raise hub.refusal(answer, checkpoint)
        progress.restart(have)
        with part.open(mode) as out:
            for piece in answer.iter_raw():  # as it comes: what a break leaves in a buffer would be lost
                out.write(piece)
                progress.add(len(piece))
            out.flush()
            os.fsync(out.fileno())


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _begins(answer: httpx.Response) -> int | None:
    """Where the range of an answer begins."""
    found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    return int(found[1]) if found else None


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
