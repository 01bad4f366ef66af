"""Lines that Asterisk plays to many: each a file, which is a link to what was made, named by the voice that made it.

    moment.wav ──> moment.espeak-5f2c90aa          until the site's own voice can be had
    moment.wav ──> moment.parler-91b07d3e          then, until its engine or its model is another

What is there is played meanwhile, whoever said it: a listener had rather hear another voice than nothing.
"""

import asyncio
import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ari_app.voiced import NotSaid, Voice, voice_to_keep, write
from core.sites import Language

log = logging.getLogger(__name__)

PATIENCE_S = 10.0
"""Longest that lines are waited for: a voice that is being loaded takes so long."""


def name_of(voice: str, language: Language, sentences: Iterable[str]) -> str:
    """Of lines: the same only for the same words, wanted of the same voice."""
    return _hashed(voice, language, *sentences)[:16]


class KeptLines:
    """Made by the worker that serves the socket `worker`, after all that callers wait for."""

    def __init__(self, worker: Path) -> None:
        self._worker = worker
        self._making: set[frozenset[Path]] = set()
        self._doubtful: set[Path] = set()
        """What could only be said in a way that is not kept: it is not tried for every call."""

    async def make(
        self,
        lines: Mapping[Path, Sequence[str]],
        voice: str,
        language: Language,
        patience_s: float = PATIENCE_S,
        *,
        any_voice: bool = False,
    ) -> None:
        """Each file of `lines` is there when this returns, unless voice or disk failed or another call has them made just now.
        It is said by `voice`, or, if that can't say it, as it was; what was not there is said by who stands in, and that
        first. `any_voice`: only what is not there is made."""
        these = frozenset(lines)
        if these in self._making or (any_voice and _are_there(lines)):
            return
        self._making.add(these)
        try:
            for folder in {file.parent for file in lines}:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            async with asyncio.timeout(patience_s):
                await self._make(lines, voice, language, any_voice=any_voice)
        except OSError as error:  # PeerGone and TimeoutError among them
            if not _are_there(lines):  # else what is there will do, until the next call
                log.warning("! lines not there", extra={"voice": voice, "lines": len(lines), "error": type(error).__name__})
        finally:
            self._making.discard(these)

    async def _make(self, lines: Mapping[Path, Sequence[str]], voice: str, language: Language, *, any_voice: bool) -> None:
        """PeerGone, OSError."""
        async with voice_to_keep(self._worker, voice) as own:
            made = {file: _made(file, own.told.engine, own.told.revision, voice) for file in lines}
            if (stand_in := own.told.stand_in) and (missing := [file for file in lines if not file.exists()]):
                async with voice_to_keep(self._worker, stand_in) as other:
                    told = other.told
                    makeshift = {file: _made(file, told.engine, told.revision, stand_in) for file in missing}
                    await self._say(makeshift, lines, other, language)
            if stand_in.startswith(f"{own.told.engine}:"):
                return  # its own engine could not be loaded: it would be asked in vain, at every call
            wanted = {
                file: this
                for file, this in made.items()
                if this not in self._doubtful and not (file.exists() if any_voice else _is(file, this))
            }
            await self._say(wanted, lines, own, language)

    async def _say(
        self, wanted: Mapping[Path, Path], lines: Mapping[Path, Sequence[str]], voice: Voice, language: Language
    ) -> None:
        failed: list[NotSaid] = []
        for file, made in wanted.items():
            try:
                sound = await voice.say(lines[file], language)
            except NotSaid as error:
                failed.append(error)
                if error.doubtful:
                    self._doubtful.add(made)
            else:
                _keep(file, made, sound)
        if failed:
            told = {"engine": voice.told.engine, "lines": len(failed), "detail": str(failed[-1])}
            log.warning("! lines not made", extra=told)


def _are_there(files: Iterable[Path]) -> bool:
    return all(file.exists() for file in files)


def _made(file: Path, engine: str, revision: str, voice: str) -> Path:
    """What is played as `file`, when it was made by that."""
    return file.with_suffix(f".{engine}-{_hashed(revision, voice)[:8]}")


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()


def _is(file: Path, made: Path) -> bool:
    return file.is_symlink() and file.readlink().name == made.name and file.exists()


def _keep(file: Path, made: Path, sound: bytes) -> None:
    write(made, sound)
    link = file.with_suffix(".link")
    link.unlink(missing_ok=True)
    link.symlink_to(made.name)
    link.replace(file)
    for older in set(file.parent.glob(f"{file.stem}.*")) - {file, made}:
        older.unlink(missing_ok=True)  # who is hearing it, hears it out
