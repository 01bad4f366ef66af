"""Where passages come from. A site has one of three sources; whoever asks does not notice which. ◆

own            our documents                            brain.knowledge.library
mirror         our copy of Machine A's                  mirror.copied: no statement goes to A
read_through   A itself, through two connections        mirror.through: only where a site asks for it
"""

from typing import Protocol

from brain.knowledge.normal import Normal
from brain.knowledge.passages import Floats, Passage
from core.sites import Site


class KnowledgeSource(Protocol):
    async def candidates(self, site: Site, asked: Normal, vector: Floats | None) -> list[Passage]:
        """The likeliest passages with their figures, in no order (brain.knowledge.passages.fused ranks them).

        `vector`: float32[dimensions] of the question, by the site's own embedding model; None: words alone. What is away
        gives nothing. DatabaseAway if ours is.
        """
