"""Lists come page by page: `limit` and `cursor`, and cursors of lists by time, the latest first.

Such a cursor is the moment of a page's last entry, exact, and its id.
"""

import base64
from typing import Annotated

from fastapi import Query

from core.http.problems import Problem

Limit = Annotated[int, Query(ge=1, le=100, description="Entries a page")]
"""Of large entries…"""
LongLimit = Annotated[int, Query(ge=1, le=200, description="Entries a page")]
"""…and of small ones."""
Cursor = Annotated[str, Query(max_length=1024, description="`next_cursor` of the page before")]


def to_cursor(place: int, name: str) -> str:
    """`place`: microseconds since 1970, or another number that the list goes down by."""
    return base64.urlsafe_b64encode(f"{place}:{name}".encode()).decode().rstrip("=")


def from_cursor(cursor: str) -> tuple[int, str]:
    """Problem 422."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        place, _, name = base64.b64decode(padded, b"-_", validate=True).decode().partition(":")
        if abs(int(place)) < 2**53 and name and "\0" not in name:
            return int(place), name
    except ValueError:  # binascii.Error and UnicodeDecodeError are such
        pass
    raise foreign_cursor()


def foreign_cursor() -> Problem:
    return Problem(422, "`cursor` is none of ours: leave it out to begin again", "invalid-cursor")
