"""Files that are not a whole Parler checkpoint are refused in words that say why; other ways to store one are read."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from media_server.tts.engine import EngineError
from media_server.tts.parler import weights
from media_server.tts.parler.dac import Dac
from media_server.tts.parler.decoder import Decoder
from media_server.tts.parler.voices import Voices

CPU = torch.device("cpu")
REFERENCE = Path(__file__).parent / "reference"
BODY = "decoder.model.decoder"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy to be broken."""
    return Path(shutil.copytree(REFERENCE, tmp_path / "checkpoint"))


def everything(folder: Path) -> None:
    checkpoint = weights.Checkpoint(folder)
    decoder = weights.decoder(checkpoint, CPU, torch.float32)
    weights.dac(checkpoint, CPU)
    Voices(checkpoint, decoder, folder / "description").states([4, 5])


def rewrite(folder: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> None:
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors")


def configure(folder: Path, part: str | None, **changes: Any) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text())
    (config[part] if part else config).update(changes)
    path.write_text(json.dumps(config))


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.3, 0.999])
def test_a_truncated_file_is_said_to_be_one(folder: Path, share: float) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[: round(share * path.stat().st_size)])
    with pytest.raises(weights.CheckpointError, match=r"model\.safetensors is damaged, or not whole"):
        everything(folder)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_file_that_is_missing_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(weights.CheckpointError, match=rf"cannot read .*{name}"):
        everything(folder)


@pytest.mark.parametrize(
    "name",
    [
        f"{BODY}.layers.1.encoder_attn.v_proj.weight", f"{BODY}.embed_tokens.8.weight", "decoder.lm_heads.3.weight",
        "embed_prompts.weight",
        "audio_encoder.model.decoder.model.2.block.3.block.1.bias", "audio_encoder.model.quantizer.quantizers.4.codebook.weight",
        "text_encoder.encoder.block.1.layer.1.DenseReluDense.wo.weight",
    ],
)  # fmt: skip
def test_a_weight_that_is_missing_is_named(folder: Path, name: str) -> None:
    rewrite(folder, lambda tensors: tensors.pop(name))
    with pytest.raises(weights.CheckpointError, match=f"no weights '{name}'"):
        everything(folder)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (f"{BODY}.layers.0.fc1.weight", "ffn_in.weight is 63 × 32, and its configuration asks for 64 × 32"),
        ("audio_encoder.model.decoder.model.3.block.1.bias", "model.3.block.1.bias is 5, and its configuration asks for 6"),
        ("embed_prompts.weight", "embed_prompts.weight is 95 × 32"),
    ],
)
def test_a_weight_of_another_shape_is_said_with_both(folder: Path, name: str, words: str) -> None:
    rewrite(folder, lambda tensors: tensors.update({name: tensors[name][:-1].contiguous()}))
    with pytest.raises(weights.CheckpointError, match=words):
        everything(folder)


@pytest.mark.parametrize(
    ("part", "changes", "words"),
    [
        (None, {"model_type": "musicgen"}, "it is a 'musicgen' model, not parler_tts"),
        (None, {"prompt_cross_attention": True}, "cross-attention"),
        (None, {"decoder": "none"}, "no decoder"),
        ("decoder", {"rope_embeddings": True}, "rope_embeddings"),
        ("decoder", {"num_key_value_heads": 1}, "1 num_key_value_heads for 2 heads"),
        ("decoder", {"activation_function": "gelu_new"}, "activation 'gelu_new' is unknown"),
        ("decoder", {"hidden_size": "wide"}, "hidden_size is 'wide'"),
        ("decoder", {"num_attention_heads": 3, "num_key_value_heads": 3, "num_cross_attention_key_value_heads": 3}, "contradict"),
        ("decoder", {"pad_token_id": 3}, "padding"),
        ("decoder", {"num_hidden_layers": 3}, f"no weights '{BODY}.layers.2"),
        ("decoder", {"num_hidden_layers": 1}, f"more layers than its configuration says: {BODY}.layers.1"),
        ("text_encoder", {"d_model": 16}, "not as wide"),
        ("text_encoder", {"feed_forward_proj": "relu"}, "feed-forward is 'relu'"),
        ("text_encoder", {"num_heads": None}, "num_heads is None"),
    ],
)
def test_another_model_is_refused_by_what_it_is(folder: Path, part: str | None, changes: dict[str, Any], words: str) -> None:
    configure(folder, part, **changes)
    with pytest.raises(weights.CheckpointError, match=words):
        everything(folder)


@pytest.mark.parametrize(("text", "words"), [("{", "not JSON"), ("[]", "no configuration")])
def test_a_configuration_that_is_none_is_refused(folder: Path, text: str, words: str) -> None:
    (folder / "config.json").write_text(text)
    with pytest.raises(EngineError, match=words):
        everything(folder)


def test_tokenizers_of_another_model_are_refused(folder: Path, checkpoint: weights.Checkpoint, decoder: Decoder) -> None:
    with pytest.raises(weights.CheckpointError, match="is no tokenizer"):
        (folder / "tokenizer.json").write_text("{}")
        Voices(weights.Checkpoint(folder), decoder)
    configure(folder, "text_encoder", vocab_size=20)
    shutil.copy(REFERENCE / "tokenizer.json", folder)
    with pytest.raises(weights.CheckpointError, match=r"the tokenizer of descriptions has \d+ tokens, and the model 20"):
        Voices(weights.Checkpoint(folder), decoder)


def test_older_names_of_weight_norm_fused_heads_and_shards_are_read_alike(folder: Path, decoder: Decoder, dac: Dac) -> None:
    def store_otherwise(tensors: dict[str, torch.Tensor]) -> None:
        for name in list(tensors):
            if name.endswith("parametrizations.weight.original0"):
                tensors[name.replace("parametrizations.weight.original0", "weight_g")] = tensors.pop(name)
            elif name.endswith("parametrizations.weight.original1"):
                tensors[name.replace("parametrizations.weight.original1", "weight_v")] = tensors.pop(name)
        tensors["decoder.lm_heads.weight"] = torch.cat([tensors.pop(f"decoder.lm_heads.{k}.weight") for k in range(9)])

    rewrite(folder, store_otherwise)
    tensors = load_file(folder / "model.safetensors")
    names = sorted(tensors)
    shards = {"a.safetensors": names[::2], "b.safetensors": names[1::2]}
    for shard, held in shards.items():
        save_file({name: tensors[name] for name in held}, folder / shard)
    weight_map = {name: shard for shard, held in shards.items() for name in held}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    (folder / "model.safetensors").unlink()
    checkpoint = weights.Checkpoint(folder)
    for same, other in ((decoder, weights.decoder(checkpoint, CPU, torch.float32)), (dac, weights.dac(checkpoint, CPU))):
        others = other.state_dict()
        for name, tensor in same.state_dict().items():
            assert torch.equal(tensor, others[name])


def test_half_precision_is_half_of_it(checkpoint: weights.Checkpoint) -> None:
    made = weights.decoder(checkpoint, CPU, torch.bfloat16)
    assert {tensor.dtype for tensor in [*made.parameters(), made.positions, made.prompts]} == {torch.bfloat16}
    assert not any(parameter.requires_grad for parameter in made.parameters())
