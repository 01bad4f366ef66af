"""Which addresses a site may make us talk to: public ones, and private ones only where the machine's admin allows it. ◆

A site declares tools and document URLs; without this rule it could read what only this machine may see (SSRF: OWASP). The
rule is applied twice: to the URL when it is declared, for a clear error, and to the address that is really connected to
(core.public_connector), because a name may point anywhere, and elsewhere a moment later.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

_TUNNELS = tuple(ip_network(block) for block in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
"""IPv6 that carries an IPv4 address inside: NAT64, 6to4, Teredo. Nobody's CRM lives there."""
_ADMIN = ": only the machine's admin can let it in (network.private_hosts)"
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa")


class NotPublic(ValueError):
    """This URL is none that a site may use; the message says why, and repeats nothing of it."""


def networks(allowed: Sequence[str]) -> tuple[Network, ...]:
    """Settings' `network.private_hosts` as networks. ValueError for what is no address or network."""
    return tuple(ip_network(each, strict=False) for each in allowed)


def may_connect(address: str, allowed: Sequence[Network] = ()) -> bool:
    """Whether a connection to this IP address may be made for a site."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip in network for network in allowed) or _is_public(ip)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast and not any(ip in tunnel for tunnel in _TUNNELS)


def check_url(url: str, allowed: Sequence[Network] = ()) -> None:
    """NotPublic unless it is plain http(s) to a host that may be public. The host's name is looked up only at connecting."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise NotPublic("the URL can't be read") from error
    if parts.scheme not in ("http", "https"):
        raise NotPublic("the URL must begin with https:// or http://")
    if not host or any(character.isspace() or ord(character) < 32 for character in url):
        raise NotPublic("the URL has no host, or has spaces in it")
    if parts.username is not None or parts.password is not None:
        raise NotPublic("a name or password in the URL is not used: put it into the vault")
    _check_host(host.rstrip(".").lower(), allowed)


def _check_host(host: str, allowed: Sequence[Network]) -> None:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        if not allowed and (host == "localhost" or host.endswith(_LOCAL_NAMES) or "." not in host):
            raise NotPublic(f"the URL's host is a name of a private network{_ADMIN}") from None
    else:
        if not may_connect(host, allowed):
            raise NotPublic(f"the URL's host is a private address{_ADMIN}")
