"""Who speaks: a description in words, through the T5 encoder once, becomes keys and values that the decoder listens to.

    "Divya speaks calmly, close to the microphone." ── tokens ── T5 ── states ──> every layer's cross-attention: keys(description)

The encoder takes 1.4 GB of main memory, for the seconds that a new description takes; its states (0.2 MB) are kept on disk, and
it is not read again for a voice that this machine has had.
"""

import contextlib
import hashlib
import logging
import os
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor

from media_server.tts.engine import EngineError, NoMemory
from media_server.tts.parler import weights
from media_server.tts.parler.decoder import Decoder
from media_server.tts.parler.weights import Checkpoint, CheckpointError

log = logging.getLogger(__name__)

DESCRIPTIONS = "flan-t5-tokenizer"
"""In the registry of checkpoints."""
WHENCE = f"it is another's. Put google/flan-t5-large's into {{}}/description, or bin/haazir models fetch {DESCRIPTIONS}"
"""What helps a checkpoint that was given by its path and brings only its prompts' own."""


class Voices:
    """Voices of one checkpoint for its decoder, and the tokens of its texts.

    `descriptions`: folder of the tokenizer that descriptions are cut with (google/flan-t5-large; None: the prompts' own). Indic
    Parler's own has 90,000 tokens, and its encoder knows 32,128. CheckpointError if a tokenizer does not fit.
    `kept`: a folder of this checkpoint's own for what descriptions came to. What is wrong there is made anew.
    """

    def __init__(
        self, checkpoint: Checkpoint, decoder: Decoder, descriptions: Path | None = None, kept: Path | None = None
    ) -> None:
        self._checkpoint, self._decoder, self._kept = checkpoint, decoder, kept
        self._prompts = _tokenizer(checkpoint.folder)
        self._descriptions = self._prompts if descriptions is None else _tokenizer(descriptions)
        of = checkpoint.configuration
        for what, tokenizer, known in (
            ("prompts", self._prompts, of.prompt_vocabulary),
            ("descriptions", self._descriptions, int(of.text_encoder["vocab_size"])),
        ):
            if (tokens := tokenizer.get_vocab_size()) > known:
                borrowed = what == "descriptions" and descriptions is None
                remedy = WHENCE.format(checkpoint.folder) if borrowed else "it is another's"
                raise CheckpointError(f"the tokenizer of {what} has {tokens} tokens, and the model {known}: {remedy}")
        self._keys: dict[str, Tensor] = {}

    def description(self, text: str) -> list[int]:
        """The tokens of a description."""
        return list(self._descriptions.encode(text).ids)

    def prompt(self, text: str) -> list[int]:
        """The tokens of a text to be said."""
        return list(self._prompts.encode(text).ids)

    @torch.inference_mode()
    def keys(self, description: str) -> Tensor:
        """What Slots.join wants of a voice, [layers, 2, heads, tokens, head size]. Blocks: seconds for a description that this
        machine never had, nothing for one that this object had."""
        if description not in self._keys:
            like = self._decoder.embeddings
            self._keys[description] = self._decoder.voice(self.states(self.description(description)).to(like.device, like.dtype))
        return self._keys[description]

    @torch.inference_mode()
    def states(self, tokens: list[int]) -> Tensor:
        """The encoder's states [tokens, hidden] of a description's tokens, in float32 on the CPU. CheckpointError, NoMemory."""
        shape = (len(tokens), self._checkpoint.configuration.hidden)
        path = self._kept / f"{hashlib.sha256(repr(tokens).encode()).hexdigest()}.safetensors" if self._kept else None
        if path is not None and (kept := _read(path)) is not None and kept.shape == shape:
            return kept
        try:
            states: Tensor = weights.text_encoder(self._checkpoint)(torch.tensor(tokens))
        except EngineError:
            raise
        except RuntimeError as error:  # torch has no narrower word for main memory that is full; no device is at work here
            raise NoMemory(f"the encoder of descriptions does not run in the main memory that is left: {error}") from error
        if path is not None:
            _write(path, states)
        return states


def _read(path: Path) -> Tensor | None:
    try:
        return load_file(path).get("states")
    except (OSError, SafetensorError):
        return None


def _write(path: Path, states: Tensor) -> None:
    """Whole or not at all; a full disk means that it is made again next time."""
    unfinished = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file({"states": states}, unfinished)
        unfinished.replace(path)
    except (OSError, SafetensorError) as error:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        log.warning("! a voice was not kept on disk", extra={"detail": str(error)})


def _tokenizer(folder: Path) -> Tokenizer:
    path = folder / "tokenizer.json"
    if not isinstance(weights.read_json(path).get("model"), dict):  # the library's own complaint has no class of its own
        raise CheckpointError(f"{path} is no tokenizer")
    return Tokenizer.from_file(str(path))
