"""What a child is told that need know nothing of ours, no secret least of all."""

import os

from core.settings import REPOSITORY

COMPILED = "PYTHONPYCACHEPREFIX"
"""Where Python keeps compiled code (bin/haazir says): not in the tree, and not made anew at every start."""


def bare() -> dict[str, str]:
    """Enough to run a module of this project with one thread."""
    told = {"PYTHONPATH": str(REPOSITORY), "LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
    return told | {name: value for name, value in os.environ.items() if name == COMPILED}
