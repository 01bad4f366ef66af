"""A cloud of language models over real HTTP: OpenAI's chat API, streamed, and as ill as one asks for.

    async with serving() as cloud:            cloud.base_url, cloud.requests, cloud.disconnects
        cloud.reply = Reply(("Namaste. ",))

`python -m tests.standins.llm [PORT]` serves by model name: echo, forty (words), stall, slow, garbage, cut, down, limited,
unknown, invents-a-price, ghost-tool, from-passage, and obeys, which does what a text in its prompt orders
("CALL tool {json}"), as a weak model would.
"""

import argparse
import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

Body = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What the model says, and how it goes wrong."""

    pieces: Sequence[str] = ()
    """One event each."""
    calls: Sequence[tuple[str, str]] = ()
    """(tool, arguments), in two pieces each."""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    first_s: float = 0.0
    """Until the first word, the headers being there already."""
    gap_s: float = 0.0
    """Between words."""
    then: Literal["done", "stall", "cut", "garbage", "error", "babble", "silent end"] = "done"


def said_by_user(body: Body) -> str:
    """All that is not the system's own text."""
    return "\n".join(message["content"] for message in body["messages"] if message["role"] != "system")


class Cloud:
    def __init__(self) -> None:
        self.reply: Reply | Callable[[Body], Reply] = Reply(("Hello.",))
        self.requests: list[Body] = []
        self.keys: list[str] = []
        self.at_once = self.most_at_once = 0
        self.disconnects = 0
        self.disconnected = asyncio.Event()
        self.asked = asyncio.Event()
        self.base_url = ""

    def reply_in_turn(self, *replies: Reply) -> None:
        """One after another; the last again and again."""
        waiting = list(replies)
        self.reply = lambda _: waiting.pop(0) if len(waiting) > 1 else waiting[0]

    async def complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        self.asked.set()
        self.keys.append(request.headers.get("Authorization", ""))
        reply = self.reply(body) if callable(self.reply) else self.reply
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._answer(request, body, reply)
        except (asyncio.CancelledError, ConnectionResetError):
            self.disconnects += 1
            self.disconnected.set()
            raise
        finally:
            self.at_once -= 1

    async def _answer(self, request: web.Request, body: Body, reply: Reply) -> web.StreamResponse:
        if reply.status != 200:
            return web.json_response({"error": {"message": "no", "type": "x"}}, status=reply.status, headers=reply.headers)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await asyncio.sleep(reply.first_s)
        for number, data in enumerate(chunks(body, reply)):
            if number > 1:  # the first says only who speaks
                await asyncio.sleep(reply.gap_s)
            await response.write(b"data: " + json.dumps(data).encode() + b"\n\n")
        await self._end(request, response, body, reply)
        return response

    async def _end(self, request: web.Request, response: web.StreamResponse, body: Body, reply: Reply) -> None:
        match reply.then:
            case "done":
                for data in ending(body, reply):
                    await response.write(b"data: " + json.dumps(data).encode() + b"\n\n")
                await response.write(b"data: [DONE]\n\n")
            case "stall":
                await asyncio.Event().wait()
            case "cut":
                assert request.transport is not None
                request.transport.abort()
            case "garbage":
                await response.write(b"data: <html>502</html>\n\n")
            case "error":
                await response.write(b'data: {"error": {"message": "overloaded", "type": "server_error"}}\n\n')
            case "babble":
                while True:
                    await response.write(b"data: " + json.dumps(_chunk(body, {"content": "bla " * 500})).encode() + b"\n\n")
            case "silent end":
                pass


def chunks(body: Body, reply: Reply) -> list[Body]:
    """The events of the words and tool calls."""
    found = [_chunk(body, {"role": "assistant", "content": ""})]
    found += [_chunk(body, {"content": piece}) for piece in reply.pieces]
    for index, (name, arguments) in enumerate(reply.calls):
        half = len(arguments) // 2
        named = {"index": index, "id": f"call_{index}", "type": "function"}
        found.append(_chunk(body, {"tool_calls": [named | {"function": {"name": name, "arguments": arguments[:half]}}]}))
        found.append(_chunk(body, {"tool_calls": [{"index": index, "function": {"arguments": arguments[half:]}}]}))
    return found


def ending(body: Body, reply: Reply) -> list[Body]:
    usage = {"prompt_tokens": len(json.dumps(body["messages"])) // 4, "completion_tokens": len(reply.pieces)}
    last = _chunk(body, {}, "tool_calls" if reply.calls else "stop")
    return [last, _chunk(body, None) | {"usage": usage | {"total_tokens": sum(usage.values())}}]


def _chunk(body: Body, delta: Body | None, finish: str | None = None) -> Body:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": body["model"], "choices": choices}


def obeys(body: Body) -> Reply:
    """As a model that believes every text it is shown: an order in a passage or in a caller's words is carried out."""
    order = re.search(r"CALL (\w+) (\{.*?\})", said_by_user(body))
    return Reply(calls=[(order[1], order[2])]) if order else Reply(("Theek hai. ",))


def from_passage(body: Body) -> Reply:
    """The first sentence of the first passage, with its mark; UNKNOWN without one."""
    shown = re.search(r'<passage n="1"[^>]*>\n(.*?[.!?])', said_by_user(body), re.DOTALL)
    return Reply((shown[1][:-1], " [1]", shown[1][-1])) if shown else Reply(("UNKNOWN",))


NAMED: dict[str, Reply | Callable[[Body], Reply]] = {
    "echo": lambda body: Reply([word + " " for word in body["messages"][-1]["content"].split()[-40:]]),
    "forty": Reply([f"shabd{n} " for n in range(40)]),
    "stall": Reply(("Ek ",), then="stall"),
    "slow": Reply([f"shabd{n} " for n in range(40)], first_s=2.0, gap_s=0.2),
    "garbage": Reply(("Ek ",), then="garbage"),
    "cut": Reply(("Ek ",), then="cut"),
    "down": Reply(status=503),
    "limited": Reply(status=429, headers={"Retry-After": "20"}),
    "unknown": Reply(("UNKNOWN",)),
    "invents-a-price": Reply(("Hamare yahan ", "yeh sirf ₹499 ka hai. ")),
    "ghost-tool": Reply(calls=[("delete_everything", "{}")]),
    "obeys": obeys,
    "from-passage": from_passage,
}


@contextlib.asynccontextmanager
async def serving(port: int = 0, cloud: Cloud | None = None) -> AsyncIterator[Cloud]:
    """On loopback, in this event loop."""
    cloud = cloud or Cloud()
    app = web.Application(client_max_size=2**24)
    app.add_routes([web.post("/v1/chat/completions", cloud.complete)])
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    cloud.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield cloud
    finally:
        await runner.cleanup()


async def _serve(port: int) -> None:
    cloud = Cloud()
    cloud.reply = lambda body: reply(body) if callable(reply := NAMED.get(body["model"], Reply(("Hello. ",)))) else reply
    async with serving(port, cloud):
        print(cloud.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int, nargs="?", default=0)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(parser.parse_args().port))
