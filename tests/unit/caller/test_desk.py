"""An operator's phone on a real socket, with a few lines of a server."""

import asyncio
from typing import cast

import pytest

from haazir.caller.desk import EXPIRES_S, Desk, NotRegistered
from haazir.caller.sip import Request, answer, parse


class Server(asyncio.DatagramProtocol):
    """Answers REGISTER with `status`, but for the first so many that it never got."""

    def __init__(self, lost: int, status: int) -> None:
        self.lost, self.status = lost, status
        self.expires: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        request = parse(data)
        assert isinstance(request, Request)
        self.lost -= 1
        if self.lost < 0:
            self.expires.append(request.get("Expires"))
            self.transport.sendto(answer(request, self.status, "so").serialise(), addr)


async def registered(lost: int, status: int) -> list[str]:
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Server(lost, status), local_addr=("127.0.0.1", 0)
    )
    host, port = transport.get_extra_info("sockname")
    try:
        async with Desk.open("201", "secret", f"{host}:{port}"):
            pass
    finally:
        transport.close()
    return server.expires


def test_a_registration_that_is_lost_is_repeated_and_taken_back_at_the_end() -> None:
    assert asyncio.run(registered(lost=1, status=200)) == [str(EXPIRES_S), "0"]


def test_a_server_that_does_not_want_the_phone_is_told_of() -> None:
    with pytest.raises(NotRegistered, match="201: 403"):
        asyncio.run(registered(lost=0, status=403))
