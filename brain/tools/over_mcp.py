"""A declared tool over MCP (streamable HTTP): one call of one tool that the site allowed by name, with a deadline.

The `mcp` client speaks through our own HTTP session, so its requests reach public addresses only, like all others.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import msgspec

from brain.tools.job import Job
from brain.tools.outcome import Away, Refused, ToolFailed, Uncertain
from brain.tools.over_http import Secrets, key_headers
from core.public_address import Network
from core.public_connector import public_connector


class OverMcp:
    """`mcp` is imported at the first use: it takes a second and 50 MB that most sites never need."""

    def __init__(self, secrets: Secrets, allowed: tuple[Network, ...]) -> None:
        self._secrets = secrets
        self._allowed = allowed

    async def perform(self, job: Job) -> Any:
        if job.site.tools_off:
            raise Away("this site's doors are switched off")
        headers = {**job.declaration.headers, **await key_headers(job, self._secrets)}
        if job.key:
            headers["Idempotency-Key"] = job.key
        failure: ToolFailed | None = None
        asked = False
        try:
            async with asyncio.timeout(job.declaration.timeout_s), self._client(job.declaration.url, headers) as client:
                asked = True
                result = await client.call_tool(job.declaration.operation, dict(job.arguments))
        except* _failures() as errors:  # its task groups wrap what happened in groups
            uncertain = asked and job.declaration.writes
            failure = (Uncertain if uncertain else Away)(f"MCP: {_first(errors)}")
        if failure is not None:
            raise failure
        return _answer(result)

    @asynccontextmanager
    async def _client(self, url: str, headers: dict[str, str]) -> AsyncIterator[Any]:
        from mcp import Client
        from mcp.client.streamable_http import streamable_http_client

        from brain.tools.mcp_transport import over_aiohttp

        async with AsyncExitStack() as stack:
            session = aiohttp.ClientSession(connector=public_connector(self._allowed, keep=False), headers=headers)
            await stack.enter_async_context(session)
            http = await stack.enter_async_context(over_aiohttp(session))
            yield await stack.enter_async_context(Client(streamable_http_client(url, http_client=http), cache=None))


def _failures() -> tuple[type[Exception], ...]:
    """What the other side can do to us."""
    import httpx2
    from mcp.shared.exceptions import MCPError
    from pydantic import ValidationError

    return TimeoutError, OSError, aiohttp.ClientError, httpx2.HTTPError, MCPError, ValidationError


def _first(error: BaseException) -> str:
    """The name of what happened, out of its groups."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else type(error).__name__


def _answer(result: Any) -> Any:
    """Structured content, or the text: as JSON if it is, else as {"text": …}. Refused if the tool says that it failed."""
    if result.is_error:
        raise Refused("the tool reports an error")
    if result.structured_content is not None:
        return result.structured_content
    text = "\n".join(part.text for part in result.content if getattr(part, "type", "") == "text")
    with contextlib.suppress(msgspec.DecodeError, RecursionError):
        return msgspec.json.decode(text)
    return {"text": text}
