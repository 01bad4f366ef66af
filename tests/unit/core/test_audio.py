"""core.audio: G.711 against the recommendation's own arithmetic, slin16, levels, wav."""

import io
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.audio import CODECS, FLOOR_DB, FRAME, RATE, amplitude, dbfs, rms, wav

ULAW_ENDS = [0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF, 0x1FFF, 0x3FFF, 0x7FFF]
ALAW_ENDS = [0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF]


def ulaw_of(sample: int) -> int:
    mask, magnitude = (0x7F, -sample) if sample < 0 else (0xFF, sample)
    magnitude = min(magnitude, 32635) + 0x84
    segment = next(i for i, end in enumerate(ULAW_ENDS) if magnitude <= end)
    return (segment << 4 | magnitude >> (segment + 3) & 15) ^ mask


def alaw_of(sample: int) -> int:
    thirteen = sample >> 3
    mask, magnitude = (0xD5, thirteen) if thirteen >= 0 else (0x55, -thirteen - 1)
    segment = next(i for i, end in enumerate(ALAW_ENDS) if magnitude <= end)
    return (segment << 4 | magnitude >> max(segment, 1) & 15) ^ mask


@pytest.mark.parametrize(("name", "reference"), [("ulaw", ulaw_of), ("alaw", alaw_of)])
def test_every_sample_is_encoded_as_g711_says(name, reference):
    every = np.arange(-32768, 32768).astype(np.int16)
    assert CODECS[name].encode(every) == bytes(reference(int(sample)) for sample in every)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("ulaw", {0xFF: 0, 0x7F: 0, 0x80: 32124, 0x00: -32124, 0xFE: 8, 0x7E: -8}),
        ("alaw", {0xD5: 8, 0x55: -8, 0xAA: 32256, 0x2A: -32256, 0xD4: 24}),
    ],
)
def test_known_codes_decode_to_known_samples(name, known):
    decoded = CODECS[name].decode(bytes(known))
    assert decoded.tolist() == list(known.values())


@pytest.mark.parametrize("name", ["ulaw", "alaw"])
def test_a_decoded_code_encodes_to_itself_but_for_the_two_zeros(name):
    codec = CODECS[name]
    again = codec.encode(codec.decode(bytes(range(256))))
    assert [code for code in range(256) if again[code] != code] in ([], [0x7F])


def test_slin16_is_big_endian_and_comes_back_as_another_payload_type():
    codec = CODECS["slin16"]
    assert codec.encode(np.array([1, -2], np.int16)) == b"\x00\x01\xff\xfe"
    assert codec.decode(b"\x00\x01\xff\xfe").tolist() == [1, -2]
    assert (codec.receives, codec.sends) == (118, 11)


def test_half_a_sample_is_refused():
    with pytest.raises(ValueError):
        CODECS["slin16"].decode(b"\x00\x01\xff")


def test_a_frame_is_20_ms_in_every_codec():
    assert {name: (c.frame_samples, c.frame_bytes) for name, c in CODECS.items()} == {
        "ulaw": (160, 160),
        "alaw": (160, 160),
        "slin16": (320, 640),
    }
    assert FRAME == RATE // 50


def test_levels():
    square = np.full(100, 3277, np.int16)
    assert rms(square) == pytest.approx(3277)
    assert dbfs(square) == pytest.approx(-20, abs=0.01)
    assert dbfs(np.zeros(5, np.int16)) == dbfs(np.zeros(0, np.int16)) == FLOOR_DB
    assert amplitude(-45) == pytest.approx(184.3, abs=0.1)


@given(st.lists(st.integers(-32768, 32767), max_size=50), st.sampled_from([8000, 16000, 22050]))
def test_a_wav_file_reads_back(samples, rate):
    with wave.open(io.BytesIO(wav(np.array(samples, np.int16), rate))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, rate)
        assert np.frombuffer(file.readframes(-1), "<i2").tolist() == samples


def test_a_stereo_file_has_both_channels():
    stereo = np.array([[1, 9], [2, 9], [3, 9]], np.int16)
    with wave.open(io.BytesIO(wav(stereo, 8000))) as file:
        assert file.getnchannels() == 2
        assert np.frombuffer(file.readframes(-1), "<i2").reshape(-1, 2).tolist() == stereo.tolist()
