"""What the mirrors count, for the worker's /metrics. An alarm belongs on `haazir_mirror_status` (docs/machine-a.md)."""

from prometheus_client import Counter, Gauge

from mirror.egress import Asked

STATEMENTS = Counter("haazir_mirror_statements_total", "Statements sent to Machine A", ["site"])
ROWS = Counter("haazir_mirror_rows_total", "Rows that Machine A sent", ["site"])
BYTES = Counter("haazir_mirror_bytes_total", "Bytes that Machine A sent, about", ["site"])
STATUS = Gauge("haazir_mirror_status", "1 for the state that a site's mirror is in", ["site", "status"])
FRESH_AS_OF = Gauge("haazir_mirror_fresh_as_of_seconds", "Unix time up to which all of Machine A's changes are here", ["site"])
PROBES = Counter("haazir_mirror_probes_total", "Requests to Machine A's health address", ["site"])
BRAKE = Gauge("haazir_mirror_brake_ratio", "Share of the budget that is taken: 0 to 1", ["site"])


def count_asked(site: str, asked: Asked) -> None:
    for counter, more in ((STATEMENTS, asked.statements), (ROWS, asked.rows), (BYTES, asked.bytes), (PROBES, asked.probes)):
        counter.labels(site).inc(more)
