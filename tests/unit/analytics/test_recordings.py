"""Asterisk's two legs become one stereo file, encrypted, whatever state Asterisk left them in."""

import asyncio
import io
import os
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psycopg
import pytest

from analytics import merging, stereo
from analytics.merging import GIVE_UP_S, MISSING_S, Settled, is_due
from analytics.recordings import Recorder
from core.db import Database
from core.ids import CallId, SiteId
from core.recording_keys import find_key
from core.records import recording_name
from core.sealed_file import Broken, SealedFile, new_key
from core.vault import Vault
from tests.postgres import Server

CALL = CallId("1760000000.1")
FILE = "1760000000.1.wav.sealed"
KEY = new_key()


def settle(folder: Path, call: CallId, base: str, age: float) -> Settled | None:
    """As Recorder does it: None until it is due."""
    return merging.settle(folder, call, base, KEY) if is_due(folder, call, base, age) else None


def opened(path: Path, key: bytes = KEY) -> bytes:
    with path.open("rb") as file:
        sealed = SealedFile(file, key)
        return b"".join(sealed.read(0, sealed.length))


def leg(folder: Path, name: str, samples: list[int], *, claimed: int | None = None, age: float = 5.0) -> None:
    """A MixMonitor leg last written `age` seconds ago; `claimed` frames in its header (default: the truth)."""
    sound = np.array(samples, dtype="<i2").tobytes()
    path = folder / name
    path.write_bytes(stereo.header(len(samples) if claimed is None else claimed, 1) + sound)
    os.utime(path, (time.time() - age,) * 2)


def both_sides(path: Path) -> list[list[int]]:
    with wave.open(io.BytesIO(opened(path))) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2).T.tolist()


def test_the_caller_is_left_and_the_agent_right_and_the_legs_are_gone(tmp_path: Path) -> None:
    leg(tmp_path, "base-rx.wav", [1, 2, 3, 4])
    leg(tmp_path, "base-tx.wav", [5, 6])
    assert settle(tmp_path, CALL, "base", 1.0) == Settled(4 / 8000)
    assert both_sides(tmp_path / FILE) == [[1, 2, 3, 4], [5, 6, 0, 0]]
    assert os.listdir(tmp_path) == [FILE]


def test_a_long_recording_is_merged_piece_by_piece(tmp_path: Path) -> None:
    samples = list(range(-32768, 32767)) * 5
    leg(tmp_path, "base-rx.wav", samples)
    leg(tmp_path, "base-tx.wav", samples[:200_000])
    settle(tmp_path, CALL, "base", 1.0)
    left, right = both_sides(tmp_path / FILE)
    assert left == samples
    assert right == samples[:200_000] + [0] * (len(samples) - 200_000)


def test_one_leg_alone_gets_a_silent_other_side(tmp_path: Path) -> None:
    leg(tmp_path, "base-rx.wav", [7, 8])
    assert settle(tmp_path, CALL, "base", 0.1) is None  # the other may still come
    assert settle(tmp_path, CALL, "base", 2.0) == Settled(2 / 8000)
    assert both_sides(tmp_path / FILE) == [[7, 8], [0, 0]]


def test_a_leg_still_being_written_is_left_alone(tmp_path: Path) -> None:
    leg(tmp_path, "base-rx.wav", [1, 2])
    leg(tmp_path, "base-tx.wav", [1, 2], age=0.1)
    assert settle(tmp_path, CALL, "base", 100.0) is None
    leg(tmp_path, "base-tx.wav", [1, 2], claimed=0, age=3.0)  # open: Asterisk fills the header in when it closes
    assert settle(tmp_path, CALL, "base", 100.0) is None
    leg(tmp_path, "base-tx.wav", [], age=1.7)  # just begun: nothing written yet, nothing claimed
    assert settle(tmp_path, CALL, "base", 100.0) is None
    assert settle(tmp_path, CALL, "base", GIVE_UP_S + 1) == Settled(None)


def test_a_leg_whose_writer_was_killed_still_counts(tmp_path: Path) -> None:
    leg(tmp_path, "base-rx.wav", [1, 2, 3], claimed=0, age=30.0)
    leg(tmp_path, "base-tx.wav", [4], claimed=9999, age=30.0)
    assert settle(tmp_path, CALL, "base", 30.0) == Settled(3 / 8000)
    assert both_sides(tmp_path / FILE) == [[1, 2, 3], [4, 0, 0]]


def test_an_empty_or_cut_leg_is_silence(tmp_path: Path) -> None:
    leg(tmp_path, "base-rx.wav", [1])
    (tmp_path / "base-tx.wav").write_bytes(b"RIFF")
    os.utime(tmp_path / "base-tx.wav", (time.time() - 60,) * 2)
    assert settle(tmp_path, CALL, "base", 60.0) == Settled(1 / 8000)
    assert both_sides(tmp_path / FILE) == [[1], [0]]


