"""The command `bin/haazir`: up, down, status, doctor, call, test, check, lock."""

import tomllib

from core.settings import REPOSITORY

VERSION = str(tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"])
