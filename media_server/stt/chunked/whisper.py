"""Whisper and its fine-tunes through transformers: 30 s of sound at a time into one encoder, words out of a greedy decoder.

    windows ──log-mel──> encoder ──> <sot> ─┬─ which language, did anybody speak
                                            └─ <language> <transcribe> ──> tokens, their chances, what they looked at ──> words

Our own loop, since a batch of calls wants each row's language, chance of silence, confidence and times in one pass; those
are scattered over several passes of transformers' `generate`. From a local folder only.
"""

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError

from core.audio import RATE
from core.checkpoints import CheckpointUnfit, read_json
from core.engines import Device, Precision
from media_server.device import device_of, precision_of, room_for
from media_server.stt.chunked.alignment import Floats, first_frames, words_of
from media_server.stt.chunked.words import Ask, Heard

LONGEST_S = 20
"""Of the 30 s that Whisper takes: Hindi has some 19 tokens a second in it, and the decoder ends after 448."""
TOKENS_A_SECOND = 30
"""More than that nobody says: a decoder in a loop is stopped."""
SAMPLES_A_FRAME = 320
"""Of the encoder's output."""
MEDIAN = 7
"""Frames over which attention is smoothed (as OpenAI's own timing)."""
LETTERS = 256
"""Tokens that any tokenizer of Whisper has: every byte is one."""
_DAMAGED = (OSError, ValueError, TypeError, LookupError, RuntimeError, SafetensorError)
_SENSELESS = (ArithmeticError, AssertionError, AttributeError, StrictDataclassError)
"""What transformers raises for settings that it can read, but not build a model from."""
TAGS = {"hi-Latn": ("hi", "en"), "hi": ("hi",), "en": ("en",), "pa": ("pa",)}
"""A site's languages by Whisper's names."""


