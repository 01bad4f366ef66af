"""`python -m bench.machine_a`: does Machine A's chatbot notice us? Its own users' waits, with us at 0, 15 and 60 calls.

    A: its PostgreSQL, chatbot, CRM, users  ──first half of the cores        (a stand-in: tests/standins/machine_a)
    we: our PostgreSQL, kb-worker (the mirror, at its normal budget), brain, callers  ──the other half

Nothing is shared but the machine's memory and buses, so what A feels comes over the wire. See docs/machine-a.md.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import psycopg

from bench.mirrored import SHOP, Ours, running_ours
from bench.undisturbed import WITHOUT, Phase, compared, noise, order, quickness, table
from core import commands as msg
from core.bus import connect
from core.ids import CallId
from core.settings import Settings
from tests.standins.machine_a.database import vector
from tests.standins.machine_a.machine import CHECKOUT, MachineA, running
from tests.standins.machine_a.users import QUESTIONS

OUT = Path(__file__).parent / "out"
PER_SECOND = 20.0
"""A's own users; its chatbot bears about 150 on one core."""
TURN_S = 8.0
"""A call asks so often."""
ORDERS = 1000
SETTLE_S = 2.0
"""After each change of arm, before its phase counts."""
LOOK_S = 0.2
"""Between two looks for a statement that waits for a lock."""
EDIT_S = 1.0
"""A's own editor writes an article so often, in every phase: the mirror has news to fetch."""


@dataclass
class Watch:
    """What is counted at A."""

    a: MachineA
    owner: psycopg.Connection[tuple[object, ...]]
    waits: Counter[str] = field(default_factory=lambda: Counter({"ours": 0, "theirs behind us": 0}))
    """Statements seen waiting for a lock, by whose: "ours", "theirs behind us"."""
    written_before: int = 0

    def look(self) -> None:
        query = b"""select a.usename = 'haazir_reader', exists (select from unnest(pg_blocking_pids(a.pid)) as blocker
            join pg_stat_activity b on b.pid = blocker where b.usename = 'haazir_reader')
            from pg_stat_activity a where a.wait_event_type = 'Lock'"""
        for ours, behind_us in self.owner.execute(query).fetchall():
            self.waits["ours"] += bool(ours)
            self.waits["theirs behind us"] += bool(behind_us)

    def reader_cpu_s(self) -> float:
        """Processor seconds of our own backend there."""
        pids = self.owner.execute(b"select pid from pg_stat_activity where usename = 'haazir_reader'").fetchall()
        return sum(_cpu_s(int(str(pid))) for (pid,) in pids)

    def rows_written(self) -> int:
        """Since the watch began, by anybody."""
        found = self.owner.execute("select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables").fetchone()
        return (int(str(found[0])) if found else 0) - self.written_before

    def cpu_s(self) -> float:
        """Of all of A: database and chatbot."""
        assert self.a.database.server.process is not None
        return _cpu_s(self.a.database.server.process.pid) + _cpu_s(self.a.chatbot.pid)


def _cpu_s(pid: int) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        return sum(sum(each.cpu_times()[:2]) for each in (root, *root.children(recursive=True)))
    return 0.0


class Callers:
    """So many conversations, each asking the brain something every TURN_S; a third about an order, in A's CRM."""

    def __init__(self, settings: Settings, calls: int) -> None:
        self._settings = settings
        self.calls = calls
        self.answered: Counter[str] = Counter()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for number in range(self.calls):
                tasks.create_task(self._call(number))

    async def _call(self, number: int) -> None:
        chance = random.Random(number)
        await asyncio.sleep(chance.uniform(0, TURN_S))
        call = CallId(f"bench-{number}-{time.time_ns()}")
        link = await connect(self._settings.socket("brain"), msg.FromBrain)
        async with link:
            link.send(msg.OpenConversation(call_id=call, site_id=SHOP, channel="call", caller="bench", language="en"))
            await link.receive()  # ConversationOpened
            turn = 0
            while True:
                turn += 1
                asked = f"order number {chance.randrange(10_000, 10_000 + ORDERS)}" if turn % 3 == 0 else chance.choice(QUESTIONS)
                link.send(msg.Ask(turn=turn, revision=0, text=asked, language="en", confidence=1.0))
                link.send(msg.Commit(turn=turn, revision=0))
                async for said in link:
                    if isinstance(said, msg.AnswerDone | msg.BrainFailed):
                        self.answered[getattr(said, "answer_source", "failed")] += 1
                        break
                await asyncio.sleep(TURN_S * chance.uniform(0.7, 1.3))


