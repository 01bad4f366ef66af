"""media_server.rtp.udp: a real socket on loopback, and the kernel as doorman."""

import asyncio
import socket

import pytest

from media_server.rtp.udp import RtpSocket


@pytest.fixture
def asterisk():
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    end.bind(("127.0.0.1", 0))
    yield end
    end.close()


def in_loop(story):
    asyncio.run(asyncio.wait_for(story, 5))


def test_packets_of_the_one_end_come_in_and_those_of_strangers_do_not(asterisk):
    async def story():
        heard = asyncio.Queue()
        ours = RtpSocket("127.0.0.1")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(b"too early", (ours.host, ours.port))
            asterisk.sendto(b"early too", (ours.host, ours.port))
            ours.connect(*asterisk.getsockname(), heard.put_nowait)
            stranger.sendto(b"stranger", (ours.host, ours.port))
            asterisk.sendto(b"one", (ours.host, ours.port))
            asterisk.sendto(b"two", (ours.host, ours.port))
            assert [await heard.get(), await heard.get()] == [b"one", b"two"]
            assert heard.empty()
        ours.close()

    in_loop(story())


def test_draining_takes_what_waits_without_the_loop(asterisk):
    async def story():
        heard = []
        ours = RtpSocket("127.0.0.1")
        ours.connect(*asterisk.getsockname(), heard.append)
        for number in range(5):
            asterisk.sendto(bytes([number]), (ours.host, ours.port))
        ours.drain()
        assert heard == [bytes([number]) for number in range(5)]
        ours.close()

    in_loop(story())


def test_an_end_that_is_gone_is_counted(asterisk):
    async def story():
        ours = RtpSocket("127.0.0.1")
        ours.connect(*asterisk.getsockname(), lambda _: None)
        asterisk.close()
        sender = socket.socket(fileno=socket.dup(ours.fileno()))
        sender.send(b"anybody?")
        while not ours.refused:
            ours.drain()
            await asyncio.sleep(0)
        sender.close()
        ours.close()

    in_loop(story())


def test_an_address_that_is_not_ours_is_an_error():
    with pytest.raises(OSError):
        RtpSocket("192.0.2.1")


def test_closing_before_connecting_is_fine():
    RtpSocket("127.0.0.1").close()
