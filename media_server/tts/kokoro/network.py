"""Kokoro's network: the layers of the `kokoro` package, loaded with care. Symbols and a voice in, 24 kHz sound out, in one go.

The package's own KModel takes a checkpoint that does not fit without a word, and its front end wants spaCy; we take its layers.
Their normalisation looks at all of a clause at once: clauses of different lengths cannot share a forward without changing
each other's sound, so each has its own.
"""

import importlib.util
import pickle
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.checkpoints import CheckpointUnfit, read_json
from core.resample import Pcm
from media_server.tts.engine import EngineError

RATE = 24_000
STYLE = 128
"""A voice is twice that: how it sounds, and how it moves."""
WEIGHTS = "kokoro-v1_0.pth"
PARTS = frozenset({"bert", "bert_encoder", "predictor", "text_encoder", "decoder"})
SILENT = frozenset({"bert.embeddings.position_ids", "bert.embeddings.token_type_ids", "bert.pooler.weight", "bert.pooler.bias"})
"""In checkpoints of some versions of transformers, and of no effect."""


class Network(nn.Module):
    """`configuration` is the checkpoint's config.json. EngineError if it describes no Kokoro."""

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        super().__init__()
        modules, istftnet = _layers()
        from transformers import AlbertConfig

        told = configuration
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # old names in torch, of which it warns
                width = told["hidden_dim"]
                self.vocabulary: dict[str, int] = told["vocab"]
                self.bert = modules.CustomAlbert(AlbertConfig(vocab_size=told["n_token"], **told["plbert"]))
                self.most: int = self.bert.config.max_position_embeddings - 2
                """Symbols that can be said at a time: the two ends take a place each."""
                self.bert_encoder = nn.Linear(self.bert.config.hidden_size, width)
                self.predictor = modules.ProsodyPredictor(
                    style_dim=told["style_dim"], d_hid=width, nlayers=told["n_layer"], max_dur=told["max_dur"], dropout=0.0
                )
                kernel, symbols = told["text_encoder_kernel_size"], told["n_token"]
                self.text_encoder = modules.TextEncoder(
                    channels=width, kernel_size=kernel, depth=told["n_layer"], n_symbols=symbols
                )
                self.decoder = istftnet.Decoder(
                    dim_in=width, style_dim=told["style_dim"], dim_out=told["n_mels"], **told["istftnet"]
                )
        except (KeyError, TypeError, ValueError) as error:
            raise EngineError(f"the configuration describes no Kokoro ({type(error).__name__}: {error})") from error

    @torch.inference_mode()
    def say(self, ids: Sequence[int], voice: Tensor) -> Pcm:
        """int16 at RATE. `voice`: [1, 2 STYLE], of a clause of this length. The noise in it is the same each time."""
        device = self.bert_encoder.weight.device
        tokens = torch.tensor([[0, *ids, 0]], device=device)
        lengths = torch.tensor([tokens.shape[1]])
        padded = torch.zeros_like(tokens, dtype=torch.bool)
        timbre, manner = voice[:, :STYLE], voice[:, STYLE:]
        with torch.random.fork_rng([device] if device.type == "cuda" else []):
            torch.manual_seed(0)
            meant = self.bert_encoder(self.bert(tokens, attention_mask=(~padded).int())).transpose(1, 2)
            prosody = self.predictor.text_encoder(meant, manner, lengths, padded)
            frames = self._frames(prosody)
            spread = torch.repeat_interleave(torch.arange(len(frames), device=device), frames)
            pitch, energy = self.predictor.F0Ntrain(prosody.transpose(1, 2)[:, :, spread], manner)
            text = self.text_encoder(tokens, lengths, padded)[:, :, spread]
            sound: Tensor = self.decoder(text, pitch, energy, timbre).flatten()
        pcm: Pcm = (sound.clamp(-1, 1) * 32767).cpu().numpy().astype(np.int16)
        return pcm

    def _frames(self, prosody: Tensor) -> Tensor:
        """How many frames of 25 ms each symbol lasts: [symbols]."""
        heard, _ = self.predictor.lstm(prosody)
        lasts: Tensor = torch.sigmoid(self.predictor.duration_proj(heard)).sum(dim=-1)
        return lasts.round().clamp(min=1).long()[0]


def load(folder: Path, device: torch.device) -> Network:
    """From a folder with config.json and WEIGHTS. EngineError: which file is missing, damaged or of another model."""
    try:
        configuration = read_json(folder / "config.json")
    except CheckpointUnfit as error:
        raise EngineError(str(error)) from error
    parts = _read(folder / WEIGHTS)
    if not isinstance(parts, dict) or set(parts) != PARTS or not all(isinstance(named, dict) for named in parts.values()):
        raise EngineError(f"{folder / WEIGHTS} is another model's: Kokoro's weights come in the parts {', '.join(sorted(PARTS))}")
    weights = {
        f"{part}.{name.removeprefix('module.')}": tensor for part, named in parts.items() for name, tensor in named.items()
    }
    network = Network(configuration)
    try:
        found = network.load_state_dict(weights, strict=False)
    except RuntimeError as error:  # of another size
        raise EngineError(f"{folder / WEIGHTS} does not fit its config.json: {str(error).splitlines()[1].strip()}") from error
    if wrong := sorted({*found.missing_keys, *found.unexpected_keys} - SILENT):
        raise EngineError(f"{folder / WEIGHTS} is another version's: {len(wrong)} weights differ, {wrong[0]} first")
    for layer in network.modules():
        if hasattr(layer, "weight_g"):
            nn.utils.remove_weight_norm(layer)  # once, instead of in each forward
    network.eval().requires_grad_(False).to(device)
    return network


def load_voice(path: Path, device: torch.device) -> Tensor:
    """[lengths, 1, 2 STYLE]: a voice for each length of clause. EngineError."""
    voice = _read(path)
    if not isinstance(voice, Tensor) or voice.dim() != 3 or voice.shape[1:] != (1, 2 * STYLE) or not len(voice):
        raise EngineError(f"{path} holds no voice of Kokoro's: fetch it again (bin/haazir models fetch kokoro)")
    return voice.float().to(device)


def _read(path: Path) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, ValueError, KeyError, pickle.UnpicklingError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise EngineError(f"{path} can't be read ({first}): fetch it again (bin/haazir models fetch kokoro)") from error


def _layers() -> tuple[Any, Any]:
    """The package's modules with layers, past its __init__, which imports its front end, and with that spaCy."""
    if "kokoro" not in sys.modules:
        found = importlib.util.find_spec("kokoro")
        if found is None:
            raise EngineError("the Python package kokoro is not installed: bin/haazir up installs it")
        sys.modules["kokoro"] = bare = ModuleType("kokoro")
        bare.__path__ = list(found.submodule_search_locations or ())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from kokoro import istftnet, modules

    return modules, istftnet
