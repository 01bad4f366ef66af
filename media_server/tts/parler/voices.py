"""Who speaks: a description in words, through the T5 encoder once, becomes keys and values that the decoder listens to.

    "Divya speaks calmly, close to the microphone." ── tokens ── T5 ── states ──> every layer's cross-attention: keys(description)

The encoder (0.7 GB in half precision) is read when a description comes that has not been heard, and can be dropped at any time.
"""

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from media_server.tts.parler.decoder import Decoder
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
        self._encoder: Any = None
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
        """The encoder's states [tokens, hidden] of a description's tokens, in float32 on the CPU, as wide as the decoder's."""
        if self._encoder is None:
            self._encoder = _encoder(self._checkpoint)
        states = self._encoder(input_ids=torch.tensor([tokens])).last_hidden_state[0]
        if "enc_to_dec_proj.weight" in self._checkpoint:
            weight, bias = (self._checkpoint.tensor(f"enc_to_dec_proj.{kind}").float() for kind in ("weight", "bias"))
            states = functional.linear(states, weight, bias)
        return states


def _tokenizer(folder: Path) -> Tokenizer:
    path = folder / "tokenizer.json"
    try:
        return Tokenizer.from_str(path.read_text())
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise CheckpointError(f"{path} is no tokenizer: {error}") from error


def _encoder(checkpoint: Checkpoint) -> Any:
    """transformers' T5EncoderModel with the checkpoint's weights."""
    from transformers import T5Config, T5EncoderModel

    with torch.device("meta"):
        encoder = T5EncoderModel(T5Config(**checkpoint.configuration.text_encoder))
    prefix = "text_encoder."
    state = {name.removeprefix(prefix): checkpoint.tensor(name).float() for name in checkpoint.names(prefix)}
    state.setdefault("encoder.embed_tokens.weight", checkpoint.tensor(f"{prefix}shared.weight").float())
    checkpoint.fill(encoder, state)
    return encoder
