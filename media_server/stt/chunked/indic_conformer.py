"""ai4bharat/indic-conformer-600m-multilingual as it ships: one encoder for 22 Indian languages, and heads for each.

    windows ──log_mel──> encoder.onnx ─┬─> ctc_decoder.onnx: all languages' tokens at once ──> which language; a quick guess
                                       └─> joint_enc + rnnt_decoder, joint_pred ─> joint_pre_net ─> joint_post_net_pa ──> Final

Through onnxruntime, from the repository's folder; its Python and TorchScript are not run. It does not speak English.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as onnx_errors

from core.audio import RATE, Pcm
from core.checkpoints import CheckpointUnfit, read_json
from core.engines import Device
from core.languages import Language
from media_server.device import DeviceFull, DeviceMissing, lacks_memory, room_for
from media_server.stt.chunked.mel import BANDS, HOP, log_mel
from media_server.stt.chunked.spelling import Alphabet, best_path, fit, words_of
from media_server.stt.chunked.transducer import Transducer
from media_server.stt.chunked.words import Ask, Heard, Word

LONGEST_S = 15
"""It was trained on sounds up to about that; past 18 s it drops words (facts/hearing.md)."""
SHORTEST = RATE // 2
"""Samples: shorter sound gets silence around it, or a single word has no context to be evened out against."""
OURS: Mapping[Language, str] = {"hi-Latn": "hi", "hi": "hi", "en": "hi", "pa": "pa"}
"""What it writes a site's languages in: Hinglish comes out in Devanagari, English words too."""

Floats = npt.NDArray[np.float32]
_ERRORS = tuple(
    kind for kind in vars(onnx_errors).values() if isinstance(kind, type) and issubclass(kind, Exception)
)  # onnxruntime's have no class in common
_CUDA = {"cudnn_conv_algo_search": "HEURISTIC", "cudnn_conv1d_pad_to_nc1d": "1", "arena_extend_strategy": "kSameAsRequested"}
"""The default search tries every convolution anew for each length of window that it has not seen, for many seconds."""


@dataclass(frozen=True, slots=True)
class Graph:
    """One ONNX file. Inputs and outputs go by their place: some are named by whatever the export counted to ("162")."""

    session: Any
    names: tuple[str, ...]
    axes: tuple[int, ...]
    """Of each input and output: where its rows are."""
    single: bool
    """It was exported for one row at a time."""

    def __call__(self, *values: npt.NDArray[Any]) -> list[Any]:
        """RuntimeError, MemoryError."""
        rows = values[0].shape[self.axes[0]]
        if not self.single or rows == 1:
            return self._run(values)
        each = [
            self._run([np.take(value, [row], axis) for value, axis in zip(values, self.axes, strict=False)])
            for row in range(rows)
        ]
        return [np.concatenate(parts, axis) for parts, axis in zip(zip(*each, strict=True), self.axes, strict=False)]

    def _run(self, values: Sequence[npt.NDArray[Any]]) -> list[Any]:
        try:
            return list(self.session.run(None, dict(zip(self.names, values, strict=True))))
        except _ERRORS as error:
            if lacks_memory(error):
                raise MemoryError(str(error)) from error
            raise RuntimeError(str(error)) from error


