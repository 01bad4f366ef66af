"""A whole checkpoint into its folder, from the hub or from a folder: what of it is missing, whether there is room, and what came.

plan (files, with what is known of them)  ──>  room?  ──>  each file  ──>  fetched.json
"""

import contextlib
import fcntl
import fnmatch
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

import msgspec

from core.checkpoints import RECORD, Checkpoint, Fetched, File, has_size, read_record
from haazir.download import PIECE, WrongBytes, check, download, part_of, summed
from haazir.hub import FetchError, Hub
from haazir.progress import Progress, size

LOCK = ".lock"
LONG = 100_000_000
"""Bytes that take so long to read that one wants to see it."""
SPARE = 1 << 30
"""Bytes of the disk that are left alone: recordings, the database."""


def fetch(hub: Hub, checkpoint: Checkpoint, folder: Path, out: TextIO) -> Fetched:
    """Everything of the checkpoint that is not in `folder` yet, or not as it should be, from the hub. FetchError."""
    with _alone(folder, checkpoint.name):
        planned = plan(checkpoint, hub.files(checkpoint), _known(checkpoint, folder))
        came = {file.path: found for file in planned if (found := _already(folder, file, out))}
        missing = [file for file in planned if file.path not in came]
        if missing:
            _room(folder, sum(file.bytes - _gathered(folder / file.path, checkpoint.revision) for file in missing))
        for file in missing:
            progress = Progress(file.path, file.bytes, out)
            came[file.path] = download(hub, checkpoint, file, folder / file.path, progress)
        return _record(checkpoint, folder, planned, came)


def bring(source: Path, checkpoint: Checkpoint, folder: Path, out: TextIO) -> Fetched:
    """The same from a folder: of the checkpoint, or of several, one each. FetchError."""
    source = source / checkpoint.name if (source / checkpoint.name).is_dir() else source
    if not source.is_dir():
        raise FetchError(f"there is no folder {source}")
    with _alone(folder, checkpoint.name):
        there = [File(path=path.relative_to(source).as_posix(), bytes=path.stat().st_size) for path in _files_of(source)]
        planned = plan(checkpoint, there, (*_known(checkpoint, folder), *_known(checkpoint, source)))
        if source.resolve() != folder.resolve():
            _room(folder, sum(file.bytes for file in planned))
        came = {}
        for file in planned:
            progress = Progress(file.path, file.bytes, out)
            came[file.path] = _copy(source / file.path, folder / file.path, file, progress)
            progress.end()
        return _record(checkpoint, folder, planned, came)


def plan(checkpoint: Checkpoint, there: Sequence[File], known: Sequence[File]) -> list[File]:
    """The files to have, each with all that is known of it: from the registry, from where it comes, from an earlier fetch.
    FetchError if one is not to be had, or where two of these disagree."""
    planned = []
    for wanted in checkpoint.files:
        found = [file for file in there if fnmatch.fnmatch(file.path, wanted.path)]
        if not found:
            raise FetchError(f"{checkpoint.name}: there is no {wanted.path} where it should come from")
        for file in found:
            earlier = [old for old in known if old.path == file.path]
            planned.append(_agreed(checkpoint.name, (wanted, file, *earlier), file.path))
    return planned


def broken(checkpoint: Checkpoint, folder: Path, out: TextIO) -> list[str]:
    """Paths of a checkpoint's files that are not as they came, each read from end to end. FetchError if nothing was fetched."""
    fetched = read_record(folder)
    if fetched is None:
        raise FetchError(f"{checkpoint.name} was not fetched: bin/haazir models fetch {checkpoint.name}")
    return [file.path for file in fetched.files if not _already(folder, file, out)]


def _agreed(name: str, sayings: Iterable[File], path: str) -> File:
    """What several sources say of a file, if none says otherwise than another."""
    length, checksum = 0, ""
    for said in sayings:
        if (said.bytes and length and said.bytes != length) or (said.sha256 and checksum and said.sha256 != checksum):
            raise FetchError(
                f"{name}: {path} is {said.bytes} bytes {said.sha256} where it comes from,"
                f" but {length} bytes {checksum} by what is known of it: not fetched."
                " Is hub in [models] the one you mean? If it is right, core/checkpoints.toml or an earlier fetch is wrong"
            )
        length, checksum = length or said.bytes, checksum or said.sha256
    return File(path=path, bytes=length, sha256=checksum)


def _known(checkpoint: Checkpoint, folder: Path) -> tuple[File, ...]:
    """What an earlier fetch of the same revision wrote down."""
    fetched = read_record(folder)
    return fetched.files if fetched and fetched.revision == checkpoint.revision else ()


def _already(folder: Path, file: File, out: TextIO) -> File | None:
    """A file that is in its place and as it should be, read from end to end."""
    if not has_size(folder / file.path, file.bytes):
        return None
    progress = Progress(f"checking {file.path}", file.bytes, out) if file.bytes > LONG else None
    found = summed(folder / file.path, file.path, progress)
    if progress:
        progress.end()
    return found if found.sha256 == (file.sha256 or found.sha256) else None


def _record(checkpoint: Checkpoint, folder: Path, planned: Sequence[File], came: dict[str, File]) -> Fetched:
    fetched = Fetched(
        repo=checkpoint.repo,
        revision=checkpoint.revision,
        files=tuple(came[file.path] for file in planned),
        trusted=tuple(file.path for file in planned if not file.sha256),
    )
    new = folder / f"{RECORD}.new"
    new.write_bytes(msgspec.json.format(msgspec.json.encode(fetched), indent=1))
    os.replace(new, folder / RECORD)
    for left in folder.rglob("*.part"):  # of another revision
        left.unlink()
    return fetched


def _copy(source: Path, target: Path, file: File, progress: Progress) -> File:
    """A file of a folder, under its name only if it is the right one. It may be there already."""
    if source.resolve() == target.resolve():
        came = summed(source, file.path, progress)
        check(file, came)
        return came
    target.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(target, "copy")
    with part.open("wb") as writer:
        for piece in _pieces(source):
            writer.write(piece)
            progress.add(len(piece))
        writer.flush()
        os.fsync(writer.fileno())
    came = summed(part, file.path)
    try:
        check(file, came)
    except WrongBytes:
        part.unlink()
        raise
    os.replace(part, target)
    return came


def _pieces(source: Path) -> Iterator[bytes]:
    """OSError, which names the file: reading says no path, nor does writing."""
    with source.open("rb") as reader:
        try:
            while piece := reader.read(PIECE):
                yield piece
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(source)) from error


def _gathered(target: Path, revision: str) -> int:
    part = part_of(target, revision)
    return part.stat().st_size if part.exists() else 0


def _files_of(source: Path) -> list[Path]:
    """A folder's files, without what a fetch leaves beside them."""
    return sorted(
        path for path in source.rglob("*") if path.is_file() and path.name not in (RECORD, LOCK) and path.suffix != ".part"
    )


def _room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed + SPARE > free:
        raise FetchError(
            f"{size(needed)} are still to come and {size(free)} are free at {folder} (we leave {size(SPARE)} alone): make room,"
            " or set folder in [models] to a larger disk"
        )


@contextlib.contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    """Nobody else fetches the same meanwhile. FetchError if someone does, or the folder can't be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("w")
    except OSError as error:
        raise FetchError(f"{name}: can't write {folder} ({error.strerror}): see folder in [models]") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FetchError(f"{name}: it is being fetched already") from None
        yield
