"""The agent's own lines as finished sound, in memory and on disk: they can be said with every engine dead.

    prerender(settings, cache, keys) ──> speaking worker ──Sound──> cache.put        cache.get(key) ──> int16 samples

Everything on disk is a convenience: a corrupt file is forgotten and made again, a full disk means that nothing is kept.
"""

import asyncio
import contextlib
import hashlib
import logging
import os
import struct
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from core.bus import Link, PeerGone, connect
from core.ids import CallId, SiteId
from core.resample import Pcm
from core.settings import Settings
from core.sites import Language
from core.speech import NO_SITE, FromTts, OpenSpeaking, Sound, Speak, SpeakingFailed, SpeakingOpened

log = logging.getLogger(__name__)

REVISION = 2
"""Raise it when the same text is said differently: what was rendered before is then made anew."""
MEMORY_BYTES = 32 * 2**20
DISK_BYTES = 128 * 2**20
SENTENCE_S = 10.0
"""Longest wait for one phrase."""

_HEADER = struct.Struct("<4sII")
_MAGIC = b"HZP1"


def made_by(engine: str, revision: str) -> str:
    """An engine and its model: what is kept of one is not played for another. eSpeak has no model."""
    return f"{engine}@{revision}" if revision else engine


class PhraseKey(msgspec.Struct, frozen=True, kw_only=True):
    engine: str
    """As `made_by` calls it."""
    voice: str
    language: Language
    text: str
    rate: int
    lexicon: str = ""
    """Version of the site's that `text` is said by."""

    @property
    def file_name(self) -> str:
        parts = (REVISION, self.engine, self.voice, self.language, self.text, self.rate, self.lexicon)
        return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "replace")).hexdigest() + ".pcm"

    def __repr__(self) -> str:
        return f"PhraseKey({self.file_name})"  # what is said may be a caller's, and stays out of logs


class Made(NamedTuple):
    pcm: Pcm
    """Not to be written into."""
    at: float
    """Unix seconds."""


class PhraseCache:
    """Sound by key. Nothing here raises for the disk's sake; a file is written whole or not at all.

    Who may not wait for a disk asks for what is `remembered`, and has a thread of its own `read`, `store` and `forget_files`.
    """

    def __init__(self, folder: Path, *, memory_bytes: int = MEMORY_BYTES, disk_bytes: int = DISK_BYTES) -> None:
        self._folder = folder
        self._memory: OrderedDict[PhraseKey, Made] = OrderedDict()
        self._memory_bytes, self._disk_bytes = memory_bytes, disk_bytes
        self._used = 0

    def get(self, key: PhraseKey) -> Pcm | None:
        """The sound, not to be written into; None if it has not been made."""
        made = self.remembered(key)
        if made is None and (made := self.read(key)) is not None:
            self.remember(key, made)
        return made.pcm if made is not None else None

    def put(self, key: PhraseKey, pcm: Pcm) -> None:
        """Keep a phrase that was made now."""
        self.store(key, self.made(key, pcm))

    # ── in memory ────────────────────────────────────────────────────────────────────────────────────────────────────
    def remembered(self, key: PhraseKey) -> Made | None:
        if (made := self._memory.get(key)) is not None:
            self._memory.move_to_end(key)
        return made

    def made(self, key: PhraseKey, pcm: Pcm) -> Made:
        """Remember a phrase that was made now."""
        made = Made(pcm.astype(np.int16), time.time())
        self.remember(key, made)
        return made

    def remember(self, key: PhraseKey, made: Made) -> None:
        made.pcm.flags.writeable = False
        self._forget(key)
        self._memory[key] = made
        self._used += made.pcm.nbytes
        while self._used > self._memory_bytes and len(self._memory) > 1:
            self._forget(next(iter(self._memory)))

    def forget(self, before: float) -> None:
        """What was made before that moment (Unix seconds) is not remembered any more."""
        for key in [key for key, made in self._memory.items() if made.at < before]:
            self._forget(key)

    def _forget(self, key: PhraseKey) -> None:
        if (made := self._memory.pop(key, None)) is not None:
            self._used -= made.pcm.nbytes

    # ── on disk ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def read(self, key: PhraseKey) -> Made | None:
        path = self._folder / key.file_name
        try:
            content, made_at = path.read_bytes(), path.stat().st_mtime
        except OSError:
            return None
        samples = content[_HEADER.size :]
        try:
            magic, count, checksum = _HEADER.unpack_from(content)
        except struct.error:
            magic = b""
        if magic != _MAGIC or len(samples) != 2 * count or zlib.crc32(samples) != checksum:
            log.warning("! corrupt phrase forgotten", extra={"file": path.name})
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        return Made(np.frombuffer(samples, "<i2").astype(np.int16), made_at)

    def store(self, key: PhraseKey, made: Made) -> None:
        """Write it, if the disk takes it and has it not."""
        path = self._folder / key.file_name
        try:
            if not path.exists():
                self._write(path, made)
        except OSError as error:
            log.warning("! phrase not kept on disk", extra={"detail": error.strerror})

    def forget_files(self, before: float) -> None:
        """What was made before that moment (Unix seconds) is deleted."""
        try:
            for made_at, _, path in self._files():
                if made_at < before:
                    path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("! old phrases not deleted", extra={"detail": error.strerror})

    def _write(self, path: Path, made: Made) -> None:
        samples = made.pcm.astype("<i2").tobytes()
        self._make_room(len(samples))
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Two calls that open together have the same greeting made, and each writes it in a thread of its own.
        unfinished = path.with_suffix(f".{os.getpid()}-{threading.get_native_id()}")
        try:
            unfinished.write_bytes(_HEADER.pack(_MAGIC, len(made.pcm), zlib.crc32(samples)) + samples)
            os.utime(unfinished, (made.at, made.at))  # its age is that of the sound, however late it is written
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise

    def _make_room(self, size: int) -> None:
        """The phrases made longest ago go first; those still in use are in memory, and are made again when they are not."""
        files = sorted(self._files())
        used = sum(length for _, length, _ in files)
        for _, length, path in files:
            if used + size <= self._disk_bytes:
                return
            path.unlink(missing_ok=True)
            used -= length

    def _files(self) -> list[tuple[float, int, Path]]:
        """When each was made, its bytes, and where it is; without those that another thread or process deletes meanwhile."""
        files = []
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            with contextlib.suppress(FileNotFoundError):
                told = path.stat()
                files.append((told.st_mtime, told.st_size, path))
        return files


