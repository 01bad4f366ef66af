"""A tiny checkpoint that parler_tts itself wrote and ran (make_reference.py), opened once."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from media_server.tts.parler import weights
from media_server.tts.parler.dac import Dac
from media_server.tts.parler.decoder import Decoder
from media_server.tts.parler.voices import Voices

REFERENCE = Path(__file__).parent / "reference"
CPU = torch.device("cpu")


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def checkpoint() -> weights.Checkpoint:
    return weights.Checkpoint(REFERENCE)


@pytest.fixture(scope="session")
def decoder(checkpoint: weights.Checkpoint) -> Decoder:
    return weights.decoder(checkpoint, CPU, torch.float32)


@pytest.fixture(scope="session")
def dac(checkpoint: weights.Checkpoint) -> Dac:
    return weights.dac(checkpoint, CPU)


@pytest.fixture(scope="session")
def voices(checkpoint: weights.Checkpoint, decoder: Decoder) -> Voices:
    return Voices(checkpoint, decoder, REFERENCE / "description")


@pytest.fixture(scope="session")
def expected() -> dict[str, torch.Tensor]:
    """What parler_tts made of two clauses: columns of codes, logits after each column, sound, states of the description."""
    return load_file(REFERENCE / "expected.safetensors")


@pytest.fixture(scope="session")
def said() -> dict[str, Any]:
    """The clauses' texts, descriptions and token ids."""
    read: dict[str, Any] = json.loads((REFERENCE / "said.json").read_text())
    return read
