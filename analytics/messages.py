"""Messages that callers left after a beep: their words, which the stt worker hears, become the caller's turn of the record.

    call_record: outcome voicemail, recording ready, not heard yet ──its left side──> stt worker ──> TurnCompleted

Nothing is kept of how far it is: a message without a turn of the caller's is one that waits. Words that are none make an
empty turn. One that the worker fails at is tried again later and later, and the others pass it.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from analytics import stereo
from analytics.spoken import RATE, stretches
from core.audio import RATE as HEARD_AT
from core.bus import Link, PeerGone, connect
from core.db import Database, DatabaseAway
from core.events import TurnCompleted
from core.ids import CallId, SiteId
from core.recording_keys import find_key
from core.records import sealed_name
from core.resample import Pcm, Resampler
from core.sealed_file import Broken, SealedFile
from core.sites import USUAL_LANGUAGES, Language
from core.speech import Audio, EndUtterance, Final, Flush, FromStt, HearingFailed, OpenHearing
from core.vault import Vault, VaultError

log = logging.getLogger(__name__)

POLL_S = 5.0
LATEST_S = 600.0
"""The longest wait before a message that failed is tried again."""
HEARING_S = 60.0
"""The longest wait for the words of one stretch."""
PIECE = HEARD_AT
"""Samples in one message to the worker: a second."""
WAITING = """
select c.site_id, c.call_id, extract(epoch from c.ended_at)::float8, s.settings->'languages'
from call_record c left join site s using (site_id)
where c.outcome = 'voicemail' and c.recording_state = 'ready' and c.ended_at > now() - interval '1 day'
and not exists (select from jsonb_array_elements(c.record->'turns') turn where turn->>'role' = 'caller')
order by c.ended_at limit 1000
"""


class Listener:
    """Hears the messages that lie in `folder`."""

    def __init__(
        self, database: Database, vault: Vault, folder: Path, worker: Path, publish: Callable[[TurnCompleted], None]
    ) -> None:
        self._database = database
        self._vault = vault
        self._folder = folder
        self._worker = worker
        self._publish = publish
        self._not_before: dict[CallId, float] = {}
        """By time.monotonic(): told a moment ago, so that the record may not have it yet; or failed."""
        self._failed: Counter[CallId] = Counter()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.hear_waiting()
            except (DatabaseAway, VaultError, OSError) as error:
                log.warning("! messages wait", extra={"error": type(error).__name__})
            await asyncio.sleep(POLL_S)

    async def hear_waiting(self) -> None:
        """DatabaseAway; VaultError; OSError."""
        async with self._database.as_relay() as rows:
            waiting: list[tuple[Any, ...]] = await (await rows.execute(WAITING)).fetchall()
        self._forget({call for _, call, _, _ in waiting})
        for site, call, ended_at, languages in waiting:
            if time.monotonic() < self._not_before.get(call, 0.0):
                continue
            try:
                turn = await self._hear(SiteId(site), CallId(call), ended_at, tuple(languages or USUAL_LANGUAGES))
            except (PeerGone, TimeoutError) as error:
                self._failed[call] += 1
                self._not_before[call] = time.monotonic() + min(LATEST_S, POLL_S * 2 ** (self._failed[call] - 1))
                log.warning("! a message waits", extra={"call": call, "error": type(error).__name__})
                continue
            self._not_before[CallId(call)] = time.monotonic() + HEARING_S
            self._publish(turn)
            log.info("= message heard", extra={"call": call, "letters": len(turn.text)})

    def _forget(self, waiting: set[CallId]) -> None:
        for call in self._not_before.keys() - waiting:
            del self._not_before[call]
            del self._failed[call]

    async def _hear(self, site: SiteId, call: CallId, ended_at: float, languages: tuple[Language, ...]) -> TurnCompleted:
        async with self._database.as_relay() as rows:
            key = await find_key(rows, self._vault, site, call)
        sound = await asyncio.to_thread(_left, self._folder / sealed_name(call), key)
        heard = await hear(self._worker, site, call, sound, languages)
        words = [final for final in heard if final.text]
        return TurnCompleted(
            call_id=call, site_id=site, at=ended_at, turn=1, role="caller",
            text=" ".join(final.text for final in words), language=words[0].language if words else languages[0],
            confidence=min((final.confidence for final in words), default=0.0),
        )  # fmt: skip


async def hear(worker: Path, site: SiteId, call: CallId, sound: Pcm, languages: tuple[Language, ...]) -> list[Final]:
    """What the worker says of each stretch. PeerGone, TimeoutError."""
    async with await connect(worker, FromStt) as link:
        link.send(OpenHearing(call_id=call, site_id=site, languages=languages))
        return [await _words(link, number, stretch) for number, stretch in enumerate(stretches(sound))]


async def _words(link: Link[FromStt], number: int, stretch: Pcm) -> Final:
    pcm = Resampler(RATE, HEARD_AT).push(np.concatenate([stretch, np.zeros(RATE // 4, np.int16)]))
    async with asyncio.timeout(HEARING_S):
        for start in range(0, len(pcm), PIECE):
            link.send(Audio(start=start, pcm=pcm[start : start + PIECE].astype("<i2").tobytes()))
        link.send(Flush(utterance=number, revision=1))
        async for message in link:
            match message:
                case Final(utterance=utterance) if utterance == number:
                    link.send(EndUtterance(utterance=number))
                    return message
                case HearingFailed(detail=detail):
                    raise PeerGone(detail)
    raise PeerGone("the worker hears no more")


def _left(path: Path, key: bytes | None) -> Pcm:
    """The caller's side; nothing, if nobody can read it."""
    if key is None:
        return np.zeros(0, np.int16)
    try:
        with path.open("rb") as file:
            sealed = SealedFile(file, key)
            content = b"".join(sealed.read(stereo.HEADER, sealed.length))
    except (FileNotFoundError, Broken):
        return np.zeros(0, np.int16)
    both = np.frombuffer(content, "<i2", count=len(content) // 4 * 2).reshape(-1, 2)
    return np.ascontiguousarray(both[:, 0]).astype(np.int16)