class IndicConformer:
    """FullContext. Finals come from the RNNT head where the folder has it, guesses from the CTC head."""

    name = "indic-conformer"

    def __init__(
        self, encoder: Graph, ctc: Graph, alphabets: Mapping[str, Alphabet], rnnt: Transducer | None, *, batch: int
    ) -> None:
        self._encoder, self._ctc, self._rnnt = encoder, ctc, rnnt
        self._alphabets = alphabets
        self.longest = LONGEST_S * RATE
        self.batch = batch
        probe = np.zeros((1, BANDS, 1600), np.float32)  # also the first run, which is the slow one
        encoded, _ = encoder(probe, np.array([1600], np.int64))
        self._frame = HOP * round(1600 / encoded.shape[2])
        """Samples of one frame of the encoder: 80 ms, or 40 in some exports."""

    def hear(self, asks: Sequence[Ask]) -> list[Heard]:
        padded = [_padded(ask.pcm) for ask in asks]
        features = [log_mel(pcm) for pcm, _ in padded]
        lengths = np.array([feature.shape[1] for feature in features], np.int64)
        together = np.zeros((len(asks), features[0].shape[0], int(lengths.max())), np.float32)
        for row, feature in enumerate(features):
            together[row, :, : feature.shape[1]] = feature
        encoded, counts = self._encoder(together, lengths)
        logits = self._ctc(encoded)[0]
        tags = [self._tag(ask, logits[row, : counts[row]]) for row, ask in enumerate(asks)]
        spoken = [best_path(logits[row, : counts[row]], self._alphabets[tag]) for row, tag in enumerate(tags)]
        better = self._rnnt.ends if self._rnnt is not None else ()
        for tag in sorted(set(tags).intersection(better)):
            rows = [row for row, ask in enumerate(asks) if tags[row] == tag and ask.final]
            if rows and self._rnnt is not None:
                for row, found in zip(rows, self._rnnt.hear(tag, encoded[rows], counts[rows]), strict=True):
                    spoken[row] = found
        return [
            Heard(
                _unpadded(words_of(spoken[row], self._alphabets[tag], self._frame), padded[row][1], asks[row].pcm.size),
                tag=tag,
                guess=tag in better and not asks[row].final,
            )
            for row, tag in enumerate(tags)
        ]

    def _tag(self, ask: Ask, logits: Floats) -> str:
        """The likeliest of the site's languages."""
        some = [tag for tag in dict.fromkeys(OURS[language] for language in ask.languages) if tag in self._alphabets]
        if len(some) == 1:
            return some[0]
        return max(some or self._alphabets, key=lambda tag: fit(logits, self._alphabets[tag]))


