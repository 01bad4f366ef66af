"""Call control under a working day's load, and without its controller: `python -m bench.control --help`.

ground (an instance of our own, operators' desks, sites)
  ├─ load       60 calls at once, beside a media server that only echoes
  ├─ accepted   an operator's key ──> both hear each other
  ├─ killed     kill -9 of ari-app ──> its calls obey again, and what their callers heard meanwhile
  └─ gone       ari-app stands still for good ──> callers are with people
rows ◆ ──> table, bench/out/*.json
"""
