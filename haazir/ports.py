"""Are our ports free? Asked before anything starts, so that the answer names who has one and which setting moves ours."""

import errno
import socket
from pathlib import Path
from typing import NamedTuple

import psutil

from core.settings import Settings


class Port(NamedTuple):
    kind: socket.SocketKind
    host: str
    number: int
    what: str
    setting: str
    """In [network]."""

    @property
    def protocol(self) -> str:
        return "udp" if self.kind == socket.SOCK_DGRAM else "tcp"


def ports(settings: Settings) -> list[Port]:
    """Every fixed port of this instance. (RTP ports are chosen call by call.)"""
    tcp, udp, public = socket.SOCK_STREAM, socket.SOCK_DGRAM, settings.network.host
    doors = (
        Port(tcp, *settings.metrics_address(process), f"status of {process}", "metrics_port") for process in settings.processes()
    )
    return [
        Port(tcp, public, settings.port("api_port"), "HTTP", "api_port"),
        Port(udp, public, settings.port("sip_port"), "SIP", "sip_port"),
        Port(tcp, public, settings.port("sip_port"), "SIP", "sip_port"),
        Port(tcp, "127.0.0.1", settings.port("ari_port"), "Asterisk's ARI", "ari_port"),
        Port(tcp, "127.0.0.1", settings.port("crm_port"), "the demo CRM", "crm_port"),
        *doors,
    ]


def taken(settings: Settings) -> list[str]:
    """One line for each port that somebody else has: who, and how to move ours."""
    return [complaint(port, trouble, holder(port)) for port in ports(settings) if (trouble := _trouble(port))]


EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def borrowed(settings: Settings, ephemeral: Path = EPHEMERAL) -> str:
    """Says which of our ports the kernel also lends to outgoing connections: free now, perhaps taken at a restart. Else empty."""
    try:
        first, last = map(int, ephemeral.read_text().split())
    except (OSError, ValueError):  # no Linux, or one that does not say
        return ""
    lent = sorted({port.number for port in ports(settings) if first <= port.number <= last})
    if not lent:
        return ""
    highest = first - 1 - max(port.number - settings.network.port_offset for port in ports(settings))
    return (
        f"{len(lent)} of our ports ({lent[0]} to {lent[-1]}) are among those that this machine lends to outgoing connections "
        f"({first} to {last}): one may be taken at the next start. Choose HAAZIR_NETWORK_PORT_OFFSET up to {highest}"
    )


def complaint(port: Port, trouble: str, who: str) -> str:
    variable = f"HAAZIR_NETWORK_{port.setting.upper()}"
    return (
        f"port {port.number}/{port.protocol} on {port.host} ({port.what}): {trouble}{who and f', held by {who}'}. "
        f"Move it with {variable} ({port.setting} in [network]), or all ports with HAAZIR_NETWORK_PORT_OFFSET=1000"
    )


def holder(port: Port) -> str:
    """Who has the port: "asterisk (pid 812)". Empty if we may not know."""
    try:
        connections = psutil.net_connections("udp" if port.kind == socket.SOCK_DGRAM else "tcp")
    except psutil.AccessDenied:
        return ""
    for connection in connections:
        listens = connection.status in (psutil.CONN_LISTEN, psutil.CONN_NONE)
        if listens and connection.laddr and connection.laddr.port == port.number and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.NoSuchProcess:
                return ""
    return ""


def _trouble(port: Port) -> str:
    with socket.socket(socket.AF_INET, port.kind) as probe:
        if port.kind == socket.SOCK_STREAM:  # connections of the last instance may still be in TIME_WAIT
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.host, port.number))
        except (OSError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
                return "is taken"
            return f"can't be used ({getattr(error, 'strerror', None) or error})"
    return ""
