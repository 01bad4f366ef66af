"""A small disk of the house's own, in memory: to be filled without harm to anybody else's."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

SIZE_MB = 700
"""A home takes about 150 MB, most of it the database."""


@contextlib.contextmanager
def own_disk() -> Iterator[Path | None]:
    """A folder on it; None where we may not mount one (we are not root): then nothing is filled."""
    with tempfile.TemporaryDirectory(prefix="haazir-chaos-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=755", "haazir-chaos", folder]
        if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
