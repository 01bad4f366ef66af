"""Figures of kb-worker."""

from prometheus_client import Counter, Gauge, Histogram

FINISHED = Counter("haazir_kb_documents", "Documents whose reading is over, by how it ended", ["outcome"])
CHUNKS = Counter("haazir_kb_chunks", "Pieces of documents, by where their vector came from", ["vector"])
STEPS = Histogram("haazir_kb_step_seconds", "One step of one document", buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300))
WAITING = Gauge("haazir_kb_documents_waiting", "Documents that wait to be read, of all sites")
REBUILT = Counter("haazir_kb_generations", "Generations of sites' indexes that took over")
