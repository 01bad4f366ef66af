"""The MCP client's HTTP over aiohttp: it gets our guard against private addresses, and our limits."""

from collections.abc import AsyncIterator
from types import TracebackType

import aiohttp
import httpx2

ANSWER_BYTES = 262_144
"""Of one response, events included."""


def over_aiohttp(session: aiohttp.ClientSession) -> httpx2.AsyncClient:
    """A client for `mcp` whose requests all go out through `session`. Redirects are not followed."""
    return httpx2.AsyncClient(transport=_Transport(session), follow_redirects=False)


class _Transport(httpx2.AsyncBaseTransport):
    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        headers = [
            (name, value) for name, value in request.headers.items() if name not in ("host", "connection", "content-length")
        ]
        body = await request.aread()
        try:
            response = await self._session.request(
                request.method, str(request.url), headers=headers, data=body or None, allow_redirects=False
            )
        except (aiohttp.ClientError, OSError) as error:
            raise httpx2.ConnectError(type(error).__name__, request=request) from error
        given = [(name, value) for name, value in response.headers.items() if name.lower() != "content-encoding"]
        return httpx2.Response(response.status, headers=given, stream=_Stream(response), request=request)


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = ANSWER_BYTES
        try:
            async for chunk in self._response.content.iter_any():
                left -= len(chunk)
                if left < 0:
                    raise httpx2.ReadError("the answer is too long")
                yield chunk
        except aiohttp.ClientError as error:
            raise httpx2.ReadError(type(error).__name__) from error

    async def aclose(self) -> None:
        self._response.close()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()
