"""A recording's transcript: every word once, under its speaker and at its time, whatever the lengths, pauses and overlaps."""

import io
import itertools
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE, Pcm, wav
from media_server.stt.chunked.transcribe import (
    EDGE,
    NEXT_LINE,
    Gated,
    Span,
    Transcriber,
    UnreadableRecording,
    lines_of,
    read_recording,
)
from media_server.stt.chunked.words import Ask, Heard, Word
from tests.unit.media_server.stt.chunked.scripted import Scripted, sound_of


def where_it_sounds(channels: Sequence[Pcm]) -> list[list[Span]]:
    """What VAD would say of these."""
    found = []
    for channel in channels:
        edges = np.flatnonzero(np.diff(np.concatenate(([0], channel != 0, [0])).astype(np.int8)))
        found.append([(int(first), int(last)) for first, last in edges.reshape(-1, 2)])
    return found


def transcriber(script: Sequence[tuple[int, int]], **more: int) -> tuple[Transcriber, Scripted]:
    model = Scripted(script, **more)  # type: ignore[arg-type]
    return Transcriber(model, where_it_sounds), model


def test_two_speakers_are_put_together_by_time_and_overlaps_are_marked() -> None:
    script = [(RATE, RATE), (2 * RATE, RATE), (3 * RATE, RATE)]
    whole = sound_of(script)  # words at 1-2, 4-5 and 8-9 s
    caller, agent = whole.copy(), np.zeros_like(whole)
    caller[4 * RATE : 5 * RATE] = 0
    agent[int(8.2 * RATE) :] = whole[int(8 * RATE) : -int(0.2 * RATE)]
    agent[int(3.5 * RATE) : int(4.5 * RATE)] = whole[4 * RATE : 5 * RATE]
    heard, model = transcriber(script)
    done: list[float] = []
    transcript = heard.transcribe([caller, agent], languages=("en",), progress=done.append)
    lines = [(line.speaker, line.text, line.at_once) for line in transcript.lines]
    assert lines == [(0, "w0", False), (1, "w1", False), (0, "w2", True), (1, "w2", True)]
    assert transcript.lines[1].start_s == pytest.approx(3.5) and transcript.lines[3].end_s == pytest.approx(9.0, abs=0.01)
    assert transcript.lines[0].words == (Word("w0", RATE, 2 * RATE, 0.9),)
    assert (transcript.speakers, transcript.engine, transcript.duration_s) == (2, "scripted", pytest.approx(9.0))
    assert model.batches == [4]
    assert done == sorted(done) and done[0] == 0.0 and done[-1] == 1.0


def test_two_minutes_without_a_pause_are_heard_whole() -> None:
    script = [(0, RATE // 2)] * 240
    heard, model = transcriber(script, longest=15 * RATE)
    transcript = heard.transcribe([sound_of(script)], languages=("en",))
    assert transcript.lines[0].text == " ".join(f"w{n}" for n in range(240))
    assert len(model.batches) > 8


def test_windows_of_like_length_are_heard_together_short_ones_first() -> None:
    script = [(2 * RATE, length) for length in (RATE, 5 * RATE, RATE // 2, 4 * RATE, RATE)]
    sizes: list[list[int]] = []

    class Noting(Scripted):
        def hear(self, asks: Sequence[Ask]) -> list[Heard]:
            sizes.append([ask.pcm.size for ask in asks])
            return super().hear(asks)

    transcript = Transcriber(Noting(script, batch=3), where_it_sounds).transcribe([sound_of(script)], languages=("en",))
    assert [line.text for line in transcript.lines] == ["w0", "w1", "w2", "w3", "w4"]
    in_order = sorted(itertools.chain(*sizes))
    assert sizes == [in_order[:3], in_order[3:]]


def test_live_calls_go_first() -> None:
    waits: list[int] = []

    class Shut:
        def wait(self) -> None:
            waits.append(len(model.batches))

    script = [(2 * RATE, RATE)] * 5
    model = Scripted(script, batch=2)
    transcript = Transcriber(Gated(model, Shut()), where_it_sounds).transcribe([sound_of(script)], languages=("en",))
    assert len(transcript.lines) == 5 and waits == [0, 1, 2]


def test_numbers_are_written_as_numbers_and_each_speaker_has_a_language() -> None:
    class Saying(Scripted):
        def hear(self, asks: Sequence[Ask]) -> list[Heard]:
            said = ["my order number is double nine one two", "aapka order kal tak aa jayega"]
            return [
                Heard(tuple(Word(w, n * 2000, n * 2000 + 1900, 0.8) for n, w in enumerate(said[int(ask.pcm[-RATE] > 0)].split())))
                for ask in asks
            ]

    channels = [sound_of([(0, 3 * RATE)]), np.roll(sound_of([(0, 3 * RATE)]), 1)]
    transcript = Transcriber(Saying([(0, 3 * RATE)]), where_it_sounds).transcribe(channels, languages=("en", "hi-Latn"))
    assert {(line.text, line.language) for line in transcript.lines} == {
        ("my order number is 9912", "en"),
        ("aapka order kal tak aa jayega", "hi-Latn"),
    }


def test_a_recording_in_which_nobody_speaks_has_no_lines() -> None:
    heard, model = transcriber([(0, RATE)])
    done: list[float] = []
    transcript = heard.transcribe([np.zeros(RATE, np.int16)], languages=(), progress=done.append)
    assert transcript.lines == () and done == [1.0] and model.batches == []
    assert heard.transcribe([], languages=("en",)).duration_s == 0


def test_spans_with_a_short_pause_between_are_one_line() -> None:
    second = RATE
    spans = [(second, 2 * second), (2 * second + NEXT_LINE, 3 * second), (9 * second, 10 * second)]
    assert list(lines_of(spans, 10 * second)) == [(second - EDGE, 3 * second + EDGE), (9 * second - EDGE, 10 * second)]
    assert list(lines_of([], second)) == []


def test_wave_files_of_usual_kinds_are_read_at_our_rate(tmp_path: Path) -> None:
    tone = (8000 * np.sin(np.arange(8000) / 8)).astype(np.int16)
    stereo = np.stack([tone, np.zeros_like(tone)], 1)
    (tmp_path / "call.wav").write_bytes(wav(stereo, 8000))
    caller, agent = read_recording(tmp_path / "call.wav")
    assert caller.size == agent.size == RATE and not agent.any()
    at_once = (8000 * np.sin(np.arange(RATE) / 16)).astype(np.int16)
    assert np.abs(caller[400:-400].astype(int) - at_once[400:-400]).max() < 400
    [same] = read_recording(io.BytesIO(wav(tone, RATE)))
    assert (same == tone).all()
    with wave.open(str(tmp_path / "eight.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(bytes([128, 255, 0]))
    assert read_recording(tmp_path / "eight.wav")[0].tolist() == [0, 127 * 256, -128 * 256]


@pytest.mark.parametrize(
    "spoilt", [b"", b"RIFF", b"ID3\x04 an mp3", wav(np.zeros(100, np.int16), 8000)[:30], wav(np.zeros(9, np.int16), 100)]
)
def test_what_is_no_recording_says_so(spoilt: bytes) -> None:
    with pytest.raises(UnreadableRecording):
        read_recording(io.BytesIO(spoilt))
