"""`bin/haazir bench`: calls unless speech is asked for by name. speech imports torch, which calls do without."""

import importlib

BENCHES = {"calls": "bench.calls", "speech": "bench.speech.__main__"}


def main(arguments: list[str]) -> int:
    """`bench [calls] …` places calls; `bench speech …` measures neural engines."""
    name, rest = (arguments[0], arguments[1:]) if arguments and arguments[0] in BENCHES else ("calls", arguments)
    return int(importlib.import_module(BENCHES[name]).main(rest) or 0)
