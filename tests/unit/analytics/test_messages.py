"""Messages after the beep: cut where nobody speaks, heard by whoever recognises speech."""

import asyncio
from pathlib import Path

import numpy as np
import psycopg
import pytest

from analytics import stereo
from analytics.merging import seal_in_place
from analytics.messages import Listener, hear
from analytics.spoken import FRAME, RATE, stretches
from core.bus import Link, PeerGone, serve
from core.db import Database
from core.events import TurnCompleted
from core.ids import CallId, SiteId
from core.recording_keys import make_key
from core.records import sealed_name
from core.resample import Pcm
from core.speech import Audio, EndUtterance, Final, Flush, HearingFailed, HearingOpened, OpenHearing, ToStt
from core.vault import Vault
from tests.postgres import Server


def tone(seconds: float) -> Pcm:
    return (8000 * np.sin(2 * np.pi * 400 * np.arange(int(seconds * RATE)) / RATE)).astype(np.int16)


def silence(seconds: float) -> Pcm:
    return np.zeros(int(seconds * RATE), np.int16)


def spoken(*parts: Pcm) -> list[float]:
    """Seconds of each stretch."""
    return [round(len(stretch) / RATE, 1) for stretch in stretches(np.concatenate(parts))]


def test_a_pause_parts_two_sentences_and_a_breath_does_not() -> None:
    assert spoken(silence(1), tone(2), silence(1.5), tone(1), silence(4)) == [2.4, 1.4]
    assert spoken(tone(1), silence(0.5), tone(1)) == [2.5]


def test_silence_a_click_and_nothing_at_all_are_no_words() -> None:
    assert spoken(silence(3)) == []
    assert spoken(silence(1), tone(0.04), silence(1)) == []
    assert list(stretches(np.zeros(0, np.int16))) == []
    assert list(stretches(np.zeros(FRAME - 1, np.int16))) == []


def test_every_sample_of_a_sentence_is_in_its_stretch() -> None:
    sound = np.concatenate([silence(1), tone(1), silence(1)])
    (stretch,) = stretches(sound)
    assert np.count_nonzero(stretch) == np.count_nonzero(sound)


class Worker:
    """Tells how long each utterance was, in words."""

    def __init__(self, *, fails: bool = False, leaves: bool = False) -> None:
        self.fails, self.leaves = fails, leaves
        self.ended: list[int] = []

    async def handle(self, link: Link[ToStt]) -> None:
        samples = 0
        async for message in link:
            match message:
                case OpenHearing():
                    link.send(HearingOpened(engine="test"))
                case Audio(pcm=pcm):
                    samples += len(pcm) // 2
                case Flush() if self.leaves:
                    return
                case Flush() if self.fails:
                    link.send(HearingFailed(detail="no model"))
                case Flush(utterance=utterance, revision=revision):
                    text = f"{samples / 16000:.1f}"
                    link.send(Final(utterance=utterance, revision=revision, text=text, language="en", confidence=0.9))
                case EndUtterance(utterance=utterance):
                    self.ended.append(utterance)
                    samples = 0


def heard_by(worker: Worker, folder: Path, sound: Pcm) -> list[str]:
    async def run() -> list[str]:
        async with serve(folder / "stt.sock", ToStt, worker.handle):
            return [final.text for final in await hear(folder / "stt.sock", SiteId("demo"), CallId("1"), sound, ("en",))]

    return asyncio.run(run())


def test_each_sentence_is_heard_by_itself(tmp_path: Path) -> None:
    worker = Worker()
    sound = np.concatenate([silence(1), tone(2), silence(1.5), tone(1), silence(4)])
    assert heard_by(worker, tmp_path, sound) == ["2.6", "1.6"]  # and a quarter of a second of silence each
    assert 0 in worker.ended


def test_a_message_without_a_word_is_not_even_sent(tmp_path: Path) -> None:
    assert heard_by(Worker(), tmp_path, silence(3)) == []


@pytest.mark.parametrize("worker", [Worker(fails=True), Worker(leaves=True)])
def test_a_worker_that_fails_leaves_the_message_for_later(tmp_path: Path, worker: Worker) -> None:
    with pytest.raises(PeerGone):
        heard_by(worker, tmp_path, tone(1))


# ── with the database ────────────────────────────────────────────────────────────────────────────────────────────────
LEFT = """
insert into call_record (site_id, call_id, started_at, ended_at, outcome, record, recording_state)
values ('shop', %s, now(), now() - %s * interval '1 s', 'voicemail', '{}', 'ready')
"""


class Picky(Worker):
    """Dies of one caller's message."""

    async def handle(self, link: Link[ToStt]) -> None:
        async for message in link:
            if isinstance(message, OpenHearing):
                self.fails = message.call_id == "poison"
                link.send(HearingOpened(engine="test"))
                await super().handle(link)


def test_a_message_that_kills_the_recogniser_holds_up_no_other(migrated_postgres: Server, tmp_path: Path) -> None:
    vault, told = Vault(lambda: "a vault key"), list[TurnCompleted]()

    async def story() -> None:
        worker = tmp_path / "stt.sock"
        async with Database(migrated_postgres.settings, wait_s=10) as database, serve(worker, ToStt, Picky().handle):
            for call in (CallId("poison"), CallId("plain")):
                async with database.as_relay() as rows:
                    key = await make_key(rows, vault, SiteId("shop"), call)
                plain = tmp_path / "plain.wav"
                both = np.repeat(tone(1), 2).astype("<i2")
                plain.write_bytes(stereo.header(len(both) // 2, 2) + both.tobytes())
                seal_in_place(plain, tmp_path / sealed_name(call), key)
            listener = Listener(database, vault, tmp_path, worker, told.append)
            await listener.hear_waiting()
            assert [turn.call_id for turn in told] == ["plain"]
            await listener.hear_waiting()
            assert len(told) == 1, "neither again at once"

    with psycopg.connect(migrated_postgres.settings.database_admin_url(), autocommit=True) as rows:
        rows.execute("truncate call_record, recording_key")
        rows.execute(LEFT, ["poison", 9])
        rows.execute(LEFT, ["plain", 5])
    asyncio.run(story())
    with psycopg.connect(migrated_postgres.settings.database_admin_url(), autocommit=True) as rows:
        rows.execute("truncate call_record, recording_key")
