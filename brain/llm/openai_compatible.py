"""Any server that speaks OpenAI's chat API (vLLM, llama.cpp, Ollama, OpenAI itself): one POST, server-sent events back.

A tenth of litellm's CPU per token (docs/decision.md): the driver for calls. Leaving the iterator early closes the connection,
which is how such servers learn that nobody wants the rest.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence

import aiohttp

from brain.llm.chunks import Assembler
from brain.llm.llm import Delta, LlmFailed, Prompt
from brain.llm.sse import Events, NotAnEventStream
from brain.llm.wire import request
from core.public_address import Network
from core.public_connector import public_connector
from core.sites import Llm

CONNECT_S = 2.0
LAST_BYTES_S = 0.05
"""Seconds that the end of the body may come after the end of the answer; then the connection is closed instead of kept."""


def client(allowed: Sequence[Network] = ()) -> aiohttp.ClientSession:
    """For all sites' servers together. `allowed`: private networks that the admin lets sites reach: a model of one's own
    on this machine needs 127.0.0.0/8 there (settings.network.private_hosts)."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S)
    jar = aiohttp.DummyCookieJar()
    return aiohttp.ClientSession(connector=public_connector(allowed), timeout=timeout, cookie_jar=jar)


class OpenAiCompatible:
    """Deadlines are the door's business (brain.llm.door)."""

    def __init__(self, http: aiohttp.ClientSession, llm: Llm, key: str) -> None:
        """`key` may be empty: a server of one's own often wants none."""
        self._http = http
        self._llm = llm
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        url = f"{self._llm.base_url.rstrip('/')}/chat/completions"
        body = {"model": self._llm.model, **request(prompt, self._llm)}
        try:
            async with self._http.post(url, json=body, headers=self._headers, allow_redirects=False) as response:
                _admit(response)
                async for delta in _deltas(response.content):
                    yield delta
        except aiohttp.ClientPayloadError as error:
            raise LlmFailed("cut off", type(error).__name__) from error
        except (aiohttp.ClientError, OSError) as error:
            raise LlmFailed("away", type(error).__name__) from error


def _admit(response: aiohttp.ClientResponse) -> None:
    if response.status == 429:
        raise LlmFailed("limited", rest_s=_seconds(response.headers.get("Retry-After", "")))
    if response.status >= 500:
        raise LlmFailed("away", f"status {response.status}")
    if response.status != 200:
        raise LlmFailed("refused", f"status {response.status}")


def _seconds(retry_after: str) -> float:
    """Retry-After in seconds; a date, or nonsense, counts as not said."""
    return float(retry_after) if retry_after.isascii() and retry_after.isdecimal() else 0.0


async def _deltas(body: aiohttp.StreamReader) -> AsyncGenerator[Delta, None]:
    events, assembler = Events(), Assembler()
    try:
        while not assembler.done and (chunk := await body.readany()):
            for data in events.push(chunk):
                for delta in assembler.push(data):
                    yield delta
    except NotAnEventStream as error:
        raise LlmFailed("garbage", str(error)) from error
    for delta in assembler.end():
        yield delta
    with contextlib.suppress(TimeoutError, aiohttp.ClientError):  # a body read to its end leaves its connection to the next
        async with asyncio.timeout(LAST_BYTES_S):
            await body.readany()
