"""What the dialplan has recorded of a call (extensions_inbound.conf, [record]).

<call_id>-rx.wav  the caller      <call_id>-tx.wav  our side, or the operator's
"""

import logging
import os
from pathlib import Path

from core.ids import CallId

log = logging.getLogger(__name__)

HEADER, RATE, SAMPLE = 44, 8000, 2
"""Of MixMonitor's .wav: bytes before the sound, samples a second, bytes of one."""


class Recordings:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, call: CallId, wanted: bool) -> str | None:
        """Base name of a call's recording; None if there is none. What nobody wants (`wanted` false) is deleted."""
        files = self._legs(call)
        if wanted:
            return str(call) if any(file.exists() for file in files) else None
        for file in files:
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                log.warning("! recording not deleted", extra={"call": call, "error": type(error).__name__})
        return None

    def silence(self, call: CallId, seconds: float) -> None:
        """The last of what there is: Asterisk has just closed both sides. Blocks for a moment."""
        for file in self._legs(call):
            try:
                with file.open("r+b") as leg:
                    end = leg.seek(0, os.SEEK_END)
                    begin = max(HEADER, end - round(seconds * RATE) * SAMPLE)
                    leg.seek(begin)
                    leg.write(bytes(max(0, end - begin)))
            except OSError as error:
                log.error("! a secret is in a recording", extra={"call": call, "error": type(error).__name__})

    def _legs(self, call: CallId) -> list[Path]:
        return [self._folder / f"{call}-{side}.wav" for side in ("rx", "tx")]
