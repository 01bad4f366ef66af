"""The same engines on a GPU as on the processor, which every other test runs on. Left out where there is no GPU.

On a machine with nothing but torch (bench/speech/on_gpu.sh): pytest --confcutdir tests/speech/cuda tests/speech/cuda
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from bench.speech import made_up
from core.settings import load
from media_server.stt.nemo.slots import Slots as Rows
from media_server.stt.nemo.step import Emitted, Row, Stepper
from media_server.tts.parler.decoder import Decoder
from media_server.tts.parler.slots import Slots

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
COLUMNS = 40
DESCRIBED = 12

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")


@pytest.fixture(autouse=True)
def exact() -> Iterator[None]:
    """No TF32: its eleven bits would be a difference of their own."""
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    yield
    torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before


def said(decoder: Decoder, *, warm: bool) -> list[list[list[int]]]:
    """Codes of three clauses that join one after another, the likeliest each time; with graphs if `warm`."""
    sampling = msgspec.structs.replace(decoder.configuration.sampling, temperature=0.0)
    decoder.configuration = msgspec.structs.replace(decoder.configuration, sampling=sampling)
    of, device = decoder.configuration, decoder.embeddings.device
    slots = Slots(decoder, 4, 256, description=DESCRIBED)
    if warm:
        slots.warm_up()
    voice = torch.randn(of.layers, 2, of.heads, DESCRIBED, of.head_size, generator=torch.Generator().manual_seed(3))
    for slot in range(3):
        slots.join(slot, voice.to(device), [slot + 1, 7, 9, 11], seed=slot)
        for _ in range(5):
            slots.step(range(slot + 1))
    for _ in range(COLUMNS):
        slots.step(range(3))
    slots._reports[0].read()  # of the last step
    return [slots.codes(slot, 0, slots.whole(slot)).tolist() for slot in range(3)]


def heard(folder: Path, device: torch.device, kind: torch.dtype = torch.float32) -> list[list[list[Emitted]]]:
    """Tokens of five calls with the tiny recogniser, over ten chunks of 160 ms."""
    settings = load({"HAAZIR_HOME": str(folder)})
    ears = made_up.ears(settings, device, "float32" if kind == torch.float32 else "bfloat16", real=False)
    rows = Rows(ears.model, 5)
    stepper = Stepper(ears.model, rows)
    noise = np.random.default_rng(7).standard_normal((10, 5, 2560)).astype(np.float32) * 0.1
    who = [Row(row, row % len(ears.model.prompts)) for row in range(5)]
    return [stepper.step(who, chunk) for chunk in noise]


def test_the_voice_makes_the_same_codes_on_a_gpu_with_graphs_and_without() -> None:
    torch.manual_seed(1)
    decoder = made_up.mouth(load({}), CPU, "float32", real=False).decoder
    expected = said(decoder, warm=False)
    prompts = decoder.prompts
    decoder = decoder.to(CUDA)
    decoder.prompts = prompts
    assert said(decoder, warm=False) == expected
    assert said(decoder, warm=True) == expected


def test_the_codec_makes_the_same_sound() -> None:
    torch.manual_seed(2)
    dac = made_up.mouth(load({}), CPU, "float32", real=False).dac
    codes = torch.randint(0, 1024, (3, 9, 42))
    expected = dac.decode(codes)
    assert torch.allclose(dac.to(CUDA).decode(codes.to(CUDA)).cpu(), expected, atol=1e-4)


def test_the_real_shape_steps_in_half_precision() -> None:
    mouth = made_up.mouth(load({}), CUDA, "bfloat16", real=True)
    codes = said(mouth.decoder, warm=True)
    assert [len(clause[0]) for clause in codes] == [COLUMNS + 5 * (3 - slot) - 8 for slot in range(3)]
    assert all(0 <= code < 1024 for clause in codes for book in clause for code in book)


def test_the_recogniser_hears_the_same_tokens_on_a_gpu(tmp_path: Path) -> None:
    on_cpu, on_gpu = heard(tmp_path, CPU), heard(tmp_path, CUDA)
    assert [[[one.token for one in call] for call in chunk] for chunk in on_gpu] == [
        [[one.token for one in call] for call in chunk] for chunk in on_cpu
    ]
    assert any(call for chunk in on_cpu for call in chunk), "it said nothing at all"


def test_the_recogniser_runs_in_half_precision(tmp_path: Path) -> None:
    assert len(heard(tmp_path, CUDA, torch.bfloat16)) == 10
