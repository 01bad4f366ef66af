"""What doctor --gpu says of a card, of torch, of NeMo, of checkpoints and of the bench's table, each with its remedy."""

import asyncio
import os
import sys
from pathlib import Path

import msgspec
import pytest

from core.budget import Budget, Caps, Machine
from core.budget_file import write
from core.engines import Engines, Hearing, Speaking
from core.settings import Settings, load
from haazir import VERSION, doctor, gpu, instance
from haazir.gpu import Card, Holder, Probe

LINE = "NVIDIA GeForce RTX 5060 Ti, 580.95.05, 12.0, 16311, 410, 2407, 3090, 180.00, 180.00, 51\n"
CARD = gpu.cards(LINE)[0]
PROBE = Probe(
    torch="2.13.0+cu130", cuda="13.0", architectures=("sm_120",), devices=1, capability="12.0", bf16=True, computes=True
)


def settings_of(home: Path, **variables: str) -> Settings:
    return load({"HAAZIR_HOME": str(home), **variables})


def told(found: list[gpu.Finding]) -> list[tuple[str, str]]:
    return [(finding.what, finding.how) for finding in found]


def test_a_card_is_read_and_what_it_does_not_know_is_nothing() -> None:
    assert Card("NVIDIA GeForce RTX 5060 Ti", "580.95.05", "12.0", 16311, 410, 2407, 3090, 180, 180, 51) == CARD
    assert gpu.cards("NVIDIA H200, 580, 9.0, 143771, [N/A], 345, 1980, [N/A], [Not Supported], 30\n")[0].power_w == 0
    assert gpu.cards("") == gpu.cards("NVIDIA-SMI has failed because it couldn't communicate with the driver\n") == []


def test_a_card_that_is_well_is_told_in_four_lines() -> None:
    found = [*gpu.of_cards([CARD], settings_of(Path("/none"))), *gpu.of_torch(PROBE, [CARD], True), *gpu.of_clocks(CARD)]
    assert told(found) == [("GPU", "ok"), ("torch", "ok"), ("half precision", "ok"), ("GPU clocks", "ok")]


@pytest.mark.parametrize(
    ("variables", "how"),
    [
        ({}, "ok"),
        ({"HAAZIR_ENGINES_STT": "nemo"}, "warn"),
        ({"HAAZIR_ENGINES_STT": "nemo", "HAAZIR_HEARING_DEVICE": "cuda"}, "bad"),
        ({"HAAZIR_SPEAKING_DEVICE": "cuda"}, "bad"),
    ],
)
def test_no_gpu_is_a_fault_only_where_the_settings_want_one(tmp_path: Path, variables: dict[str, str], how: str) -> None:
    assert told(gpu.of_cards([], settings_of(tmp_path, **variables))) == [("GPU", how)]


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        (Probe(torch_error="ModuleNotFoundError: torch"), "can't be imported (ModuleNotFoundError: torch)"),
        (Probe(torch="2.13.0+cpu"), "is a build for processors, and there is a GPU"),
        (msgspec.structs.replace(PROBE, error="CUDA driver too old"), "finds no GPU: CUDA driver too old"),
        (msgspec.structs.replace(PROBE, architectures=("sm_90",), computes=False), "was not built for sm_120"),
        (msgspec.structs.replace(PROBE, computes=False), "multiplies two matrices wrongly"),
    ],
)
def test_a_torch_that_cannot_use_the_card_is_bad_and_has_a_remedy(probe: Probe, words: str) -> None:
    (finding,) = gpu.of_torch(probe, [CARD], True)
    assert finding.how == "bad" and words in finding.said and finding.remedy


def test_an_older_card_computes_in_float16() -> None:
    *_, halves = gpu.of_torch(msgspec.structs.replace(PROBE, bf16=False), [CARD], True)
    assert halves.how == "warn" and "float16" in halves.said


