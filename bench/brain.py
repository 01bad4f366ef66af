"""How long the brain takes to its first sentence, asked over its own socket. `python -m bench.brain --callers 15`

    N conversations ──Ask──> brain ──Sentence──> the time between, by kind of question ──Commit──> the next, a while later

Asks the running instance (HAAZIR_HOME says which). Three kinds: questions as the site lists them; the project's test questions;
and those with a caller's name before them, so that their vectors are not known yet.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop

from bench.figures import Spread, spread
from core import commands as msg
from core.bus import Link, PeerGone, connect
from core.ids import CallId, SiteId
from core.settings import REPOSITORY, Settings, load

QUESTIONS = REPOSITORY / "tests" / "unit" / "brain" / "questions.tsv"
LISTED = (
    "delivery kitne din mein hogi", "how long does delivery take", "refund kab tak milega", "parking hai kya",
    "delivery charge kitna hai", "is delivery free", "same day delivery hai kya", "kahan kahan delivery karte ho",
)  # fmt: skip
NAMES = "Rahul Simran Harpreet Anjali Vikram Sunita Gurdeep Meena Arjun Kavita Manpreet Rohit Neha Jaspreet Pooja".split()
MUST_MS, AIM_MS = 60.0, 25.0
ANSWER_S = 15.0


@dataclass
class Tally:
    """Seconds to the first sentence, by kind; and where the answers came from."""

    first: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sources: Counter[str] = field(default_factory=Counter)
    failed: int = 0


def paraphrases(path: Path) -> list[str]:
    rows = [line.split("\t") for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return [row[2] for row in rows if row[1] != "-"]


def question(dice: random.Random, known: list[str], number: int) -> tuple[str, str]:
    """(kind, text)."""
    match dice.choice(("listed", "paraphrase", "new")):
        case "listed":
            return "as the site lists it", dice.choice(LISTED)
        case "paraphrase":
            return "another wording", dice.choice(known)
    return (
        "another wording, never heard",
        f"{dice.choice(NAMES)} {dice.choice(NAMES)} bol raha hoon {dice.choice(known)} {number}",
    )


async def caller(link: Link[Any], name: str, plan: argparse.Namespace, known: list[str], tally: Tally) -> None:
    dice = random.Random(name)
    opening = msg.OpenConversation(
        call_id=CallId(name), site_id=SiteId(plan.site), channel="call", caller="", language="hi-Latn"
    )  # fmt: skip
    link.send(opening)
    await link.receive()
    for turn in range(1, plan.turns + 1):
        if not plan.together:
            await asyncio.sleep(dice.uniform(0, 2 * plan.every))
        kind, text = question(dice, known, turn)
        began = time.perf_counter()
        link.send(msg.Ask(turn=turn, revision=0, text=text, language="hi-Latn", confidence=0.9))
        first, source = await answer(link, turn)
        if first is None or source is None:
            tally.failed += 1
            continue
        tally.sources[source] += 1
        tally.first[f"{kind} ({source})" if source != "knowledge" else kind].append(first - began)
        link.send(msg.Commit(turn=turn, revision=0))
        if plan.together:
            await asyncio.sleep(plan.every)


async def answer(link: Link[Any], turn: int) -> tuple[float | None, str | None]:
    """(when its first sentence came, its source)."""
    first: float | None = None
    async with asyncio.timeout(ANSWER_S):
        while True:
            message = await link.receive()
            if isinstance(message, msg.BrainFailed):
                return first, None
            if getattr(message, "turn", turn) != turn:
                continue
            if isinstance(message, msg.Sentence) and first is None:
                first = time.perf_counter()
            if isinstance(message, msg.AnswerDone):
                return first, message.answer_source


async def run(settings: Settings, plan: argparse.Namespace) -> Tally:
    tally, known = Tally(), paraphrases(QUESTIONS)
    mark = f"bench-{time.time_ns()}"
    links = [await connect(settings.socket("brain"), msg.FromBrain) for _ in range(plan.callers)]
    try:
        async with asyncio.TaskGroup() as callers:
            for number, link in enumerate(links):
                callers.create_task(caller(link, f"{mark}-{number}", plan, known, tally))
    finally:
        await asyncio.gather(*(link.close() for link in links))
    return tally


def table(tally: Tally) -> str:
    lines = [f"{'from Ask to the first sentence':44} {'n':>5} {'p50':>7} {'p95':>7} {'p99':>7} {'max':>7}  ms"]
    knowledge = [seconds for kind, values in tally.first.items() if not kind.endswith(")") for seconds in values]
    for kind, values in [*sorted(tally.first.items()), ("ALL KNOWLEDGE ANSWERS", knowledge)]:
        if (each := spread(values)) is not None:
            lines.append(_line(kind, each))
    lines.append(f"must {MUST_MS:.0f}, aim {AIM_MS:.0f} at p95; sources {dict(tally.sources)}; failed {tally.failed}")
    return "\n".join(lines)


def _line(kind: str, each: Spread) -> str:
    return f"{kind:44} {each.count:5} {each.p50:7.1f} {each.p95:7.1f} {each.p99:7.1f} {each.max:7.1f}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.brain", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--callers", type=int, default=15, help="conversations at once (default: 15)")
    parser.add_argument("--turns", type=int, default=20, help="questions of each (default: 20)")
    parser.add_argument("--every", type=float, default=2.0, help="seconds between a caller's questions, on average (default: 2)")
    parser.add_argument("--together", action="store_true", help="all callers ask in the same millisecond")
    parser.add_argument("--site", default="demo")
    plan = parser.parse_args()
    try:
        tally = uvloop.run(run(load(), plan))
    except PeerGone as error:
        print(f"bench: no brain to ask ({error}); start one with bin/haazir up --detach", file=sys.stderr)
        return 1
    print(table(tally))
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
