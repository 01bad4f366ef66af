"""What was measured beside what must be and what is aimed at; the exit status comes from here. ◆"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """Less is better."""

    name: str
    unit: str
    measured: float
    must: float
    aim: float
    how: str = ""
    """How many, and how they spread."""

    @property
    def met(self) -> bool:
        return self.measured <= self.must

    @property
    def verdict(self) -> str:
        if not self.met:
            return "NOT MET"
        return "aim" if self.measured <= self.aim else "must"


def table(rows: Sequence[Row]) -> str:
    width = max(len(row.name) for row in rows)
    lines = [f"{'':{width}}{'unit':>9}{'must':>8}{'aim':>8}{'measured':>10}"]
    for row in rows:
        numbers = f"{row.unit:>9}{row.must:>8g}{row.aim:>8g}{row.measured:>10.3g}"
        lines.append(f"{row.name:{width}}{numbers}   {row.verdict:8} {row.how}".rstrip())
    return "\n".join(lines)
