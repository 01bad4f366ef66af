"""The averaged weights of a checkpoint as a .nemo file, parameters in half precision."""

import tempfile
from pathlib import Path

import torch

from core.settings import REPOSITORY
from training.tiny_stt.model import build

SHIPPED = REPOSITORY / "media_server" / "stt" / "nemo" / "tiny.nemo"


def export(checkpoint: Path, tokens: Path, path: Path) -> str:
    """Writes `path`; says what it wrote. NeMo gives the parameters their full width again when it restores them."""
    state = torch.load(checkpoint, weights_only=True)
    model = build(tokens)
    model.load_state_dict(state["average"])
    for parameter in model.parameters():  # not the buffers: the mel filters and the window keep all their digits
        parameter.data = parameter.data.half()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder) / path.name
        model.save_to(str(draft))
        draft.replace(path)
    count = sum(parameter.numel() for parameter in model.parameters())
    return f"{path}: step {state['step']}, {count / 1e6:.2f} million parameters, {path.stat().st_size / 1e6:.1f} MB"
