"""Any range of an encrypted recording, as a player asks for it, is that slice of the sound."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import StreamingResponse

from core.http.problems import Problem
from core.sealed_file import CHUNK, new_key, seal
from gateway.sealed import sealed_answer, wanted

LENGTH = 2 * CHUNK + 12_345
SOUND = bytes(index * 7 % 253 for index in range(LENGTH))
KEY = new_key()
PLACE = st.integers(0, LENGTH + 10) | st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, LENGTH - 1, LENGTH])


def recorded(folder: Path) -> Path:
    path = folder / "recording"
    with path.open("wb") as out:
        seal([SOUND], out, KEY)
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("sealed"))


async def got(path: Path, header: str) -> tuple[bytes, str]:
    answer = sealed_answer(path, KEY, "audio/wav", {"range": header}, {})
    assert isinstance(answer, StreamingResponse) and answer.status_code == 206
    content = b"".join([bytes(piece) async for piece in answer.body_iterator if not isinstance(piece, str)])
    assert answer.headers["content-length"] == str(len(content))
    return content, answer.headers["content-range"]


@given(PLACE, PLACE)
def test_from_here_to_there(path: Path, one: int, other: int) -> None:
    first, last = sorted((one, other))
    header = f"bytes={first}-{last}"
    if first >= LENGTH:
        with pytest.raises(Problem, match="shorter"):
            asyncio.run(got(path, header))
    else:
        expected = f"bytes {first}-{min(last, LENGTH - 1)}/{LENGTH}"
        assert asyncio.run(got(path, header)) == (SOUND[first : last + 1], expected)


@given(PLACE)
def test_from_here_to_the_end_and_the_last_so_many(path: Path, place: int) -> None:
    if place < LENGTH:
        assert asyncio.run(got(path, f"bytes={place}-"))[0] == SOUND[place:]
    if place:
        assert asyncio.run(got(path, f"bytes=-{place}"))[0] == SOUND[-place:]


@pytest.mark.parametrize("header", ["bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0x1-", "bytes=--1"])
def test_what_is_no_range_is_a_400(header: str) -> None:
    with pytest.raises(Problem) as refused:
        wanted(header, LENGTH)
    assert refused.value.status_code == 400


@pytest.mark.parametrize("header", ["bytes=0-1,5-6", "elephants=0-1", "elephants", ""])
def test_several_ranges_at_once_and_ranges_of_something_else_are_answered_with_all_of_it(header: str) -> None:
    assert wanted(header, LENGTH) is None


def test_a_unit_is_the_same_in_any_letters() -> None:
    assert wanted("Bytes=0-1", LENGTH) == (0, 2)


def test_nothing_can_be_asked_of_an_empty_file() -> None:
    for header in ("bytes=0-", "bytes=-1", "bytes=0-0"):
        with pytest.raises(Problem) as refused:
            wanted(header, 0)
        assert refused.value.status_code == 416
