"""Calls through a house in which everything breaks: `python -m bench.chaos --help`.

plan (a seed: which fault when, what each caller is like)
  ├─> callers ── real SIP calls ──> house <── people, at operators' phones
  └─> faults ── kill, stop, loss, full disk, no database, slow brain ──^
experiences, records, remains ──> judge ◆ ──> table ◆
"""
