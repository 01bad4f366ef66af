"""media_server.rtp.udp: a real socket on loopback, and the kernel as doorman and clock."""

import socket
import time

import pytest

from media_server.rtp.udp import RtpSocket


@pytest.fixture
def asterisk():
    end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    end.bind(("127.0.0.1", 0))
    yield end
    end.close()


@pytest.fixture
def ours():
    ours = RtpSocket("127.0.0.1")
    yield ours
    ours.close()


def test_packets_of_the_one_end_come_in_and_those_of_strangers_do_not(ours, asterisk):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"too early", (ours.host, ours.port))
        asterisk.sendto(b"early too", (ours.host, ours.port))
        ours.connect(*asterisk.getsockname())
        stranger.sendto(b"stranger", (ours.host, ours.port))
        asterisk.sendto(b"one", (ours.host, ours.port))
        asterisk.sendto(b"two", (ours.host, ours.port))
    assert [data for data, _ in ours.drain()] == [b"one", b"two"]
    assert ours.drain() == []


def test_each_comes_with_the_time_it_came_however_late_it_is_read(ours, asterisk):
    ours.connect(*asterisk.getsockname())
    moments = [time.monotonic()]
    for number in range(5):
        asterisk.sendto(bytes([number]), (ours.host, ours.port))
        moments.append(time.monotonic())
    for (data, came), number in zip(ours.drain(), range(5), strict=True):
        assert data == bytes([number])
        assert moments[number] - 0.002 < came < moments[number + 1] + 0.002


def test_a_flood_is_read_in_pieces(ours, asterisk):
    ours.connect(*asterisk.getsockname())
    for _ in range(100):
        asterisk.sendto(b"x", (ours.host, ours.port))
    assert [len(ours.drain()), len(ours.drain())] == [64, 36]


def test_an_end_that_is_gone_is_counted(ours, asterisk):
    ours.connect(*asterisk.getsockname())
    asterisk.close()
    with socket.socket(fileno=socket.dup(ours.fileno())) as sender:
        sender.send(b"anybody?")
    while not ours.refused:
        ours.drain()


def test_an_address_that_is_not_ours_is_an_error():
    with pytest.raises(OSError):
        RtpSocket("192.0.2.1")


def test_closing_before_connecting_is_fine():
    RtpSocket("127.0.0.1").close()
