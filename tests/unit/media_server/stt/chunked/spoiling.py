"""What can be wrong with a checkpoint's folder, done to a copy of it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.checkpoints import CheckpointUnfit

Spoil = Callable[[Path], None]


def edit(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))


def halve(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def assert_refused(load: Callable[[Path], object], checkpoint: Path, copy: Path, spoil: Spoil, words: str) -> None:
    """Spoilt in a copy, it is refused with these words."""
    shutil.copytree(checkpoint, copy)
    spoil(copy)
    with pytest.raises(CheckpointUnfit, match=words):
        load(copy)
