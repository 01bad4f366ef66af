"""Asterisk's REST interface, as much of it as a call needs: one method per operation, one connection pool.

    async with Ari(settings) as ari:
        leg = await ari.external_media(media_channel_id(call), "127.0.0.1:40000", "ulaw")

We name every channel and bridge ourselves, so an operation that met a broken connection is simply asked again: having
been done already is success, and so is deleting what is gone. But for a phone that is to ring: what it came to may be over by
then, and it would ring again. Errors, by whose doing it was:

    AriError
    ├── Unreachable    no answer from Asterisk, after the retries
    │   └── InDoubt    it was asked once, and may have been heard
    ├── Gone           404  the channel or bridge has ended
    ├── NotInStasis    409, 422  the channel is not (or not yet, or no longer) ours
    ├── WrongState     412  answered twice, say
    ├── Superseded     not asked at all: another ari-app is in control (lease.py)
    └── Refused        any other status
"""

import asyncio
import base64
import logging
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import aiohttp
import msgspec

from ari_app.ari.models import AsteriskInfo, Bridge, Channel
from core.leftovers import held
from core.settings import Settings

log = logging.getLogger(__name__)

T = TypeVar("T")

ATTEMPTS = 3
PAUSE_S = 0.05
"""Before the second attempt; doubled before the third."""
ANSWER_LIMIT_S = 2.0
"""Of one attempt. Asterisk answers within 1 ms on loopback; what takes longer than a caller waits is no answer."""
KEEP_ALIVE_S = 30
"""Half of http.conf's session_keep_alive: we close first, and never write into a closing connection."""

JSON = {"Content-Type": "application/json"}


class AriError(Exception):
    """Asterisk did not do it. `status` is its HTTP status; 0: it was not reached."""

    def __init__(self, operation: str, status: int, message: str) -> None:
        super().__init__(f"{operation}: {status} {message}")
        self.operation = operation
        self.status = status


class Unreachable(AriError):
    pass


class InDoubt(Unreachable):
    pass


class Gone(AriError):
    pass


class NotInStasis(AriError):
    pass


class WrongState(AriError):
    pass


class Superseded(AriError):
    pass


class Refused(AriError):
    pass


_BY_STATUS: dict[int, type[AriError]] = {404: Gone, 409: NotInStasis, 412: WrongState, 422: NotInStasis}


