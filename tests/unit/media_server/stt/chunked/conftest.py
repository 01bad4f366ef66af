"""Checkpoints that several tests read; none writes to them."""

from pathlib import Path

import pytest

REASON = "the engine's packages are installed when the settings name it"


@pytest.fixture(scope="session")
def tiny_whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Whisper that knows three tones by heart."""
    pytest.importorskip("transformers", reason=REASON)
    from tests.unit.media_server.stt.chunked.tiny_whisper import write_tiny

    folder = tmp_path_factory.mktemp("tiny-whisper")
    write_tiny(folder, steps=90)
    return folder


@pytest.fixture(scope="session")
def tiny_conformer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An indic-conformer that knows eight tones."""
    pytest.importorskip("onnx", reason=REASON)
    from tests.unit.media_server.stt.chunked.tiny_conformer import write_tiny

    folder = tmp_path_factory.mktemp("tiny-conformer") / "checkpoint"
    write_tiny(folder)
    return folder
