"""The one rule of which device and precision an engine gets, and what each engine says of a GPU that is not there."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.checkpoints import path_of
from core.engines import Speaking
from core.settings import Settings
from media_server.device import DeviceFull, DeviceMissing, device_of, precision_of, room_for

torch = pytest.importorskip("torch")


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def test_without_a_gpu_the_processor_is_taken_unless_a_gpu_was_asked_for(no_gpu: None) -> None:
    assert device_of("auto", "hearing") == device_of("cpu", "speaking") == torch.device("cpu")
    with pytest.raises(DeviceMissing, match=r"speaking\.device is cuda.*doctor --gpu.*speaking\.device = auto"):
        device_of("cuda", "speaking")


def test_with_a_gpu_it_is_taken_unless_the_processor_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert device_of("auto", "hearing") == device_of("cuda", "speaking") == torch.device("cuda")
    assert device_of("cpu", "hearing") == torch.device("cpu")


@pytest.mark.parametrize(("bf16", "half"), [(True, torch.bfloat16), (False, torch.float16)])
def test_precision_is_what_the_device_is_quick_in(monkeypatch: pytest.MonkeyPatch, bf16: bool, half: object) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: bf16)
    gpu, processor = torch.device("cuda"), torch.device("cpu")
    assert (precision_of("auto", gpu), precision_of("auto", processor)) == (half, torch.float32)
    assert (precision_of("float16", processor), precision_of("float32", gpu)) == (torch.float16, torch.float32)


def hears_with_nemo(home: Path) -> None:
    from media_server.stt.nemo.loading import load

    load(path_of(Settings(home=home), "tiny"), "cuda")


def hears_with_whisper(home: Path) -> None:
    from media_server.stt.chunked.whisper import load_whisper

    (home / "config.json").write_text('{"model_type": "whisper"}')
    load_whisper(home, "cuda")


def hears_with_indic_conformer(home: Path) -> None:
    from media_server.stt.chunked.indic_conformer import load_indic_conformer

    (home / "config.json").write_text("{}")
    load_indic_conformer(home, "cuda")


def speaks_with_parler(home: Path) -> None:
    from media_server.tts.parler.engine import load

    load(Settings(home=home, speaking=Speaking(device="cuda")))


def speaks_with_kokoro(home: Path) -> None:
    from media_server.tts.kokoro.engine import load

    load(Settings(home=home, speaking=Speaking(device="cuda")))


@pytest.mark.parametrize(
    "engine", [hears_with_nemo, hears_with_whisper, hears_with_indic_conformer, speaks_with_parler, speaks_with_kokoro]
)
def test_every_engine_says_what_to_do_about_a_gpu_that_is_not_there(
    engine: Callable[[Path], None], no_gpu: None, tmp_path: Path
) -> None:
    section = engine.__name__.partition("s_")[0].replace("hear", "hearing").replace("speak", "speaking")
    with pytest.raises(RuntimeError, match=rf"{section}\.device is cuda, and .*: bin/haazir doctor --gpu says why"):
        engine(tmp_path)


def test_naming_the_error_does_not_import_torch() -> None:
    asked = "import sys, media_server.device; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB. 10.00 MiB is free.\nSee the documentation"),
        torch.OutOfMemoryError("a neighbour has all of it"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        MemoryError("the ninth"),
    ],
)
def test_a_card_that_others_have_filled_is_told_as_such(error: Exception) -> None:
    told = re.escape(str(error).split("\n")[0])
    with (
        pytest.raises(DeviceFull, match=rf"memory.*\[hearing\].*{told}.*doctor --gpu.*hearing\.max_streams") as caught,
        room_for("hearing"),
    ):
        raise error
    assert "documentation" not in str(caught.value) and caught.value.__cause__ is error


def test_what_has_to_do_with_no_memory_comes_out_as_it_is() -> None:
    already = DeviceFull("speaking", MemoryError("the ninth"))
    for error in (RuntimeError("Error in loading state_dict"), already):
        with pytest.raises(type(error)) as caught, room_for("hearing"):
            raise error
        assert caught.value is error
