"""A caller and an operator are brought together: a site that hands over soon, the wish, the answer, orders."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
import pytest

from haazir.caller.script import Call
from tests.e2e.calling import greeting
from tests.e2e.house import House
from tests.e2e.phones import OperatorPhone

Operators = Mapping[str, OperatorPhone]
Record = dict[str, Any]

BRIEF = {"greeting": "Hello, this is Sunrise.", "transfer": "One moment please."}


@pytest.fixture(autouse=True)
def hooks(operators: Operators) -> Iterator[None]:
    """Every test begins and ends with phones on their hooks."""

    async def free() -> None:
        for phone in operators.values():
            await phone.free()

    asyncio.run(free())
    yield
    asyncio.run(free())


def handing_over(house: House, supervisors: Sequence[str] = (), **wish: Any) -> str:
    """The number of a site that hands over like this, and else as usual but sooner."""
    assert house.admin.patch("/v1/sites/reception", json={"handover": None}).status_code == 200
    listening, handover = {"supervisors": supervisors}, {"ring_s": 3, "accept_s": 2, "queue": False, **wish}
    return house.arranged(phrases={"en": BRIEF}, listening=listening, handover=handover)


def asked(record: Record) -> list[tuple[str, str]]:
    return [(one["person"], one["result"]) for one in record["asked"]]


def says_that_all_are_busy(record: Record) -> bool:
    return any("busy" in turn["text"] for turn in record["turns"] if turn["role"] == "agent")


async def wish(call: Call) -> None:
    """The key 0 wants a person, as it always has; the agent says that one comes."""
    await greeting(call)
    await call.press("0#")
    await call.agent_speaks(12.0)


async def told(operator: OperatorPhone) -> None:
    """They answer, and hear the first words of the summary; a key need not wait for the rest."""
    since = time.time()
    await operator.rings()
    await operator.answer()
    await operator.quiet(0.1, since)


async def ordered(house: House, deed: str, number: str = "", **order: str) -> int:
    """Of the one call that goes on, or that goes on at this number; the status of the answer."""
    server = house.caller.server
    headers = {"Authorization": f"Bearer {server.api_key}"}
    async with httpx.AsyncClient(base_url=server.api, headers=headers, timeout=10.0, verify=False) as api:
        calls = (await api.get("/v1/calls", params={"outcome": "in_progress"})).json()["data"]
        (call,) = (call for call in calls if number in ("", call["to"]))
        return (await api.post(f"/v1/calls/{call['id']}/{deed}", json=order)).status_code
