"""The secrets of an instance: random, made at its first start, one file each in home/secrets that only its owner reads.

Settings.secret(name) reads them. A secret that is there is never changed.
"""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from core.settings import Settings

DEMO_KEY = "api_key_demo"
"""The demo site's API key, given to the site when it is loaded (kb_api.apply)."""


def names(settings: Settings) -> list[str]:
    return [
        "ari",
        "admin_key",
        "key_pepper",
        "vault_key",
        DEMO_KEY,
        *(f"operator_{operator['extension']}" for operator in settings.asterisk.operators),
    ]


def make_missing(settings: Settings) -> list[str]:
    """Make the secrets that are not there yet; their names."""
    return [name for name in names(settings) if _make(settings.home / "secrets" / name, name)]


def _make(path: Path, name: str) -> bool:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if path.stat().st_size:
            return False
        descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC)  # we died between making and writing it
    with os.fdopen(descriptor, "w") as file:
        file.write(fresh(name))
    return True


def add_in_front(settings: Settings, name: str) -> Path | None:
    """A fresh secret before those in its file, comma between them; the file. None: the environment has this secret."""
    if os.environ.get(f"HAAZIR_SECRET_{name.upper()}"):
        return None
    path = settings.home / "secrets" / name
    _write(path, f"{fresh(name)},{settings.secret(name)}")
    return path


def keep_first(path: Path, most: int) -> None:
    """Of the secrets in a file, the first few."""
    _write(path, ",".join(path.read_text().strip().split(",")[:most]))


def _write(path: Path, text: str) -> None:
    """Whole or not at all: a process may read it now."""
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def fresh(name: str) -> str:
    """A new secret. API keys say what they are, so that one found in a log or a repository can be recognised."""
    prefixes = {"admin_key": "hzadm_", DEMO_KEY: "hz_demo_"}
    return prefixes.get(name, "") + secrets.token_urlsafe(24)


def unprotected(settings: Settings) -> Iterable[Path]:
    """Secret files that others may read."""
    for path in sorted((settings.home / "secrets").glob("*")):
        if path.stat().st_mode & 0o077:
            yield path