def test_memory_that_another_holds_is_told_with_its_holder() -> None:
    full = msgspec.structs.replace(CARD, used_mb=12_000)
    others = Holder("python3", 78, 11_500)
    assert gpu.of_memory(CARD, [], frozenset()).how == "ok"
    found = gpu.of_memory(full, [others], frozenset())
    assert found.how == "warn" and "held by python3 (78) 11500 MB" in found.said, "a notebook is no worker of ours"
    assert gpu.of_memory(full, [others], frozenset({78})).how == "ok", "our own workers"


def test_what_our_workers_hold_counts_as_free_and_a_neighbours_does_not() -> None:
    full = msgspec.structs.replace(CARD, used_mb=15_000)
    worker, neighbour = Holder("python", 5, 6_000), Holder("python", 6, 9_000)
    well = gpu.of_memory(full, [worker, neighbour], frozenset({5}))
    assert well.how == "ok" and "python (5) 6000 MB of ours, python (6) 9000 MB" in well.said, "7311 MB are ours or free"
    assert gpu.of_memory(full, [worker, neighbour], frozenset({6})).how == "ok"
    assert gpu.of_memory(full, [msgspec.structs.replace(worker, used_mb=5_000), neighbour], frozenset({5})).how == "warn"


def test_the_processes_of_the_instance_that_runs_are_our_own(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert gpu.ours(settings) == frozenset()
    instance.make_folders(settings)
    with instance.claim(settings):
        instance.write_state(settings, instance.State(pid=1, ready=True, processes={"stt-worker": 41, "tts-worker": 42}))
        assert gpu.ours(settings) == {41, 42}


def test_a_card_that_is_hot_or_held_back_is_told() -> None:
    assert "more air" in gpu.of_clocks(msgspec.structs.replace(CARD, heat_c=88))[0].remedy
    assert "usual limit is 180 W" in gpu.of_clocks(msgspec.structs.replace(CARD, power_w=100))[0].remedy


def test_nemo_that_cannot_be_imported_is_bad_only_if_it_is_wanted() -> None:
    assert [gpu.of_nemo(Probe(nemo_error="no"), neural).how for neural in (True, False)] == ["bad", "warn"]
    assert gpu.of_nemo(Probe(nemo="3.0.0"), True).how == "ok"


def test_a_missing_checkpoint_is_told_with_the_command(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, HAAZIR_ENGINES_TTS="parler")
    (finding,) = gpu.checkpoints(settings)
    assert finding.how == "bad" and finding.remedy == "bin/haazir models fetch indic-parler"
    assert gpu.checkpoints(settings_of(tmp_path)) == []


def test_checkpoints_of_all_engines_that_will_run_are_looked_for(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path,
        engines=Engines(stt="nemo", also=("kokoro", "parler")),
        hearing=Hearing(model="nemotron-3.5", punjabi_model="indic-conformer"),
        speaking=Speaking(model="kokoro"),
    )
    remedies = [finding.remedy.removeprefix("bin/haazir models fetch ") for finding in gpu.checkpoints(settings)]
    assert remedies == ["nemotron-3.5", "indic-conformer", "kokoro", "indic-parler"]


def table(device: str = CARD.name, made_at: str = "2999-01-01T00:00:00+00:00", **changes: str) -> Budget:
    caps = Caps(streams={80: 20, 160: 40}, slots=30, calls=30, measured=True)
    machine = Machine(device=device, memory_mb=16_311, gb_per_s=400)
    return Budget(made_at=made_at, version=changes.pop("version", VERSION), machine=machine, caps=caps, **changes)  # type: ignore[arg-type]


def test_a_table_of_another_card_model_version_or_year_is_told(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, HAAZIR_ENGINES_STT="nemo")
    for budget, words in (
        (None, "none: the workers guess"),
        (table("NVIDIA H200"), "another device's"),
        (table(stt="tiny"), "not of nemotron-3.5"),
        (table(stt="nemotron-3.5", version="0.0.1"), "of version 0.0.1"),
        (table(stt="nemotron-3.5", made_at="2020-01-01T00:00:00+00:00"), "days old"),
    ):
        finding = gpu.of_budget(settings, budget, [CARD])
        assert finding.how == "warn" and words in finding.said and "bench speech --write" in finding.remedy
    well = gpu.of_budget(settings, table(stt="nemotron-3.5"), [CARD])
    assert well.how == "ok" and "40 streams, 30 slots, 30 calls" in well.said
    settings = Settings(home=tmp_path, engines=Engines(stt="nemo"), hearing=Hearing(chunk_ms=80))
    fixed = gpu.of_budget(settings, table(stt="nemotron-3.5"), [CARD])
    assert "20 streams, 30 slots, 20 calls" in fixed.said


@pytest.mark.parametrize(
    ("engines", "how"),
    [
        (Engines(also=("parler",)), "warn"),
        (Engines(tts="kokoro", also=("parler",)), "warn"),
        (Engines(stt="whisper", tts="kokoro"), "ok"),
    ],
)
def test_a_table_is_compared_with_the_models_that_heed_it(tmp_path: Path, engines: Engines, how: str) -> None:
    finding = gpu.of_budget(Settings(home=tmp_path, engines=engines), table(stt="nemotron-3.5", tts="tiny"), [CARD])
    assert finding.how == how and ("is not of indic-parler" in finding.said) == (how == "warn")


def test_doctor_asks_the_driver_and_ends_with_one_if_something_is_bad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tool = tmp_path / "nvidia-smi"
    answers = f'--query-gpu=*) echo "{LINE.strip()}";; *) echo "12, /usr/bin/llama-server, 9000";;'
    tool.write_text(f"#!/bin/sh\ncase $1 in {answers} esac\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("HAAZIR_HOME", str(tmp_path))
    monkeypatch.setenv("HAAZIR_ENGINES_TTS", "kokoro")
    assert gpu.cards_here() == [CARD] and gpu.holders() == [Holder("llama-server", 12, 9000)]
    write(tmp_path, table(tts="kokoro"))
    assert doctor.main(["--gpu"]) == 1
    said = capsys.readouterr().out
    assert "held by llama-server (12) 9000 MB" in said
    assert "BAD   torch" in said and "build for processors" in said, "the tests' torch is one"
    assert "bin/haazir models fetch kokoro" in said and "ok    speech budget" in said and "NeMo" not in said


def test_doctor_without_gpu_speaks_of_neural_engines_only_if_they_are_asked_for(tmp_path: Path) -> None:
    plain = asyncio.run(doctor.engines(settings_of(tmp_path)))
    assert not any("nemo" in finding.what or "checkpoint" in finding.what for finding in plain)
    asked = list(asyncio.run(doctor.engines(settings_of(tmp_path, HAAZIR_ENGINES_STT="nemo"))))
    assert [finding.how for finding in asked if finding.what == "checkpoint (nemo)"] == ["bad"]
    assert any(finding.what == "hearing (nemo)" for finding in asked)


def test_doctor_looks_for_the_packages_of_every_engine_and_says_what_installs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path, engines=Engines(stt="nemo", also=("espeak", "kokoro", "parler")))

    async def looked() -> dict[str, gpu.Finding]:
        return {found.what: found for found in await doctor.engines(settings) if not found.what.startswith("checkpoint")}

    here = asyncio.run(looked())
    assert [found.how for found in here.values()] == ["ok"] * 6, "eSpeak once, and no recogniser but NeMo"
    monkeypatch.setitem(sys.modules, "kokoro", None)
    lacking = asyncio.run(looked())
    assert [what for what, found in lacking.items() if found.how == "bad"] == ["speaking (kokoro)"]
    monkeypatch.setitem(sys.modules, "torch", None)
    bad = {what: found for what, found in asyncio.run(looked()).items() if found.how == "bad"}
    assert list(bad) == ["hearing (nemo)", "speaking (kokoro)", "speaking (parler)"]
    assert "torch, kokoro" in bad["speaking (kokoro)"].said
    assert all(".installed-speech" in found.remedy for found in bad.values()), "without its stamp up installs them"
