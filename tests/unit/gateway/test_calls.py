"""GET /v1/calls and below: shape, order, pages, filters, recordings."""

import asyncio
from typing import Any

import httpx
import pytest

from core.events import AnyEvent, CallStarted
from core.ids import CallId, SiteId
from tests.unit.gateway.conftest import Town, a_call


def test_a_call_has_the_shape_of_the_contract(town: Town) -> None:
    town.happen(*a_call())
    call = town.get("/v1/calls/c-1").json()
    turns = call.pop("turns")
    rtp = call.pop("rtp")
    assert call == {
        "id": "c-1",
        "site_id": "shop",
        "direction": "inbound",
        "from": "+919800000001",
        "to": "1000",
        "started_at": "2025-10-09T08:53:20Z",
        "answered_at": "2025-10-09T08:53:21Z",
        "ended_at": "2025-10-09T08:53:32.500000Z",
        "outcome": "transferred",
        "cause": {"code": 16, "text": "Normal Clearing"},
        "language": "hi-Latn",
        "transfers": [{"at": "2025-10-09T08:53:32Z", "destination": "humans", "reason": "asked"}],
        "latency": {
            "v2v_any": {"turns": 1, "p50": 610, "p95": 610, "max": 610},
            "v2v_content": {"turns": 1, "p50": 900, "p95": 900, "max": 900},
        },
        "recording": None,
        "asked": [],
        "people": [],
        "answered_by": None,
    }
    assert (rtp["received"], rtp["lost"], rtp["mos"]) == (1000, 5, 4.3)
    assert [(turn["turn"], turn["role"], turn["text"]) for turn in turns] == [
        (0, "agent", "Namaste, Demo Store"),
        (1, "caller", "mera order kahan hai"),
        (1, "agent", "Aapka order raaste mein hai."),
    ]
    assert turns[1]["timings"] is None and turns[1]["tools"] == []
    assert turns[2]["answer_source"] == "tool"
    assert turns[2]["timings"] == {
        "speech_end": 5000, "turn_committed": 5450, "stt_final": 5300, "brain_first_token": 5500, "tts_first_audio": 5600,
        "first_sound": 5610, "first_content": 5900, "v2v_any": 610, "v2v_content": 900,
    }  # fmt: skip
    assert turns[2]["tools"] == [
        {"name": "check_order_status", "arguments": {"order": "1042"}, "ok": True, "at": "2025-10-09T08:53:26.400000Z", "ms": 12}
    ]


def test_a_call_going_on_is_listed_without_an_outcome(town: Town) -> None:
    town.happen(*a_call()[:4])
    (call,) = town.get("/v1/calls").json()["data"]
    assert (call["id"], call["outcome"], call["ended_at"]) == ("c-1", None, None)
    assert len(call["turns"]) == 2
    town.happen(*a_call()[4:])
    (call,) = town.get("/v1/calls").json()["data"]
    assert call["outcome"] == "transferred"


