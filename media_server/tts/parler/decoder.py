"""The Parler decoder in plain torch: one prefill for a clause that joins, one step for all clauses that are being made.

    prompt tokens ─┐
    description ───┤ prefill(slot)          codes of the last column ── step ──> logits of the next, nine codebooks at once
                   └──> Cache: keys and values by slot, static shapes, never moved

A step has no .item(), no allocation that depends on data and no transfer, so a CUDA graph can hold it. Slots are rows that
know nothing of each other; which rows and how much of the context a step looks at is the caller's choice of `rows` and
`context`, both plain ints: a graph for each pair.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from media_server.tts.parler.configuration import Configuration

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"gelu": functional.gelu, "relu": functional.relu, "silu": functional.silu}


@dataclass(frozen=True, slots=True)
class Cache:
    """What every slot has been told and has made: keys and values of all layers, in the decoder's dtype, on its device."""

    own: Tensor
    """[layers, 2, slots, heads, context, head size]: of the prompt and the columns. Beyond a slot's position: rubbish, masked."""
    cross: Tensor
    """[layers, 2, slots, heads, description, head size]: of the voice's description."""
    described: Tensor
    """[slots] int64: how many of `cross` count."""

    @classmethod
    def empty(cls, decoder: "Decoder", slots: int, context: int, description: int) -> "Cache":
        of, like = decoder.configuration, decoder.embeddings
        shape = (of.layers, 2, slots, of.heads)
        return cls(
            own=torch.zeros(*shape, context, of.head_size, dtype=like.dtype, device=like.device),
            cross=torch.zeros(*shape, description, of.head_size, dtype=like.dtype, device=like.device),
            described=torch.ones(slots, dtype=torch.int64, device=like.device),  # 1: attention over nothing is not a number
        )


class Layer(nn.Module):
    """Self-attention, cross-attention and feed-forward, each after a norm and beside a residual."""

    def __init__(self, of: Configuration) -> None:
        super().__init__()
        self.heads, self.head_size = of.heads, of.head_size
        self.activation: Callable[[Tensor], Tensor] = ACTIVATIONS[of.activation]
        self.self_norm = nn.LayerNorm(of.hidden)
        self.self_in = nn.Linear(of.hidden, 3 * of.hidden, bias=False)  # queries, keys, values: one product instead of three
        self.self_out = nn.Linear(of.hidden, of.hidden, bias=False)
        self.cross_norm = nn.LayerNorm(of.hidden)
        self.cross_query = nn.Linear(of.hidden, of.hidden, bias=False)
        self.cross_in = nn.Linear(of.hidden, 2 * of.hidden, bias=False)  # keys, values: only for a new voice
        self.cross_out = nn.Linear(of.hidden, of.hidden, bias=False)
        self.ffn_norm = nn.LayerNorm(of.hidden)
        self.ffn_in = nn.Linear(of.hidden, of.ffn, bias=False)
        self.ffn_out = nn.Linear(of.ffn, of.hidden, bias=False)

    def project(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Queries [rows, heads, tokens, head size], and keys and values [2, rows, …], of x [rows, tokens, hidden]."""
        both = self.self_in(self.self_norm(x)).unflatten(-1, (3, self.heads, self.head_size)).permute(2, 0, 3, 1, 4)
        return both[0], both[1:]

    def voice(self, states: Tensor) -> Tensor:
        """Keys and values [2, heads, tokens, head size] of a description's states [tokens, hidden]."""
        return torch.stack([self._split(part[None])[0] for part in self.cross_in(states).chunk(2, dim=-1)])

    def rest(self, x: Tensor, attended: Tensor, cross: Tensor, cross_mask: Tensor) -> Tensor:
        """All that follows self-attention. x [rows, tokens, hidden]; attended [rows, heads, tokens, head size]."""
        x = x + self.self_out(self._join(attended))
        query = self._split(self.cross_query(self.cross_norm(x)))
        heard = functional.scaled_dot_product_attention(query, cross[0], cross[1], attn_mask=cross_mask)
        x = x + self.cross_out(self._join(heard))
        return x + self.ffn_out(self.activation(self.ffn_in(self.ffn_norm(x))))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, self.head_size)).transpose(1, 2)

    def _join(self, x: Tensor) -> Tensor:
        return x.transpose(1, 2).flatten(-2)


