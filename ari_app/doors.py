"""What a call needs of the world."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ari_app.ari.client import Ari
from ari_app.books import Books
from ari_app.call.routing import Finding
from ari_app.call.seats import Seats
from ari_app.call.state import Limits
from ari_app.recordings import Recordings


class Directory(Protocol):
    """Knows whose number was dialled (sites.py)."""

    async def find(self, number: str) -> Finding: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What a call needs of the world."""

    ari: Ari
    sites: Directory
    recordings: Recordings
    books: Books
    seats: Seats
    media_socket: Path
    limits: Limits
    max_total: int
