"""How far we are in finding out who answered our call, and in telling a machine what is for it. ◆

who ──person──────────────────────────────────────────────> greeted ──"leave a message"──> before_message
 ├──machine──> before_message ──beep, or silence──> (the message is said, hung up)
 ├──screening──> before_introduction ──silence──> introducing ──> put_through ──person──> greeted
 └──ivr──> (keys are pressed) ──────────────────────────────> put_through
"""

from dataclasses import dataclass
from typing import Literal

from media_server.screening.heard import Heard

Stage = Literal["who", "before_message", "before_introduction", "introducing", "put_through", "greeted"]
"""before_…: until the machine has done with its own. put_through: the phone rings now, we hope. greeted: by us."""


@dataclass(frozen=True, slots=True)
class Screening:
    answered_at: float
    """Loop seconds."""
    heard: Heard
    """In this stage."""
    since: float = 0.0
    """Of the stage."""
    stage: Stage = "who"
    waited: bool = False
    """Greeted, they fell silent for long enough to hear that: as people do."""
    by_length: bool = False
    """Taken for a machine only because they said so much at once."""
    met: int = 0
    """Menus, and voices that asked who calls."""

    @property
    def wants_words(self) -> bool:
        """Somebody speaks, or has spoken, and we don't know who they are."""
        return self.stage in ("who", "put_through", "before_message") and self.heard.started is not None
