"""Where passages come from. A site has one of three sources; whoever asks does not notice which. ◆

    own            our documents                          brain.knowledge.library
    mirror         our copy of Machine A's                mirror.copied: no statement goes to A
    read_through   A itself, through two connections      mirror.through: only where a site wants it

The last two are here by this protocol alone: nothing in brain.knowledge knows Machine A.
"""

from dataclasses import dataclass
from typing import Protocol

from brain.knowledge.normal import Normal
from brain.knowledge.passages import Floats, Passage
from core.sites import Embedding, Site


@dataclass(frozen=True, slots=True)
class Question:
    asked: Normal
    vector: Floats | None = None
    """float32[dimensions]; None: the model is away, words alone must do."""
    embedding: Embedding | None = None
    """Whose vector it is."""


class KnowledgeSource(Protocol):
    async def candidates(self, site: Site, question: Question) -> list[Passage]:
        """The likeliest passages with their figures, in no order (brain.knowledge.passages.fused ranks them).

        What is away gives nothing. DatabaseAway if ours is.
        """
