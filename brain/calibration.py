"""The stored calibration of a site: `python -m brain.calibration SITE QUESTIONS.tsv` makes it, every turn heeds it.

    questions whose meaning is known ──Library.find──> (score, right?) ──fit──> calibration (site, embedding model)

QUESTIONS has lines "set <tab> what is meant <tab> question", "-" for what the site can't answer (tests/unit/brain/questions.tsv).
"""

import argparse
import asyncio
import contextlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import psycopg

from brain.elsewhere import ELSEWHERE
from brain.knowledge.embedders import Embedders
from brain.knowledge.library import Library, NoSuchSite
from brain.knowledge.match import Match
from brain.odds import AS_THEY_ARE, Odds, fitted
from core.db import Database, DatabaseAway
from core.ids import SiteId
from core.public_address import networks
from core.settings import Settings, SettingsError, load
from core.vault import Vault

FRESH_S = 30.0
"""Seconds until a new calibration is heeded by a running brain."""
WAIT_S = 0.05
"""A turn waits so long for it, once in a while."""
FEWEST = 30
"""Questions: fewer say too little."""


class Finder(Protocol):
    async def find(self, site: SiteId, text: str) -> Match | None: ...


class Calibrations:
    """What the brain asks at every turn. Never raises: without the database it is what it was."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[SiteId, str], tuple[float, Odds]] = {}

    async def of(self, site: SiteId, model: str) -> Odds:
        at, odds = self._known.get((site, model), (float("-inf"), AS_THEY_ARE))
        if time.monotonic() - at < FRESH_S:
            return odds
        with contextlib.suppress(DatabaseAway, psycopg.Error, TimeoutError):  # then it is what it was, for another while
            async with asyncio.timeout(WAIT_S):
                odds = await stored(self._database, site, model)
        self._known[site, model] = time.monotonic(), odds
        return odds


async def stored(database: Database, site: SiteId, model: str) -> Odds:
    """As it is without one. DatabaseAway."""
    query = "select slope, shift from calibration where site_id = %s and embedding_model = %s"
    async with database.as_site(site) as rows:
        row = await (await rows.execute(query, [site, model])).fetchone()
    return AS_THEY_ARE if row is None else Odds(*row)


async def store(database: Database, site: SiteId, model: str, odds: Odds, questions: int) -> None:
    """DatabaseAway."""
    async with database.as_site(site) as rows:
        await rows.execute(
            "insert into calibration (site_id, embedding_model, slope, shift, questions) values (%s, %s, %s, %s, %s) "
            "on conflict (site_id, embedding_model) do update set slope = excluded.slope, shift = excluded.shift, "
            "questions = excluded.questions, at = now()",
            [site, model, odds.slope, odds.shift, questions],
        )


async def outcomes(finder: Finder, site: SiteId, asked: Sequence[tuple[str, str]]) -> list[tuple[float, bool]]:
    """(score, whether it was right) for (what is meant, question); what is told word for word says nothing about scores."""
    found = []
    for meant, text in asked:
        match = await finder.find(site, text)
        if match is not None and not match.exact and match.entry.key != ELSEWHERE:
            found.append((match.score, match.entry.key == meant))
    return found


def read(path: Path) -> list[tuple[str, str]]:
    """(what is meant, question) of every line. ValueError for a line that is none."""
    rows = [line.split("\t") for line in path.read_text().splitlines() if line and not line.startswith("#")]
    if bad := [row for row in rows if len(row) != 3]:
        raise ValueError(f"{path}: a line has {len(bad[0])} columns, not 3")
    return [(meant, question) for _, meant, question in rows]


def report(found: Sequence[tuple[float, bool]], odds: Odds, tell: float) -> str:
    def told(scores: Sequence[tuple[float, bool]]) -> str:
        sure = [right for score, right in scores if score >= tell]
        return f"told {len(sure)}, wrongly {len(sure) - sum(sure)}"

    after = [(odds.of(score), right) for score, right in found]
    lines = (
        f"{len(found)} questions",
        f"before: {told(found)}",
        f"after:  {told(after)}",
        f"slope {odds.slope:.2f}, shift {odds.shift:.2f}",
    )
    return "\n".join(lines)


async def _calibrate(settings: Settings, site: SiteId, path: Path) -> str:
    """NoSuchSite, DatabaseAway, ValueError."""
    embedders = Embedders(vault=Vault.of(settings), allowed=networks(settings.network.private_hosts))
    async with Database(settings, wait_s=5.0) as database, Library(database, embedders, 60.0) as library:
        row = (await library.site(site)).row
        found = await outcomes(library, site, read(path))
        if len(found) < FEWEST or row.generation is None:
            raise ValueError(f"{len(found)} of these questions have an answer that could be wrong; {FEWEST} are needed")
        odds = fitted(found)
        await store(database, site, row.generation.embedding.model, odds, len(found))
        return report(found, odds, row.site.thresholds.tell)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m brain.calibration", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("site", type=SiteId)
    parser.add_argument("questions", type=Path)
    options = parser.parse_args()
    try:
        sys.stdout.write(asyncio.run(_calibrate(load(), options.site, options.questions)) + "\n")
    except NoSuchSite:
        sys.stderr.write(f"haazir: no calibration: there is no site {options.site}\n")
        return 1
    except (SettingsError, DatabaseAway, ValueError, OSError, KeyError) as error:
        sys.stderr.write(f"haazir: no calibration: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
