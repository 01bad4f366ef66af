"""A document from a URL to a file: from public addresses only, and no longer or larger than agreed.

The name is resolved here and the connection goes to the very address that was checked, so a name that resolves to something
else the next moment (DNS rebinding) changes nothing. Each redirect is a new URL and is checked anew.
"""

import asyncio
import socket
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from kb_api.ingest.addresses import is_public
from kb_api.ingest.refused import Refused

LIMIT_S = 60.0
REDIRECTS = 5
_PRIVATE = "The address leads into a private network, from where nothing is fetched: send the document itself."
_REDIRECTING = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Fetched:
    bytes: int
    media_type: str
    name: str


class FetchAway(ConnectionError):
    """The server did not answer, or is not well: worth another try."""


async def fetch(url: str, to: Path, *, limit: int, allowed: Collection[str] = ()) -> Fetched:
    """`limit` in bytes; `allowed`: "host:port" that need not be public. Refused; FetchAway."""
    connector = aiohttp.TCPConnector(resolver=_Checked(allowed), limit=1, force_close=True)
    timeout = aiohttp.ClientTimeout(total=LIMIT_S, connect=10)
    headers = {"User-Agent": "Haazir (knowledge base)", "Accept": "*/*"}
    try:
        async with aiohttp.ClientSession(connector=connector, timeout=timeout, headers=headers, trust_env=False) as http:
            for _ in range(REDIRECTS + 1):
                checked(url, allowed)
                async with http.get(url, allow_redirects=False) as answer:
                    location = answer.headers.get("Location")
                    if answer.status in _REDIRECTING and location:
                        url = urljoin(url, location)
                        continue
                    return await _written(answer, to, limit)
    except _NotPublic as error:
        raise Refused(_PRIVATE) from error
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, _NotPublic):
            raise Refused(_PRIVATE) from error
        raise FetchAway("The server of the address does not answer.") from error
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise FetchAway("The server of the address does not answer as a web server does, or not in time.") from error
    raise Refused("The address leads from one to the next without end: send the one where the document is.")


def checked(url: str, allowed: Collection[str] = ()) -> None:
    """Refused for what is not worth a connection: another scheme, no host, a password, an address that is not public."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise Refused("The address can't be read: send one that begins with https://") from error
    if parts.scheme not in ("http", "https") or not host:
        raise Refused("Only addresses that begin with http:// or https:// can be read.")
    if parts.username or parts.password:
        raise Refused("The address has a name or password in it: send the document itself.")
    if f"{host}:{port}" in allowed:
        return
    literal = _literal(host)
    if literal and not is_public(literal):  # a name is checked when it is resolved
        raise Refused(_PRIVATE)


def _literal(host: str) -> str:
    """The address that `host` is, in its usual form: 127.1, 0x7f000001 and 2130706433 are all 127.0.0.1. "": a name."""
    if ":" in host:
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return ""


async def _written(answer: aiohttp.ClientResponse, to: Path, limit: int) -> Fetched:
    if answer.status in (429, 500, 502, 503, 504):
        raise FetchAway(f"The server of the address answers {answer.status} for the moment.")
    if answer.status != 200:
        raise Refused(f"The server of the address answers {answer.status}: see whether it opens in a browser without a login.")
    size = 0
    with to.open("wb") as file:
        async for chunk in answer.content.iter_chunked(2**16):
            size += len(chunk)
            if size > limit:
                raise Refused(f"What the address leads to is larger than {limit // 2**20} MB: send it in parts.")
            await asyncio.to_thread(file.write, chunk)
    return Fetched(size, answer.content_type, unquote(Path(urlsplit(str(answer.url)).path).name))


class _NotPublic(OSError):
    """A name that leads into a private network."""


class _Checked(AbstractResolver):
    """Resolves as the system does, and refuses a name if any of its addresses is not public."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = allowed

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        addresses = [(kind, str(place[0])) for kind, _, _, _, place in found]
        if f"{host}:{port}" not in self._allowed and not all(is_public(address) for _, address in addresses):
            raise _NotPublic(host)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for kind, address in addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""
