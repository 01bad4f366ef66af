"""Knowledge that lives elsewhere, by the source that the site chose: `async with elsewhere(database, vault) as source`."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from brain.knowledge.passages import Passage
from brain.knowledge.source import KnowledgeSource, Question
from core.db import Database
from core.sites import Site
from core.vault import Vault
from mirror.copied import Copied
from mirror.through import ReadThrough


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A KnowledgeSource (brain.knowledge.source)."""

    sources: Mapping[str, KnowledgeSource]
    """By core.sites.KnowledgeFrom.source; "own" is not among them."""

    async def candidates(self, site: Site, question: Question) -> list[Passage]:
        source = self.sources.get(site.knowledge.source)
        return [] if source is None else await source.candidates(site, question)


@contextlib.asynccontextmanager
async def elsewhere(database: Database, vault: Vault) -> AsyncIterator[Elsewhere]:
    copied, through = Copied(database), ReadThrough(database, vault)
    try:
        yield Elsewhere({"mirror": copied, "read_through": through})
    finally:
        await copied.close()
        await through.close()