def _padded(pcm: Pcm) -> tuple[Pcm, int]:
    """The same with silence around it, if it is short; and how much is in front."""
    lack = max(0, SHORTEST - pcm.size)
    return np.pad(pcm, (lack // 2, lack - lack // 2)), lack // 2


def _unpadded(words: Sequence[Word], front: int, size: int) -> tuple[Word, ...]:
    """Times of the padded sound -> of the sound."""
    return tuple(
        Word(
            word.text,
            start := min(max(0, word.start - front), size - 1),
            min(max(start + 1, word.end - front), size),
            word.confidence,
        )
        for word in words
    )


def load_indic_conformer(folder: Path, device: Device = "auto") -> IndicConformer:
    """CheckpointUnfit if the folder has not what the repository has; DeviceMissing, DeviceFull."""
    settings = read_json(folder / "config.json")
    if settings.get("model_type", "iasr") != "iasr":
        raise CheckpointUnfit(f"{folder} holds a checkpoint of {settings['model_type']!r}, not of indic-conformer")
    providers = _providers(device)
    try:
        with room_for("hearing"):
            return _made(folder / "assets", settings, providers)
    except CheckpointUnfit:
        raise
    except (RuntimeError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise CheckpointUnfit(
            f"{folder}: its parts don't fit together ({error}): fetch it again (bin/haazir models fetch)"
        ) from error


def _made(assets: Path, settings: Mapping[str, Any], providers: list[Any]) -> IndicConformer:
    blank = int(settings.get("BLANK_ID", 256))
    alphabets = _alphabets(assets, blank)
    encoder = _open(assets / "encoder.onnx", providers, inputs=2, outputs=2)
    ctc = _open(assets / "ctc_decoder.onnx", providers)
    made = IndicConformer(
        encoder, ctc, alphabets, _rnnt(assets, settings, sorted(alphabets)), batch=16 if len(providers) > 1 else 4
    )
    made.hear([Ask(np.zeros(RATE, np.int16), (language,), final=True) for language in ("hi", "pa")])  # the first run is slow
    return made


def _alphabets(assets: Path, blank: int) -> dict[str, Alphabet]:
    tokens, masks = read_json(assets / "vocab.json"), read_json(assets / "language_masks.json")
    alphabets = {}
    for tag in dict.fromkeys(OURS.values()):
        if tag not in tokens or tag not in masks:
            continue
        columns = np.flatnonzero(np.asarray(masks[tag], np.bool_))
        if columns.size != blank + 1 or len(tokens[tag]) < blank:
            raise CheckpointUnfit(
                f"{assets}: {len(tokens[tag])} tokens of {tag!r} and {columns.size} columns, {blank + 1} are meant"
            )
        alphabets[tag] = Alphabet(tuple(tokens[tag][:blank]), columns)
    if not alphabets:
        raise CheckpointUnfit(f"{assets}/vocab.json has neither Hindi nor Punjabi")
    return alphabets


def _rnnt(assets: Path, settings: Mapping[str, Any], tags: Sequence[str]) -> Transducer | None:
    """The RNNT head; None where the folder has only the CTC head. Its graphs are small and run on the CPU: thousands of steps."""
    if not (assets / "rnnt_decoder.onnx").exists():
        return None
    cpu = _providers("cpu")
    ends = {tag: assets / f"joint_post_net_{tag}.onnx" for tag in tags}
    return Transducer(
        encoded=_open(assets / "joint_enc.onnx", cpu),
        predict=_open(assets / "rnnt_decoder.onnx", cpu, inputs=4, outputs=4, axes=(0, 0, 1, 1)),
        predicted=_open(assets / "joint_pred.onnx", cpu),
        join=_open(assets / "joint_pre_net.onnx", cpu),
        ends={tag: _open(file, cpu) for tag, file in ends.items() if file.exists()},
        begin=int(settings.get("SOS", 5632)),
        layers=int(settings.get("PRED_RNN_LAYERS", 2)),
        width=int(settings.get("PRED_RNN_HIDDEN_DIM", 640)),
        most=int(settings.get("RNNT_MAX_SYMBOLS", 10)),
    )


def _providers(device: Device) -> list[Any]:
    there = "CUDAExecutionProvider" in onnxruntime.get_available_providers()
    if device == "cuda" and not there:
        raise DeviceMissing("hearing", "this onnxruntime has no CUDA (onnxruntime-gpu in its place has)")
    cuda = [("CUDAExecutionProvider", _CUDA)] if there and device != "cpu" else []
    return [*cuda, "CPUExecutionProvider"]


def _open(file: Path, providers: list[Any], *, inputs: int = 1, outputs: int = 1, axes: tuple[int, ...] = (0, 0)) -> Graph:
    """CheckpointUnfit if it is not there, not whole, or not the graph that belongs there."""
    if not file.exists():
        raise CheckpointUnfit(f"{file.parent} lacks {file.name}: fetch the checkpoint again (bin/haazir models fetch)")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = max(1, (os.cpu_count() or 1) // 2)
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the cores belong to calls
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(str(file), options, providers=providers)
    except _ERRORS as error:
        if lacks_memory(error):
            raise DeviceFull("hearing", error) from error
        first = str(error).strip().split("\n", 1)[0][:300]
        raise CheckpointUnfit(f"{file} can't be opened ({first}): fetch it again (bin/haazir models fetch)") from error
    found, given = session.get_inputs(), session.get_outputs()
    if (len(found), len(given)) != (inputs, outputs):
        raise CheckpointUnfit(
            f"{file} takes {len(found)} arrays and gives {len(given)}, not {inputs} and {outputs}: another model's"
        )
    return Graph(session, tuple(one.name for one in found), axes, single=found[0].shape[0] == 1)
