"""The bench of neural engines: on a processor with made-up tiny models, from steps to a written table."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from bench import chosen
from bench.speech import __main__ as command
from bench.speech import device, made_up, speaking, table, talkers
from core.budget import Budget, Caps, Machine, Part, Step, caps
from core.budget_file import read, write
from core.engines import Engines, Speaking
from core.settings import REPOSITORY, Settings, load
from media_server.tts.parler.opening import how_many

CPU = torch.device("cpu")
OWN = REPOSITORY / "tests" / "unit" / "media_server" / "tts" / "parler" / "reference"
GPU = Machine(device="NVIDIA Test", memory_mb=140_000, gb_per_s=4000)


@pytest.fixture(scope="module")
def mouth() -> made_up.Mouth:
    torch.set_num_threads(1)
    return made_up.mouth(load({}), CPU, "auto", real=False)


def test_a_voice_of_ones_own_has_its_own_shape_and_what_was_measured_of_it_is_heeded(tmp_path: Path) -> None:
    own = Settings(home=tmp_path, engines=Engines(tts="parler"), speaking=Speaking(model=str(OWN)))
    found = made_up.mouth(own, CPU, "auto", real=True)
    assert found.name == str(OWN) and len(found.decoder.layers) == 2
    assert found.decoder.configuration.sampling == made_up.NEVER_ENDS
    measured = Caps(streams={}, slots=9, measured=True)
    write(tmp_path, Budget(made_at="2026-11-22", version="", machine=Machine(device="cpu"), tts=found.name, caps=measured))
    assert how_many(own, CPU) == 9


def test_the_codec_is_measured_as_the_worker_runs_it() -> None:
    found = made_up.mouth(load({}), CPU, "bfloat16", real=False)
    assert found.decoder.embeddings.dtype == torch.bfloat16
    assert {weight.dtype for weight in found.dac.parameters()} == {torch.float32}


@pytest.mark.parametrize(("engines", "name"), [({}, "/not/here"), ({"tts": "kokoro", "also": ("parler",)}, "indic-parler")])
def test_a_voice_that_is_not_here_has_the_usual_ones_shape(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engines: dict[str, Any], name: str
) -> None:
    monkeypatch.setattr(made_up, "REAL", made_up.TINY)
    settings = Settings(home=tmp_path, engines=Engines(**engines), speaking=Speaking(model="/not/here"))
    found = made_up.mouth(settings, CPU, "auto", real=True)
    assert found.name == name and found.decoder.configuration == made_up.REAL


def test_a_voice_is_measured_a_frame_and_a_piece_of_sound_at_a_time(mouth: made_up.Mouth) -> None:
    frame, piece = list(speaking.steps(mouth, (2,)))
    assert isinstance(frame, Step) and isinstance(piece, Step)
    assert (frame.part, piece.part, frame.streams) == ("speak", "decode", 2)
    assert 0 < frame.p50_ms <= frame.p95_ms and frame.moved_mb > 0
    assert round(frame.period_ms, 2) == 11.61 and round(piece.period_ms / frame.period_ms) == speaking.KEPT


def test_what_does_not_fit_in_memory_is_left_out_with_a_word(mouth: made_up.Mouth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "_free", lambda mouth: 1000)
    assert list(speaking.steps(mouth, (4,))) == ["4 clauses at once: left out, their caches alone want 5 MB"]


def test_calls_that_are_spoken_to_hear_every_frame_of_each_clause(mouth: made_up.Mouth) -> None:
    crowd = talkers.Talkers(mouth, 2)
    now, seconds_of_sound = 0.0, 2 * talkers.CLAUSE * speaking.FRAME_MS / 1000
    while crowd.said < 2 and now < 60:
        crowd.turn(now)
        now += 0.005
    assert crowd.said == 2 and len(crowd.first_s) == 2 and crowd.ran_dry == 0
    assert all(time_s < 0.25 for time_s in crowd.first_s), "twenty steps of 5 ms, and the other's"
    assert sum(listener.wanted_s for listener in crowd._listeners) >= seconds_of_sound


def test_bandwidth_counts_what_is_read_and_what_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "COPIED_MB", 8)
    monkeypatch.setattr(device, "timed", lambda *_, **__: device.Spread(p50_ms=1.0, p95_ms=1.0, times=3))
    assert device.bandwidth(CPU) == pytest.approx(2 * 8 * 1.048576)


def test_times_on_a_processor_are_its_own() -> None:
    spread = device.timed(CPU, lambda: sum(range(50_000)), times=5)
    assert spread.times == 5 and 0 < spread.p50_ms <= spread.p95_ms


def step(part: Part, period_ms: float, streams: int, p95_ms: float, moved_mb: float = 0) -> Step:
    return Step(part=part, engine="t", streams=streams, period_ms=period_ms, p50_ms=p95_ms, p95_ms=p95_ms, moved_mb=moved_mb)


def test_the_table_tells_load_roofline_and_what_comes_too_late() -> None:
    assert table.line(GPU, step("speak", 11.61, 16, 0.5, 1000)).split()[-4:] == ["0.50", "4%", "50%", "-"]
    assert table.line(GPU, step("hear", 80, 256, 90)).endswith("LATE")


def test_other_gpus_are_projected_from_a_gpu_and_never_from_a_processor() -> None:
    steps = (
        *(step("hear", 160, n, 5 + n / 10, 1300) for n in (1, 256)),
        *(step("speak", 11.61, n, 1, 725 + n) for n in (1, 256)),
    )
    told = Budget(made_at="", version="", machine=GPU, steps=steps, caps=caps(GPU, steps))
    lines = list(table.others(told))
    assert len(lines) == 1 + len(table.OTHERS) and "not measured" in lines[0] and "RTX 5060 Ti" in lines[1]
    processor = Budget(made_at="", version="", machine=Machine(device="cpu"), steps=steps, caps=told.caps)
    assert not list(table.others(processor))


def test_the_command_measures_keeps_and_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HAAZIR_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(device, "COPIED_MB", 8)
    monkeypatch.setattr(command, "OUT", tmp_path / "bench" / "out")
    (tmp_path / "bench").mkdir()
    assert command.main(["--device", "cpu", "--engine", "speak", "--streams", "1", "--write"]) == 0
    told = capsys.readouterr().out
    assert "tiny, random weights, float32" in told and "clauses made at once: " in told
    budget = read(load().home)
    assert budget is not None and budget.machine.device == "cpu" and budget.tts == "tiny" and budget.stt == ""
    (kept,) = (tmp_path / "bench" / "out").glob("*-speech.json")
    assert json.loads(kept.read_text())["caps"]["slots"] == budget.caps.slots


def test_a_checkpoint_that_is_another_models_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "vits"}')
    monkeypatch.setenv("HAAZIR_HOME", str(tmp_path))
    monkeypatch.setenv("HAAZIR_SPEAKING_MODEL", str(tmp_path))
    monkeypatch.setattr(device, "COPIED_MB", 8)
    assert command.main(["--device", "cpu", "--engine", "speak", "--shape", "real"]) == 1
    assert "is no checkpoint for this engine: it is a 'vits' model" in capsys.readouterr().err


def test_bench_means_calls_unless_speech_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (
        (["--help"], "Real SIP calls"),
        (["calls", "--help"], "Real SIP calls"),
        (["speech", "--help"], "neural"),
    ):
        with pytest.raises(SystemExit) as end:
            chosen.main(arguments)
        assert end.value.code == 0 and words in capsys.readouterr().out
