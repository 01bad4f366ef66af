"""Two mono legs into one stereo sound."""

import io
import wave

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.stereo import HEADER, header, interleave, sound_of

legs = st.binary(max_size=64)


@given(legs, legs)
def test_each_side_keeps_its_samples_and_the_shorter_ends_in_silence(left: bytes, right: bytes) -> None:
    both = np.frombuffer(interleave(left, right), dtype="<i2").reshape(-1, 2)
    assert len(both) == max(len(left) // 2, len(right) // 2)
    for column, sound in enumerate((left, right)):
        samples = np.frombuffer(sound[: len(sound) // 2 * 2], dtype="<i2")
        assert (both[: len(samples), column] == samples).all()
        assert not both[len(samples) :, column].any()


def test_the_header_is_one_that_others_read() -> None:
    with wave.open(io.BytesIO(header(100, 2) + bytes(400))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate(), file.getnframes()) == (2, 2, 8000, 100)


def test_our_own_header_is_read_back() -> None:
    assert sound_of(header(100, 1)) == (HEADER, 200)
    assert sound_of(header(100, 2)) == (HEADER, 400)


def test_more_sound_than_a_header_can_count_still_has_a_header() -> None:
    assert len(header(2**31, 2)) == HEADER


def test_chunks_before_the_sound_are_skipped() -> None:
    plain = header(10, 1)
    extra = b"LIST" + (3).to_bytes(4, "little") + b"abc\0"
    assert sound_of(plain[:36] + extra + plain[36:]) == (HEADER + len(extra), 20)


@given(st.binary(max_size=80))
def test_garbage_is_no_sound_and_no_error(head: bytes) -> None:
    assert sound_of(head) is None
    sound_of(header(1, 1)[:20] + head)


def test_eight_bits_or_compressed_sound_is_refused() -> None:
    eight = bytearray(header(10, 1))
    eight[34] = 8
    assert sound_of(bytes(eight)) is None
    ulaw = bytearray(header(10, 1))
    ulaw[20] = 7
    assert sound_of(bytes(ulaw)) is None
