"""What a step of the decoder and a piece of sound must move and compute: the floor that a measured time stands on. ◆

floor_s = moved_bytes / bandwidth        share of the roofline = floor_s / measured time
"""

from media_server.tts.parler.configuration import Configuration

DAC_FLOP_PER_SAMPLE = 139e9 / 44_100
"""Of the codec's decoding at 44.1 kHz: 139 GFLOP a second of sound (counted, docs/speaking.md)."""


def weights(of: Configuration) -> int:
    """Weights that every step reads, whatever its batch: all of the layers and heads but the cross-attention's keys and values,
    which a voice has had computed. The tables of embeddings and positions are read by the row."""
    layer = 6 * of.hidden**2 + 2 * of.hidden * of.ffn + 6 * of.hidden
    return of.layers * layer + 2 * of.hidden + of.hidden * of.codebooks * of.vocabulary


def token_bytes(of: Configuration, item_bytes: int = 2) -> int:
    """Keys and values of one token in one slot."""
    return 2 * of.layers * of.hidden * item_bytes


def step_bytes(of: Configuration, rows: int, context: int, described: int, item_bytes: int = 2) -> int:
    """Bytes that a step of this shape moves at least: all weights once, and each row's keys and values, of its whole bucket of
    `context` and the `described` tokens that its slots have room for, as static shapes read them, used or not."""
    embeddings = rows * (of.codebooks + 1) * of.hidden
    logits = 4 * rows * of.codebooks * of.vocabulary
    return (weights(of) + embeddings) * item_bytes + rows * (context + described + 1) * token_bytes(of, item_bytes) + logits


def step_flop(of: Configuration, rows: int, context: int, described: int) -> int:
    """Floating-point operations of a step: two for each weight and row, and attention over the context and the description."""
    return rows * (2 * weights(of) + 4 * of.layers * of.hidden * (context + described))


def cache_bytes(of: Configuration, slots: int, context: int, described: int, item_bytes: int = 2) -> int:
    """Memory that slots take for their keys and values."""
    return slots * (context + described) * token_bytes(of, item_bytes)


def weight_bytes(of: Configuration, item_bytes: int = 2) -> int:
    """Memory of the decoder on the device: what steps read, the keys and values of voices, the tables of codes and positions."""
    tables = of.codebooks * (of.vocabulary + 1) * of.hidden + of.positions * of.hidden
    return (weights(of) + of.layers * 2 * of.hidden**2 + tables) * item_bytes
