"""A description is read once: by this object, and on this machine."""

import logging
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from media_server.tts.engine import NoMemory
from media_server.tts.parler import weights
from media_server.tts.parler.decoder import Decoder
from media_server.tts.parler.voices import Voices

REFERENCE = Path(__file__).parent / "reference"
CALM, LOUD = "a woman speaks calmly", "a man speaks loudly"


@pytest.fixture
def forgetful(tmp_path: Path) -> Path:
    """A checkpoint that loses its encoder."""
    return Path(shutil.copytree(REFERENCE, tmp_path / "checkpoint"))


def voices(decoder: Decoder, folder: Path, kept: Path) -> Voices:
    return Voices(weights.Checkpoint(folder), decoder, REFERENCE / "description", kept)


def test_a_voice_that_was_described_before_needs_no_encoder(decoder: Decoder, forgetful: Path, tmp_path: Path) -> None:
    first = voices(decoder, forgetful, tmp_path / "kept")
    calm = first.keys(CALM)
    assert first.keys(CALM) is calm
    again = voices(decoder, forgetful, tmp_path / "kept")
    (forgetful / "model.safetensors").unlink()  # whatever asks for a weight now is told so
    assert torch.equal(again.keys(CALM), calm)
    with pytest.raises(weights.CheckpointError):
        again.keys(LOUD)


def test_voices_differ(voices: Voices) -> None:
    calm, loud = voices.keys(CALM), voices.keys(LOUD)
    assert calm.shape[-2] == len(voices.description(CALM)) == len(CALM) + 1
    assert not torch.allclose(calm[..., :5, :], loud[..., :5, :], atol=0.01)


@pytest.mark.parametrize("text", [b"", b"rubbish", b"\x10" * 4000])
def test_what_was_kept_and_is_spoilt_is_made_anew(decoder: Decoder, tmp_path: Path, text: bytes) -> None:
    calm = voices(decoder, REFERENCE, tmp_path).keys(CALM)
    (file,) = tmp_path.iterdir()
    file.write_bytes(text)
    assert torch.equal(voices(decoder, REFERENCE, tmp_path).keys(CALM), calm)
    assert torch.equal(voices(decoder, REFERENCE, tmp_path).keys(CALM), calm)


def test_a_disk_that_takes_nothing_is_no_harm(decoder: Decoder, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING):
        assert voices(decoder, REFERENCE, tmp_path / "file" / "folder").keys(CALM).isfinite().all()
    assert "not kept on disk" in caplog.text


@contextmanager
def room_for(more: int) -> Iterator[None]:
    """This process gets so many bytes more, and then none."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + more, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def test_main_memory_that_is_full_for_now_is_no_failing_device(voices: Voices) -> None:
    tokens = [1] * 20_000  # the distances of each from each are 3.2 GB
    with room_for(1 << 30), pytest.raises(NoMemory, match="main memory"):
        voices.states(tokens)
