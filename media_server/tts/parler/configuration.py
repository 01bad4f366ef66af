"""What a Parler checkpoint is, as its config.json tells it: sizes, special codes, and how it wants to be sampled. ◆"""

from collections.abc import Mapping
from typing import Any

import msgspec

FRAME_RATE = 44100 / 512
"""Frames of nine codes in a second of sound: 86.13 (descript audio codec, 44.1 kHz, 512 samples a frame)."""


TEXT_SIZES = ("d_model", "d_kv", "d_ff", "num_layers", "num_heads", "vocab_size")


class UnknownModel(ValueError):
    """This configuration is not one that our decoder computes; says which part of it."""


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """How codes are drawn; the defaults are what transformers' `generate` takes where a checkpoint says nothing."""

    temperature: float = 1.0
    """0 is greedy."""
    top_k: int = 50
    """0: of all codes."""
    least_columns: int = 0
    """Columns before the first in which a clause may end (`min_new_tokens`)."""


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes of a checkpoint. The defaults are those of ai4bharat/indic-parler-tts."""

    layers: int = 24
    hidden: int = 1024
    heads: int = 16
    ffn: int = 4096
    activation: str = "gelu"
    codebooks: int = 9
    vocabulary: int = 1088
    """Rows of each codebook's head: its codes, the special ones, and some that nothing ever was."""
    prompt_vocabulary: int = 90_714
    positions: int = 4096
    """Of the sinusoidal table: prompt and columns together."""
    codebook_size: int = 1024
    end: int = 1024
    """The code after a codebook's last one; also what pads it from there on."""
    begin: int = 1025
    """The code before a codebook's first one."""
    sample_rate: int = 44_100
    text_encoder: dict[str, Any] = {}
    """The T5 encoder's own configuration; of its sizes, TEXT_SIZES are there."""
    sampling: Sampling = Sampling()

    @property
    def head_size(self) -> int:
        return self.hidden // self.heads


def read(config: Mapping[str, Any], generation: Mapping[str, Any]) -> Configuration:
    """From what config.json and generation_config.json (empty if there is none) hold. UnknownModel if it is another model."""
    if config.get("model_type") != "parler_tts":
        raise UnknownModel(f"it is a {config.get('model_type')!r} model, not parler_tts")
    decoder, audio, text = (_part(config, name) for name in ("decoder", "audio_encoder", "text_encoder"))
    _refuse(config, decoder)
    hidden = _size(decoder, "hidden_size")
    configuration = Configuration(
        layers=_size(decoder, "num_hidden_layers"),
        hidden=hidden,
        heads=_size(decoder, "num_attention_heads"),
        ffn=_size(decoder, "ffn_dim"),
        activation=decoder.get("activation_function", "gelu"),
        codebooks=_size(decoder, "num_codebooks"),
        vocabulary=_size(decoder, "vocab_size"),
        prompt_vocabulary=_size(config, "vocab_size"),
        positions=_size(decoder, "max_position_embeddings"),
        codebook_size=_size(audio, "codebook_size"),
        end=_size(decoder, "eos_token_id"),
        begin=_size(decoder, "bos_token_id"),
        sample_rate=_size(audio, "sampling_rate"),
        text_encoder=dict(text) | {name: _size(text, name) for name in TEXT_SIZES},
        sampling=_sampling(generation),
    )
    if configuration.hidden % configuration.heads or configuration.codebook_size > configuration.end:
        raise UnknownModel("its sizes contradict each other")
    if configuration.text_encoder["d_model"] != configuration.hidden:
        raise UnknownModel("its descriptions are not as wide as its decoder")
    return configuration


def _refuse(config: Mapping[str, Any], decoder: Mapping[str, Any]) -> None:
    """What some Parler checkpoints have and Indic Parler has not. Computing it wrongly would sound like a bad voice."""
    if config.get("prompt_cross_attention"):
        raise UnknownModel("its prompt goes through cross-attention, not before the codes")
    for flag in ("rope_embeddings", "scale_embedding"):
        if decoder.get(flag):
            raise UnknownModel(f"it has {flag}, which this decoder does not compute")
    heads = decoder.get("num_attention_heads")
    for kind in ("num_key_value_heads", "num_cross_attention_key_value_heads"):
        if decoder.get(kind) not in (None, heads):
            raise UnknownModel(f"it has {decoder[kind]} {kind} for {heads} heads, which this decoder does not compute")
    if decoder.get("activation_function", "gelu") not in ("gelu", "relu", "silu"):
        raise UnknownModel(f"activation {decoder['activation_function']!r} is unknown")
    if decoder.get("pad_token_id") != decoder.get("eos_token_id"):
        raise UnknownModel("its padding is not its end of speech")


def _part(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = config.get(name)
    if not isinstance(part, Mapping):
        raise UnknownModel(f"its configuration has no {name}")
    return part


def _size(part: Mapping[str, Any], name: str) -> int:
    value = part.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise UnknownModel(f"its configuration says {name} is {value!r}")
    return value


def _sampling(generation: Mapping[str, Any]) -> Sampling:
    usual = Sampling()
    temperature = generation.get("temperature") or usual.temperature
    top_k = generation.get("top_k")
    return Sampling(
        temperature=float(temperature) if generation.get("do_sample", True) else 0.0,
        top_k=usual.top_k if top_k is None else int(top_k),
        least_columns=int(generation.get("min_new_tokens") or 0),
    )
