"""Who gives orders upon running calls over REST, what they find there, and a site that asks for a secret."""

import asyncio
import io
import time
import uuid
import wave
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np

from core.audio import Pcm
from haazir.caller.script import Call
from haazir.caller.server import Server
from tests.e2e.calling import Caller, ask

Json = dict[str, Any]
STATUS, PIN = "where is my order", "nine eight seven six"
CODE_ASKED = "What is your secret code?"

SAFE = {"site_id": "safe", "name": "Safe", "languages": ["en"], "numbers": ["2007"], "tools": ["end_call"]}
CODE = {
    "name": "safe_status",
    "description": "Tells whether the order is on its way.",
    "url": "https://lab.example.com/safe/{code}",
    "arguments": {"type": "object", "properties": {"code": {"type": "string", "pattern": "^[0-9]{4}$"}}, "required": ["code"]},
    "slots": {"code": {"ask": {"en": CODE_ASKED}, "secret": True}},
    "utterances": {"en": [STATUS]},
    "answers": [{"say": {"en": "Your order is on its way."}}],
}
"""A site that asks for a secret first."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Who gives orders."""

    http: httpx.AsyncClient

    async def find(self, number: str) -> str:
        """Id of the call that is going on from `number`."""
        async with asyncio.timeout(5):
            while True:
                listed = await self.http.get("/v1/calls", params={"number": number, "outcome": "in_progress"})
                if found := listed.raise_for_status().json()["data"]:
                    return str(found[0]["id"])
                await asyncio.sleep(0.05)

    async def order(self, call: str, deed: str, wish: Json | None = None, key: str = "") -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.http.post(f"/v1/calls/{call}/{deed}", json=wish or {}, headers=headers)

    async def do(self, call: str, deed: str, wish: Json | None = None, patience: float = 0.0) -> None:
        """`patience`: how long it may be refused because the call is being taken up again."""
        key, until = uuid.uuid4().hex, time.monotonic() + patience
        while True:
            answer = await self.order(call, deed, wish, key)
            if answer.status_code not in (409, 503) or time.monotonic() > until:
                break
            await asyncio.sleep(0.1)
        assert answer.status_code == 200, answer.text

    async def record(self, call: str) -> Json:
        """Once it is over and its recording is ready."""
        async with asyncio.timeout(25):
            while True:
                found: Json = (await self.http.get(f"/v1/calls/{call}")).raise_for_status().json()
                if found["recording"] is not None and found["recording"]["state"] == "ready":
                    return found
                await asyncio.sleep(0.1)

    async def heard(self, call: str, text: str) -> bool:
        """Has the caller been told this?"""
        found = (await self.http.get(f"/v1/calls/{call}")).raise_for_status().json()
        return text in [turn["text"] for turn in found["turns"]]

    async def recording(self, call: str, **headers: str) -> httpx.Response:
        return await self.http.get(f"/v1/calls/{call}/recording", headers=headers)


def desk(server: Server) -> httpx.AsyncClient:
    headers = {"X-Site-Id": server.site_id, "X-Api-Key": server.api_key}
    return httpx.AsyncClient(base_url=server.api, headers=headers, timeout=10.0, verify=False)


def callers_side(recording: httpx.Response) -> Pcm:
    with wave.open(io.BytesIO(recording.content)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)[:, 0]


async def until_asked_for_the_code(at: Desk, call: Call, call_id: str, caller: Caller) -> None:
    """What was misheard is said again, as people do: this is not about the recogniser."""
    for _ in range(3):
        await ask(call, caller.say(STATUS), STATUS)
        if await at.heard(call_id, CODE_ASKED):
            return
    raise AssertionError(f"never asked for the code: {(await at.http.get(f'/v1/calls/{call_id}')).json()['turns']}")
