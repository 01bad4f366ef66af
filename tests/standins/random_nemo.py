"""A streaming NeMo model of the class that calls are heard with, of random weights and very small: it says nonsense, quickly."""

from pathlib import Path
from typing import Any

import torch

from training.tiny_stt.model import configuration

WIDTH = 32
BLANK = 8.0
"""Added to its logit: most sounds get some ten tokens a second, a few all that greedy decoding allows."""
TEXT = """mera order kahan hai · where is my order · what is your return policy · paisa wapas kab milega · haan ji theek hai
order number double nine seven · मेरा ऑर्डर कहाँ है · kal subah aath baje · please call me back tomorrow · payment nahi hua"""


def tokens(folder: Path) -> None:
    """A tokenizer of 96 pieces, the language tags among them."""
    import sentencepiece

    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT.replace("\n", " · ").split(" · ")),
        model_prefix=str(folder / "tokenizer"),
        vocab_size=96,
        model_type="bpe",
        character_coverage=1.0,
        bos_id=-1,
        eos_id=-1,
        user_defined_symbols=["<hi-IN>", "<en-US>"],
        num_threads=1,
        minloglevel=2,
    )
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    names = [pieces.id_to_piece(number) for number in range(pieces.get_piece_size())]
    (folder / "vocab.txt").write_text("\n".join(name.replace("▁", "##", 1) for name in names[1:]))


def build(folder: Path, **changes: Any) -> Any:
    """NeMo's model, 2 layers of 32, on the CPU. `changes`: sections of its configuration, each a dictionary of what differs."""
    from media_server.stt.nemo.loading import quietly

    tokens(folder)
    told = configuration(folder)
    told["model_defaults"] |= {"enc_hidden": WIDTH, "pred_hidden": WIDTH, "joint_hidden": WIDTH}
    told["encoder"] |= {"n_layers": 2, "d_model": WIDTH, "subsampling_conv_channels": 8, "ff_expansion_factor": 2, "n_heads": 2}
    told["encoder"] |= {"pos_emb_max_len": 256}
    told["decoder"]["prednet"] |= {"pred_hidden": WIDTH, "dropout": 0.0}
    told["joint"]["jointnet"] |= {"joint_hidden": WIDTH}
    for section, values in changes.items():
        told[section] |= values
    with quietly():
        from nemo.collections.asr.models.rnnt_bpe_models_prompt import EncDecRNNTBPEModelWithPrompt
        from omegaconf import OmegaConf

        torch.set_num_threads(1)
        torch.manual_seed(5)
        net = EncDecRNNTBPEModelWithPrompt(OmegaConf.create(told))
    _talkative(net)
    return net


@torch.no_grad()
def _talkative(net: Any) -> None:
    """Random weights say one token for ever, or none. These say something else for each sound and after each token:
    what the joint network gets from the encoder, and from the words so far, is made to vary about zero."""
    net.eval()
    net.prompt_kernel[0].weight[:, WIDTH:] /= 4  # else the prompt drowns the sound
    noise = torch.randn(1, 64_000) * torch.rand(80).repeat_interleave(800) / 10
    four = noise.repeat(4, 1), torch.tensor([64_000] * 4), torch.arange(4)
    states, _ = net(input_signal=four[0], input_signal_length=four[1], prompt_indices=four[2])
    heard = net.joint.enc(states.transpose(1, 2))
    said, *_ = net.decoder.predict(torch.arange(net.joint.num_classes_with_blank)[:, None], None, add_sos=False)
    for layer, given in ((net.joint.enc, heard), (net.joint.pred, net.joint.pred(said))):
        flat = given.flatten(0, 1)
        layer.weight /= flat.std(dim=0).mean()
        layer.bias -= flat.mean(dim=0)
        layer.bias /= flat.std(dim=0).mean()
    out = net.joint.joint_net[-1]
    out.weight *= 4
    out.bias[-1] += BLANK
