"""A checkpoint becomes a model that can step: NeMo is imported here and nowhere else.

path ──what does it say of itself?──> restored ──> device, precision, greedy decoder ──> Model
"""

import contextlib
import logging
import tarfile
import warnings
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import torch
import yaml  # type: ignore[import-untyped]

from core.audio import RATE
from core.checkpoints import CheckpointUnfit
from core.engines import Device, Precision
from media_server.device import device_of, lacks_memory, precision_of, room_for

WINDOW, HOP = 400, 160
"""Samples of a mel frame, and from one to the next: 25 and 10 ms, of every NVIDIA model of this family."""
LONGEST_CHUNK_MS = 560
"""Longer ones are in the menu of checkpoints, but nobody waits that long in a conversation."""
_LONGEST = RATE * LONGEST_CHUNK_MS // 1000
MAX_SYMBOLS = 10
"""Tokens of one 80 ms frame; greedy decoding goes on to the next frame after so many."""

_NORMALISED = ("NA", None, False)
"""Settings of the mel front end that need no more than the frame itself."""
_DECODING = {
    "strategy": "greedy_batch",
    "greedy": {
        "max_symbols": MAX_SYMBOLS,
        "loop_labels": True,
        "use_cuda_graph_decoder": True,
        "enable_per_stream_biasing": True,
    },
    "confidence_cfg": {
        "preserve_frame_confidence": True,
        "exclude_blank": True,
        "method_cfg": {"name": "max_prob", "alpha": 1.0},
    },
}


@dataclass(frozen=True, slots=True)
class Model:
    """A streaming RNNT with a language prompt."""

    net: Any
    """nemo.collections.asr.models.EncDecRNNTBPEModelWithPrompt, or its hybrid with a CTC head that is not used."""
    device: torch.device
    precision: torch.dtype
    """Of the encoder and its caches. Mel, prompt and decoder stay float32: they are small, and NeMo's graphs want it so."""
    pieces: tuple[str, ...]
    """What each token spells, "▁" before a word's first."""
    prompts: Mapping[str, int]
    """"hi-IN", "en-US", "auto"… -> its place in the one-hot vector."""
    left: int
    """Frames of left context that the encoder keeps, the same for every chunk."""
    frame: int
    """Samples that one frame of the encoder stands for: 1280, 80 ms."""
    chunks: tuple[int, ...]
    """Frames that may be taken at a time, shortest first."""


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """NeMo and what it imports warn by the dozen, of themselves and of what is not there; what it raises is all that counts."""
    logging.getLogger("nv_one_logger").setLevel(logging.ERROR)  # says, once imported, that it sends nothing to anybody
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import nemo.utils  # noqa: F401  # it sets levels of its own when it is imported

        logging.getLogger("nemo_logger").setLevel(logging.ERROR)  # its own `setLevel` also sets handlers of others (pytest's)
        yield


def nemo_version() -> str:
    """Of the one that is installed."""
    with quietly():
        import nemo

    return str(nemo.__version__)


def decoding_state_class() -> Any:
    """NeMo's container of what its batched decoder takes and gives."""
    from nemo.collections.asr.parts.submodules.transducer_decoding.label_looping_base import BatchedLabelLoopingState

    return BatchedLabelLoopingState


def load(path: Path, device: Device = "auto", precision: Precision = "auto") -> Model:
    """The model of a `.nemo` file, ready to step. CheckpointUnfit: it is damaged, or no streaming RNNT with prompts;
    DeviceMissing, DeviceFull."""
    told = _told(path)
    _look(path, told)
    where = device_of(device, "hearing")
    with quietly(), room_for("hearing"):
        from hydra.errors import InstantiationException
        from nemo.collections.asr.models import ASRModel
        from omegaconf.errors import OmegaConfBaseException

        try:
            net = ASRModel.restore_from(str(path), map_location=where)
        except (RuntimeError, KeyError, TypeError, ValueError, OSError, EOFError, tarfile.TarError) as error:
            _does_not_restore(path, told, error)
        except (InstantiationException, OmegaConfBaseException, AttributeError, ImportError) as error:
            _does_not_restore(path, told, error)
        return ready(net, where, precision_of(precision, where))


