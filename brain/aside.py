"""Something asked while a tool waits for a reply: it is answered, and then the tool asks its question again.

    "6 ank boliye" ── "aur vitamin D ka?" ──> "900 rupaye ka hai. 6 ank boliye."

Only what is surely answered: anything else is taken for a reply to the question, as it mostly is.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Protocol

from brain.decide import in_context
from brain.extract import LOOKED_AT, quote
from brain.knowledge.passages import Passage
from brain.tools.tool import Errand, Request
from brain.turn import Done, Piece, Proposal, Say
from brain.understand import Meaning, Words
from core.db import DatabaseAway
from core.ids import SiteId


class Documents(Protocol):
    async def passages(self, site: SiteId, text: str, limit: int) -> list[Passage]:
        """What the site's documents say about it, the nearest first. DatabaseAway."""


async def is_documented(meaning: Meaning, request: Request, documents: Documents) -> bool:
    """Whether the site's documents surely answer it."""
    if not isinstance(meaning, Words):
        return False
    text = in_context(meaning.text, request.memory.topic)
    try:
        passages = await documents.passages(request.site.site_id, text, LOOKED_AT)
    except DatabaseAway:
        return False
    found = quote(text, passages)
    return found is not None and found.sure >= request.site.thresholds.document


async def and_again(pieces: AsyncIterator[Piece], errand: Errand, request: Request) -> AsyncIterator[Piece]:
    """`request`: with the proposal that waits. An answer that asks something itself is left as it is."""
    waiting = request.memory.proposal
    async for piece in pieces:
        if not (
            isinstance(piece, Done) and piece.source == "knowledge" and piece.memory.expects == "anything" and _asks(waiting)
        ):
            yield piece
            continue
        *question, done = errand.again(replace(request, memory=replace(piece.memory, proposal=waiting)))
        assert isinstance(done, Done)
        for asked in question:
            yield replace(asked, always=True) if isinstance(asked, Say) else asked
        yield replace(piece, memory=replace(done.memory, told=piece.memory.told))


def _asks(waiting: Proposal | None) -> bool:
    return waiting is not None and bool(waiting.asking)
