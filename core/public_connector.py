"""An aiohttp connector that reaches public addresses only: the last look is at the address itself, as the socket is made.

async with aiohttp.ClientSession(connector=public_connector(allowed)) as http: …
"""

import socket
from collections.abc import Sequence
from typing import Any

import aiohttp

from core.public_address import Network, may_connect


class PrivateAddress(OSError):
    """A site's URL leads into a private network. Reaches the asker as aiohttp.ClientConnectorError."""


def public_connector(allowed: Sequence[Network] = (), *, connections: int = 100, keep: bool = True) -> aiohttp.TCPConnector:
    """Whatever a name resolves to, now or at the next look, is judged when it is connected to: no gap to rebind a name in.

    `allowed`: private networks that the machine's admin lets sites reach (settings.network.private_hosts). `keep`:
    connections are used again.
    """

    def make_socket(found: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = found
        if not may_connect(str(address[0]), allowed):
            raise PrivateAddress("the host is in a private network")
        return socket.socket(family, kind, protocol)

    return aiohttp.TCPConnector(limit=connections, socket_factory=make_socket, ttl_dns_cache=60, force_close=not keep)


def is_private(error: BaseException) -> bool:
    """Whether a failed request failed because its host is in a private network."""
    return isinstance(error, aiohttp.ClientConnectorError) and "private network" in str(error.os_error)
