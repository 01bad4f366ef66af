"""What `bin/haazir doctor` says of one thing that it looked at."""

from typing import Literal, NamedTuple


class Finding(NamedTuple):
    what: str
    how: Literal["ok", "warn", "bad"]
    said: str
    remedy: str = ""

    def __str__(self) -> str:
        mark = {"ok": "ok  ", "warn": "warn", "bad": "BAD "}[self.how]
        return f"{mark}  {self.what:22} {self.said}" + (f"\n      to mend: {self.remedy}" if self.remedy else "")
