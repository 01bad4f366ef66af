"""The media servers of an instance, and where each of them listens.

[[media.servers]]              name = "gpu", address = "10.0.0.5:9500", capacity = 40
none                           the one of this machine
"""

from pathlib import Path

from core.bus import Address, Host
from core.settings import MediaServer, Settings, SettingsError

OWN = "media-server"
SECRET = "media_bus"
"""Name of the secret that both ends of a private network know."""


def media_servers(settings: Settings) -> tuple[MediaServer, ...]:
    """At least one. SettingsError: two of one name."""
    servers = settings.media.servers or (MediaServer(name=OWN, capacity=settings.media.max_sessions),)
    if len({server.name for server in servers}) < len(servers):
        raise SettingsError("[[media.servers]]: two have the same name")
    return servers


def address_of(settings: Settings, address: str) -> Address:
    """Empty: of this machine's own. SettingsError: neither a path nor host:port. KeyError: no secret `media_bus`."""
    if not address or address.startswith("/"):
        return Path(address) if address else settings.socket(OWN)
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise SettingsError(f"[media] {address!r} is neither host:port nor the path of a socket")
    return Host(host, int(port), settings.secret(SECRET).encode())
