"""How nice a session is: Linux shares the processor out among sessions first (autogroup), and a process's nice counts only
within its own."""

import time
from pathlib import Path

GROUP = Path("/proc/self/autogroup")
_TRIES, _AGAIN_S = 10, 0.05


def move_session(nice: int, group: Path = GROUP) -> None:
    """Ours, to this nice. Of all who lack CAP_SYS_ADMIN one may every 0.1 s: who comes second waits, half a second at most.

    OSError: there is no such thing here, we may not, or others were quicker all the time.
    """
    for attempt in range(_TRIES):
        try:
            group.write_text(str(nice))
            return
        except BlockingIOError:
            if attempt == _TRIES - 1:
                raise
            time.sleep(_AGAIN_S)
