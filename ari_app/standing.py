"""What the dialplan must know of a site's number to act without us: globals of Asterisk (extensions.conf names them).

Told after the first call to a number, and whenever its site has changed.
"""

import logging
import re

from ari_app.announcements import Announcements
from ari_app.ari.client import Ari, AriError
from core.sites import Site

log = logging.getLogger(__name__)


class StandingOrders:
    def __init__(self, ari: Ari, announcements: Announcements) -> None:
        self._ari = ari
        self._announcements = announcements
        self._told: dict[str, dict[str, str]] = {}

    async def tell(self, number: str, site: Site) -> None:
        """From now on, calls to `number` that go without us go as the site wants it. Asked once per change."""
        digits = re.sub("[^0-9]", "", number)
        known = self._told.setdefault(digits, {})
        for name, value in self._orders(site).items():
            if known.get(name) == value:
                continue
            try:
                await self._ari.set_global(f"{name}_{digits}", value)
            except AriError as error:
                log.warning("! standing order not told", extra={"order": name, "error": str(error)})
            else:
                known[name] = value

    def forget(self) -> None:
        """Asterisk restarted, and with it the dialplan's variables."""
        self._told.clear()

    def _orders(self, site: Site) -> dict[str, str]:
        return {
            "RECORD": "yes" if site.recording else "no",
            "PEOPLE": site.operator,
            "NOBODY": site.reception.nobody_free,
            "VOICEMAIL": str(site.reception.voicemail_s),
            "SAYS": self._announcements.path(site, site.language),
        }
