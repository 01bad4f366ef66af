"""What the hearing worker counts."""

from prometheus_client import Counter, Gauge, Histogram

STREAMS = Gauge("haazir_stt_streams", "Calls that are listened to now")
AUDIO = Counter("haazir_stt_audio_seconds_total", "Seconds of callers' sound")
FLUSH_TO_FINAL = Histogram(
    "haazir_stt_flush_to_final_seconds",
    "From a Flush to its Final",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2),
)
CONFIDENCE = Histogram(
    "haazir_stt_confidence_ratio", "Confidence of Finals that have words", buckets=[x / 10 for x in range(1, 11)]
)
EMPTY = Counter("haazir_stt_empty_finals_total", "Finals without words")
FAILURES = Counter("haazir_stt_failures_total", "Failures, by what failed", ["what"])
PHRASES = Gauge("haazir_stt_site_phrases_count", "Phrases of a site that its recogniser knows", ["site"])
STEP = Histogram(
    "haazir_stt_step_seconds",
    "One forward over all calls that have a chunk due, or that have paused",
    ["of"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1),
)
CHUNK = Gauge("haazir_stt_chunk_samples", "Sound that is taken at a time, now")
ROOM = Gauge("haazir_stt_room_streams", "How many more calls could be heard in time, now, by an engine that counts them")
