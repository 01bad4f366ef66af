"""What `python -m kb_api.apply`, `.export` and `.rewrap` share: one line of what was done, or one of what there is to mend."""

import sys
from collections.abc import Callable

import psycopg

from core.db import DatabaseAway
from core.settings import SettingsError


def run(work: Callable[[], str], trouble: str, *mendable: type[Exception]) -> int:
    """The exit status. `trouble`: what could not be done, should one of these happen."""
    told_in_a_line: tuple[type[Exception], ...] = (SettingsError, psycopg.Error, *mendable)
    try:
        told = work()
    except DatabaseAway as error:
        sys.stderr.write(f"haazir: the database is away ({error}): start it with bin/haazir up and try again\n")
        return 1
    except told_in_a_line as error:
        sys.stderr.write(f"haazir: {trouble}: {str(error).strip()}\n")
        return 1
    sys.stdout.write(f"{told}\n")
    return 0
