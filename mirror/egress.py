"""What we asked of Machine A: statements, rows and bytes, in all and in the last hour. ◆"""

from collections import deque
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
from msgspec import Meta

HOUR_S = 3600.0


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    statements: int = 0
    rows: Annotated[int, Meta(description="Rows that came back; most of a key and a version alone")] = 0
    bytes: Annotated[int, Meta(description="About")] = 0
    probes: Annotated[int, Meta(description="Requests to its health address")] = 0

    def __add__(self, other: "Asked") -> "Asked":
        return Asked(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})


@dataclass(slots=True)
class Egress:
    total: Asked = field(default_factory=Asked)
    _minutes: deque[tuple[int, Asked]] = field(default_factory=deque)

    def count(self, now: float, asked: Asked) -> None:
        """`now`: seconds on any clock that only goes forward."""
        self.total += asked
        minute = int(now // 60)
        if self._minutes and self._minutes[-1][0] == minute:
            asked += self._minutes.pop()[1]
        self._minutes.append((minute, asked))

    def last_hour(self, now: float) -> Asked:
        while self._minutes and self._minutes[0][0] <= (now - HOUR_S) // 60:
            self._minutes.popleft()
        return sum((asked for _, asked in self._minutes), Asked())
