"""How far a long copy is: a bar that redraws itself on a terminal, a line for every tenth elsewhere."""

import time
from collections.abc import Callable
from typing import TextIO

WIDTH = 24
REDRAWN_S = 0.2


class Progress:
    """Of one file. `add` what came, `restart` if it begins anew; the rate is that of this run, without what was there already."""

    def __init__(self, name: str, total: int, out: TextIO, now: Callable[[], float] = time.monotonic) -> None:
        """`total` in bytes, 0: not known."""
        self.name, self.total, self.out, self.now = name, total, out, now
        self.terminal = out.isatty()
        self.restart(0)

    def restart(self, done: int) -> None:
        """So many bytes are there already."""
        self.done = self.found = done
        self.began = self.drawn = self.now()
        self.told = 10 * done // self.total if self.total else 0

    def add(self, size: int) -> None:
        self.done += size
        if self.terminal:
            if self.now() - self.drawn >= REDRAWN_S:
                self.drawn = self.now()
                self.out.write(f"\r{self}\x1b[K")
                self.out.flush()
        elif self.total and 10 * self.done // self.total > self.told:
            self.told = 10 * self.done // self.total
            self.out.write(f"{self}\n")
            self.out.flush()

    def end(self) -> None:
        """Everything has come: the bar gives way to what is said next."""
        if self.terminal:
            self.out.write(f"\r{self}\x1b[K\n")
            self.out.flush()

    def __str__(self) -> str:
        rate = (self.done - self.found) / max(self.now() - self.began, 1e-9)
        if not self.total:
            return f"  {self.name}  {size(self.done)}  {size(rate)}/s"
        bar = "█" * (WIDTH * self.done // self.total)
        left = f"  {clock((self.total - self.done) / rate)} left" if rate and self.done < self.total else ""
        told = f"{100 * self.done // self.total:3} %  {size(self.done)} of {size(self.total)}  {size(rate)}/s{left}"
        return f"  {self.name}  {bar:░<{WIDTH}} {told}" if self.terminal else f"  {self.name}  {told}"


def size(count: float) -> str:
    """Bytes for people: 523 kB, 3.75 GB."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.3g} {unit}"
    return f"{count:.0f} B"


def clock(seconds: float) -> str:
    """75 -> 1:15, 4000 -> 1:06:40."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
