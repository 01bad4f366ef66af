"""The model: NVIDIA's cache-aware streaming FastConformer-RNNT with a language prompt, 4 layers of 144, built by NeMo.

The same class, left context and chunk menu as nvidia/nemotron-3.5-asr-streaming-0.6b, so that the engine cannot tell them apart.
"""

import warnings
from pathlib import Path
from typing import Any

import sentencepiece
import torch
from torch import Tensor, nn

MEL_BANDS = 80
D_MODEL = 144
LAYERS = 4
SUBSAMPLING = 8
VOCABULARY = 256
LEFT, LOOK_AHEADS = 56, (13, 6, 3, 1, 0)
LOOK_AHEAD_SHARES = (0.15, 0.15, 0.2, 0.3, 0.2)
"""How often each is trained with: a chunk is 80 ms times one more."""
PROMPTS = {"en-US": 0, "hi-IN": 1, "pa-IN": 2, "auto": 3}
PROMPT_OF = {"en": "en-US", "hi": "hi-IN", "pa": "pa-IN"}


def train_tokens(lines: list[str], folder: Path) -> None:
    """`folder`/tokenizer.model, and its vocabulary as NeMo wants it beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "text.txt").write_text("\n".join(lines))
    sentencepiece.SentencePieceTrainer.train(
        input=str(folder / "text.txt"),
        model_prefix=str(folder / "tokenizer"),
        vocab_size=VOCABULARY,
        model_type="bpe",
        character_coverage=1.0,
        bos_id=-1,
        eos_id=-1,
        num_threads=1,
        minloglevel=2,
    )
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    names = [pieces.id_to_piece(number) for number in range(pieces.get_piece_size())]
    (folder / "vocab.txt").write_text("\n".join(name.replace("▁", "##", 1) for name in names[1:]))


def configuration(tokens: Path) -> dict[str, Any]:
    """NeMo's, as a plain dictionary."""
    return {
        "target": "nemo.collections.asr.models.rnnt_bpe_models_prompt.EncDecRNNTBPEModelWithPrompt",
        "sample_rate": 16_000,
        "subsampling_factor": SUBSAMPLING,
        "tokenizer": {"dir": str(tokens), "type": "bpe"},
        "model_defaults": {
            "enc_hidden": D_MODEL,
            "pred_hidden": D_MODEL,
            "joint_hidden": D_MODEL,
            "num_prompts": len(PROMPTS),
            "prompt_dictionary": PROMPTS,
            "initialize_prompt_feature": True,
        },
        "preprocessor": _preprocessor(),
        "encoder": _encoder(),
        "decoder": {
            "_target_": "nemo.collections.asr.modules.RNNTDecoder",
            "normalization_mode": None,
            "random_state_sampling": False,
            "blank_as_pad": True,
            "prednet": {"pred_hidden": D_MODEL, "pred_rnn_layers": 1, "t_max": None, "dropout": 0.2},
        },
        "joint": {
            "_target_": "nemo.collections.asr.modules.RNNTJoint",
            "log_softmax": None,
            "preserve_memory": False,
            "fuse_loss_wer": False,
            "fused_batch_size": -1,
            "jointnet": {"joint_hidden": D_MODEL, "activation": "relu", "dropout": 0.0},
        },
        "decoding": {"strategy": "greedy_batch", "greedy": {"max_symbols": 10}},
        "loss": {"loss_name": "pytorch"},
    }


def _preprocessor() -> dict[str, Any]:
    return {
        "_target_": "nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor",
        "sample_rate": 16_000,
        "normalize": "NA",  # nothing that needs the whole utterance
        "window_size": 0.025,
        "window_stride": 0.01,
        "window": "hann",
        "features": MEL_BANDS,
        "n_fft": 512,
        "log": True,
        "frame_splicing": 1,
        "dither": 0.0,
        "pad_to": 0,
    }


def _encoder() -> dict[str, Any]:
    return {
        "_target_": "nemo.collections.asr.modules.ConformerEncoder",
        "feat_in": MEL_BANDS,
        "feat_out": -1,
        "n_layers": LAYERS,
        "d_model": D_MODEL,
        "subsampling": "dw_striding",
        "subsampling_factor": SUBSAMPLING,
        "subsampling_conv_channels": 64,
        "causal_downsampling": True,
        "ff_expansion_factor": 4,
        "self_attention_model": "rel_pos",
        "n_heads": 4,
        "att_context_size": [[LEFT, right] for right in LOOK_AHEADS],
        "att_context_style": "chunked_limited",
        "att_context_probs": list(LOOK_AHEAD_SHARES),
        "xscaling": False,
        "untie_biases": True,
        "pos_emb_max_len": 5000,
        "conv_kernel_size": 9,
        "conv_norm_type": "layer_norm",
        "conv_context_size": "causal",
        "dropout": 0.0,  # a sixth of the time of a step on a CPU; features are varied instead (train.py)
        "dropout_pre_encoder": 0.0,
        "dropout_emb": 0.0,
        "dropout_att": 0.0,
    }


def build(tokens: Path) -> Any:
    """A model with random weights, on the CPU."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nemo.collections.asr.models.rnnt_bpe_models_prompt import EncDecRNNTBPEModelWithPrompt
        from nemo.utils import logging
        from omegaconf import OmegaConf

        logging.setLevel(logging.ERROR)
        return EncDecRNNTBPEModelWithPrompt(OmegaConf.create(configuration(tokens)))


def preprocessor() -> Any:
    """The features alone, without a model."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nemo.collections.asr.modules import AudioToMelSpectrogramPreprocessor

        settings = {key: value for key, value in _preprocessor().items() if key != "_target_"}
        return AudioToMelSpectrogramPreprocessor(**settings).eval()


@torch.no_grad()
def awaken(encoder: Any, features: Tensor, lengths: Tensor) -> None:
    """Data-dependent start of the subsampling convolutions (after LSUV, Mishkin and Matas 2016).

    Log-mels have mean -12 here and no normalisation; started as usual, a quarter of the first ReLUs never fire. Each layer
    is shifted and scaled, in order, until what it gives for `features` [B, bands, frames] has mean 0 and deviation 1 by channel.
    """
    layers = [layer for layer in encoder.pre_encode.modules() if isinstance(layer, nn.Conv2d)]
    for layer in layers:
        seen: list[Tensor] = []
        hook = layer.register_forward_hook(lambda module, inputs, output, seen=seen: seen.append(output))
        encoder(audio_signal=features, length=lengths)
        hook.remove()
        mean, deviation = seen[0].mean(dim=(0, 2, 3)), seen[0].std(dim=(0, 2, 3)).clamp(min=1e-3)
        layer.weight /= deviation[:, None, None, None]
        layer.bias.copy_((layer.bias - mean) / deviation)