def test_pages_show_each_call_once_the_latest_first(town: Town) -> None:
    began = [1_760_000_000.0 + step // 2 for step in range(7)]  # pairs that began in the same instant
    town.happen(*(started(f"c-{number}", at) for number, at in enumerate(began)))

    async def all_pages() -> list[str]:
        seen: list[str] = []
        cursor: dict[str, str] = {}
        async with town.gateway() as client:
            while True:
                page = (await client.get("/v1/calls", params={"limit": "2"} | cursor, headers=SHOP)).json()
                seen += [call["id"] for call in page["data"]]
                if page["next_cursor"] is None:
                    return seen
                cursor = {"cursor": page["next_cursor"]}

    assert asyncio.run(all_pages()) == ["c-6", "c-5", "c-4", "c-3", "c-2", "c-1", "c-0"]


SHOP = {"X-Site-Id": "shop", "X-Api-Key": "hz_shop_key"}


def started(call: str, at: float, caller: str = "+91980", called: str = "1000") -> AnyEvent:
    return CallStarted(call_id=CallId(call), site_id=SiteId("shop"), at=at, direction="inbound", caller=caller, called=called)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("outcome=transferred", ["c-1"]),
        ("outcome=in_progress", ["c-3", "c-2"]),
        ("outcome=failed", []),
        ("number=%2B919800000001", ["c-1"]),
        ("number=+919800000001", ["c-1"]),
        ("number=2000", ["c-3"]),
        ("number=' or true --", []),
        ("from=2025-10-09T08:55:00Z", ["c-3", "c-2"]),
        ("from=2025-10-09T14:25:00%2B05:30", ["c-3", "c-2"]),
        ("to=2025-10-09T08:55:00", ["c-1"]),
        ("from=2025-10-09T08:55:00Z&to=2025-10-09T08:55:01Z&outcome=in_progress&number=1000", ["c-2"]),
    ],
)
def test_filters(town: Town, query: str, found: list[str]) -> None:
    town.happen(*a_call("c-1"), started("c-2", 1_760_000_100.0), started("c-3", 1_760_000_200.0, called="2000"))
    answer = town.get(f"/v1/calls?{query}")
    assert [call["id"] for call in answer.json()["data"]] == found


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=101", "limit=x", "cursor=x", "cursor=MTIz", "cursor=MToA", "cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk6YQ",
        "cursor=%00", "from=yesterday", "outcome=fantastic", "number=%00", "number=" + "1" * 65,
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_a_problem_that_does_not_quote_it(town: Town, query: str) -> None:
    answer = town.get(f"/v1/calls?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert "yesterday" not in answer.text and "fantastic" not in answer.text


def test_the_transcript_in_json_and_in_text(town: Town) -> None:
    town.happen(*a_call())
    said = town.get("/v1/calls/c-1/transcript").json()
    assert (said["call_id"], said["language"], said["complete"], len(said["turns"])) == ("c-1", "hi-Latn", True, 3)
    assert said["turns"][1] == {
        "role": "caller", "at": "2025-10-09T08:53:26Z", "text": "mera order kahan hai", "language": "hi-Latn",
    }  # fmt: skip
    text = (
        "[00:02] agent: Namaste, Demo Store\n[00:05] caller: mera order kahan hai\n[00:08] agent: Aapka order raaste mein hai.\n"
    )
    assert town.get("/v1/calls/c-1/transcript?format=text").text == text
    assert town.get("/v1/calls/c-1/transcript", accept="text/plain").text == text
    assert town.get("/v1/calls/c-1/transcript?format=json", accept="text/plain").json() == said


def test_events_are_cloud_events_in_pages(town: Town) -> None:
    town.happen(*a_call())
    page = town.get("/v1/calls/c-1/events?limit=4").json()
    first = page["data"][0]
    assert first.pop("id")
    assert first == {
        "specversion": "1.0", "source": "/haazir/test", "type": "haazir.call.started", "subject": "c-1",
        "time": "2025-10-09T08:53:20Z", "datacontenttype": "application/json", "siteid": "shop",
        "data": {
            "type": "haazir.call.started", "call_id": "c-1", "site_id": "shop", "at": 1760000000.0, "direction": "inbound",
            "caller": "+919800000001", "called": "1000", "transport": "sip",
        },
    }  # fmt: skip
    rest = town.get(f"/v1/calls/c-1/events?cursor={page['next_cursor']}").json()
    assert len(page["data"]) + len(rest["data"]) == 9 and rest["next_cursor"] is None
    assert town.get("/v1/calls/c-2/events").status_code == 404


def recording(town: Town) -> httpx.Response:
    return town.get("/v1/calls/c-1/recording")


def test_a_recording_not_there_says_why(town: Town) -> None:
    def why() -> Any:
        answer = recording(town)
        assert answer.status_code == 404
        return answer.json()["type"].rpartition(":")[2]

    assert why() == "no-such-call"
    town.happen(*a_call(recording="base")[:4])
    assert why() == "recording-not-ready"
    town.happen(*a_call(recording="base")[4:])
    assert why() == "recording-not-ready"
    assert town.get("/v1/calls/c-1").json()["recording"] == {"state": "pending", "url": None, "duration_s": None}
    town.run("update call_record set recording_state = 'missing'")
    assert why() == "recording-missing"
    town.run("update call_record set recording_state = 'ready', recording_s = 1.5")
    assert why() == "recording-missing"  # somebody has removed the file
    town.run("update call_record set recording_state = null")
    assert why() == "not-recorded"


def test_a_recording_is_served_in_ranges(town: Town) -> None:
    town.happen(*a_call(recording="base"))
    town.keep(b"RIFF0123456789")
    found = town.get("/v1/calls/c-1").json()["recording"]
    assert found == {"state": "ready", "url": "/v1/calls/c-1/recording", "duration_s": 1.5}
    whole = town.get(found["url"])
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, b"RIFF0123456789", "audio/wav")
    part = town.get(found["url"], range="bytes=4-6")
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"012", "bytes 4-6/14")
    past = town.get(found["url"], range="bytes=99-")
    assert (past.status_code, past.headers["content-range"]) == (416, "bytes */14")
    assert past.headers["content-type"] == "application/problem+json"
    assert town.get(found["url"], range="bytes=b-a").status_code == 400
    assert town.get(found["url"], range="elephants=1").content == b"RIFF0123456789", "as if it had not been asked for"
    assert town.get(found["url"], range="bytes=-3").content == b"789"
    again = town.get(found["url"], range="bytes=4-6", if_range=whole.headers["etag"])
    assert (again.status_code, again.content) == (206, b"012")
    assert town.get(found["url"], range="bytes=4-6", if_range='"another"').content == b"RIFF0123456789"


def test_a_recording_that_somebody_changed_is_not_served(town: Town) -> None:
    town.happen(*a_call(recording="base"))
    path = town.keep(b"RIFF0123456789")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert (recording(town).status_code, recording(town).json()["type"]) == (404, "urn:haazir:problem:recording-missing")
    town.run("truncate recording_key")
    assert recording(town).status_code == 404, "without its key it is as good as gone"


def test_a_recording_that_the_site_wanted_gone_says_so(town: Town) -> None:
    town.happen(*a_call(recording="base"))
    town.run("update call_record set recording_state = 'deleted'")
    assert recording(town).json()["type"] == "urn:haazir:problem:recording-deleted"


def test_a_strange_call_id_is_only_not_found(town: Town) -> None:
    for call in ("..%2f..%2fetc%2fpasswd", "%00", "नमस्ते", "x" * 300, "%ff"):
        assert town.get(f"/v1/calls/{call}").status_code in (404, 422)


def test_while_the_database_is_away_the_answer_is_503_and_then_it_is_back(town: Town) -> None:
    town.happen(*a_call())

    async def story() -> None:
        async with town.gateway() as client:
            assert (await client.get("/v1/calls", headers=SHOP)).status_code == 200
            await asyncio.to_thread(town.server.stop)
            answer = await client.get("/v1/calls", headers=SHOP)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
            assert answer.json()["type"] == "urn:haazir:problem:database-away"
            await asyncio.to_thread(town.server.start)
            async with asyncio.timeout(15):
                while (await client.get("/v1/calls", headers=SHOP)).status_code != 200:  # noqa: ASYNC110  as a client would
                    await asyncio.sleep(0.1)

    asyncio.run(story())
