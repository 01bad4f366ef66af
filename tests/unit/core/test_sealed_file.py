"""A sealed file gives back what was put in, from any place to any place, or nothing."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sealed_file import CHUNK, HEADER, TAG, Broken, SealedFile, new_key, seal

KEY = new_key()
LENGTHS = st.sampled_from([0, 1, 44, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17])


def plain(length: int) -> bytes:
    return bytes(index * 31 % 251 for index in range(length))


def sealed(text: bytes, key: bytes = KEY, piece: int = 50_000) -> bytes:
    out = io.BytesIO()
    assert seal((text[at : at + piece] for at in range(0, len(text), piece)), out, key) == len(text)
    return out.getvalue()


def opened(content: bytes, key: bytes = KEY) -> SealedFile:
    return SealedFile(io.BytesIO(content), key)


def whole(file: SealedFile) -> bytes:
    return b"".join(file.read(0, file.length))


FILES = {length: sealed(plain(length)) for length in (0, 1, 44, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17)}


@given(LENGTHS, st.data())
def test_any_range_is_the_slice(length: int, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, length))
    end = data.draw(st.integers(begin, length))
    file = opened(FILES[length])
    assert file.length == length
    assert b"".join(file.read(begin, end)) == plain(length)[begin:end]


@given(st.lists(st.binary(max_size=3 * CHUNK // 2), max_size=4))
def test_it_does_not_matter_in_which_pieces_it_came(pieces: list[bytes]) -> None:
    out = io.BytesIO()
    seal(pieces, out, KEY)
    assert whole(opened(out.getvalue())) == b"".join(pieces)


def test_nothing_of_it_can_be_read_in_the_file() -> None:
    secret = b"mera pin 4711 hai" * 1000
    content = sealed(secret)
    assert b"4711" not in content
    assert content != sealed(secret), "every writing has its own salt"


@given(LENGTHS.filter(bool), st.data())
def test_one_changed_bit_is_seen(length: int, data: st.DataObject) -> None:
    content = bytearray(FILES[length])
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Broken):
        whole(opened(bytes(content)))


@given(st.integers(0, 3 * CHUNK))
def test_a_file_that_was_cut_off_is_not_opened(length: int) -> None:
    with pytest.raises(Broken):
        opened(FILES[3 * CHUNK + 17][:length])


def test_a_file_cut_off_between_two_chunks_is_not_opened() -> None:
    with pytest.raises(Broken):
        opened(FILES[3 * CHUNK + 17][: HEADER + 2 * (CHUNK + TAG)])


def test_chunks_can_not_change_places() -> None:
    content = FILES[3 * CHUNK + 17]
    first, second = (content[HEADER + n * (CHUNK + TAG) : HEADER + (n + 1) * (CHUNK + TAG)] for n in (0, 1))
    swapped = content[:HEADER] + second + first + content[HEADER + 2 * (CHUNK + TAG) :]
    with pytest.raises(Broken):
        whole(opened(swapped))


def test_another_key_opens_nothing() -> None:
    with pytest.raises(Broken):
        opened(FILES[44], new_key())


@pytest.mark.parametrize("content", [b"", b"haazir1\n", b"RIFF" + bytes(100), b"haazir1\n" + bytes(7)])
def test_what_is_no_sealed_file_is_not_opened(content: bytes) -> None:
    with pytest.raises(Broken):
        opened(content)
