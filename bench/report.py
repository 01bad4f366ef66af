"""A benchmark's result as a table to read and a file to keep."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.farm import Plan
from bench.figures import Figures, Spread
from bench.processes import Left, Use


@dataclass(frozen=True, slots=True)
class Report:
    plan: Plan
    seconds: float
    figures: Figures
    less_ms: float
    """Taken from voice-to-voice: the configured silence that ends a turn."""
    cpu_s: dict[str, float]
    """Processor seconds of each process during the run."""
    peak_mb: dict[str, float]
    before: dict[str, Use]
    after: dict[str, Use]
    left_before: Left
    left_after: Left
    caller_cpu: float
    """Share of a core that the callers themselves took."""
    caller_late_p99_ms: float
    """How late their own frames left: what the rest can be trusted to."""


def table(report: Report) -> str:
    found, plan = report.figures, report.plan
    kind = f"{plan.soak} calls, {plan.calls} at a time" if plan.soak else f"{plan.calls} calls at once"
    extras = [f"echo {plan.echo_db:g} dB"] if plan.echo_db is not None else []
    extras += ["interrupting"] if plan.barge_in else []
    less = f"voice-to-voice less {report.less_ms:.0f} ms of silence" if report.less_ms else ""
    lines = [
        ", ".join([kind, f"{plan.turns} turns each", *extras, *([less] if less else [])]),
        f"{found.calls} calls, {found.call_minutes:.1f} call-minutes in {report.seconds:.0f} s; {len(found.failed)} failed",
        "",
        f"{'ms':26}{'n':>7}{'p50':>9}{'p95':>9}{'p99':>9}{'max':>9}",
        _row("v2v any", found.v2v_any),
        _row("v2v content", found.v2v_content),
        _row("greeting after answer", found.greeting),
        _row("barge-in: onset to stop", found.stop),
        _row("packets off their 20 ms", found.pacing, digits=2),
        "",
        f"turns lost              {found.lost} of {found.turns}",
        f"turns cut off           {found.cut_off} of {found.turns} ({found.paused} with a pause inside)",
        *(f"  {count:4} in  {name}" for name, count in found.cut_off_in.items()),
        f"barge-ins not stopped   {found.not_stopped}",
        f"self-interruptions      {found.self_interrupted} in {found.agent_turns} agent turns",
        f"packets missing, gaps   {found.missing}, {found.gaps}; underruns {found.underruns}; "
        f"sender's own p99 {found.sender_pacing_p99_ms:.2f} ms",
        f"callers' own            {report.caller_cpu:.0%} of a core; frames late by {report.caller_late_p99_ms:.1f} ms (p99)",
        "",
        *_processes(report),
    ]
    lines += [f"! {problem}" for problem in (*found.failed, *found.problems)]
    return "\n".join(lines)


def _row(name: str, spread: Spread | None, digits: int = 0) -> str:
    if spread is None:
        return f"{name:26}{'-':>7}"
    values = (spread.p50, spread.p95, spread.p99, spread.max)
    return f"{name:26}{spread.count:>7}" + "".join(f"{value:>9.{digits}f}" for value in values)


def _processes(report: Report) -> list[str]:
    minutes = report.figures.call_minutes or 1.0
    lines = [f"{'process':14}{'CPU s/call-min':>15}{'core %/call':>13}{'MB peak':>9}{'MB growth':>11}{'files':>12}"]
    for name, seconds in sorted(report.cpu_s.items(), key=lambda item: -item[1]):
        before, after = report.before.get(name), report.after[name]
        growth = f"{(after.rss_mb / before.rss_mb - 1):+.1%}" if before and before.pid == after.pid else "restarted"
        files = f"{before.files if before else '-'} > {after.files}"
        lines.append(
            f"{name:14}{seconds / minutes:>15.2f}{seconds / minutes / 60:>13.1%}"
            f"{report.peak_mb.get(name, 0):>9.0f}{growth:>11}{files:>12}"
        )
    total, peak = sum(report.cpu_s.values()), sum(report.peak_mb.values())
    lines.append(f"{'all':14}{total / minutes:>15.2f}{total / minutes / 60:>13.1%}{peak:>9.0f}")
    left, was = report.left_after, report.left_before
    lines.append(f"in Asterisk: channels {was.channels} > {left.channels}, bridges {was.bridges} > {left.bridges}")
    return lines


def save(report: Report, folder: Path, label: str) -> Path:
    """Everything as JSON, in a file named after the moment."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    path = folder / f"{stamp}{f'-{label}' if label else ''}.json"
    path.write_text(json.dumps(asdict(report), indent=2))
    return path
