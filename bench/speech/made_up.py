"""Models with random weights, whose steps take as long as real ones': of the real checkpoints' shapes, or tiny."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from msgspec.structs import replace

from core.checkpoints import CheckpointMissing, chosen, path_of, usual, voice_model
from core.engines import Device, Precision
from core.settings import Settings
from media_server.device import precision_of
from media_server.stt.nemo import loading
from media_server.stt.nemo.slots import computer
from media_server.tts.parler import weights
from media_server.tts.parler.configuration import Configuration, Sampling
from media_server.tts.parler.dac import Dac, Shape
from media_server.tts.parler.decoder import Decoder
from training.tiny_stt.model import configuration

NEVER_ENDS = Sampling(least_columns=1 << 30)
"""Random weights end a clause at random; a measurement wants it to go on."""
TINY = Configuration(
    layers=2, hidden=64, heads=4, ffn=128, vocabulary=1088, prompt_vocabulary=128, positions=1024, sampling=NEVER_ENDS
)
REAL = Configuration(sampling=NEVER_ENDS)
TINY_DAC = Shape(latent=32, channels=64)
_TEXT = "mera order kahan hai where is my order paisa wapas kab milega please call me back tomorrow payment nahi hua"


@dataclass(frozen=True, slots=True)
class Ears:
    model: loading.Model
    name: str
    """Of the checkpoint that it is, or has the shape of."""
    random: bool


@dataclass(frozen=True, slots=True)
class Mouth:
    decoder: Decoder
    dac: Dac
    name: str
    random: bool = True


def ears(settings: Settings, device: torch.device, precision: Precision, real: bool) -> Ears:
    """The recogniser: the settings' checkpoint if it is here, else random weights of the usual one's shape; tiny: what ships."""
    name = (settings.hearing.model or usual("nemo").name) if real else "tiny"
    try:
        path = chosen(settings, "nemo", name) if real else path_of(settings, name)
        return Ears(loading.load(path, _kind(device), precision), name, random=False)
    except CheckpointMissing:
        with loading.quietly():
            net = _nemo(settings.home / "cache" / "bench", real)
        model = loading.ready(net, device, precision_of(precision, device))
        computer(model).max_symbols = 1  # random weights say as many tokens a frame as they may; people, half a one
        return Ears(model, name, random=True)


def mouth(settings: Settings, device: torch.device, precision: Precision, real: bool) -> Mouth:
    """The voice, with random weights: a real checkpoint's steps take as long. Of the shape of the settings' checkpoint if it is
    here, else of the usual one's; tiny. CheckpointError: that is no voice of Parler's."""
    dtype = precision_of(precision, device)
    name = (voice_model(settings, "parler") or usual("parler").name) if real else "tiny"
    own = _own_voice(settings, name) if real else None
    with torch.device(device):
        decoder = Decoder(replace(own.configuration, sampling=NEVER_ENDS) if own else REAL if real else TINY)
        dac = weights.dac(own, device) if own else Dac(Shape() if real else TINY_DAC)
    decoder.prompts = decoder.prompts.cpu()
    return Mouth(decoder.to(dtype).eval(), dac.eval(), name)  # the codec in float32: so the worker runs it


def _own_voice(settings: Settings, name: str) -> weights.Checkpoint | None:
    try:
        return weights.Checkpoint(chosen(settings, "parler", name))
    except CheckpointMissing:
        return None


def _nemo(folder: Path, real: bool) -> Any:
    """NeMo's model, of the shape of nemotron-3.5 (24 layers of 1024, 0.6 B) or of the model that ships (4 of 144)."""
    from nemo.collections.asr.models.rnnt_bpe_models_prompt import EncDecRNNTBPEModelWithPrompt
    from omegaconf import OmegaConf

    vocabulary = 13_000 if real else 256
    _tokens(folder, vocabulary)
    told = configuration(folder)
    if real:
        told["model_defaults"] |= {"enc_hidden": 1024, "pred_hidden": 640, "joint_hidden": 640}
        told["preprocessor"] |= {"features": 128}
        told["encoder"] |= {"feat_in": 128, "n_layers": 24, "d_model": 1024, "n_heads": 8, "subsampling_conv_channels": 256}
        told["decoder"]["prednet"] |= {"pred_hidden": 640, "pred_rnn_layers": 2}
        told["joint"]["jointnet"] |= {"joint_hidden": 640}
    torch.manual_seed(5)
    return EncDecRNNTBPEModelWithPrompt(OmegaConf.create(told))


def _tokens(folder: Path, vocabulary: int) -> None:
    """A tokenizer of so many pieces; all but some hundred are made up."""
    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_TEXT.split()),
        model_prefix=str(folder / "tokenizer"),
        vocab_size=vocabulary,
        model_type="bpe",
        bos_id=-1,
        eos_id=-1,
        user_defined_symbols=[f"<{number}>" for number in range(vocabulary - 48)],
        num_threads=1,
        minloglevel=2,
        hard_vocab_limit=False,
    )
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    names = [pieces.id_to_piece(number) for number in range(pieces.get_piece_size())]
    (folder / "vocab.txt").write_text("\n".join(name.replace("▁", "##", 1) for name in names[1:]))


def _kind(device: torch.device) -> Device:
    return "cuda" if device.type == "cuda" else "cpu"
