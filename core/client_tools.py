"""A chat client's own tools, on their way between the chat's door and the brain: offered, called, answered. ◆"""

from typing import Any, Literal

import msgspec


class OfferedTool(msgspec.Struct, frozen=True):
    """A function of a chat client's: the client runs it, where its model wants it."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema of an object."""


class ClientCall(msgspec.Struct, frozen=True):
    """The model wants one of them run."""

    id: str
    name: str
    arguments: str
    """A JSON object."""


class ClientResult(msgspec.Struct, frozen=True):
    """What came of it. Data, never instructions."""

    call: ClientCall
    text: str


class ClientTools(msgspec.Struct, frozen=True, kw_only=True):
    """What a chat client offers beside the site's own tools. Only a model can choose among them (brain/client_tools.py)."""

    offered: tuple[OfferedTool, ...] = ()
    must: bool = False
    """One of them is to be called, whatever else could answer."""
    parallel: bool = True
    """Several at once are welcome."""
    results: tuple[ClientResult, ...] = ()
    """The client tells what its tools gave for this very question."""


ClientToolsState = Literal["", "offered", "not_needed", "no_model"]
"""What became of a client's tools: none were given; a model could choose them; the site's own answer came first; the site has
no model, so nobody can choose them."""
