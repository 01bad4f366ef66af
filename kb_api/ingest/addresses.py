"""Which addresses documents may be fetched from: the public ones. ◆

A site's owner names the URL, so without this any private server that this machine can reach could be read through us.
"""

import ipaddress

_PROTOCOLS = ipaddress.IPv4Network("192.0.0.0/24")
"""For protocols' own use (RFC 6890); not every Python says that it is not global."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_6TO4 = ipaddress.IPv6Network("2002::/16")
_TEREDO = ipaddress.IPv6Network("2001::/32")


def is_public(address: str) -> bool:
    """Whether it is one of the internet's: not private, loopback, link-local, shared (CGNAT), multicast or reserved; nor an
    IPv6 address that leads to such an IPv4 one (mapped, NAT64, 6to4, Teredo)."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = _inner(found)
        if inner is not None:
            return is_public(str(inner))
    elif found in _PROTOCOLS:
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified or found.is_link_local)


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _6TO4:
        return address.sixtofour
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _TEREDO:
        return ipaddress.IPv4Address("127.0.0.1")  # a tunnel through anybody's: never
    if int(address) >> 32 == 0 and int(address) > 1:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)  # ::a.b.c.d, as long forgotten
    return None
