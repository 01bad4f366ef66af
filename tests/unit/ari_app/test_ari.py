"""Talking to Asterisk: requests, their errors and retries; the event socket; the models and where they come from."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ari_app.ari import generate, models
from ari_app.ari.client import Ari, AriError, Gone, NotInStasis, Refused, Unreachable, WrongState
from ari_app.ari.events import ChannelEvent, Reader, said_at
from ari_app.ari.socket import EventSocket, Replaced
from tests.unit.ari_app.fake_asterisk import FakeAsterisk, channel, event, fake_asterisk

LEG = channel("media-1", channelvars={"UNICASTRTP_LOCAL_ADDRESS": "127.0.0.1", "UNICASTRTP_LOCAL_PORT": "10004"})


def with_ari(home: Path, story: Callable[[FakeAsterisk, Ari], Awaitable[None]]) -> None:
    async def run() -> None:
        async with fake_asterisk(home) as (asterisk, settings), Ari(settings) as ari:
            await story(asterisk, ari)

    asyncio.run(run())


# ── requests ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("status", "kind"), [(404, Gone), (409, NotInStasis), (422, NotInStasis), (412, WrongState), (500, Refused)]
)
def test_asterisks_refusals_have_types_and_its_words(tmp_path: Path, status: int, kind: type[AriError]) -> None:
    async def story(asterisk: FakeAsterisk, ari: Ari) -> None:
        asterisk.answers["POST", "/channels/1/answer"] = (status, {"message": "because"})
        with pytest.raises(kind, match="because"):
            await ari.answer("1")
        assert len(asterisk.asked) == 1

    with_ari(tmp_path, story)


def test_a_broken_connection_is_asked_again(tmp_path: Path) -> None:
    async def story(asterisk: FakeAsterisk, ari: Ari) -> None:
        asterisk.answers["POST", "/bridges/bridge-1"] = [0, 0, 204]
        await ari.make_bridge("bridge-1")
        assert asterisk.asked.count(("POST", "/bridges/bridge-1")) >= 3

    with_ari(tmp_path, story)


@pytest.mark.parametrize("answer", [None, {"id": "1"}, []])
def test_an_answer_that_is_none_is_asterisks_mistake_and_not_our_end(tmp_path: Path, answer: Any) -> None:
    async def story(asterisk: FakeAsterisk, ari: Ari) -> None:
        asterisk.answers["GET", "/channels/1"] = (200, answer)
        with pytest.raises(Refused, match="can't be read"):
            await ari.channel("1")

    with_ari(tmp_path, story)


def test_an_asterisk_that_is_away_is_unreachable(tmp_path: Path) -> None:
    async def story(asterisk: FakeAsterisk, ari: Ari) -> None:
        asterisk.answers["POST", "/channels/1/ring"] = 0
        with pytest.raises(Unreachable):
            await ari.ring("1")

    with_ari(tmp_path, story)


@pytest.mark.parametrize("answer", [0, (422, {"message": "already exists"})])
def test_a_phone_is_rung_once_though_the_answer_got_lost(tmp_path: Path, answer: Any) -> None:
    async def story(asterisk: FakeAsterisk, ari: Ari) -> None:
        asterisk.answers["POST", "/channels"] = [answer, 204]
        await ari.originate("operator1-1", "PJSIP/201", "accept", {}, caller_id="1", ring_s=20)
        assert asterisk.asked == [("POST", "/channels")]

    with_ari(tmp_path, story)


def test_deleting_what_is_gone_is_success(tmp_path: Path) -> None:
    async def story(asterisk: FakeAsterisk, ari: Ari) -> None:
        asterisk.answers["DELETE", "/channels/1"] = (404, {"message": "Channel not found"})
        await ari.hang_up("1", 17)
        assert asterisk.parameters == [{"reason_code": "17"}]

    with_ari(tmp_path, story)


def test_a_media_leg_that_an_earlier_attempt_made_is_taken_as_it_is(tmp_path: Path) -> None:
    async def story(asterisk: FakeAsterisk, ari: Ari) -> None:
        asterisk.answers["POST", "/channels/externalMedia"] = (409, {"message": "already exists"})
        asterisk.answers["GET", "/channels/media-1/variable"] = [(200, {"value": "127.0.0.1"}), (200, {"value": "10004"})]
        assert await ari.external_media("media-1", "127.0.0.1:40000", "ulaw") == ("127.0.0.1", 10004)

    with_ari(tmp_path, story)


def test_a_new_media_leg_says_its_address_at_once(tmp_path: Path) -> None:
    async def story(asterisk: FakeAsterisk, ari: Ari) -> None:
        asterisk.answers["POST", "/channels/externalMedia"] = (200, LEG)
        assert await ari.external_media("media-1", "127.0.0.1:40000", "slin16") == ("127.0.0.1", 10004)
        assert asterisk.parameters[0]["format"] == "slin16"

    with_ari(tmp_path, story)


def test_joining_a_caller_who_has_hung_up_is_gone_and_not_a_mistake(tmp_path: Path) -> None:
    async def story(asterisk: FakeAsterisk, ari: Ari) -> None:
        asterisk.answers["POST", "/bridges/bridge-1/addChannel"] = (400, {"message": "Channel not found"})
        with pytest.raises(Gone):
            await ari.join("bridge-1", "1", "media-1")

    with_ari(tmp_path, story)


# ── events ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_unknown_events_and_fields_are_let_pass_and_garbage_is_counted() -> None:
    reader = Reader()
    start = event("StasisStart", "1", args=["inbound", "1000"], new_in_asterisk_30=[1])
    assert isinstance(reader.read(json.dumps(start)), models.StasisStart)
    assert reader.read(json.dumps(event("ChannelDialplan", "1"))) is None
    assert reader.malformed == 0
    for garbage in ("", "{", "[]", '{"type": "StasisEnd"}', '{"type": 3}', '"x"'):
        assert reader.read(garbage) is None
    assert reader.malformed == 6


def test_what_asterisk_tells_twice_is_heard_once() -> None:
    reader = Reader()
    seven, again = (
        json.dumps(event("ChannelDtmfReceived", "1", digit="7", duration_ms=100, timestamp=f"2026-11-21T09:48:08.{ms}+0000"))
        for ms in (833, 993)
    )
    assert [reader.read(text) is None for text in (seven, seven, again, seven)] == [False, True, False, True]


def test_asterisks_time_is_understood() -> None:
    assert said_at("2026-11-21T09:48:08.833+0000") == pytest.approx(1795254488.833)
    assert said_at("yesterday") is None


def test_the_event_socket_comes_back_and_says_so(tmp_path: Path) -> None:
    async def story(asterisk: FakeAsterisk, ari: Ari) -> None:
        heard: asyncio.Queue[ChannelEvent] = asyncio.Queue()
        connections: list[int] = []
        socket = EventSocket(ari)
        listening = asyncio.create_task(socket.run(heard.put_nowait, lambda: connections.append(1)))
        await asterisk.until(("GET", "/events"))
        await asterisk.say(event("StasisEnd", "1"))
        assert (await asyncio.wait_for(heard.get(), 5)).channel.id == "1"
        await asterisk.sockets[0].close()
        while len(asterisk.sockets) < 2:
            asterisk.news.clear()
            await asyncio.wait_for(asterisk.news.wait(), 5)
        await asterisk.say(event("StasisEnd", "2"))
        assert (await asyncio.wait_for(heard.get(), 5)).channel.id == "2"
        assert (len(connections), socket.connected) == (2, True)
        listening.cancel()

    with_ari(tmp_path, story)


def test_a_controller_that_was_replaced_stops(tmp_path: Path) -> None:
    async def story(asterisk: FakeAsterisk, ari: Ari) -> None:
        socket = EventSocket(ari)
        listening = asyncio.create_task(socket.run(lambda event: None, lambda: None))
        await asterisk.until(("GET", "/events"))
        stamp = "2026-11-21T09:48:08.833+0000"
        await asterisk.say({"type": "ApplicationReplaced", "application": "haazir", "timestamp": stamp})
        with pytest.raises(Replaced, match="haazir"):
            await listening
        assert not socket.connected

    with_ari(tmp_path, story)


# ── models ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def docs_of(*structs: type) -> dict[str, Any]:
    """Api-docs that promise exactly the given fields."""
    events: dict[str, Any] = {"Event": {"subTypes": ["Rang"], "properties": {"timestamp": {"type": "Date", "required": True}}}}
    bell = {"properties": {"tone": {"type": "List[string]", "required": True}, "loud": {"type": "boolean"}}}
    rang = {"properties": {"bell": {"type": "Bell", "required": True}}}
    message = {"properties": {"type": {"type": "string", "required": True}, "asterisk_id": {"type": "string"}}}
    return {**events, "Message": message, "Bell": bell, "Rang": rang}


def test_models_are_written_in_the_order_of_their_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "USED", ("Rang",))
    text = generate.source(docs_of())
    assert text.index("class Bell") < text.index("class Rang")
    assert "    tone: list[str]\n    loud: bool | None = None\n" in text
    assert 'class Rang(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True)' in text
    assert "    bell: Bell\n    timestamp: str\n    asterisk_id: str | None = None\n" in text


def test_an_asterisk_that_promises_less_is_found_out() -> None:
    described: dict[str, Any] = {
        "Event": {"subTypes": [], "properties": {}},
        "CallerID": {"properties": {"name": {"type": "string", "required": True}, "number": {"type": "int", "required": True}}},
        "SetId": {"properties": {"user": {"type": "string"}, "group": {"type": "string", "required": True}}},
    }
    found = generate.mismatches(described, [models.CallerID, models.SetId, models.Bridge])
    assert found == ["CallerID.number: int, expected str", "SetId.user: may be missing", "Bridge: gone"]
