"""Makes reference/: a tiny random Parler checkpoint in the layout of its makers, and what their own code computes with it.

Not run by any test: its packages want a transformers of 2024. In an environment outside this repository, Python 3.11:

    pip install torch==2.13.0                                     # of the CPU
    pip install transformers==4.46.1 tokenizers==0.20.3 protobuf==4.25.9 sentencepiece==0.2.0 einops argbind
    pip install --no-deps parler_tts==0.2.3 descript-audio-codec-unofficial==1.0.0
    python make_reference.py reference

audiotools, which wants torchaudio, is stood in for: of it the codec uses another name of torch.nn.Module. The sizes of the model
are small, its classes are the real ones; weights are drawn wide enough that every part of it matters to the result.
"""

import json
import sys
import types
from pathlib import Path
from typing import ClassVar
from unittest.mock import MagicMock

import torch
from torch import Tensor, nn

PROMPTS = ("आपका ऑर्डर कल शाम तक पहुँच जाएगा", "जी हाँ, एक सेकंड रुकिए")
DESCRIPTIONS = ("A woman speaks calmly, close to the microphone.", "A man speaks quickly in a quiet room.")
CODES, END, BEGIN, VOCABULARY = 64, 64, 65, 80
HIDDEN = 32
LONGEST = 110
ENDS_AT = 66
"""The column in which the first clause is made to end."""
KEPT = ENDS_AT + 8
"""Columns of which the logits are kept: those that a clause needs."""


def stand_in() -> None:
    class BaseModel(nn.Module):  # type: ignore[misc]
        INTERN: ClassVar[list[str]] = []
        EXTERN: ClassVar[list[str]] = []

    for name in ("audiotools", "audiotools.ml", "audiotools.core"):
        module = types.ModuleType(name)
        module.__getattr__ = lambda wanted: MagicMock(name=wanted)  # type: ignore[method-assign]
        sys.modules[name] = module
    sys.modules["audiotools.ml"].BaseModel = BaseModel  # type: ignore[attr-defined]
    sys.modules["audiotools"].ml = sys.modules["audiotools.ml"]  # type: ignore[attr-defined]


