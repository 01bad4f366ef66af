"""From measured steps to caps: what is in time, what is in memory, what another GPU would carry."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from core import budget_file
from core.budget import (
    CHUNKS_MS,
    GUESSED_STREAMS,
    RESERVE_MB,
    Budget,
    Caps,
    Machine,
    Part,
    Step,
    at_once,
    calls_of,
    caps,
    fixed_ms,
    guessed,
    most,
    projected,
    roofline_share,
)

GPU = Machine(device="NVIDIA Test", memory_mb=16_000, gb_per_s=1000)
FRAME_MS = 11.61


def measured(part: Part, period_ms: float, times: dict[int, float], memory: dict[int, int] | None = None) -> list[Step]:
    return [
        Step(part=part, engine="test", streams=n, period_ms=period_ms, p50_ms=ms, p95_ms=ms, memory_mb=(memory or {}).get(n, 0))
        for n, ms in times.items()
    ]


def test_streams_are_in_time_while_their_step_fills_no_more_than_its_share_of_the_chunk() -> None:
    steps = measured("hear", 160, {1: 10, 8: 40, 64: 160})
    assert most(GPU, steps) == 49  # 40 ms with 8, 160 with 64: 127.9 with 49, and 0.8 of 160 is 128


def test_nothing_is_promised_past_what_was_measured() -> None:
    assert most(GPU, measured("hear", 320, {1: 1, 4: 1})) == 4


def test_a_step_that_is_late_with_one_stream_carries_none() -> None:
    assert most(GPU, measured("hear", 80, {1: 70, 16: 90})) == 0


def test_memory_is_a_limit_like_time() -> None:
    steps = measured("hear", 560, {1: 1, 100: 1}, {1: 1_000, 100: 100_000})
    assert most(GPU, steps) == (16_000 - RESERVE_MB) // 1_000


def test_recogniser_and_voice_on_one_gpu_share_its_time() -> None:
    hear = measured("hear", 160, {1: 1, 64: 64})  # 0.4 of the GPU with 64
    speak = measured("speak", FRAME_MS, {1: FRAME_MS / 64, 64: FRAME_MS})  # all of it with 64
    alone, together = caps(GPU, speak), caps(GPU, [*hear, *speak])
    assert alone.slots == 51
    assert together.slots == 36  # 36 * (1/160 + 1/64) = 0.79
    assert together.streams[160] == together.calls == calls_of(36)


def test_sound_decoding_counts_beside_the_frames() -> None:
    speak = measured("speak", FRAME_MS, {1: FRAME_MS / 64, 64: FRAME_MS})
    decode = measured("decode", 24 * FRAME_MS, {1: 24 * FRAME_MS / 64, 64: 24 * FRAME_MS})
    assert caps(GPU, [*speak, *decode]).slots == 25


def test_on_a_processor_recogniser_and_voice_have_a_core_each() -> None:
    steps = [*measured("hear", 160, {1: 60, 2: 120}), *measured("speak", FRAME_MS, {1: 9})]
    found = caps(Machine(device="cpu"), steps)
    assert (found.streams, found.slots) == ({160: 2}, 1)


def test_longer_chunks_carry_more_and_each_has_its_own_cap() -> None:
    steps = [step for chunk in CHUNKS_MS for step in measured("hear", chunk, {1: 30, 31: 330})]
    assert caps(GPU, steps).streams == {chunk: calls_of(count) for chunk, count in ((80, 4), (160, 10), (320, 23), (560, 31))}


def test_calls_take_turns_so_streams_at_once_serve_more_calls() -> None:
    assert [at_once(calls) for calls in (1, 2, 4, 15, 40, 100)] == [1, 2, 4, 13, 28, 62]  # half, and 2.33 deviations more
    assert [calls_of(streams) for streams in (0, 1, 4, 12, 28)] == [0, 1, 4, 14, 41]


def test_what_was_not_measured_is_guessed_and_said_to_be() -> None:
    assert not guessed("cuda").measured
    assert set(guessed("cuda").streams.values()) == {GUESSED_STREAMS} == {32}, "docs/gpu.md"
    heard = caps(GPU, measured("hear", 160, {1: 1}))
    assert heard.slots == guessed("cuda").slots and heard.calls == 0


def test_a_quarter_of_the_bandwidth_takes_four_times_as_long() -> None:
    there = Machine(device="small", memory_mb=16_000, gb_per_s=250)
    (step,) = projected(measured("speak", FRAME_MS, {15: 1.5}), GPU, there)
    assert (step.p50_ms, step.p95_ms) == (6.0, 6.0)


def line(fixed: float, per_mb: float, sizes: Sequence[int]) -> list[Step]:
    steps = measured("speak", FRAME_MS, {mb: fixed + per_mb * mb for mb in sizes})
    return [msgspec.structs.replace(step, moved_mb=step.streams) for step in steps]


def test_launches_cost_the_same_on_every_gpu() -> None:
    steps = line(2.0, 0.01, (100, 200, 400))
    assert fixed_ms(steps) == pytest.approx(2.0)
    there = Machine(device="small", gb_per_s=500)
    assert [step.p50_ms for step in projected(steps, GPU, there, keep_fixed=True)] == pytest.approx([4.0, 6.0, 10.0])
    assert [step.p50_ms for step in projected(steps, GPU, there)] == pytest.approx([6.0, 8.0, 12.0])


def test_the_fixed_part_is_none_of_one_point_and_never_negative() -> None:
    assert fixed_ms(line(2.0, 0.01, (100,))) == 0
    assert fixed_ms(line(-0.5, 0.01, (100, 200))) == 0


def test_the_share_of_the_roofline_is_the_best_time_over_the_measured_one() -> None:
    step = Step(part="speak", engine="t", streams=1, period_ms=FRAME_MS, p50_ms=1.45, p95_ms=2, moved_mb=725)
    assert roofline_share(step, GPU) == pytest.approx(0.5)
    assert roofline_share(step, Machine(device="cpu")) == 0


def test_workers_get_what_was_measured_on_their_device_and_model_and_else_a_guess(tmp_path: Path) -> None:
    found = Caps(streams={160: 40}, slots=30, calls=30, measured=True)
    assert budget_file.caps(tmp_path, "cuda", "NVIDIA Test") == guessed("cuda")
    budget_file.write(tmp_path, Budget(made_at="", version="", machine=GPU, stt="tiny", tts="indic-parler", caps=found))
    assert budget_file.caps(tmp_path, "cuda", "NVIDIA Test", stt="tiny") == found
    assert budget_file.caps(tmp_path, "cuda", "Another") == guessed("cuda")
    assert budget_file.caps(tmp_path, "cpu") == guessed("cpu")
    other = budget_file.caps(tmp_path, "cuda", "NVIDIA Test", stt="nemotron-3.5", tts="indic-parler")
    assert (other.streams, other.slots, other.measured) == (guessed("cuda").streams, 30, False)


def test_a_table_that_cannot_be_read_is_as_none(tmp_path: Path) -> None:
    (tmp_path / budget_file.NAME).write_text('{"made_at": 1')
    assert budget_file.read(tmp_path) is None
    assert budget_file.caps(tmp_path, "cpu") == guessed("cpu")
