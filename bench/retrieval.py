"""How fast and how well passages are found in a large table of many sites. `python -m bench.retrieval --rows 1000000`

A PostgreSQL of its own (the embedded one, its usual settings) is filled, then asked as the gateway and the brain ask: one
transaction of haazir_app under row-level security, one round trip, by meaning, words and ids at once (index.search_passages).
Recall is of the five nearest in meaning, against an exact search.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import psycopg
import uvloop

from bench.shelves import Floats, Maker, Shop, fill, shops
from brain.knowledge.generation import HERE, Generation, active
from brain.knowledge.index import search_passages
from brain.knowledge.normal import Normal
from brain.knowledge.write import received, vector_text
from core.db import Database
from core.migrate import migrate
from core.settings import Settings
from haazir import postgres

WARM = 200
"""Questions that are not counted: a server that has just started has nothing in memory yet."""
MUST = {"p50_ms": 5.0, "p99_ms": 25.0, "recall": 0.95}


@dataclass(frozen=True, slots=True)
class Found:
    site: str
    chunks: int
    index: str
    p50_ms: float
    p99_ms: float
    backend_cpu_ms: float
    """Of the server's process for a question: the median."""
    recall: float
    """Of the five nearest in meaning."""


@asynccontextmanager
async def server(keep: Path | None) -> AsyncIterator[Settings]:
    """The embedded PostgreSQL in a folder of its own, with our schema; `keep`: in this one, which stays."""
    home = keep.resolve() if keep else Path(tempfile.mkdtemp(prefix="haazir-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o755)
    settings = Settings(home=home)
    for folder in (settings.run_dir, settings.log_dir):
        folder.mkdir(parents=True, exist_ok=True)
    await postgres.prepare(settings)
    program = postgres.program(settings)
    with (settings.log_dir / "postgres.log").open("ab") as log:
        process = subprocess.Popen(program.command, stdout=log, stderr=log, user=program.user, cwd=program.folder)  # noqa: ASYNC220
    try:
        while (missing := await program.ready()) is not None:
            if process.poll() is not None:
                raise SystemExit(f"PostgreSQL does not start: {missing}")
            await asyncio.sleep(0.1)
        migrate(settings)
        yield settings
    finally:
        process.send_signal(program.stop_signal)
        process.wait(60)
        if not keep:
            shutil.rmtree(home, ignore_errors=True)


async def measure(database: Database, shop: Shop, questions: int) -> Found:
    """One site: so many questions, one after the other."""
    async with database.as_site(shop.site) as rows:
        generation = await active(rows, shop.site)
        sampling = f"select terms, halfvec_send(embedding) from kb_chunk where {HERE} order by random() limit %(count)s"
        values = {**generation.place, "count": questions + WARM}
        await rows.execute("set local statement_timeout = 0")
        sample = await (await rows.execute(sampling.encode(), values)).fetchall()
    vectors = Maker(seed=11).asked(np.stack([received(row[1]) for row in sample]))
    waits, nearest, cpu = list[float](), list[set[int]](), list[float]()
    for at, (terms, _) in enumerate(sample):
        asked = Normal(
            "", frozenset(np.random.default_rng(at).choice(terms, min(4, len(terms)), replace=False).tolist()), frozenset()
        )
        wait, spent, found = await _ask(database, generation, asked, vectors[at])
        if at >= WARM:
            waits.append(wait * 1000)
            cpu.append(spent * 1000)
            nearest.append(found)
    # Afterwards: looking at all rows leaves nobody's pages in the caches.
    recalls = [
        len(found & await _exact(database, generation, vector)) / 5 for found, vector in zip(nearest, vectors[WARM:], strict=True)
    ]
    p50, p99 = (float(value) for value in np.percentile(waits, [50, 99]))
    index = "exact" if generation.shelf == "small" else "hnsw"
    return Found(shop.site, shop.chunks, index, p50, p99, float(np.median(cpu)), float(np.mean(recalls)))


async def _ask(database: Database, generation: Generation, asked: Normal, vector: Floats) -> tuple[float, float, set[int]]:
    """Seconds it took, processor seconds of the server's process, and the five nearest in meaning."""
    began = time.perf_counter()
    async with database.as_site(generation.site) as rows:
        found = await search_passages(rows, generation, asked, vector)
        pid = rows.info.backend_pid
    wait = time.perf_counter() - began
    nearest = sorted(found, key=lambda passage: -passage.cosine)[:5]
    return wait, _cpu_since(pid), {passage.chunk_id for passage in nearest}


_seen: dict[int, float] = {}


def _cpu_since(pid: int) -> float:
    """Processor seconds of this process since the last look: sched_clock's, exact to the nanosecond."""
    now = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    before = _seen.get(pid, now)
    _seen[pid] = now
    return now - before


async def _exact(database: Database, generation: Generation, vector: Floats) -> set[int]:
    """The five nearest, by looking at all: an expression that no index is over."""
    query = f"select chunk_id from kb_chunk where {HERE} order by (embedding <=> %(vector)s::halfvec) + 0 limit 5"
    async with database.as_site(generation.site) as rows:
        values = {**generation.place, "vector": vector_text(vector)}
        return {chunk_id for (chunk_id,) in await (await rows.execute(query.encode(), values)).fetchall()}


async def _fill(settings: Settings, rows: int) -> None:
    """Unless it is filled already, which it is only at the end of a filling."""
    filled, began = settings.home / "filled", time.monotonic()
    if not filled.exists():
        await asyncio.to_thread(fill, settings.database_admin_url(), rows)
        filled.write_text(str(rows))
    elif filled.read_text() != str(rows):
        raise SystemExit(f"{settings.home} has {filled.read_text()} chunks, not {rows}")
    with psycopg.connect(settings.database_admin_url()) as owner:
        size = owner.execute("select pg_size_pretty(pg_database_size(current_database()))").fetchone()
    print(f"{rows:,} chunks in {time.monotonic() - began:.0f} s, {size[0] if size else '?'}; load {os.getloadavg()[0]:.1f}")


async def run(rows: int, questions: int, keep: Path | None) -> list[Found]:
    async with server(keep) as settings:
        await _fill(settings, rows)
        async with Database(settings, connections=1, wait_s=10) as database:
            return [await measure(database, shop, questions) for shop in shops(rows)[:3]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.retrieval", description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000, help="chunks of all sites together (1,000,000: about 15 minutes)")
    parser.add_argument("--questions", type=int, default=200, help="of each of the three sites")
    parser.add_argument("--keep", type=Path, help="a folder for the database, which stays and is used again as it is")
    parser.add_argument("--out", type=Path, help="also write the figures here, as JSON")
    chosen = parser.parse_args()
    found = uvloop.run(run(chosen.rows, chosen.questions, chosen.keep))
    print(f"{'site':8}{'chunks':>9}{'index':>7}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'recall@5':>10}")
    for each in found:
        figures = f"{each.p50_ms:>9.2f}{each.p99_ms:>9.2f}{each.backend_cpu_ms:>9.2f}{each.recall:>10.3f}"
        print(f"{each.site:8}{each.chunks:>9,}{each.index:>7}{figures}")
    if chosen.out:
        chosen.out.write_text(json.dumps([asdict(each) for each in found], indent=2))
    met = all(e.p50_ms <= MUST["p50_ms"] and e.p99_ms <= MUST["p99_ms"] and e.recall >= MUST["recall"] for e in found)
    print(f"must (p50 5 ms, p99 25 ms, recall@5 0.95): {'met' if met else 'not met'}")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