def tokenizer(texts: tuple[str, ...], end: bool):  # type: ignore[no-untyped-def]
    """Characters as tokens; with what the real ones add: <s> before a prompt, </s> after a description."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    characters = sorted(set("".join(texts)) | set("abcdefghijklmnopqrstuvwxyz"))
    vocabulary = {token: number for number, token in enumerate(["<pad>", "<s>", "</s>", "<unk>", *characters])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    single = "$A </s>" if end else "<s> $A"
    made.post_processor = processors.TemplateProcessing(single=single, special_tokens=[("<s>", 1), ("</s>", 2)])
    return made


def model():  # type: ignore[no-untyped-def]
    from dac.model import DAC
    from parler_tts import DACConfig, DACModel, ParlerTTSDecoderConfig, ParlerTTSForCausalLM, ParlerTTSForConditionalGeneration
    from transformers import T5Config, T5EncoderModel

    text = T5EncoderModel(T5Config(
        d_model=HIDDEN, d_kv=16, d_ff=64, num_layers=2, num_heads=2, vocab_size=96, feed_forward_proj="gated-gelu",
        is_encoder_decoder=False, use_cache=False,
    ))  # fmt: skip
    audio = DACModel(DACConfig(codebook_size=CODES, latent_dim=HIDDEN))
    audio.model = DAC(encoder_dim=2, latent_dim=HIDDEN, decoder_dim=48, codebook_size=CODES)
    audio.remove_weight_norm()
    audio.apply_weight_norm()
    decoder = ParlerTTSForCausalLM(ParlerTTSDecoderConfig(
        vocab_size=VOCABULARY, max_position_embeddings=320, num_hidden_layers=2, ffn_dim=64, num_attention_heads=2,
        hidden_size=HIDDEN, num_codebooks=9, pad_token_id=END, bos_token_id=BEGIN, eos_token_id=END, dropout=0.1,
    ))  # fmt: skip
    whole = ParlerTTSForConditionalGeneration(text_encoder=text, audio_encoder=audio, decoder=decoder, config=None)
    whole.config.vocab_size = 96
    whole.embed_prompts = nn.Embedding(96, HIDDEN)
    whole.config.decoder_start_token_id, whole.config.pad_token_id = BEGIN, END
    whole.generation_config.update(
        decoder_start_token_id=BEGIN, bos_token_id=BEGIN, pad_token_id=END, eos_token_id=END, do_sample=True, min_new_tokens=10,
        max_length=2580,
    )  # fmt: skip
    return whole.eval()


def draw_weights(whole) -> None:  # type: ignore[no-untyped-def]
    for name, parameter in whole.named_parameters():
        if "embed_positions" in name or name.startswith("text_encoder"):
            continue
        if "alpha" in name:
            nn.init.uniform_(parameter, 0.3, 1.5)
        elif "layer_norm" in name:
            nn.init.normal_(parameter, 1.0 if name.endswith("weight") else 0.0, 0.2)
        elif "audio_encoder" in name and name.endswith("original0"):
            nn.init.uniform_(parameter, 0.4, 0.8)  # the length of each filter
        elif "audio_encoder" in name:
            nn.init.normal_(parameter, 0.0, 0.01 if name.endswith("bias") else 1.0)
        elif "embed" in name:
            nn.init.normal_(parameter, 0.0, 0.6)
        else:
            nn.init.normal_(parameter, 0.0, 1.6 / parameter.shape[-1] ** 0.5)
    for number, head in enumerate(whole.decoder.lm_heads):
        head.weight[BEGIN:] = 0  # codes that mean nothing are never the likeliest
        head.weight[END] *= 0 if number == 0 else 2  # the others would like to end at once, and may not


def generate(whole, prompt: list[int], description: list[int]) -> tuple[Tensor, Tensor]:  # type: ignore[no-untyped-def]
    """Codes by column [codebooks, columns], the first all `begin`, and the sound, both as parler_tts has them, greedily."""
    columns: list[Tensor] = []
    prepare = whole.prepare_inputs_for_generation

    def watch(ids: Tensor, **kwargs: object) -> object:
        inputs = prepare(ids, **kwargs)
        columns.append(inputs["decoder_input_ids"][:, -1].clone())
        return inputs

    whole.prepare_inputs_for_generation = watch
    sound = whole.generate(
        input_ids=torch.tensor([description]), attention_mask=torch.ones(1, len(description), dtype=torch.long),
        prompt_input_ids=torch.tensor([prompt]), do_sample=False, max_length=LONGEST,
    )  # fmt: skip
    whole.prepare_inputs_for_generation = prepare
    return torch.stack(columns, dim=1), sound.squeeze()


def forward(whole, prompt: list[int], description: list[int], columns: Tensor):  # type: ignore[no-untyped-def]
    """Logits [columns, codebooks, vocabulary] after each column, and the hidden states before the heads, of one forward."""
    states: list[Tensor] = []
    hook = whole.decoder.model.decoder.layer_norm.register_forward_hook(lambda *call: states.append(call[2]))
    out = whole(
        input_ids=torch.tensor([description]), prompt_input_ids=torch.tensor([prompt]), decoder_input_ids=columns, use_cache=False
    )
    hook.remove()
    many = columns.shape[1]
    return out.logits[:, -many:].transpose(0, 1), states[0][0, -many:]


def make_it_end(whole, prompt: list[int], description: list[int]) -> None:  # type: ignore[no-untyped-def]
    """Give the first codebook's head a row for `end` that answers to the state of one column, and hardly to those before."""
    columns, _ = generate(whole, prompt, description)
    logits, states = forward(whole, prompt, description, columns)
    before, there = states[: ENDS_AT - 1], states[ENDS_AT - 1]
    inverse = torch.linalg.inv(before.T @ before + 0.1 * torch.eye(HIDDEN))
    row = inverse @ there
    whole.decoder.lm_heads[0].weight[END] = row / (row @ there) * logits[ENDS_AT - 1, 0].max() * 1.2


def main(folder: Path) -> None:
    stand_in()
    torch.manual_seed(5)
    torch.set_grad_enabled(False)
    whole = model()
    draw_weights(whole)
    prompts, descriptions = tokenizer(PROMPTS, end=False), tokenizer(DESCRIPTIONS, end=True)
    ids = [(prompts.encode(p).ids, descriptions.encode(d).ids) for p, d in zip(PROMPTS, DESCRIPTIONS, strict=True)]
    make_it_end(whole, *ids[0])
    whole.save_pretrained(folder, safe_serialization=True)
    prompts.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "description").mkdir(exist_ok=True)
    descriptions.save(str(folder / "description" / "tokenizer.json"), pretty=False)
    expected: dict[str, Tensor] = {}
    for number, (prompt, description) in enumerate(ids):
        columns, sound = generate(whole, prompt, description)
        logits, _ = forward(whole, prompt, description, columns)
        states = whole.text_encoder(input_ids=torch.tensor([description])).last_hidden_state[0]
        expected |= {f"{number}.columns": columns.to(torch.int16), f"{number}.states": states}
        if number == 0:
            expected |= {f"{number}.logits": logits[:KEPT].contiguous(), f"{number}.sound": sound}
    from safetensors.torch import save_file

    save_file(expected, folder / "expected.safetensors")
    said = {"prompts": PROMPTS, "descriptions": DESCRIPTIONS, "ids": ids}
    (folder / "said.json").write_text(json.dumps(said, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
