"""What /v1/sites/{site_id}/tools, /v1/leads and /v1/callbacks take and give. ◆"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from brain.tools.declaration import Declaration
from core.http.shapes import Instant, Next
from core.sites import Language


class DeclaredTool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool of the site's own."""

    name: str
    allowed: Annotated[bool, Meta(description="Whether the site's `tools` has it: else nobody can use it")]
    declaration: Declaration
    updated_at: Instant
    warnings: Annotated[list[str], Meta(description="Why it can't work yet; empty: nothing is known to be missing")]


class DeclaredToolList(msgspec.Struct, frozen=True, kw_only=True):
    data: list[DeclaredTool]
    next_cursor: Next


class ChosenOperation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One operation of the description, as a tool."""

    operation: Annotated[str, Meta(min_length=1, max_length=200, description="Its operationId")]
    allow_write: Annotated[bool, Meta(description="Needed for anything but GET: it is then read back and confirmed")] = False
    tool: Annotated[
        dict[str, Any],
        Meta(description="Fields of Declaration over what the description says: name, utterances, answers, slots, confirm …"),
    ]


class OpenApiImport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An OpenAPI description, and what to take of it. All of it is declared, or nothing."""

    document: Annotated[dict[str, Any], Meta(description="OpenAPI 3.0 or 3.1, in JSON")]
    operations: Annotated[list[ChosenOperation], Meta(min_length=1, max_length=50)]
    server: Annotated[str, Meta(max_length=500, description="In place of the description's first server")] = ""


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    conversation_id: str
    name: str
    phone: str
    interest: str
    language: Language
    created_at: Instant


class LeadList(msgspec.Struct, frozen=True, kw_only=True):
    data: list[Lead]
    next_cursor: Next


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    conversation_id: str
    phone: str
    due_at: Instant
    reason: str
    language: Language
    state: Literal["open", "done", "cancelled"]
    created_at: Instant


class CallbackList(msgspec.Struct, frozen=True, kw_only=True):
    data: list[Callback]
    next_cursor: Next
