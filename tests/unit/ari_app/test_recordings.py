"""What lies in the recordings' folder while a call goes on."""

import wave
from pathlib import Path

from ari_app.recordings import Recordings
from core.ids import CallId

CALL = CallId("1")


def test_the_last_seconds_of_both_sides_are_silenced_and_no_more(tmp_path: Path) -> None:
    for side in ("rx", "tx"):
        with wave.open(str(tmp_path / f"1-{side}.wav"), "wb") as leg:
            leg.setparams((1, 2, 8000, 0, "NONE", ""))
            leg.writeframes(b"\x01\x01" * 80_000)
    Recordings(tmp_path).silence(CALL, 4.0)
    for side in ("rx", "tx"):
        with wave.open(str(tmp_path / f"1-{side}.wav")) as leg:
            assert leg.readframes(80_000) == b"\x01\x01" * 48_000 + bytes(64_000)


def test_more_than_there_is_leaves_a_file_that_can_be_read(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "1-rx.wav"), "wb") as leg:
        leg.setparams((1, 2, 8000, 0, "NONE", ""))
        leg.writeframes(b"\x01\x01" * 8)
    Recordings(tmp_path).silence(CALL, 4.0)
    with wave.open(str(tmp_path / "1-rx.wav")) as leg:
        assert leg.readframes(8) == bytes(16)
