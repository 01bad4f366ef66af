"""Two mono WAV files, byte by byte, into one stereo: the caller left, the agent right. ◆

Written for what Asterisk's MixMonitor leaves: 16-bit little-endian PCM, and a header whose sizes are true only if the
file was closed. So sizes in headers are hints; where the sound starts is what is taken from them.
"""

import struct

import numpy as np

RATE = 8000
"""Samples a second of MixMonitor's .wav."""
SAMPLE = 2
"""Bytes."""
HEADER = 44


def header(frames: int, channels: int, rate: int = RATE) -> bytes:
    """The 44 bytes in front of `frames` samples per channel. Sound past what 32 bits can count is left uncounted."""
    block = channels * SAMPLE
    size = min(frames * block, 0xFFFFFFFF - HEADER)
    riff = struct.pack("<4sI4s", b"RIFF", size + HEADER - 8, b"WAVE")
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * block, block, 8 * SAMPLE)
    return riff + form + struct.pack("<4sI", b"data", size)


def sound_of(head: bytes) -> tuple[int, int] | None:
    """(offset of the first sample, bytes of sound the header claims) of a mono or stereo 16-bit file; None: it is none.

    `head` is the file's first bytes, a few hundred of them.
    """
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    at, is_pcm16 = 12, False
    while at + 8 <= len(head):
        name, size = struct.unpack_from("<4sI", head, at)
        at += 8
        if name == b"data":
            return (at, size) if is_pcm16 else None
        if name == b"fmt " and at + 16 <= len(head):
            form, channels, _, _, _, bits = struct.unpack_from("<HHIIHH", head, at)
            is_pcm16 = form == 1 and channels in (1, 2) and bits == 8 * SAMPLE
        at += size + (size & 1)  # chunks are padded to even
    return None


def interleave(left: bytes, right: bytes) -> bytes:
    """Stereo sound from two mono ones. The shorter is filled with silence, half a sample at an end is left out."""
    samples = max(len(left), len(right)) // SAMPLE
    both = np.zeros((samples, 2), dtype="<i2")
    for column, sound in enumerate((left, right)):
        mono = np.frombuffer(sound, dtype="<i2", count=len(sound) // SAMPLE)
        both[: len(mono), column] = mono
    return both.tobytes()
