"""What a call needs of the world."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ari_app.announcements import Announcements
from ari_app.ari.client import Ari
from ari_app.books import Books
from ari_app.briefing import Briefing
from ari_app.call.routing import Finding
from ari_app.call.seats import Seats
from ari_app.call.state import Limits
from ari_app.media_servers import MediaServers
from ari_app.standing import StandingOrders
from core.reception import UnknownNumber, Way


class Directory(Protocol):
    """Knows whose number was dialled (sites.py)."""

    async def find(self, number: str) -> Finding: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What a call needs of the world."""

    ari: Ari
    sites: Directory
    standing: StandingOrders
    books: Books
    seats: Seats
    briefing: Briefing
    announcements: Announcements
    trunk_hosts: Mapping[str, str]
    """Of haazir.toml, by their names."""
    media: MediaServers
    limits: Limits
    max_total: int
    unknown_number: UnknownNumber = "not_found"
    drained: Way = "queue"
    """What meets new calls while we drain."""