@dataclass
class Editor:
    """A's own: changes one article after the other, in its own database, whether we are there or not."""

    a: MachineA
    edits: int = 0

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(EDIT_S)
            body = f"Item {self.edits} was moved to godown {self.edits % 13} today."
            await asyncio.to_thread(self._edit, body)
            self.edits += 1

    def _edit(self, body: str) -> None:
        changed = "update articles set body = %s, embedding = %s::vector, updated_at = clock_timestamp() where headline = %s"
        self.a.database.run(changed, [body, vector(body), f"Item {self.edits % 100}"])


@dataclass
class Run:
    a: MachineA
    ours: Ours
    watch: Watch
    took: list[tuple[float, float]] = field(default_factory=list)
    """When each of A's users asked, and how long the answer took."""
    answered: Counter[str] = field(default_factory=Counter)

    async def phase(self, arm: str, seconds: float) -> tuple[Phase, dict[str, float]]:
        """One arm for so long, once it has settled; what was counted at A, per minute."""
        why = "the bench measures without us" if arm == WITHOUT else None
        self.ours.rows.execute("update knowledge_source set paused = %s, changed_at = clock_timestamp()", [why])
        callers = Callers(self.ours.settings, 0 if arm == WITHOUT else int(arm.split()[0]))
        calling = asyncio.create_task(callers.run())
        await asyncio.sleep(SETTLE_S)
        began, before = time.time(), self._counted()
        while time.time() < began + seconds:
            self.watch.look()
            await asyncio.sleep(LOOK_S)
        ended, after = time.time(), self._counted()
        if calling.done() and callers.calls:
            calling.result()  # what broke our callers breaks the bench
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
        self.answered += callers.answered
        await asyncio.sleep(1.2)  # the users' last second has to be told
        waits = [wait for at, wait in self.took if began <= at <= ended]
        return Phase(arm, waits), {name: (after[name] - before[name]) * 60 / (ended - began) for name in after}

    def _counted(self) -> dict[str, float]:
        counted = _requests(self.a)
        asked = self.ours.rows.execute("select state->'asked' from knowledge_source").fetchone()
        mirror = asked[0] if asked and isinstance(asked[0], dict) else {}
        return {
            "its users' questions": counted.get("own /chat", 0),
            "our requests to its CRM": counted.get("others /orders/{id}", 0),
            "our probes of its health": counted.get("others /health", 0),
            "our statements in its database": mirror.get("statements", 0),
            "rows that they returned": mirror.get("rows", 0),
            "its processor seconds": self.watch.cpu_s(),
            "of these our backend's": self.watch.reader_cpu_s(),
        }

    async def read_users(self, users: asyncio.subprocess.Process) -> None:
        """Until they end."""
        assert users.stdout is not None
        while line := await users.stdout.readline():
            self.took += [(at, seconds) for at, seconds in json.loads(line)]

    async def foreign_writes(self, editor: Editor) -> int:
        """Rows written at A that neither its chatbot nor its editor wrote. Its counters lag by some seconds."""
        await asyncio.sleep(12)
        counted = _requests(self.a)
        return self.watch.rows_written() - counted.get("own /chat", 0) - editor.edits


def _requests(a: MachineA) -> dict[str, int]:
    """To A's chatbot and CRM, by who asked and for what."""
    counted: dict[str, int] = httpx.get(f"{a.url}/counted").json()
    return counted


