"""`haazir down`: ask the running instance to stop, wait, and see that nothing is left."""

import argparse
import os
import signal
import sys

from core.settings import load
from haazir import instance

PATIENCE_S = 40.0
"""Longer than the supervisor needs if every step of its stopping has to be forced."""


def main(arguments: list[str]) -> int:
    argparse.ArgumentParser(
        prog="bin/haazir down",
        description="Stop the instance of this HAAZIR_HOME and everything it started. Exit status 1: not, or only by force.",
        epilog="Example: HAAZIR_HOME=/tmp/two bin/haazir down",
    ).parse_args(arguments)
    settings = load()
    if (pid := instance.running(settings)) is None:
        instance.sweep(settings)
        print(f"nothing is running on {settings.home}")
        return 0
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass
    except PermissionError:
        print(f"haazir: pid {pid} belongs to another user", file=sys.stderr)
        return 1
    clean = instance.wait_until_free(settings, PATIENCE_S)
    if not clean:
        print(f"pid {pid} did not stop in {PATIENCE_S:.0f} s; killing it", file=sys.stderr)
        os.kill(pid, signal.SIGKILL)  # its children go with it: the kernel sees to that
        if not instance.wait_until_free(settings, 5):
            return 1
    instance.sweep(settings)
    print("stopped")
    return 0 if clean else 1
