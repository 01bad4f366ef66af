"""How far a long fetch is, for people at a screen and in a log."""

import io
import re

from haazir.progress import Progress, clock, size


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_on_a_terminal_and_a_line_per_tenth_elsewhere() -> None:
    seconds = iter(range(1000))
    screen, log = Terminal(), io.StringIO()
    for out in (screen, log):
        progress = Progress("model.bin", 1000, out, now=lambda: float(next(seconds)))
        for _ in range(100):
            progress.add(10)
        progress.end()
    assert "\rmodel" not in screen.getvalue() and screen.getvalue().count("\r") == 101
    assert re.search(r"model\.bin  █{12}░{12}  50 %  500 B of 1 kB  .* left", screen.getvalue())
    assert [line.split()[1] for line in log.getvalue().splitlines()] == [str(tenth) for tenth in range(10, 101, 10)]


def test_progress_of_what_is_gone_on_from_counts_only_what_came_now() -> None:
    times = iter([0.0, 0.0, 10.0])
    progress = Progress("m", 1_000_000, io.StringIO(), now=lambda: next(times))
    progress.restart(900_000)
    progress.done += 50_000
    assert str(progress) == "  m   95 %  950 kB of 1 MB  5 kB/s  0:10 left"


def test_sizes_and_times_are_for_people() -> None:
    assert [size(n) for n in (7, 523_425, 3_751_321_772)] == ["7 B", "523 kB", "3.75 GB"]
    assert [clock(s) for s in (5, 75, 4000)] == ["0:05", "1:15", "1:06:40"]
