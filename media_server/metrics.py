"""What this process counts, all in one place."""

from prometheus_client import Counter, Gauge, Histogram

SESSIONS = Gauge("haazir_media_sessions", "Calls whose sound is handled now")
REFUSED = Counter("haazir_media_refused_total", "Sessions that were refused", ["why"])
DRAINING = Gauge("haazir_media_draining", "1: no new sessions are taken")
FAILED = Counter("haazir_media_sessions_failed_total", "Sessions that ended with an error of ours")
PHASES = Counter("haazir_media_turn_phases_total", "Phases that turn machines entered", ["phase"])
TICK = Histogram(
    "haazir_media_tick_seconds", "Work of one 20 ms tick over all calls", buckets=(0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.05)
)
LATE_TICKS = Counter("haazir_media_ticks_late_total", "Ticks that began more than 10 ms late")
