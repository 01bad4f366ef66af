"""The verdict: what must be is, or is not; and a table that says so."""

from bench.control.rows import Row, table


def test_at_the_must_it_is_met_beyond_it_is_not() -> None:
    rows = [Row("lag", "ms", measured, 50, 20) for measured in (20, 50, 50.1)]
    assert [row.met for row in rows] == [True, True, False]
    assert [row.verdict for row in rows] == ["aim", "must", "NOT MET"]


def test_the_table_has_a_line_for_each() -> None:
    lines = table([Row("lag", "ms", 12.34, 50, 20, "811 events"), Row("gap of the sound", "ms", 0, 0, 0)]).splitlines()
    assert lines[1].split() == ["lag", "ms", "50", "20", "12.3", "aim", "811", "events"]
    assert lines[2].split()[-2:] == ["0", "aim"]
