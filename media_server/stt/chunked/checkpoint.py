"""What is wrong with a checkpoint, in words that say what to do; and the device and precision that a model runs with."""

import json
from pathlib import Path
from typing import Any

from core.checkpoints import CheckpointUnfit
from core.engines import Device, Precision


def read_json(file: Path) -> dict[str, Any]:
    """An object. CheckpointUnfit if it is not there, not whole, or something else."""
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise CheckpointUnfit(f"{file.parent} lacks {file.name}: fetch the checkpoint again (bin/haazir models fetch)") from error
    except (ValueError, TypeError) as error:
        raise CheckpointUnfit(f"{file} is not whole: fetch the checkpoint again (bin/haazir models fetch)") from error


def device_of(wanted: Device) -> str:
    """cuda or cpu, for torch. RuntimeError if a GPU is wanted and there is none."""
    import torch

    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise RuntimeError("hearing.device is cuda, but torch finds no GPU: install its CUDA build, or set hearing.device = auto")
    return "cuda" if there and wanted != "cpu" else "cpu"


def dtype_of(wanted: Precision, device: str) -> Any:
    """torch's type of number."""
    import torch

    if wanted == "auto":
        if device == "cpu":
            return torch.float32
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return getattr(torch, wanted)
