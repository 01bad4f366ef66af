"""The encoder of T5 v1.1 (flan-t5), which reads the descriptions of voices: 24 layers, once a description, on the CPU.

Our own, as transformers' takes nine seconds of a processor to import. Modules are named as a checkpoint names them.
"""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from media_server.tts.parler.configuration import UnknownModel


class Encoder(nn.Module):
    """From token ids [tokens] to states [tokens, d_model]. UnknownModel for a T5 of another kind."""

    def __init__(self, of: Mapping[str, Any]) -> None:
        super().__init__()
        if of.get("feed_forward_proj") != "gated-gelu":
            raise UnknownModel(f"its text encoder's feed-forward is {of.get('feed_forward_proj')!r}, not gated-gelu")
        self.shared = nn.Embedding(of["vocab_size"], of["d_model"])
        self.encoder = nn.Module()
        self.encoder.block = nn.ModuleList(Block(of, first=number == 0) for number in range(of["num_layers"]))
        self.encoder.final_layer_norm = Norm(of)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.shared(tokens)
        bias = self.encoder.block[0].layer[0].SelfAttention.bias(len(tokens))
        for block in self.encoder.block:
            x = block(x, bias)
        return self.encoder.final_layer_norm(x)


class Block(nn.Module):
    """Attention, then a gated feed-forward, each after a norm and beside a residual."""

    def __init__(self, of: Mapping[str, Any], *, first: bool) -> None:
        super().__init__()
        self.layer = nn.ModuleList((Part("SelfAttention", Attention(of, first=first), of), Part("DenseReluDense", Gated(of), of)))

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        attention, gated = self.layer
        x = x + attention.SelfAttention(attention.layer_norm(x), bias)
        return x + gated.DenseReluDense(gated.layer_norm(x))


class Part(nn.Module):
    """A norm and what comes after it."""

    def __init__(self, name: str, module: nn.Module, of: Mapping[str, Any]) -> None:
        super().__init__()
        self.add_module(name, module)
        self.layer_norm = Norm(of)


class Norm(nn.Module):
    """By the root of the mean square, without a mean and a bias."""

    def __init__(self, of: Mapping[str, Any]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(of["d_model"]))
        self.epsilon = float(of.get("layer_norm_epsilon", 1e-6))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon)


class Attention(nn.Module):
    """Of every token to every token, without a scale; how far apart they are is a bias of each head, kept in the first layer."""

    def __init__(self, of: Mapping[str, Any], *, first: bool) -> None:
        super().__init__()
        self.heads, inner = of["num_heads"], of["num_heads"] * of["d_kv"]
        self.buckets, self.farthest = of.get("relative_attention_num_buckets", 32), of.get("relative_attention_max_distance", 128)
        self.q, self.k, self.v = (nn.Linear(of["d_model"], inner, bias=False) for _ in range(3))
        self.o = nn.Linear(inner, of["d_model"], bias=False)
        if first:
            self.relative_attention_bias = nn.Embedding(self.buckets, self.heads)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        query, key, value = (project(x).unflatten(-1, (self.heads, -1)).transpose(0, 1) for project in (self.q, self.k, self.v))
        attended = ((query @ key.transpose(1, 2) + bias).softmax(-1) @ value).transpose(0, 1)
        return self.o(attended.flatten(1))

    def bias(self, tokens: int) -> Tensor:
        """[heads, tokens, tokens]: near distances by themselves, far ones by their logarithm; each direction has its half."""
        place = torch.arange(tokens)
        distance = place - place[:, None]
        half, near = self.buckets // 2, self.buckets // 4
        away = distance.abs()
        far = (away.clamp(min=1) / near).log() / math.log(self.farthest / near) * (half - near)
        bucket = torch.where(away < near, away, (near + far.long()).clamp(max=half - 1)) + half * (distance > 0)
        return self.relative_attention_bias(bucket).permute(2, 0, 1)


class Gated(nn.Module):
    def __init__(self, of: Mapping[str, Any]) -> None:
        super().__init__()
        self.wi_0, self.wi_1 = (nn.Linear(of["d_model"], of["d_ff"], bias=False) for _ in range(2))
        self.wo = nn.Linear(of["d_ff"], of["d_model"], bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.wo(functional.gelu(self.wi_0(x), approximate="tanh") * self.wi_1(x))