class Whisper:
    """FullContext. `spoken`: the language that the decoder is told, whatever is spoken; empty: the likeliest of the site's."""

    name = "whisper"

    def __init__(self, model: Any, processor: Any, spoken: str = "") -> None:
        self._model = model.eval()
        self._extract = processor.feature_extractor
        self._tokens = _Tokens.of(processor.tokenizer, model)
        self._tokenizer = processor.tokenizer
        self._device, self._dtype = model.device, model.dtype
        self._spoken = spoken
        self.longest = min(LONGEST_S * RATE, self._extract.n_samples)
        self.batch = 16 if self._device.type == "cuda" else 4
        self._looks = _Looks(model)

    @torch.inference_mode()
    def hear(self, asks: Sequence[Ask]) -> list[Heard]:
        try:
            return self._hear(asks)
        except torch.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise MemoryError(str(error)) from error

    def _hear(self, asks: Sequence[Ask]) -> list[Heard]:
        sound = [ask.pcm.astype(np.float32) / 32768 for ask in asks]
        features = self._extract(sound, sampling_rate=RATE, return_tensors="pt", device=str(self._device)).input_features
        encoded = self._model.model.encoder(features.to(self._device, self._dtype)).last_hidden_state
        tokens = self._tokens
        with self._looks.watched() as looks:
            first, cache = self._decode(torch.full((len(asks), 1), tokens.begin, device=self._device), encoded, None)
            silence = torch.softmax(first, -1)[:, tokens.silence].tolist() if tokens.silence is not None else [0.0] * len(asks)
            languages = self._languages(first, asks)
            looks.clear()
            rows, chances = self._greedy(encoded, cache, languages, self._limits(asks))
            frames = [max(1, ask.pcm.size // SAMPLES_A_FRAME) for ask in asks]
            attention = looks.attention(cache, [len(row) + 1 for row in rows], frames)
        return [
            Heard(
                words_of(rows[n], chances[n], _samples(attention[n], len(rows[n]), ask.pcm.size), self._text),
                tag="" if self._spoken else tokens.names.get(languages[n], ""),
                silence=silence[n],
            )
            for n, ask in enumerate(asks)
        ]

    def _text(self, tokens: list[int]) -> str:
        return str(self._tokenizer.decode(tokens, clean_up_tokenization_spaces=False))

    def _decode(self, inputs: torch.Tensor, encoded: torch.Tensor, cache: Any) -> tuple[torch.Tensor, Any]:
        """Logits after the last of `inputs` (rows, tokens), as float32; and the cache for the next."""
        out = self._model.model.decoder(input_ids=inputs, encoder_hidden_states=encoded, past_key_values=cache, use_cache=True)
        return self._model.proj_out(out.last_hidden_state[:, -1]).float(), out.past_key_values

    def _languages(self, logits: torch.Tensor, asks: Sequence[Ask]) -> list[int]:
        """The token of each row's language; -1 where the model has none."""
        named = {name: token for token, name in self._tokens.names.items()}
        found = []
        for row, ask in zip(logits, asks, strict=True):
            wanted = [self._spoken] if self._spoken else [tag for language in ask.languages for tag in TAGS[language]]
            some = [named[tag] for tag in dict.fromkeys(wanted) if tag in named]
            found.append(some[int(row[some].argmax())] if some else -1)
        return found

    def _limits(self, asks: Sequence[Ask]) -> list[int]:
        room = self._model.config.max_target_positions - 4
        return [min(room, 8 + TOKENS_A_SECOND * ask.pcm.size // RATE) for ask in asks]

    def _greedy(
        self, encoded: torch.Tensor, cache: Any, languages: list[int], limits: list[int]
    ) -> tuple[list[list[int]], list[list[float]]]:
        """The likeliest token, again and again. Of each row: its tokens, and their log probabilities."""
        tokens = self._tokens
        prompt = [[*([language, tokens.transcribe] if language >= 0 else []), tokens.untimed] for language in languages]
        inputs = torch.tensor(prompt, device=self._device)
        rows: list[list[int]] = [[] for _ in languages]
        chances: list[list[float]] = [[] for _ in languages]
        open_rows = set(range(len(languages)))
        for step in range(max(limits) + 1):
            logits, cache = self._decode(inputs, encoded, cache)
            logits += tokens.first_bias if not step else tokens.bias
            sure, best = torch.log_softmax(logits, -1).max(-1)
            for row, (token, chance) in enumerate(zip(best.tolist(), sure.tolist(), strict=True)):
                if row in open_rows:
                    if token == tokens.end or len(rows[row]) >= limits[row]:
                        open_rows.discard(row)
                    else:
                        rows[row].append(token)
                        chances[row].append(chance)
            if not open_rows:
                break
            inputs = best[:, None]
        return rows, chances


@dataclass(frozen=True, slots=True)
class _Tokens:
    """Tokens that mean something to the loop, and what is never to be said."""

    begin: int
    end: int
    transcribe: int
    untimed: int
    silence: int | None
    names: dict[int, str]
    """Tokens of languages: hi, en…; empty: the model has only one."""
    bias: torch.Tensor
    first_bias: torch.Tensor

    @classmethod
    def of(cls, tokenizer: Any, model: Any) -> "_Tokens":
        """CheckpointUnfit if the tokenizer lacks one."""
        known = tokenizer.get_vocab()
        size = model.config.vocab_size
        try:
            begin, end, untimed = (known[f"<|{name}|>"] for name in ("startoftranscript", "endoftext", "notimestamps"))
        except KeyError as error:
            raise CheckpointUnfit(f"the tokenizer has no {error}: not one of Whisper's") from error
        if sum(1 for token in known.values() if token < end) < max(end, LETTERS):
            raise CheckpointUnfit("the tokenizer has no text: its vocabulary is missing")
        if max(known.values()) >= size:
            raise CheckpointUnfit(
                f"the tokenizer has {max(known.values()) + 1} tokens, the model {size}: they are not of one checkpoint"
            )
        names = {known[f"<|{tag}|>"]: tag for tag in ("hi", "en", "pa") if f"<|{tag}|>" in known}
        settings = model.generation_config
        bias = torch.zeros(size, device=model.device)
        bias[end + 1 :] = -torch.inf  # whatever comes after it is a mark, not text
        bias[
            [token for token in getattr(settings, "suppress_tokens", None) or [] if 0 <= token < size and token != end]
        ] = -torch.inf
        first = bias.clone()
        first[[token for token in getattr(settings, "begin_suppress_tokens", None) or [] if 0 <= token < size]] = -torch.inf
        silence = known.get("<|nospeech|>", known.get("<|nocaptions|>"))
        return cls(
            begin, end, known.get("<|transcribe|>", -1), untimed, silence, names if "<|transcribe|>" in known else {}, bias, first
        )


class _Looks:
    """What the decoder's alignment heads look at in the sound: their queries are kept as they pass, the keys are in the cache."""

    def __init__(self, model: Any) -> None:
        decoder = model.model.decoder
        heads = getattr(model.generation_config, "alignment_heads", None)
        half, count = len(decoder.layers) // 2, decoder.config.decoder_attention_heads
        chosen = heads or [(layer, head) for layer in range(half, len(decoder.layers)) for head in range(count)]
        self._heads = {layer: [head for at, head in chosen if at == layer] for layer in sorted({layer for layer, _ in chosen})}
        self._queries: dict[int, list[torch.Tensor]] = {layer: [] for layer in self._heads}
        self._layers = decoder.layers

    @contextlib.contextmanager
    def watched(self) -> Iterator["_Looks"]:
        """While the decoder runs."""
        self.clear()
        hooks = [
            self._layers[layer].encoder_attn.q_proj.register_forward_hook(
                lambda _module, _inputs, query, kept=kept: kept.append(query[:, -1])
            )
            for layer, kept in self._queries.items()
        ]
        try:
            yield self
        finally:
            for hook in hooks:
                hook.remove()
            self.clear()

    def clear(self) -> None:
        for kept in self._queries.values():
            kept.clear()

    def attention(self, cache: Any, tokens: Sequence[int], frames: Sequence[int]) -> list[Floats]:
        """Of each row: (its tokens, its frames), the mean over the heads."""
        found: list[list[torch.Tensor]] = [[] for _ in frames]
        for layer, heads in self._heads.items():
            attn = self._layers[layer].encoder_attn
            query = torch.stack(self._queries[layer], 1) * attn.scaling
            query = query.view(*query.shape[:2], attn.num_heads, attn.head_dim)[:, :, heads].transpose(1, 2).float()
            keys = cache.cross_attention_cache.layers[layer].keys[:, heads].float()
            for row, (said, count) in enumerate(zip(tokens, frames, strict=True)):
                found[row].append(torch.softmax(query[row, :, :said] @ keys[row, :, :count].transpose(1, 2), -1))
        return [_smooth(torch.cat(some)).cpu().numpy() for some in found]


def _smooth(weights: torch.Tensor) -> torch.Tensor:
    """(heads, tokens, frames) -> (tokens, frames): where a token looks more than the others do."""
    mean, spread = weights.mean(1, keepdim=True), weights.std(1, keepdim=True, correction=0)
    even = (weights - mean) / spread.clamp_min(1e-6)
    edge = min(MEDIAN // 2, even.shape[-1] - 1)
    padded = torch.nn.functional.pad(even, (edge, edge), mode="reflect") if edge else even
    return padded.unfold(-1, 2 * edge + 1, 1).median(-1).values.mean(0)


def _samples(attention: Floats, tokens: int, size: int) -> list[int]:
    """The first sample of each token, and the end of the last: of the row that said "that is all", if it came to that."""
    firsts = first_frames(attention)
    return [min(size, first * SAMPLES_A_FRAME) for first in firsts[:tokens]] + [
        min(size, firsts[tokens] * SAMPLES_A_FRAME) if len(firsts) > tokens > 0 else size
    ]


def load_whisper(folder: Path, device: Device = "auto", precision: Precision = "auto", *, spoken: str = "") -> Whisper:
    """CheckpointUnfit, DeviceMissing, DeviceFull."""
    import transformers

    kind = read_json(folder / "config.json").get("model_type")
    if kind != "whisper":
        raise CheckpointUnfit(f"{folder} holds a checkpoint of {kind!r}, not of Whisper: see hearing.model and engines.stt")
    torch.set_num_threads(1)
    where = device_of(device, "hearing")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        with room_for("hearing"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _made(folder, where, precision_of(precision, where), spoken)
    except CheckpointUnfit:
        raise
    except (*_DAMAGED, *_SENSELESS) as error:
        raise CheckpointUnfit(
            f"{folder} can't be read as a checkpoint of Whisper ({error}): fetch it again (bin/haazir models fetch)"
        ) from error


def _made(folder: Path, device: torch.device, precision: torch.dtype, spoken: str) -> Whisper:
    import transformers

    processor = transformers.WhisperProcessor.from_pretrained(folder, local_files_only=True)
    model, loaded = transformers.WhisperForConditionalGeneration.from_pretrained(
        folder, local_files_only=True, dtype=precision, output_loading_info=True
    )
    if lacking := sorted({*loaded["missing_keys"], *map(str, loaded["mismatched_keys"])} - {"proj_out.weight"}):
        raise CheckpointUnfit(
            f"{folder} lacks {len(lacking)} weights, {lacking[0]} among them: fetch it again (bin/haazir models fetch)"
        )
    return Whisper(model.to(device), processor, spoken)
