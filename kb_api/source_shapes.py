"""What is sent and given about knowledge that lives elsewhere: field by field, with the words that /openapi.json says of it. ◆"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from mirror.contract_shapes import Contract, Finding
from mirror.origin import Origin
from mirror.state import State


class NewKnowledgeSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where a site's knowledge lives. Its questions are embedded by the site's `embedding`, which has to be the model of
    these vectors."""

    source: Annotated[
        Literal["mirror", "read_through"],
        Meta(description="mirror: copied here, slowly, and searched here. read_through: asked for each question"),
    ] = "mirror"
    origin: Origin


class KnowledgeSourceDetails(msgspec.Struct, frozen=True, kw_only=True):
    source: Literal["own", "mirror", "read_through"]
    origin: Origin
    paused: Annotated[str | None, Meta(description="Why the kill switch is on; null: it is off")]
    contract: Annotated[Contract | None, Meta(description="What we rely on there; null: not looked at yet")]
    state: State


class SourceCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What fits and what does not. Nothing was written there."""

    fits: bool
    findings: list[Finding]
    contract: Annotated[Contract | None, Meta(description="What we would rely on; null: it does not fit")]


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    why: Annotated[str, Meta(max_length=300, description="For whoever looks at it later")] = "paused by hand"