class Ari:
    """Asterisk's REST interface on behalf of one application."""

    def __init__(self, settings: Settings) -> None:
        """KeyError: no secret `ari`."""
        self.app = settings.asterisk.app
        self.base = f"http://127.0.0.1:{settings.port('ari_port')}/ari"
        account = f"{settings.asterisk.ari_user}:{settings.secret('ari')}"
        self._headers = {"Authorization": f"Basic {base64.b64encode(account.encode()).decode()}"}
        self._http: aiohttp.ClientSession | None = None
        self.permitted: Callable[[], Awaitable[None]] = _always
        """Asked before each request; Superseded if another is in control."""

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=32, keepalive_timeout=KEEP_ALIVE_S)
        timeout = aiohttp.ClientTimeout(total=ANSWER_LIMIT_S)
        self._http = aiohttp.ClientSession(connector=connector, headers=self._headers, timeout=timeout)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.http.close()

    @property
    def http(self) -> aiohttp.ClientSession:
        assert self._http is not None, "used outside `async with`"
        return self._http

    # ── a caller's channel ───────────────────────────────────────────────────────────────────────────────────────────
    async def ring(self, channel: str) -> None:
        await self._do("POST", f"/channels/{channel}/ring")

    async def answer(self, channel: str) -> None:
        await self._do("POST", f"/channels/{channel}/answer")

    async def hang_up(self, channel: str, cause: int = 16) -> None:
        """`cause` is Q.850; PJSIP makes a SIP status of it before the answer: 17 -> 486, 1 -> 404, 21 -> 403, 34 -> 503."""
        await self._delete(f"/channels/{channel}", reason_code=str(cause))

    async def to_dialplan(self, channel: str, context: str, extension: str) -> None:
        """The channel leaves us and goes on in the dialplan. Works without our event socket too."""
        await self._do("POST", f"/channels/{channel}/continue", context=context, extension=extension, priority="1")

    async def follow(self, channel: str) -> None:
        """Hear of this channel's end even after it has left us."""
        await self._do("POST", f"/applications/{self.app}/subscription", eventSource=f"channel:{channel}")

    async def set_variable(self, channel: str, variable: str, value: str) -> None:
        """Of a channel, for the dialplan and for whoever finds the channel without us."""
        await self._do("POST", f"/channels/{channel}/variable", variable=variable, value=value)

    async def channel(self, channel: str) -> Channel:
        return await self._read(Channel, f"/channels/{channel}")

    def holds(self, channel: Channel) -> bool:
        """It is in our application."""
        return held(channel, self.app)

    async def channels(self) -> list[Channel]:
        return await self._read(list[Channel], "/channels")

    async def play_music(self, channel: str) -> None:
        """To a channel that waits in our application, in no bridge."""
        await self._do("POST", f"/channels/{channel}/moh")

    async def stop_music(self, channel: str) -> None:
        await self._delete(f"/channels/{channel}/moh")

    async def send_keys(self, channel: str, keys: str, *, key_ms: int, between_ms: int) -> None:
        """Towards the other end; w among them waits for half a second. They take their time: nobody waits for it here."""
        wanted = {"dtmf": keys, "duration": str(key_ms), "between": str(between_ms)}
        await self._do("POST", f"/channels/{channel}/dtmf", None, **wanted)

    # ── other people's phones ────────────────────────────────────────────────────────────────────────────────────────
    async def follow_endpoint(self, endpoint: str) -> None:
        """Hear of every channel of a phone or a trunk ("PJSIP/201"), from its first moment on. Again costs nothing."""
        await self._do("POST", f"/applications/{self.app}/subscription", eventSource=f"endpoint:{endpoint}")

    async def originate(
        self,
        channel: str,
        endpoint: str,
        context: str,
        variables: Mapping[str, str],
        *,
        caller_id: str,
        ring_s: float,
        originator: str = "",
    ) -> None:
        """Ring somebody; who answers is in the dialplan, at `context`,s,1, and needs us no more. Refused: no phone is there.

        At most once. Whether it was done may not be known; events will tell, and who waits for them has a deadline.
        """
        wanted = {
            "endpoint": endpoint, "context": context, "extension": "s", "priority": "1", "channelId": channel,
            "callerId": caller_id, "timeout": str(round(ring_s)), **({"originator": originator} if originator else {}),
        }  # fmt: skip
        await self.permitted()
        try:
            await self._request("POST", "/channels", {"variables": dict(variables)}, again=False, **wanted)
        except InDoubt as error:
            log.warning("! a phone rings, or does not", extra={"channel": channel, "error": str(error)})
        except NotInStasis:  # "already exists": an earlier life of ours rang it
            return

    async def run_dialplan(self, channel: str, context: str, variables: Mapping[str, str]) -> None:
        """A channel of nobody's runs `context`,s,1, and is gone: for what only the dialplan can do with others' channels."""
        wanted = {
            "endpoint": f"Local/s@{context}",
            "context": context,
            "extension": "done",
            "priority": "1",
            "channelId": channel,
        }
        await self._do("POST", "/channels", body={"variables": dict(variables)}, **wanted)

    # ── the media leg and the bridge ─────────────────────────────────────────────────────────────────────────────────
    async def external_media(self, channel: str, host: str, audio_format: str) -> tuple[str, int]:
        """Make the leg to our media server (`host` is "address:port"); returns Asterisk's own RTP address and port.

        Its StasisStart may come before this returns, and it can't be bridged before that.
        """
        wanted = {"app": self.app, "channelId": channel, "external_host": host, "format": audio_format, "data": "media"}
        try:
            made = msgspec.json.decode(await self._do("POST", "/channels/externalMedia", None, **wanted), type=Channel)
        except NotInStasis:  # "already exists": ours, of an attempt whose answer was lost
            address = await self.variable(channel, "UNICASTRTP_LOCAL_ADDRESS")
            return address, int(await self.variable(channel, "UNICASTRTP_LOCAL_PORT"))
        variables = made.channelvars or {}
        return str(variables["UNICASTRTP_LOCAL_ADDRESS"]), int(variables["UNICASTRTP_LOCAL_PORT"])

    async def variable(self, channel: str, name: str) -> str:
        return (await self._read(_Variable, f"/channels/{channel}/variable", variable=name)).value

    async def make_bridge(self, bridge: str) -> None:
        """Two parties, sound through Asterisk (proxy_media) and keypad events: no mixer, no buffer."""
        await self._do("POST", f"/bridges/{bridge}", type="mixing,proxy_media,dtmf_events", name=bridge)

    async def join(self, bridge: str, *channels: str) -> None:
        operation = f"/bridges/{bridge}/addChannel"
        try:
            await self._do("POST", operation, channel=",".join(channels))
        except Refused as error:
            if error.status == 400:  # "Channel not found": not a mistake in the request, as elsewhere
                raise Gone(operation, 404, "a channel has ended") from error
            raise

    async def destroy_bridge(self, bridge: str) -> None:
        await self._delete(f"/bridges/{bridge}")

    async def bridge(self, bridge: str) -> Bridge:
        return await self._read(Bridge, f"/bridges/{bridge}")

    async def bridges(self) -> list[Bridge]:
        return await self._read(list[Bridge], "/bridges")

    # ── Asterisk itself ──────────────────────────────────────────────────────────────────────────────────────────────
    async def info(self) -> AsteriskInfo:
        return await self._read(AsteriskInfo, "/asterisk/info")

    async def set_global(self, variable: str, value: str) -> None:
        """A variable of the dialplan ([globals])."""
        await self._do("POST", "/asterisk/variable", variable=variable, value=value)

    async def forget_global(self, variable: str) -> None:
        await self._do("POST", "/asterisk/variable", variable=variable)

    async def global_variable(self, variable: str) -> str:
        """Empty if it is not set. Asked whether we are permitted or not."""
        answer = await self._request("GET", "/asterisk/variable", variable=variable)
        return _decoded(_Variable, answer, "GET /asterisk/variable").value

    # ── one request ──────────────────────────────────────────────────────────────────────────────────────────────────
    async def _read(self, kind: type[T], path: str, **parameters: str) -> T:
        """Refused, too: an answer that is none."""
        return _decoded(kind, await self._do("GET", path, None, **parameters), f"GET {path}")

    async def _delete(self, path: str, **parameters: str) -> None:
        try:
            await self._do("DELETE", path, None, **parameters)
        except Gone:  # what we wanted
            return

    async def _do(self, method: str, path: str, body: Mapping[str, Any] | None = None, **parameters: str) -> bytes:
        """The body of the answer. AriError."""
        await self.permitted()
        return await self._request(method, path, body, again=True, **parameters)

    async def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, again: bool = True, **parameters: str
    ) -> bytes:
        """Not `again`: not once it may have been heard."""
        operation, sent = f"{method} {path}", None if body is None else msgspec.json.encode(body)
        pause = PAUSE_S
        for attempt in range(1, ATTEMPTS + 1):
            try:
                # A body, though empty: without one Asterisk waits for it on some operations.
                async with self.http.request(method, self.base + path, params=parameters, headers=JSON, data=sent) as response:
                    answer = await response.read()
                    if response.status < 300:
                        return answer
                    raise _BY_STATUS.get(response.status, Refused)(operation, response.status, _message(answer))
            except (aiohttp.ClientError, TimeoutError) as error:
                if not again and not isinstance(error, aiohttp.ClientConnectorError):
                    raise InDoubt(operation, 0, str(error) or type(error).__name__) from error
                if attempt == ATTEMPTS:
                    raise Unreachable(operation, 0, str(error) or type(error).__name__) from error
            await asyncio.sleep(pause)
            pause *= 2
        raise AssertionError("the last attempt returns or raises")


async def _always() -> None:
    pass


class _Variable(msgspec.Struct):
    value: str = ""


def _decoded(kind: type[T], answer: bytes, operation: str) -> T:
    try:
        return msgspec.json.decode(answer, type=kind)
    except msgspec.DecodeError as error:
        raise Refused(operation, 200, f"an answer that can't be read: {error}") from error


def _message(body: bytes) -> str:
    """Asterisk's own words of an error: {"message": …} or {"error": …}."""
    try:
        said = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        return body[:200].decode(errors="replace")
    return str(said.get("message") or said.get("error") or said)
