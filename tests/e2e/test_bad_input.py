"""Strangers, rubbish and torture: a clear answer or none, and the call beside it does not notice."""

import asyncio
import random
import socket

import psutil

from haazir.caller.phone import Phone
from haazir.caller.script import Call
from tests.e2e import torture
from tests.e2e.calling import Caller, ask, greeting


def test_malformed_sip_costs_nobody_a_call(caller: Caller) -> None:
    question = caller.say("what is your return policy")
    asterisk = caller.trial.status().processes["asterisk"]
    host, port = caller.server.sip.split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        messages = torture.messages(caller.server.sip, "{}:{}".format(*stranger.getsockname()))

        async def under_fire(call: Call) -> None:
            await greeting(call)
            for message in messages:
                stranger.sendto(message, (host, int(port)))
                await asyncio.sleep(0.005)
            await ask(call, question, "question")

        finished = caller.play(under_fire)
    assert [turn["answer_source"] for turn in finished.answers] == ["knowledge"]
    assert caller.trial.status().processes["asterisk"] == asterisk


def test_rtp_from_strangers_is_not_heard(caller: Caller) -> None:
    """Rubbish and well-formed loud packets, at Asterisk's port of the call and at the media server's."""
    question = caller.say("what is your return policy")
    dice = random.Random(3550)
    loud = bytes([0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9]) + bytes([0, 128] * 80)
    packets = [dice.randbytes(dice.randrange(1, 300)) for _ in range(100)] + [loud] * 100

    media = psutil.Process(caller.trial.status().processes["media-server"])

    async def under_fire(call: Call) -> None:
        await greeting(call)
        targets = [connection.laddr for connection in media.net_connections("udp")] + [call.remote]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for packet in packets:
                for target in targets:
                    stranger.sendto(packet, tuple(target))
                await asyncio.sleep(0.005)
        await ask(call, question, "question")

    finished = caller.play(under_fire)
    assert not any(turn["interrupted"] for turn in finished.turns("agent"))
    assert len(finished.turns("caller")) == 1
    assert [turn["answer_source"] for turn in finished.answers] == ["knowledge"]


def test_a_number_nobody_has_is_refused(caller: Caller) -> None:
    async def dial(number: str) -> tuple[int | None, bool]:
        async with Phone.open() as phone, phone.call(caller.server.sip, number) as call:
            await asyncio.sleep(2.0)
            return (call.refused.status if call.refused else None), call.answered_at is not None

    refused, answered = asyncio.run(dial("999999"))
    assert refused is not None and 400 <= refused < 700
    assert not answered
