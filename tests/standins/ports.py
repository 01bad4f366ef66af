"""Ports for programs that take a while to bind them."""

import contextlib
import random
import socket

_UNLENT = range(61_000, 65_536)
"""Above those that Linux lends to outgoing connections by itself: nobody gets one in between."""


def free_port(host: str = "127.0.0.1", kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """One that nobody has just now."""
    for port in random.sample(_UNLENT, 100):
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, kind) as probe:
            probe.bind((host, port))
            return port
    raise RuntimeError(f"of a hundred ports of {host} none is free")