def ready(net: Any, device: torch.device, precision: torch.dtype) -> Model:
    """A model that NeMo has built, made ready to step. It is changed in place."""
    with quietly():
        from nemo.core.classes.common import typecheck
        from omegaconf import OmegaConf

        typecheck.set_typecheck_enabled(False)  # a tenth of a small model's step
        net.change_decoding_strategy(OmegaConf.create(_DECODING), verbose=False)
    if device.type == "cpu":
        torch.set_num_threads(1)  # two, on a busy machine, spin for each other: a step of 20 ms took up to 16 s
    net.eval().requires_grad_(False).to(device)
    net.encoder.to(precision)
    encoder = net.encoder
    frame = HOP * encoder.subsampling_factor
    rights = [right for _, right in encoder.att_context_size_all if (right + 1) * frame <= _LONGEST]
    tokenizer = net.tokenizer.tokenizer
    return Model(
        net=net,
        device=device,
        precision=precision,
        pieces=tuple(tokenizer.id_to_piece(number) for number in range(tokenizer.get_piece_size())),
        prompts=dict(net.cfg.model_defaults.prompt_dictionary),
        left=encoder.att_context_size_all[0][0],
        frame=frame,
        chunks=tuple(sorted(right + 1 for right in rights)),
    )


def _told(path: Path) -> dict[str, Any]:
    """What the checkpoint says of itself: the model_config.yaml in it."""
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                if Path(member.name).name == "model_config.yaml" and (file := archive.extractfile(member)) is not None:
                    return dict(yaml.safe_load(file.read()))
    except (OSError, EOFError, tarfile.TarError, zlib.error, yaml.YAMLError, ValueError, TypeError) as error:
        first = str(error).split("\n", 1)[0]
        raise CheckpointUnfit(f"{path} is not a whole .nemo file ({first}): fetch it again (bin/haazir models fetch)") from error
    raise CheckpointUnfit(f"{path} has no model_config.yaml in it: it is no .nemo file, or the transfer was cut short")


def _look(path: Path, told: Mapping[str, Any]) -> None:
    """CheckpointUnfit if it is plainly something else, before minutes are spent on restoring it."""
    kind = str(told.get("target", "an unnamed class")).rsplit(".", 1)[-1]
    encoder, front = told.get("encoder") or {}, told.get("preprocessor") or {}
    if not kind.startswith("EncDec") or not kind.endswith("WithPrompt") or "RNNT" not in kind:
        _unfit(path, f"holds a {kind}, not an RNNT with language prompts")
    if not (told.get("model_defaults") or {}).get("prompt_dictionary"):
        _unfit(path, "has no dictionary of language prompts")
    contexts = encoder.get("att_context_size")
    pairs = isinstance(contexts, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(frames, int) for frames in pair) for pair in contexts
    )
    if encoder.get("att_context_style") != "chunked_limited" or not contexts or not pairs:
        _unfit(path, "hears whole utterances: its encoder was not trained for chunks (att_context_style chunked_limited)")
    if len({left for left, _ in contexts}) != 1:
        _unfit(path, "keeps another left context for each chunk, so a call could not change from one to the other")
    if front.get("normalize") not in _NORMALISED:
        _unfit(path, f"normalises over the whole utterance (normalize: {front['normalize']}), which a live call does not have")
    frame = HOP * (encoder.get("subsampling_factor") or 1)
    if all((right + 1) * frame > _LONGEST for _, right in contexts):
        _unfit(path, f"has no chunk of {LONGEST_CHUNK_MS} ms or less: nobody waits that long in a conversation")
    rate, window, hop = front.get("sample_rate"), front.get("window_size"), front.get("window_stride")
    if (rate, window, hop) != (RATE, WINDOW / RATE, HOP / RATE):
        _unfit(
            path, f"wants sound at {rate} Hz in windows of {window} s every {hop} s; calls are heard at 16 kHz, 25 ms every 10"
        )


def _unfit(path: Path, why: str) -> NoReturn:
    raise CheckpointUnfit(
        f"{path} {why}. The engine `nemo` needs a cache-aware streaming model with prompts: see `bin/haazir models list`"
    )


def _does_not_restore(path: Path, told: Mapping[str, Any], error: Exception) -> NoReturn:
    if lacks_memory(error):
        raise error  # `load` says whose fault that is
    made_by, here = str(told.get("nemo_version", "an unknown version")), nemo_version()
    first = str(error).strip().split("\n", 1)[0][:300]
    if made_by.split(".")[0] != here.split(".")[0]:
        raise CheckpointUnfit(
            f"{path} was made by NeMo {made_by} and can't be restored by {here}, which is installed ({first}): "
            f"take a checkpoint for NeMo {here.split('.')[0]}, or convert it with the NeMo that made it"
        ) from error
    raise CheckpointUnfit(
        f"{path} can't be restored ({type(error).__name__}: {first}): fetch it again, or take another"
    ) from error
