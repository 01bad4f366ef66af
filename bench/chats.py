"""How long a chat takes to its first word, asked over the public port. `python -m bench.chats --at-once 15`

    N people ──POST /v1/chat/completions, streamed──> gateway ──> brain         the time to the first byte of the answer

Asks the running instance (HAAZIR_HOME says which). What chats cost calls: run bench.brain beside it, with and without.
"""

import argparse
import asyncio
import os
import random
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

import aiohttp
import msgspec
import uvloop

from bench.brain import QUESTIONS, paraphrases, question
from bench.figures import spread
from core.settings import load
from haazir.caller.server import NoServer, Server, find

MUST_MS = 60.0
"""The issue's figure for the brain's own share; the gateway's is in ours, too."""


@dataclass
class Tally:
    first: list[float] = field(default_factory=list)
    """Seconds to the first word."""
    whole: list[float] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    """Answers that were none, by status; 0: the stream ended in an error."""
    sources: Counter[str] = field(default_factory=Counter)


async def person(server: Server, http: aiohttp.ClientSession, tally: Tally, turns: int, every_s: float) -> None:
    """One conversation: a question, a while, the next."""
    dice, known, name = random.Random(), paraphrases(QUESTIONS), uuid.uuid4().hex
    await asyncio.sleep(dice.uniform(0, every_s))
    for turn in range(turns):
        _, text = question(dice, known, turn)
        await ask(server, http, tally, text, name)
        await asyncio.sleep(every_s * dice.uniform(0.5, 1.5))


async def ask(server: Server, http: aiohttp.ClientSession, tally: Tally, text: str, name: str) -> None:
    body = {"model": "site:demo", "user": name, "stream": True, "messages": [{"role": "user", "content": text}]}
    headers = {"Authorization": f"Bearer {server.api_key}"}
    began, first, source = time.perf_counter(), None, ""
    async with http.post(f"{server.api}/v1/chat/completions", json=body, headers=headers) as answer:
        async for line in answer.content:
            if not line.startswith(b"data: {"):
                continue
            chunk = msgspec.json.decode(line.removeprefix(b"data: "))
            if first is None and any(choice["delta"].get("content") for choice in chunk.get("choices", ())):
                first = time.perf_counter() - began
            source = chunk.get("haazir", {}).get("answer_source", source)
    if first is None or not source:
        tally.refused[0 if answer.status == 200 else answer.status] += 1
        return
    tally.first.append(first)
    tally.whole.append(time.perf_counter() - began)
    tally.sources[source] += 1


async def bench(options: argparse.Namespace) -> Tally:
    server, tally = await find(load(), options.site), Tally()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await ask(server, http, Tally(), "namaste", uuid.uuid4().hex)  # the connection and the site are there
        people = (person(server, http, tally, options.turns, options.every) for _ in range(options.at_once))
        await asyncio.gather(*people)
    return tally


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.chats", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--site", default="demo")
    parser.add_argument("--at-once", type=int, default=1, help="people who chat (default: 1)")
    parser.add_argument("--turns", type=int, default=20, help="questions of each (default: 20)")
    parser.add_argument("--every", type=float, default=2.0, help="seconds between a person's questions (default: 2)")
    options = parser.parse_args(arguments)
    os.nice(10)  # people who chat have processors of their own
    try:
        tally = uvloop.run(bench(options))
    except NoServer as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # bench.beside has seen enough
        return 0
    print("milliseconds")
    for name, seconds in (("first word", tally.first), ("whole answer", tally.whole)):
        if of := spread(seconds):
            print(
                f"{name:14} {of.count:5} answers  p50 {of.p50:6.1f}  p95 {of.p95:6.1f}  p99 {of.p99:6.1f}  max {of.max:6.1f} ms"
            )
    print(f"came from      {dict(tally.sources)}")
    print(f"refused        {dict(tally.refused) or 'none'}")
    return 1 if tally.refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
