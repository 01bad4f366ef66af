"""What the dialplan has recorded of a call (extensions_inbound.conf, [record]).

<call_id>-rx.wav  the caller      <call_id>-tx.wav  our side, or the operator's
"""

import logging
from pathlib import Path

from core.ids import CallId

log = logging.getLogger(__name__)


class Recordings:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, call: CallId, wanted: bool) -> str | None:
        """Base name of a call's recording; None if there is none. What nobody wants (`wanted` false) is deleted."""
        files = [self._folder / f"{call}-{side}.wav" for side in ("rx", "tx")]
        if wanted:
            return str(call) if any(file.exists() for file in files) else None
        for file in files:
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                log.warning("! recording not deleted", extra={"call": call, "error": type(error).__name__})
        return None
