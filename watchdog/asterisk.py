"""The few requests that a watchdog makes of Asterisk: plain HTTP, one attempt each, nothing shared with the controller.

Asterisk does these without an event socket, and for channels of an application that nobody is connected for.
"""

import base64
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec

from core.settings import Settings
from watchdog.rescue import Bridge, Channel

ANSWER_LIMIT_S = 1.0
"""Asterisk answers within milliseconds. One that takes longer was asleep itself: it counts as away."""


class Away(ConnectionError):
    """Asterisk did not answer, or not in time."""


class Asterisk:
    def __init__(self, settings: Settings) -> None:
        """KeyError: no secret `ari`."""
        self._base = f"http://127.0.0.1:{settings.port('ari_port')}/ari"
        account = f"{settings.asterisk.ari_user}:{settings.secret('ari')}"
        self._headers = {
            "Authorization": f"Basic {base64.b64encode(account.encode()).decode()}",
            "Content-Type": "application/json",  # with a body, though empty: without one Asterisk waits for it
        }
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=ANSWER_LIMIT_S)
        self._http = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._http is not None
        await self._http.close()

    async def heartbeat(self) -> str:
        """The controller's last sign of life; empty: none since Asterisk began. Away."""
        return _value(await self._ask("GET", "/asterisk/variable", variable="HEARTBEAT"))

    async def channels(self) -> list[Channel]:
        return msgspec.json.decode(await self._ask("GET", "/channels") or b"[]", type=list[Channel])

    async def bridges(self) -> list[Bridge]:
        return msgspec.json.decode(await self._ask("GET", "/bridges") or b"[]", type=list[Bridge])

    async def variable(self, channel: str, name: str) -> str:
        """Of a channel; empty: it has none of that name, or is gone."""
        return _value(await self._ask("GET", f"/channels/{channel}/variable", variable=name))

    async def send_to_people(self, channel: str) -> bool:
        """The dialplan's [rescue] knows whose. False: it has left meanwhile."""
        place = {"context": "rescue", "extension": "s", "priority": "1"}
        return await self._ask("POST", f"/channels/{channel}/continue", **place) is not None

    async def hang_up(self, channel: str) -> None:
        await self._ask("DELETE", f"/channels/{channel}")

    async def destroy_bridge(self, bridge: str) -> None:
        await self._ask("DELETE", f"/bridges/{bridge}")

    async def _ask(self, method: str, path: str, **parameters: str) -> bytes | None:
        """The answer's body; None: what was asked about is not there any more. Away."""
        assert self._http is not None, "used outside `async with`"
        try:
            async with self._http.request(method, self._base + path, params=parameters) as response:
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Away(f"{method} {path}: {type(error).__name__}") from error
        if response.status >= 500 or response.status == 401:
            raise Away(f"{method} {path}: {response.status}")
        return body if response.status < 300 else None


def _value(body: bytes | None) -> str:
    answer: dict[str, Any] = msgspec.json.decode(body) if body else {}
    return str(answer.get("value", ""))
