"""Cursors of lists sorted by time, the latest first: the moment of a page's last entry, exact, and its id. ◆"""

import base64
import binascii


def to_cursor(place: int, name: str) -> str:
    """`place`: microseconds since 1970."""
    return base64.urlsafe_b64encode(f"{place}:{name}".encode()).decode().rstrip("=")


def from_cursor(cursor: str) -> tuple[int, str] | None:
    """None: it is none of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        place, _, name = base64.b64decode(padded, b"-_", validate=True).decode().partition(":")
        if abs(int(place)) < 2**53 and name and "\0" not in name:
            return int(place), name
    except (ValueError, binascii.Error):  # UnicodeDecodeError is a ValueError
        pass
    return None
