"""What chats cost callers, in one run: `python -m bench.beside --callers 15 --chats 50`

    callers:  alone ── beside chats ── alone ── beside chats ── …      each phase against the ones next to it: drift cancels

Asks the running instance (HAAZIR_HOME says which). Callers ask the brain over its own socket (bench.brain); people who chat are
another process (bench.chats), so that nobody's stopwatch waits for somebody else's.
"""

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Sequence

import numpy as np
import uvloop

from bench import brain
from bench.figures import spread
from core.bus import PeerGone
from core.settings import Settings, load

MUST = 1.2
"""Callers' p95 with chats over theirs without, at the most."""
ALONE, BESIDE = "callers alone", "beside chats"
SETTLE_S = 4.0
"""People who chat start over so long; then they are all there."""
EVER = 100_000
"""Questions of a person who chats: more than a phase has time for."""


async def bench(settings: Settings, plan: argparse.Namespace) -> list[tuple[str, list[float]]]:
    """(arm, what each first sentence took) of one phase after the other."""
    phases = []
    for at in range(2 * plan.rounds + 1):
        arm = BESIDE if at % 2 else ALONE
        async with _chatting(plan) if arm == BESIDE else contextlib.nullcontext():
            tally = await brain.run(settings, plan)
        phases.append((arm, [seconds for values in tally.first.values() for seconds in values]))
        print(_line(arm, phases[-1][1]), flush=True)
    return phases


@contextlib.asynccontextmanager
async def _chatting(plan: argparse.Namespace) -> AsyncIterator[None]:
    """People who chat, all of them, all the while."""
    options = ("--site", plan.site, "--at-once", str(plan.chats), "--every", str(plan.every), "--turns", str(EVER))
    chats = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.chats", *options)
    try:
        await asyncio.sleep(SETTLE_S)
        yield
    finally:
        chats.send_signal(signal.SIGINT)
        await chats.wait()


def ratio(phases: Sequence[tuple[str, Sequence[float]]]) -> float:
    """Callers' p95 beside chats over that of the phases before and after: the median of all neighbours."""
    p95 = [float(np.percentile(seconds, 95)) for _, seconds in phases]
    beside = [at for at, (arm, _) in enumerate(phases) if arm == BESIDE]
    return float(np.median([p95[at] / p95[near] for at in beside for near in (at - 1, at + 1)]))


def _line(arm: str, seconds: Sequence[float]) -> str:
    of = spread(seconds)
    if of is None:
        return f"{arm:14} no answers"
    return f"{arm:14} {of.count:5} answers  p50 {of.p50:6.1f}  p95 {of.p95:6.1f}  p99 {of.p99:6.1f}  max {of.max:6.1f} ms"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.beside", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--callers", type=int, default=15)
    parser.add_argument("--chats", type=int, default=50, help="people who chat (default: 50)")
    parser.add_argument("--rounds", type=int, default=3, help="phases with chats (default: 3)")
    parser.add_argument("--turns", type=int, default=10, help="questions of each caller in a phase (default: 10)")
    parser.add_argument("--every", type=float, default=2.0, help="seconds between a person's questions (default: 2)")
    parser.add_argument("--site", default="demo")
    plan = parser.parse_args()
    plan.together = False
    try:
        phases = uvloop.run(bench(load(), plan))
    except PeerGone as error:
        print(f"bench: no brain to ask ({error}); start one with bin/haazir up --detach", file=sys.stderr)
        return 1
    print()
    for arm in (ALONE, BESIDE):
        print(_line(arm, [seconds for of, values in phases if of == arm for seconds in values]))
    found = ratio(phases)
    print(f"callers' p95 beside chats is {found:.2f} of theirs alone; must {MUST}")
    return 0 if found <= MUST else 1


if __name__ == "__main__":
    sys.exit(main())
