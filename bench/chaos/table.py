"""A run's result: a line for each kind of fault, the musts, and each call that broke one. ◆"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.chaos.judge import Stretch, Verdict

ALL, UNTOUCHED = "all calls", "no fault"


@dataclass(frozen=True, slots=True)
class Run:
    seed: int
    verdicts: Sequence[Verdict]
    stretches: Sequence[Stretch]
    orphans: Mapping[str, int]
    """What was left when everything was over, and how much of it."""
    strays: int
    """Records that belong to no caller: of nobody, or twice."""
    load: float
    """Of the machine, on average."""

    @property
    def dropped(self) -> int:
        return sum(bool(verdict.dropped) for verdict in self.verdicts)

    @property
    def incomplete(self) -> int:
        return sum(bool(verdict.incomplete) for verdict in self.verdicts) + self.strays

    @property
    def met(self) -> bool:
        """0; 0; 0."""
        return not (self.dropped or self.incomplete or sum(self.orphans.values()))


def table(run: Run) -> str:
    names = list(dict.fromkeys(stretch.name for stretch in run.stretches))
    times = {name: sum(stretch.name == name for stretch in run.stretches) for name in names}
    lines = [f"{'':24}{'times':>6}{'calls':>7}{'agent':>7}{'people':>8}{'left':>6}{'dropped':>9}{'incomplete':>12}{'gap':>8}"]
    for name in sorted(names):
        lines.append(_line(name, str(times[name]), [verdict for verdict in run.verdicts if name in verdict.faults]))
    lines.append(_line(UNTOUCHED, "", [verdict for verdict in run.verdicts if not verdict.faults]))
    lines.append(_line(ALL, str(len(run.stretches)), run.verdicts))
    return "\n".join([*lines, "", *_musts(run), *_complaints(run)])


def _line(name: str, times: str, verdicts: Sequence[Verdict]) -> str:
    had = [verdict.had for verdict in verdicts]
    counts = f"{had.count('agent'):7}{had.count('people'):8}{had.count('nobody'):6}"
    dropped, incomplete = (
        sum(bool(verdict.dropped) for verdict in verdicts),
        sum(bool(verdict.incomplete) for verdict in verdicts),
    )
    gap = max((verdict.call.gap_s for verdict in verdicts), default=0.0)
    return f"{name:24}{times:>6}{len(verdicts):7}{counts}{dropped:9}{incomplete:12}{gap:6.1f} s"


def _musts(run: Run) -> list[str]:
    left = ", ".join(f"{count} {what}" for what, count in run.orphans.items() if count) or "nothing"
    return [
        f"dropped by us {run.dropped}; orphans {sum(run.orphans.values())} (left: {left}); records incomplete {run.incomplete}"
        f"{f', {run.strays} of nobody among them' if run.strays else ''}",
        f"{'as it must be' if run.met else 'NOT as it must be: 0; 0; 0'}; seed {run.seed}, load {run.load:.1f}",
    ]


def _complaints(run: Run) -> list[str]:
    """Each call that is to be looked into, with what it met."""
    return [
        f"! {verdict.call.number} ({verdict.call.nature}): {'; '.join((*verdict.dropped, *verdict.incomplete))}"
        f"   met: {', '.join(verdict.faults) or UNTOUCHED}"
        for verdict in run.verdicts
        if verdict.dropped or verdict.incomplete
    ]
