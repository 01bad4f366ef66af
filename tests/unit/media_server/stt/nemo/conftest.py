"""A checkpoint and an engine that several tests share; imported only where a test wants them, for they need NeMo."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.media_server.stt.nemo.hall import Play


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.unit.media_server.stt.nemo.hall import one_chunk

    return one_chunk(tmp_path_factory.mktemp("random"))


@pytest.fixture(scope="module")
def play(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Play"]:
    """Stories follow each other on one engine: loading it takes longer than all of them."""
    from tests.unit.media_server.stt.nemo.hall import hall

    opened = hall(file, tmp_path_factory.mktemp("hall"))
    with asyncio.Runner() as runner:
        stage = runner.run(opened.__aenter__())
        yield lambda story: runner.run(story(stage))
        runner.run(opened.__aexit__(None, None, None))
