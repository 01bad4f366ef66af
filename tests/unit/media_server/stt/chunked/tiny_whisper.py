"""A Whisper of 65,000 weights that knows three sounds by heart: the real architecture, tokenizer and files, 3 s of training."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.audio import RATE, Pcm

SECONDS = 2
"""Its window; the real one's is 30 s. Everything else is as large models have it."""
SAID = {300: ("hi", " haan ji"), 700: ("hi", " नहीं"), 1200: ("en", " where is it")}
"""Hertz of a tone -> the language and the words it stands for."""


def tone(hertz: float, seconds: float, before: float = 0.0) -> Pcm:
    """A tone, after silence."""
    times = np.arange(int(seconds * RATE)) / RATE
    return np.concatenate((np.zeros(int(before * RATE)), 8000 * np.sin(2 * np.pi * hertz * times))).astype(np.int16)


def tokenizer() -> Any:
    """Bytes as tokens, and Whisper's marks behind them."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import WhisperTokenizer

    vocabulary = {letter: number for number, letter in enumerate(sorted(ByteLevel.alphabet()))}
    marks = "endoftext startoftranscript en hi pa translate transcribe startoflm startofprev nospeech notimestamps".split()
    made = WhisperTokenizer(vocab={**vocabulary, "<|endoftext|>": len(vocabulary)}, merges=[])
    made.add_special_tokens({"additional_special_tokens": [f"<|{mark}|>" for mark in marks]})
    return made


def write_tiny(folder: Path, *, steps: int) -> None:
    """A checkpoint as it would be fetched; `steps` of training, none: random weights."""
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration, WhisperProcessor

    torch.set_num_threads(1)
    torch.manual_seed(7)
    words = tokenizer()
    mark = {name: words.convert_tokens_to_ids(f"<|{name}|>") for name in ("startoftranscript", "endoftext")}
    config = WhisperConfig(
        vocab_size=len(words), num_mel_bins=80, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64, max_source_positions=50 * SECONDS,
        max_target_positions=48, pad_token_id=mark["endoftext"], bos_token_id=mark["endoftext"], eos_token_id=mark["endoftext"],
        decoder_start_token_id=mark["startoftranscript"], dropout=0.0, attention_dropout=0.0, activation_dropout=0.0,
        suppress_tokens=[], begin_suppress_tokens=[],
    )  # fmt: skip
    model = WhisperForConditionalGeneration(config)
    extract = WhisperFeatureExtractor(feature_size=80, chunk_length=SECONDS)
    train(model, extract, words, steps)
    model.generation_config.alignment_heads = [[1, 0], [1, 1]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save_pretrained(folder)
        WhisperProcessor(feature_extractor=extract, tokenizer=words).save_pretrained(folder)


def train(model: Any, extract: Any, words: Any, steps: int) -> None:
    optimiser = torch.optim.AdamW(model.parameters(), lr=4e-3)
    chance = np.random.default_rng(3)
    end = words.convert_tokens_to_ids("<|endoftext|>")

    def marks(*names: str) -> list[int]:
        return [words.convert_tokens_to_ids(f"<|{name}|>") for name in ("startoftranscript", *names)]

    for _ in range(steps):
        sounds, targets = [], []
        for hertz, (language, text) in SAID.items():
            for _ in range(2):
                pcm = tone(hertz, chance.uniform(0.4, 1.2), chance.uniform(0, 0.6))
                sounds.append(pcm.astype(np.float32) / 32768)
                targets.append(
                    [*marks(language, "transcribe", "notimestamps"), *words.encode(text, add_special_tokens=False), end]
                )
        for nothing in (["nospeech"], ["hi", "transcribe", "notimestamps"]):
            sounds.append(chance.normal(0, 0.01, RATE).astype(np.float32))
            targets.append([*marks(*nothing), end])
        longest = max(map(len, targets))
        ids = torch.tensor([target + [end] * (longest - len(target)) for target in targets])
        labels = torch.tensor([target + [-100] * (longest - len(target)) for target in targets])[:, 1:]
        features = extract(sounds, sampling_rate=RATE, return_tensors="pt").input_features
        logits = model(input_features=features, decoder_input_ids=ids[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=-100)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
