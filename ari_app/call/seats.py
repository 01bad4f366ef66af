"""How many calls are with the agent just now: the count that caps are held against."""

from core.ids import CallId, SiteId


class Seats:
    """One per call that routing admitted. Taking and counting happen in one go, so two callers can't share the last one."""

    def __init__(self) -> None:
        self._taken: dict[CallId, SiteId] = {}
        self.closed = False
        """None is given out any more: we drain."""

    def __len__(self) -> int:
        return len(self._taken)

    def of(self, site: SiteId) -> int:
        return sum(taken == site for taken in self._taken.values())

    def take(self, call: CallId, site: SiteId) -> None:
        self._taken[call] = site

    def give_back(self, call: CallId) -> None:
        """Of a call that has none, too."""
        self._taken.pop(call, None)
