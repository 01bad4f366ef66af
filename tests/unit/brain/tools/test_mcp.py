"""MCP servers as tools, against the real server of the `mcp` package over HTTP."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import msgspec
import pytest
import uvicorn

from brain.tools.declaration import Case, Declaration, ShowKey
from brain.tools.job import Job
from brain.tools.outcome import Away, Refused, Uncertain
from brain.tools.over_mcp import OverMcp
from core.ids import SiteId
from tests.unit.brain.tools.shop import LOOPBACK, SITE

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


async def secret(_: SiteId, name: str) -> str:
    return {"mcp": "t0ken"}[name]


@contextlib.asynccontextmanager
async def mcp_serving() -> AsyncIterator[tuple[str, list[Any]]]:
    """Its address, and what its tools were asked."""
    from mcp.server import MCPServer

    server = MCPServer("lab")
    asked: list[Any] = []

    @server.tool()
    async def report_status(report: str) -> dict[str, str]:
        asked.append(report)
        if report == "slow":
            await asyncio.sleep(60)
        if report == "bad":
            raise ValueError("ORA-00942")
        return {"status": "ready", "report": report}

    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(server.streamable_http_app(), log_level="critical", lifespan="on", timeout_graceful_shutdown=1)
    web = uvicorn.Server(config)
    serving = asyncio.create_task(web.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp", asked
    finally:
        web.should_exit = True
        await serving


def job(url: str, report: str, **changes: Any) -> Job:
    declaration = Declaration(
        name="report_status", description="x", kind="mcp", url=url, operation="report_status", timeout_s=2.0,
        key=ShowKey(form="bearer", secret="mcp"), answers=(Case(say={"en": "{status}"}),),
        arguments={"type": "object", "properties": {"report": {"type": "string"}}, "required": ["report"]},
    )  # fmt: skip
    return Job(SITE, msgspec.structs.replace(declaration, **changes), {"report": report})


def with_server(story: Callable[[OverMcp, str, list[Any]], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        async with mcp_serving() as (url, asked), asyncio.timeout(20):
            await story(OverMcp(secret, LOOPBACK), url, asked)

    asyncio.run(run())


def test_a_tool_of_a_server_is_called_and_its_answer_read() -> None:
    async def story(mcp: OverMcp, url: str, asked: list[Any]) -> None:
        assert await mcp.perform(job(url, "123")) == {"status": "ready", "report": "123"}
        assert asked == ["123"]

    with_server(story)


def test_a_slow_failing_or_absent_tool_has_an_honest_end() -> None:
    async def story(mcp: OverMcp, url: str, asked: list[Any]) -> None:
        await mcp.perform(job(url, "123", timeout_s=10.0))  # the first imports the client: seconds of a deadline
        with pytest.raises(Away):
            await mcp.perform(job(url, "slow"))
        with pytest.raises(Uncertain):
            await mcp.perform(job(url, "slow", effect="write"))
        assert asked == ["123", "slow", "slow"]
        with pytest.raises(Refused) as refused:
            await mcp.perform(job(url, "bad"))
        assert "ORA" not in str(refused.value)
        with pytest.raises((Away, Refused)):
            await mcp.perform(job(url, "x", operation="no_such_tool"))

    with_server(story)


def test_a_server_that_is_away_or_private_is_away() -> None:
    async def story(mcp: OverMcp, url: str, asked: list[Any]) -> None:
        with pytest.raises(Away):
            await mcp.perform(job("http://127.0.0.1:1/mcp", "1"))
        with pytest.raises(Away):
            await OverMcp(secret, ()).perform(job(url, "1"))
        with pytest.raises(Away):
            await mcp.perform(msgspec_off(job(url, "1")))
        assert asked == []

    with_server(story)


def msgspec_off(whole: Job) -> Job:
    return Job(msgspec.structs.replace(whole.site, tools_off=True), whole.declaration, whole.arguments)