async def measure(a: MachineA, ours: Ours, options: argparse.Namespace, cores: list[int]) -> bool:
    """Prints and keeps what was found; whether the musts hold, as far as this machine can tell."""
    arms = [f"{calls} calls" for calls in options.calls]
    with a.database.admin() as owner:
        run, editor = Run(a, ours, Watch(a, owner)), Editor(a)
        run.watch.written_before = run.watch.rows_written()
        command = [sys.executable, "-P", "-m", "tests.standins.machine_a.users", str(a.port), str(options.users)]
        environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
        users = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=environment)
        os.sched_setaffinity(users.pid, cores)
        beside = [asyncio.create_task(run.read_users(users)), asyncio.create_task(editor.run())]
        try:
            await _until_mirrored(ours)
            phases, extras = await _phases(run, arms, options)
        finally:
            users.terminate()
            await users.wait()
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
        writes = await run.foreign_writes(editor)
    print(table(phases, arms, extras))
    print(f"\nstatements waiting for a lock: ours {run.watch.waits['ours']}, A's behind us {run.watch.waits['theirs behind us']}")
    print(f"rows written at A by others than its own: {writes}")
    print(f"answers to our callers: {dict(run.answered)}")
    found = {"arms": {arm: asdict(quickness(phases, arm)) for arm in (WITHOUT, *arms)}, "counted": extras, "noise": noise(phases)}
    verdicts = {arm: asdict(compared(phases, arm)) for arm in arms}
    _keep({**found, "compared": verdicts, "lock_waits": dict(run.watch.waits), "writes": writes})
    return not any(run.watch.waits.values()) and writes == 0 and all(v["verdict"] != "beyond" for v in verdicts.values())


async def _until_mirrored(ours: Ours) -> None:
    """The first copy is complete: what is measured is every day, not the first hour. TimeoutError."""
    async with asyncio.timeout(600):
        while True:
            found = ours.rows.execute("select state->>'fresh_as_of', state->>'status' from knowledge_source").fetchone()
            if found and found[0]:
                return
            await asyncio.sleep(0.5)


async def _phases(run: Run, arms: list[str], options: argparse.Namespace) -> tuple[list[Phase], dict[str, dict[str, float]]]:
    phases: list[Phase] = []
    counted: dict[str, list[dict[str, float]]] = {}
    for arm in order(arms, options.rounds):
        phase, extras = await run.phase(arm, options.seconds)
        phases.append(phase)
        counted.setdefault(arm, []).append(extras)
        print(f"  {arm:12} {len(phase.seconds):5} questions of its users", file=sys.stderr, flush=True)
    means = {arm: {name: sum(each[name] for each in found) / len(found) for name in found[0]} for arm, found in counted.items()}
    return phases, means


def _keep(found: dict[str, object]) -> None:
    OUT.mkdir(exist_ok=True)
    (OUT / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-machine-a.json").write_text(json.dumps(found, indent=2))


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    available = sorted(os.sched_getaffinity(0))
    half = max(1, len(available) // 2)
    theirs, own = available[:half], available[half:] or available
    print(f"Machine A on cores {theirs}, we on {own}; load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    with running(options.rows, cores=theirs, vendor_cores=own) as a, running_ours(a, own) as ours:
        return 0 if asyncio.run(measure(a, ours, options, theirs)) else 1


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.machine_a",
        description="A's own users' waits with us at 0, 15 and 60 calls, each beside phases without us. docs/machine-a.md",
        epilog="Example: python -m bench.machine_a --rounds 3 --seconds 20",
    )
    parser.add_argument("--rounds", type=int, default=3, help="each round has every number of calls once (default: 3)")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each phase (default: 20)")
    parser.add_argument("--calls", type=int, nargs="+", default=[0, 15, 60], help="conversations at once (default: 0 15 60)")
    parser.add_argument("--users", type=float, default=PER_SECOND, help="A's own questions a second (default: 20)")
    parser.add_argument("--rows", type=int, default=5000, help="of A's knowledge (default: 5000)")
    parser.add_argument("--short", action="store_true", help="one round of 3 s phases with 15 calls: that it runs, no more")
    options = parser.parse_args(arguments)
    if options.short:
        options.rounds, options.seconds, options.calls, options.rows = 1, 3.0, [15], 300
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
