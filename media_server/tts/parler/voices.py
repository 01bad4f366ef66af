"""Who speaks: a description in words, through the T5 encoder once, becomes keys and values that the decoder listens to.

    "Divya speaks calmly, close to the microphone." ── tokens ── T5 ── states ──> every layer's cross-attention: keys(description)

The encoder (1.4 GB in main memory) is read when a description comes that has not been heard, and can be dropped at any time.
"""

from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from media_server.tts.parler import weights
from media_server.tts.parler.decoder import Decoder
from media_server.tts.parler.t5 import Encoder
from media_server.tts.parler.weights import Checkpoint, CheckpointError


class Voices:
    """Voices of one checkpoint for its decoder, and the tokens of its texts.

    `descriptions`: folder of the tokenizer that descriptions are cut with (google/flan-t5-large; None: the prompts' own). Indic
    Parler's own has 90,000 tokens, and its encoder knows 32,128. CheckpointError if a tokenizer does not fit.
    """

    def __init__(self, checkpoint: Checkpoint, decoder: Decoder, descriptions: Path | None = None) -> None:
        self._checkpoint, self._decoder = checkpoint, decoder
        self._prompts = _tokenizer(checkpoint.folder)
        self._descriptions = self._prompts if descriptions is None else _tokenizer(descriptions)
        of = checkpoint.configuration
        for what, tokenizer, known in (
            ("prompts", self._prompts, of.prompt_vocabulary),
            ("descriptions", self._descriptions, int(of.text_encoder["vocab_size"])),
        ):
            if (tokens := tokenizer.get_vocab_size()) > known:
                raise CheckpointError(f"the tokenizer of {what} has {tokens} tokens, and the model {known}: it is another's")
        self._encoder: Encoder | None = None
        self._keys: dict[str, Tensor] = {}

    def description(self, text: str) -> list[int]:
        """The tokens of a description."""
        return list(self._descriptions.encode(text).ids)

    def prompt(self, text: str) -> list[int]:
        """The tokens of a text to be said."""
        return list(self._prompts.encode(text).ids)

    @torch.inference_mode()
    def keys(self, description: str) -> Tensor:
        """What Slots.join wants of a voice, [layers, 2, heads, tokens, head size]. Blocks: seconds for the first new description
        since the encoder was dropped, then well under one; nothing for one that has been described before."""
        if description not in self._keys:
            states = self.states(self.description(description))
            like = self._decoder.embeddings
            self._keys[description] = self._decoder.voice(states.to(like.device, like.dtype))
        return self._keys[description]

    def drop_encoder(self) -> None:
        """Give its memory back."""
        self._encoder = None

    @torch.inference_mode()
    def states(self, tokens: list[int]) -> Tensor:
        """The encoder's states [tokens, hidden] of a description's tokens, in float32 on the CPU."""
        if self._encoder is None:
            self._encoder = weights.text_encoder(self._checkpoint)
        return self._encoder(torch.tensor(tokens))


def _tokenizer(folder: Path) -> Tokenizer:
    path = folder / "tokenizer.json"
    if not isinstance(weights.read_json(path).get("model"), dict):  # the library's own complaint has no class of its own
        raise CheckpointError(f"{path} is no tokenizer")
    return Tokenizer.from_file(str(path))
