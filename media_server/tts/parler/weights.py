"""Opens a Parler checkpoint as its makers publish it, and gives each part of it to our own modules.

    config.json, generation_config.json, tokenizer.json, model.safetensors (or its index and shards)
        decoder.model.decoder.*, decoder.lm_heads.*, embed_prompts.*  ──> Decoder    products that go together are made one
        audio_encoder.model.{decoder,quantizer}.*                     ──> Dac        weight norm folded in
        text_encoder.*                                                ──> Encoder

Whatever is wrong with the files is a CheckpointError that says which file and what.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from core import checkpoints
from core.checkpoints import CheckpointUnfit
from media_server.tts.engine import EngineError
from media_server.tts.parler.configuration import Configuration, UnknownModel, read
from media_server.tts.parler.dac import Dac, Shape
from media_server.tts.parler.decoder import Decoder
from media_server.tts.parler.t5 import Encoder

LAYER = {
    "self_in": ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
    "self_out": ("self_attn.out_proj",),
    "cross_query": ("encoder_attn.q_proj",),
    "cross_in": ("encoder_attn.k_proj", "encoder_attn.v_proj"),
    "cross_out": ("encoder_attn.out_proj",),
    "ffn_in": ("fc1",),
    "ffn_out": ("fc2",),
}
"""Our products of a layer, and theirs."""
NORMS = {"self_norm": "self_attn_layer_norm", "cross_norm": "encoder_attn_layer_norm", "ffn_norm": "final_layer_norm"}
BODY = "decoder.model.decoder"


class CheckpointError(EngineError):
    """These files are not a Parler checkpoint that can be used."""


class Checkpoint:
    """One opened folder. Tensors are read when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self.configuration = read(
                read_json(folder / "config.json"), read_json(folder / "generation_config.json", optional=True)
            )
        except UnknownModel as error:
            raise CheckpointError(f"{folder} is no checkpoint for this engine: {error}") from error
        self._files = {name: path for path in _weights(folder) for name in _names(path)}
        self._open: dict[Path, Any] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def names(self, prefix: str) -> list[str]:
        return [name for name in self._files if name.startswith(prefix)]

    def tensor(self, name: str) -> Tensor:
        """As it is stored, on the CPU."""
        if name not in self._files:
            raise CheckpointError(f"{self.folder} has no weights {name!r}: it is another model's, or not whole")
        path = self._files[name]
        with _reading(path):
            if path not in self._open:
                self._open[path] = safe_open(path, framework="pt")
            return self._open[path].get_tensor(name)

    def fill(self, module: nn.Module, state: dict[str, Tensor]) -> None:
        """Make these the module's own; all of them and no others, each in its shape."""
        wanted = module.state_dict()
        for name in wanted.keys() | state.keys():
            have, want = (tensors[name].shape if name in tensors else None for tensors in (state, wanted))
            if have != want:
                raise CheckpointError(f"{self.folder}: {name} is {_said(have)}, and its configuration asks for {_said(want)}")
        module.load_state_dict(state, assign=True)
        module.eval().requires_grad_(False)


def decoder(checkpoint: Checkpoint, device: torch.device, dtype: torch.dtype) -> Decoder:
    """The decoder, on the device; its table of prompts in the same precision, in main memory."""
    of = checkpoint.configuration
    with torch.device("meta"):
        made = Decoder(of)
    read = checkpoint.tensor
    state = {
        "embeddings": torch.stack([read(f"{BODY}.embed_tokens.{k}.weight") for k in range(of.codebooks)]),
        "positions": read(f"{BODY}.embed_positions.weights"),
        "norm.weight": read(f"{BODY}.layer_norm.weight"),
        "norm.bias": read(f"{BODY}.layer_norm.bias"),
        "heads.weight": _heads(checkpoint, of),
    }
    for number in range(of.layers):
        theirs, ours = f"{BODY}.layers.{number}", f"layers.{number}"
        for name, parts in LAYER.items():
            state[f"{ours}.{name}.weight"] = torch.cat([read(f"{theirs}.{part}.weight") for part in parts])
        for name, part in NORMS.items():
            for kind in ("weight", "bias"):
                state[f"{ours}.{name}.{kind}"] = read(f"{theirs}.{part}.{kind}")
    if more := checkpoint.names(f"{BODY}.layers.{of.layers}."):
        raise CheckpointError(f"{checkpoint.folder} has more layers than its configuration says: {more[0]}")
    checkpoint.fill(made, {name: tensor.to(device, dtype) for name, tensor in state.items()})
    made.codebook = torch.arange(of.codebooks, device=device)
    made.prompts = read("embed_prompts.weight").to(dtype)
    if made.prompts.shape != (of.prompt_vocabulary, of.hidden):
        raise CheckpointError(f"{checkpoint.folder}: embed_prompts.weight is {_said(made.prompts.shape)}")
    return made