def test_no_legs_are_waited_for_and_then_missing(tmp_path: Path) -> None:
    assert settle(tmp_path, CALL, "base", MISSING_S - 1) is None
    assert settle(tmp_path, CALL, "base", MISSING_S + 1) == Settled(None)


def test_a_merge_that_the_database_was_not_told_of_is_not_lost(tmp_path: Path) -> None:
    leg(tmp_path, "base-rx.wav", [1, 2])
    assert settle(tmp_path, CALL, "base", 5.0) == settle(tmp_path, CALL, "base", 5.0) == Settled(2 / 8000)


def test_a_finished_file_that_was_changed_is_not_taken_for_ours(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"haazir1\n" + bytes(100))
    with pytest.raises(Broken):
        settle(tmp_path, CALL, "base", 5.0)


def test_what_was_said_can_not_be_read_in_the_folder(tmp_path: Path) -> None:
    leg(tmp_path, "base-rx.wav", [1234, 4321] * 500)
    leg(tmp_path, "base-tx.wav", [77] * 1000)
    plain = (tmp_path / "base-rx.wav").read_bytes()[60:80]
    settle(tmp_path, CALL, "base", 5.0)
    assert plain not in (tmp_path / FILE).read_bytes()


@pytest.mark.parametrize("base", ["../base", "/etc/passwd", "", ".hidden", "a/b"])
def test_a_name_from_outside_the_folder_is_never_followed(tmp_path: Path, base: str) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    leg(tmp_path, "base-rx.wav", [1])
    assert settle(folder, CALL, base, 5.0) == Settled(None)
    assert (tmp_path / "base-rx.wav").exists()


@pytest.mark.parametrize("call", ["../../etc/cron.d/x", "a/b", "", "x" * 300, "नमस्ते", "nul\x00"])
def test_a_strange_call_id_still_has_a_plain_file_name(call: str) -> None:
    name = recording_name(CallId(call))
    assert Path(name).name == name and len(name) < 80


# ── with the database ────────────────────────────────────────────────────────────────────────────────────────────────
ENDED = """
insert into call_record (site_id, call_id, started_at, ended_at, record, recording_state)
values ('shop', %s, now(), now() - interval '5 s', '{"ended": {"recording": "base"}}', %s)
"""


@pytest.fixture
def server(migrated_postgres: Server) -> Iterator[Server]:
    def clean() -> None:
        with psycopg.connect(migrated_postgres.settings.database_admin_url(), autocommit=True) as rows:
            rows.execute("truncate call_record, recording_key")

    clean()
    yield migrated_postgres
    clean()


def ended(server: Server, state: str) -> None:
    with psycopg.connect(server.settings.database_admin_url(), autocommit=True) as rows:
        rows.execute(ENDED, [CALL, state])


def state(server: Server) -> tuple[str, float | None]:
    with psycopg.connect(server.settings.database_admin_url()) as rows:
        found = rows.execute("select recording_state, recording_s from call_record").fetchone()
    assert found is not None
    return found[0], found[1]


def recorded(server: Server, folder: Path) -> bytes:
    """What the gateway could read after a round of the recorder's."""

    async def done() -> bytes:
        vault = Vault(lambda: "newest, older")
        async with Database(server.settings, wait_s=10) as database:
            recorder = Recorder(database, Vault(lambda: "older"), folder)
            await recorder.settle_pending()
            await recorder.seal_open()
            async with database.as_site(SiteId("shop")) as rows:
                await vault.rewrap(rows, SiteId("shop"))
                key = await find_key(rows, Vault(lambda: "newest"), SiteId("shop"), CALL)
            async with database.as_site(SiteId("bank")) as rows:
                assert await find_key(rows, vault, SiteId("bank"), CALL) is None
        assert key is not None
        return opened(folder / FILE, key)

    return asyncio.run(done())


def test_its_key_is_the_sites_and_goes_with_a_rotation_of_the_vault(server: Server, tmp_path: Path) -> None:
    leg(tmp_path, "base-rx.wav", [1, 2, 3, 4])
    ended(server, "pending")
    assert recorded(server, tmp_path) == stereo.header(4, 2) + np.array([1, 0, 2, 0, 3, 0, 4, 0], "<i2").tobytes()
    assert state(server) == ("ready", pytest.approx(4 / 8000))


def test_a_recording_of_older_times_is_encrypted(server: Server, tmp_path: Path) -> None:
    (tmp_path / recording_name(CALL)).write_bytes(b"RIFF0123")
    ended(server, "ready")
    assert recorded(server, tmp_path) == b"RIFF0123"
    assert os.listdir(tmp_path) == [FILE]


def test_a_recording_that_somebody_changed_is_missing(server: Server, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"haazir1\n" + bytes(100))
    ended(server, "pending")
    with pytest.raises(Broken):
        recorded(server, tmp_path)
    assert state(server) == ("missing", None)
