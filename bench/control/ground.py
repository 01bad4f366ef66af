"""What all figures stand on: an instance of our own with four operators, and sites whose callers they take."""

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from core.bus import PeerGone, connect
from core.ids import CallId, SiteId
from core.orders import CallOrder, Reply
from core.settings import Settings
from haazir.caller.desk import Desk
from haazir.caller.trial import Trial, running

OPERATORS = ("201", "202", "203", "204")
HOUSE = "control"
"""The site that all operators work for; each has one of their own, too: desk-201…"""
CONFIGURATION = """\
[[media.servers]]
name = "own"
[[media.servers]]
name = "echo"
address = "{echo}"
capacity = 100000
"""
LINES = {"greeting": "Hello, this is Sunrise.", "transfer": "One moment please."}
READY_S = 30.0


@dataclass(frozen=True, slots=True)
class Ground:
    trial: Trial
    sip: str
    echo: Path
    """Where the echoing media server listens, while there is one."""

    @property
    def settings(self) -> Settings:
        return self.trial.settings

    @contextlib.asynccontextmanager
    async def desks(self) -> AsyncIterator[list[Desk]]:
        """All operators' phones, registered."""
        async with AsyncExitStack() as open_desks:
            passwords = [(extension, self.settings.secret(f"operator_{extension}")) for extension in OPERATORS]
            yield [await open_desks.enter_async_context(Desk.open(*each, self.sip)) for each in passwords]

    @contextlib.contextmanager
    def echoing(self) -> Iterator[int]:
        """The pid of a media server that echoes: from here on it gets the new calls."""
        command = [sys.executable, "-P", "-m", "tests.standins.media_echo", "--socket", str(self.echo)]
        with subprocess.Popen(command, env=dict(self.trial.environment), stdout=subprocess.DEVNULL) as process:
            try:
                self._until_healthy("echo")
                yield process.pid
            finally:
                process.terminate()

    def channels(self) -> dict[str, CallId]:
        """The callers' own, by the number that they call from."""
        account = (self.settings.asterisk.ari_user, self.settings.secret("ari"))
        found = _get(f"http://127.0.0.1:{self.settings.port('ari_port')}/ari/channels", account).json()
        return {one["caller"]["number"]: CallId(one["id"]) for one in found if one["name"].startswith("PJSIP/loopback")}

    def metrics(self) -> str:
        """ari-app's."""
        return _get("http://{}:{}/metrics".format(*self.settings.metrics_address("ari-app"))).text

    async def ordered(self, order: CallOrder) -> Reply | None:
        """None: nobody is there to obey."""
        try:
            async with await connect(self.settings.socket("ari-app"), Reply) as link:
                link.send(order)
                reply: Reply = await link.receive()
                return reply
        except PeerGone:
            return None

    def until_ready(self) -> None:
        """Whatever was broken. TimeoutError."""
        until = time.monotonic() + READY_S
        while not (status := self.trial.status()).ready:
            if time.monotonic() > until:
                raise TimeoutError(f"not ready: {status.not_ready}")
            time.sleep(0.2)

    def _until_healthy(self, server: str) -> None:
        until = time.monotonic() + READY_S
        while f'media_server_healthy{{name="{server}"}} 1.0' not in self.metrics():
            if time.monotonic() > until:
                raise TimeoutError(f"the media server {server!r} does not answer")
            time.sleep(0.1)


def _get(url: str, account: tuple[str, str] | None = None) -> httpx.Response:
    """Without TLS certificates: loading them takes 30 ms and more, in which no caller of this process would speak or hear."""
    return httpx.get(url, auth=account, timeout=5.0, verify=False).raise_for_status()


def number_of(extension: str) -> str:
    """Of the operator's own site."""
    return f"3{extension}"


HOUSE_NUMBER = number_of("000")
HOUSE_ID = SiteId(HOUSE)


@contextlib.contextmanager
def prepared(calls: int) -> Iterator[Ground]:
    """Room for so many calls. TrialFailed."""
    with tempfile.TemporaryDirectory(prefix="bench-control-") as name:
        echo, configuration = Path(name) / "echo.sock", Path(name) / "haazir.toml"
        operators = "".join(f'[[asterisk.operators]]\nextension = "{extension}"\n' for extension in OPERATORS)
        configuration.write_text(operators + CONFIGURATION.format(echo=echo))
        with running(HAAZIR_CONFIG=str(configuration), HAAZIR_CALLS_MAX_TOTAL=str(calls + 20)) as trial:
            status = trial.status()
            headers = {"Authorization": f"Bearer {status.admin_key}"}
            with httpx.Client(base_url=status.api, headers=headers, timeout=20) as admin:
                _open_site(admin, HOUSE, HOUSE_NUMBER, OPERATORS, calls + 20)
                for extension in OPERATORS:
                    _open_site(admin, f"desk-{extension}", number_of(extension), (extension,), 5)
            yield Ground(trial, status.sip, echo)


def _open_site(admin: httpx.Client, site: str, number: str, operators: tuple[str, ...], calls: int) -> None:
    wish = {"operators": list(operators), "ring_s": 10, "accept_s": 5}
    settings = {"name": "Sunrise", "languages": ["en"], "phrases": {"en": LINES}, "max_calls": calls, "handover": wish}
    admin.post("/v1/sites", json={"site_id": site, **settings}).raise_for_status()
    admin.post(f"/v1/sites/{site}/numbers", json={"number": number}).raise_for_status()
