"""Which calls are recorded. The dialplan starts the recording (extensions_inbound.conf, [record]); here it learns who wants none.

<call_id>-rx.wav  the caller      <call_id>-tx.wav  our side, or the operator's
"""

import logging
import re
from pathlib import Path

from ari_app.ari.client import Ari, AriError
from core.ids import CallId

log = logging.getLogger(__name__)


class Recordings:
    def __init__(self, ari: Ari, folder: Path) -> None:
        self._ari = ari
        self._folder = folder
        self._told: dict[str, bool] = {}

    async def prefer(self, number: str, wanted: bool) -> None:
        """From the next call on, calls to `number` are recorded, or not. Asked once per change."""
        if self._told.get(number, True) == wanted:
            return
        self._told[number] = wanted
        try:
            await self._ari.set_global(f"RECORD_{re.sub('[^0-9]', '', number)}", "yes" if wanted else "no")
        except AriError as error:
            del self._told[number]
            log.warning("! recording preference not set", extra={"error": str(error)})

    def forget(self) -> None:
        """Asterisk restarted, and with it the dialplan's variables."""
        self._told.clear()

    def of(self, call: CallId, wanted: bool) -> str | None:
        """Base name of a call's recording; None if there is none. What nobody wants (`wanted` false) is deleted."""
        files = [self._folder / f"{call}-{side}.wav" for side in ("rx", "tx")]
        if wanted:
            return str(call) if any(file.exists() for file in files) else None
        for file in files:
            file.unlink(missing_ok=True)
        return None
