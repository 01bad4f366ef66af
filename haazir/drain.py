"""`haazir drain`: no new calls for the agent, running ones end in their own time; who asked sees how many are left.

ari-app         new calls go to people, or are refused (503) so that the carrier takes another route: [calls] drained. Calls with
                people need no controller and are waited for only where Asterisk is to stop, too (--then-stop)
a media server  takes no new sessions; ari-app gives calls to the others
"""

import argparse
import asyncio
import sys
import time
import uuid
from collections.abc import AsyncIterator

from core.bus import PeerGone, connect
from core.commands import DrainMedia, MediaHealth, ProbeMedia
from core.media_servers import address_of, media_servers
from core.orders import Drain, NotDone, Reply
from core.settings import Settings, load
from haazir import down
from haazir.probe import http_status

LOOK_S = 1.0
ANSWER_LIMIT_S = 2.0
WITH_AGENT = "haazir_ari_app_calls_with_agent"
ALL = "haazir_ari_app_sessions_active"
"""Those with people included."""


class CannotDrain(RuntimeError):
    """Who was to be drained did not answer, or did not want to."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/haazir drain",
        description="Take no new calls, and wait until the running ones have ended. Exit status 0: none is left; 1: some are.",
        epilog="Examples: bin/haazir drain --then-stop     bin/haazir drain --media gpu     bin/haazir drain --off",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--media", metavar="NAME", help="a media server of [[media.servers]] instead of ari-app")
    parser.add_argument("--off", action="store_true", help="take new calls again")
    parser.add_argument("--no-wait", action="store_true", help="return at once")
    parser.add_argument("--then-stop", action="store_true", help="stop the instance when no call is left")
    parser.add_argument("--within", type=float, metavar="SECONDS", default=3600.0, help="longest wait (default: an hour)")
    options = parser.parse_args(arguments)
    settings = load()
    try:
        left = asyncio.run(drain(settings, options))
    except (CannotDrain, PeerGone, KeyError) as error:
        print(f"haazir: {error}", file=sys.stderr)
        return 1
    if options.then_stop and not left and not options.off:
        return down.main([])
    return 1 if left else 0


async def drain(settings: Settings, options: argparse.Namespace) -> int:
    """Calls that are left. CannotDrain, PeerGone."""
    on = not options.off
    counted = ALL if options.then_stop else WITH_AGENT
    calls = of_media_server(settings, options.media, on=on) if options.media else of_ari_app(settings, counted, on=on)
    until = time.monotonic() + options.within
    told = -1
    async for left in calls:
        if not on or options.no_wait:
            print("new calls are taken again" if options.off else f"draining, {left} calls go on")
            return 0
        if left != told:
            print(f"{left} calls left" if left else "drained: no call is left", flush=True)
            told = left
        if not left or time.monotonic() > until:
            return left
        await asyncio.sleep(LOOK_S)
    raise CannotDrain("nobody counts the calls any more")


async def of_ari_app(settings: Settings, counted: str, *, on: bool) -> AsyncIterator[int]:
    """How many calls there are by this metric, whenever asked for."""
    async with await connect(settings.socket("ari-app"), Reply, timeout=ANSWER_LIMIT_S) as link:
        link.send(Drain(order_id=uuid.uuid4().hex, on=on))
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S):
                reply: Reply = await link.receive()
        except TimeoutError:
            raise CannotDrain("ari-app does not answer") from None
        if isinstance(reply, NotDone):
            raise CannotDrain(f"ari-app would not: {reply.detail or reply.why}")
    while True:
        yield await _count(settings, counted)


async def of_media_server(settings: Settings, name: str, *, on: bool) -> AsyncIterator[int]:
    """The same of one media server, all its controllers' calls."""
    known = {server.name: server.address for server in media_servers(settings)}
    if name not in known:
        raise CannotDrain(f"there is no media server {name!r}; there are {', '.join(known)}")
    async with await connect(address_of(settings, known[name]), MediaHealth, timeout=ANSWER_LIMIT_S) as link:
        link.send(DrainMedia(on=on))
        while True:
            health: MediaHealth = await link.receive()
            yield health.sessions
            link.send(ProbeMedia())


async def _count(settings: Settings, metric: str) -> int:
    """Of whichever ari-app is in control: one that stands by has none."""
    names = [name for name in settings.processes() if name.startswith("ari-app")]
    answers = await asyncio.gather(*(http_status(*settings.metrics_address(name), "/metrics") for name in names))
    found = [line for status, text in answers if status == 200 for line in text.splitlines() if line.startswith(f"{metric} ")]
    if not found:
        raise CannotDrain("ari-app does not answer")
    return sum(int(float(line.split()[1])) for line in found)
