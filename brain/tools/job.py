"""One use of a tool: what is to be done, and who can do it. ◆"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from brain.tools.declaration import Declaration
from core.events import AnyEvent
from core.sites import Language, Site


@dataclass(frozen=True, slots=True)
class Job:
    site: Site
    declaration: Declaration
    arguments: Mapping[str, Any]
    """Checked against the declaration's schema, complete."""
    conversation: str = ""
    language: Language = "hi-Latn"
    caller: str = ""
    key: str = ""
    """Of a write: its idempotency key."""


class Publisher(Protocol):
    def publish(self, event: AnyEvent) -> None:
        """Tell the records. Never waits, never raises (core.outbox)."""


class Performer(Protocol):
    async def perform(self, job: Job) -> Any:
        """The answer, as JSON. brain.tools.outcome.ToolFailed; of a write only NotFound, Refused and Away say "not done"."""
