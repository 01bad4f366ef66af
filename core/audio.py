"""Sound as the whole house counts it: 16 kHz int16 frames of 20 ms; G.711 and slin16 only at the RTP border. ◆

    RTP payload ──Codec.decode──> codec's rate ──core.resample──> 16 kHz frames ──> echo, VAD, hearing
    RTP payload <──Codec.encode── codec's rate <───────────────── playout

Sample indices count 16 kHz samples of one call, from the first packet heard.
"""

import math
import struct
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.commands import CodecName

Pcm = npt.NDArray[np.int16]
"""Mono samples in the machine's byte order."""

RATE = 16_000
"""Samples a second inside the media server, and of every sample index in core.commands."""
FRAME_MS = 20
FRAME_S = 0.020
FRAME = RATE * FRAME_MS // 1000
"""Samples of a frame at RATE."""

FLOOR_DB = -96.0
"""What dbfs says of digital silence."""

_UlawBias = 0x84
_UlawClip = 32_635


def _ulaw_tables() -> tuple[Pcm, npt.NDArray[np.uint8]]:
    """ITU-T G.711 µ-law: decoding by the 256 codes, encoding by the sample's 16 bits."""
    codes = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (codes >> 4 & 7).astype(np.int32), (codes & 15).astype(np.int32)
    magnitude = (((mantissa << 3) + _UlawBias) << exponent) - _UlawBias
    decode = np.where(codes & 0x80, -magnitude, magnitude).astype(np.int16)
    samples = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32)
    biased = np.minimum(np.abs(samples), _UlawClip) + _UlawBias
    segment = np.log2(biased).astype(np.int32) - 7
    encode = ~(np.where(samples < 0, 0x80, 0) | segment << 4 | biased >> (segment + 3) & 15)
    return decode, (encode & 0xFF).astype(np.uint8)


def _alaw_tables() -> tuple[Pcm, npt.NDArray[np.uint8]]:
    """ITU-T G.711 A-law, even bits inverted."""
    codes = np.arange(256, dtype=np.int32) ^ 0x55
    segment, low = codes >> 4 & 7, ((codes & 15) << 4) + 8
    magnitude = np.where(segment == 0, low, (low + 0x100) << np.maximum(segment - 1, 0))
    decode = np.where(codes & 0x80, magnitude, -magnitude).astype(np.int16)
    samples = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32)
    thirteen = np.where(samples >= 0, samples, -samples - 1) >> 3  # the codec has 12 bits and a sign
    segment = np.maximum(np.log2(np.maximum(thirteen, 1)).astype(np.int32) - 4, 0)
    encode = segment << 4 | thirteen >> np.maximum(segment, 1) & 15
    return decode, (encode ^ np.where(samples >= 0, 0xD5, 0x55)).astype(np.uint8)


_ULAW, _ALAW = _ulaw_tables(), _alaw_tables()
_TABLES = {"ulaw": _ULAW, "alaw": _ALAW}


@dataclass(frozen=True, slots=True)
class Codec:
    """One of the codecs an externalMedia leg may have."""

    name: CodecName
    receives: int
    """RTP payload type that Asterisk sends."""
    sends: int
    """RTP payload type that Asterisk takes: for slin16 it is another one (measured, facts/asterisk.md section 10)."""
    rate: Literal[8000, 16000]
    """Samples a second; also the RTP clock."""
    sample_bytes: int

    @property
    def frame_samples(self) -> int:
        """Samples of 20 ms."""
        return self.rate * FRAME_MS // 1000

    @property
    def frame_bytes(self) -> int:
        """Payload bytes of 20 ms."""
        return self.frame_samples * self.sample_bytes

    def decode(self, payload: bytes) -> Pcm:
        """Samples of a payload. ValueError if it is not a whole number of samples."""
        if self.sample_bytes == 2:
            return np.frombuffer(payload, ">i2").astype(np.int16)
        return _TABLES[self.name][0][np.frombuffer(payload, np.uint8)]

    def encode(self, pcm: Pcm) -> bytes:
        """Payload of samples at the codec's rate."""
        if self.sample_bytes == 2:
            return pcm.astype(">i2").tobytes()
        return _TABLES[self.name][1][pcm.view(np.uint16)].tobytes()


CODECS: dict[CodecName, Codec] = {
    "ulaw": Codec("ulaw", receives=0, sends=0, rate=8000, sample_bytes=1),
    "alaw": Codec("alaw", receives=8, sends=8, rate=8000, sample_bytes=1),
    "slin16": Codec("slin16", receives=118, sends=11, rate=16000, sample_bytes=2),
}


def rms(pcm: Pcm) -> float:
    """Root mean square, 0 to 32768; 0 of nothing."""
    if not pcm.size:
        return 0.0
    wide = pcm.astype(np.float32)
    return math.sqrt(float(np.dot(wide, wide)) / pcm.size)


def dbfs(pcm: Pcm) -> float:
    """RMS level in dB below full scale (32768), at least FLOOR_DB."""
    level = rms(pcm)
    return max(FLOOR_DB, 20 * math.log10(level / 32_768)) if level else FLOOR_DB


def amplitude(level_db: float) -> float:
    """The amplitude of a level in dBFS: amplitude(-45) is 184."""
    return float(32_768 * 10 ** (level_db / 20))


def wav(pcm: Pcm, rate: int) -> bytes:
    """A mono 16-bit RIFF file; pcm of shape (samples, 2) makes a stereo one."""
    channels = 1 if pcm.ndim == 1 else pcm.shape[1]
    data = pcm.astype("<i2").tobytes()
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * channels * 2, channels * 2, 16)
    header = struct.pack("<4sI4s", b"RIFF", 4 + len(form) + 8 + len(data), b"WAVE")
    return header + form + struct.pack("<4sI", b"data", len(data)) + data