async def prerender(
    settings: Settings, cache: PhraseCache, keys: Iterable[PhraseKey], site_id: SiteId = NO_SITE
) -> set[PhraseKey]:
    """Have the speaking worker make what `cache` lacks. What cannot be made now is logged and left for the next time; of what is
    returned the next time would be no better."""
    doubtful: set[PhraseKey] = set()
    missing = sorted((key for key in keys if cache.get(key) is None), key=_connection)
    for (voice, rate), group in groupby(missing, key=_connection):
        wanted = list(group)
        try:
            async with await connect(settings.socket("tts-worker"), FromTts) as link:
                link.send(_opening(voice, rate, site_id))
                for key in wanted:
                    async with asyncio.timeout(SENTENCE_S):
                        if not await _render(link, cache, key, wanted.index(key)):
                            doubtful.add(key)
        except (PeerGone, TimeoutError) as error:
            log.warning("! phrases not made", extra={"voice": voice, "count": len(wanted), "detail": str(error) or "too slow"})
    return doubtful


def _opening(voice: str, rate: int, site_id: SiteId) -> OpenSpeaking:
    return OpenSpeaking(
        call_id=CallId("phrases"), voice=voice, rate=16000 if rate == 16000 else 8000, site_id=site_id, live=False
    )


def _connection(key: PhraseKey) -> tuple[str, int]:
    return key.voice, key.rate


async def _render(link: Link[FromTts], cache: PhraseCache, key: PhraseKey, reply: int) -> bool:
    """False: it would be said the same again, and not be kept."""
    link.send(Speak(reply=reply, index=0, text=key.text, language=key.language))
    chunks: list[bytes] = []
    async for message in link:
        match message:
            case SpeakingOpened(engine=engine, revision=revision) if made_by(engine, revision) != key.engine:
                raise PeerGone(f"the worker speaks with {made_by(engine, revision)}, not {key.engine}")
            case SpeakingOpened(lexicon=lexicon) if lexicon != key.lexicon:
                raise PeerGone("the site's lexicon was changed meanwhile")
            case SpeakingFailed(detail=detail, doubtful=doubtful):
                log.warning("! phrase not made", extra={"detail": detail})
                return not doubtful
            case Sound(pcm=pcm, last=last):
                chunks.append(pcm)
                if last:
                    made = cache.made(key, np.frombuffer(b"".join(chunks), "<i2"))
                    await asyncio.to_thread(cache.store, key, made)  # calls are heard in this loop
                    return True
    raise PeerGone("the speaking worker went away")