class Decoder(nn.Module):
    """Weights with torch's own random values; weights.decoder gives it a checkpoint's. Always in inference mode."""

    def __init__(self, configuration: Configuration) -> None:
        super().__init__()
        of = self.configuration = configuration
        # One row more than a head has: parler_tts made its tables so.
        self.embeddings = nn.Parameter(torch.randn(of.codebooks, of.vocabulary + 1, of.hidden) * 0.02, requires_grad=False)
        self.layers = nn.ModuleList(Layer(of) for _ in range(of.layers))
        self.norm = nn.LayerNorm(of.hidden)
        self.heads = nn.Linear(of.hidden, of.codebooks * of.vocabulary, bias=False)
        self.prompts = torch.randn(of.prompt_vocabulary, of.hidden) * 0.02
        """Embeddings of the text's tokens. No parameter: it stays in main memory, and a prompt's rows travel when it joins."""
        self.register_buffer("positions", sinusoids(of.positions, of.hidden))
        self.register_buffer("codebook", torch.arange(of.codebooks), persistent=False)

    def voice(self, states: Tensor) -> Tensor:
        """A voice for Cache.cross: [layers, 2, heads, tokens, head size] of its description's states [tokens, hidden]."""
        return torch.stack([layer.voice(states) for layer in self.layers])

    def prefill(self, prompt: Tensor, slot: Tensor, cache: Cache) -> None:
        """Put a prompt's keys and values into a slot. No logits: the first step begins with a column of `begin`.

        prompt [1, tokens, hidden]: its embeddings; what stands after its end leaves rubbish in the cache, which steps write over
        before they look at it. slot [1] int64.
        """
        tokens = prompt.shape[1]
        x = prompt + self.positions[:tokens]
        described = described_mask(cache.described[slot], cache.cross.shape[-2], x.dtype)
        for layer, own, cross in zip(self.layers, cache.own, cache.cross, strict=True):
            query, told = layer.project(x)
            own[:, :, :, :tokens].index_copy_(1, slot, told)
            attended = functional.scaled_dot_product_attention(query, told[0], told[1], is_causal=True)
            x = layer.rest(x, attended, cross[:, slot], described)

    def step(self, codes: Tensor, position: Tensor, cache: Cache, rows: int, context: int) -> Tensor:
        """Logits [rows, codebooks, vocabulary] float32 of the next column, for the first `rows` slots.

        codes [rows, codebooks] int64: the last column; position [rows] int64, below `context`: where its keys and values go.
        A row that is not to advance is given its codes and position again: what it writes is written over when it does.
        """
        x = self.embeddings[self.codebook, codes].sum(1, keepdim=True) + self.positions[position][:, None]
        seen = torch.arange(context, device=position.device) <= position[:, None]
        mask = additive(seen, x.dtype)
        described = described_mask(cache.described[:rows], cache.cross.shape[-2], x.dtype)
        row = torch.arange(rows, device=position.device)
        for layer, own, cross in zip(self.layers, cache.own, cache.cross, strict=True):
            query, told = layer.project(x)
            own[:, row, :, position] = told[:, :, :, 0].transpose(0, 1)
            attended = functional.scaled_dot_product_attention(
                query, own[0, :rows, :, :context], own[1, :rows, :, :context], attn_mask=mask
            )
            x = layer.rest(x, attended, cross[:, :rows], described)
        return self.heads(self.norm(x)).float().view(rows, self.configuration.codebooks, -1)


def additive(seen: Tensor, dtype: torch.dtype) -> Tensor:
    """A mask [rows, 1, 1, keys] for attention from which keys each row may see [rows, keys]: made once, added in every layer."""
    return torch.zeros(seen.shape, dtype=dtype, device=seen.device).masked_fill(~seen, -math.inf)[:, None, None]


def described_mask(described: Tensor, longest: int, dtype: torch.dtype) -> Tensor:
    """The same for descriptions, of which so many tokens count [rows]."""
    return additive(torch.arange(longest, device=described.device) < described[:, None], dtype)


def sinusoids(positions: int, width: int) -> Tensor:
    """The table [positions, width] of the transformer's first paper, cosines before sines, as tensor2tensor has it."""
    half = width // 2
    frequency = torch.exp(torch.arange(half).float() * -(math.log(10000) / (half - 1)))
    angle = torch.arange(positions).float()[:, None] * frequency
    return functional.pad(torch.cat((angle.cos(), angle.sin()), dim=1), (0, width % 2))
