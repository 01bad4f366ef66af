"""Who may listen to a site's calls while they go on, and how long what was recorded of them is kept. docs/calls.md. ◆"""

from typing import Annotated

import msgspec
from msgspec import Meta

from core.handover import Extension


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    supervisors: Annotated[tuple[Extension, ...], Meta(max_length=50)] = ()
    """Extensions that may be rung to listen, whisper and barge; none: nobody may."""
    secrets: bool = False
    """Recorded are PINs and numbers that the agent asks for as secrets, too; false: the recording pauses by itself meanwhile."""
    keep_days: Annotated[int, Meta(ge=0, le=3650)] = 0
    """Recordings older than this are deleted, though the call is kept; 0: they stay as long as the call (`retention_days`)."""