def dac(checkpoint: Checkpoint, device: torch.device, dtype: torch.dtype = torch.float32) -> Dac:
    """The codec's decoding half, on the device."""
    prefix, of = "audio_encoder.model", checkpoint.configuration
    first = _folded(checkpoint, f"{prefix}.decoder.model.0")
    strides: list[int] = []
    while checkpoint.names(f"{prefix}.decoder.model.{len(strides) + 1}.block.1."):
        strides.append(_folded(checkpoint, f"{prefix}.decoder.model.{len(strides) + 1}.block.1").shape[-1] // 2)
    shape = Shape(of.codebooks, of.codebook_size, first.shape[1], first.shape[0], tuple(strides))
    with torch.device("meta"):
        made = Dac(shape, of.sample_rate)
    table = torch.stack([_table(checkpoint, f"{prefix}.quantizer.quantizers.{k}") for k in range(of.codebooks)])
    state = {"table": table}
    for name in made.state_dict():
        if name != "table":
            module, _, kind = f"{prefix}.decoder.{name}".rpartition(".")
            state[name] = _folded(checkpoint, module) if kind == "weight" else checkpoint.tensor(f"{module}.{kind}")
    checkpoint.fill(made, {name: tensor.to(device, dtype) for name, tensor in state.items()})
    made.codebook = torch.arange(of.codebooks, device=device)[:, None]
    return made


def text_encoder(checkpoint: Checkpoint) -> Encoder:
    """The reader of descriptions, in float32 on the CPU."""
    try:
        with torch.device("meta"):
            made = Encoder(checkpoint.configuration.text_encoder)
    except UnknownModel as error:
        raise CheckpointError(f"{checkpoint.folder} is no checkpoint for this engine: {error}") from error
    names = {name: f"text_encoder.{name}" for name in made.state_dict()}
    if names["shared.weight"] not in checkpoint:  # the same table under its other name
        names["shared.weight"] = "text_encoder.encoder.embed_tokens.weight"
    state = {ours: checkpoint.tensor(theirs).float() for ours, theirs in names.items()}
    checkpoint.fill(made, state)
    return made


def _heads(checkpoint: Checkpoint, of: Configuration) -> Tensor:
    if "decoder.lm_heads.weight" in checkpoint:  # parler_tts since 0.2.2 may store them as one
        return checkpoint.tensor("decoder.lm_heads.weight")
    return torch.cat([checkpoint.tensor(f"decoder.lm_heads.{k}.weight") for k in range(of.codebooks)])


def _table(checkpoint: Checkpoint, quantizer: str) -> Tensor:
    """[codes, latent]: each code's vector after its projection."""
    projection = _folded(checkpoint, f"{quantizer}.out_proj")[..., 0]
    return checkpoint.tensor(f"{quantizer}.codebook.weight") @ projection.T + checkpoint.tensor(f"{quantizer}.out_proj.bias")


def _folded(checkpoint: Checkpoint, module: str) -> Tensor:
    """The weight of a convolution: its direction by its length, under the two names that torch has had for them, or itself."""
    for length, direction in (
        ("parametrizations.weight.original0", "parametrizations.weight.original1"),
        ("weight_g", "weight_v"),
    ):
        if f"{module}.{direction}" in checkpoint:
            weight = checkpoint.tensor(f"{module}.{direction}")
            return weight * (checkpoint.tensor(f"{module}.{length}") / weight.flatten(1).norm(dim=1)[:, None, None])
    return checkpoint.tensor(f"{module}.weight")


def read_json(path: Path, *, optional: bool = False) -> dict[str, Any]:
    """An object out of a file of a checkpoint; an empty one if it may be missing, and is."""
    if optional and not path.exists():
        return {}
    try:
        return checkpoints.read_json(path)
    except CheckpointUnfit as error:
        raise CheckpointError(str(error)) from error


def _weights(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    if index.exists():
        return sorted({folder / str(name) for name in read_json(index).get("weight_map", {}).values()})
    return [folder / "model.safetensors"]


def _names(path: Path) -> list[str]:
    with _reading(path), safe_open(path, framework="pt") as file:
        return list(file.keys())


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {error.strerror or error}") from error
    except SafetensorError as error:
        raise CheckpointError(f"{path} is damaged, or not whole: {error}") from error


def _said(shape: torch.Size | None) -> str:
    return "nothing" if shape is None else " × ".join(map(str, shape))
