"""One real instance for all end-to-end tests, its callers, operators and carrier, and the look around after each module that
nothing is left."""

import asyncio
import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping

import pytest

from asterisk import obtain
from bench.processes import Left, left_in_asterisk
from haazir.caller.trial import Trial, running
from tests.e2e.calling import Caller, metric
from tests.e2e.phones import OperatorPhone
from tests.standins.carrier.carrier import HOST, Carrier
from tests.standins.ports import free_port

QUALIFY_TIMEOUT_S = 3.2
"""A trunk that answers is still taken for gone when an OPTIONS of before it was there is given up: after 3 s (PJSIP)."""
CUSTOMER = "127.0.0.3"
"""The address of a customer's own server, in a network that the machine's admin lets sites into."""
TRUNK = """\
[[asterisk.trunks]]
name = "carrier"
kind = "ip"
host = "{address}"
outbound = "*"
caller_ids = "*"
at_once = "20"
per_second = "20"

[network]
private_hosts = ["{customer}"]

[outbound]
hours = "00:00-24:00"                  # the tests' calls reach nobody but the carrier beside them
per_second = 20.0
"""


@pytest.fixture(scope="session")
def carrier_address() -> str:
    """host:port, where a carrier is as soon as a test wants one."""
    return f"{HOST}:{free_port(HOST, socket.SOCK_DGRAM)}"


@pytest.fixture(scope="session")
def trial(carrier_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    configuration = tmp_path_factory.mktemp("trial") / "haazir.toml"
    configuration.write_text(TRUNK.format(address=carrier_address, customer=CUSTOMER))
    with running(HAAZIR_CONFIG=str(configuration)) as instance:
        yield instance


@pytest.fixture(scope="session")
def caller(trial: Trial) -> Caller:
    return Caller.of(trial)


@pytest.fixture(scope="session")
def carrier(carrier_address: str, trial: Trial, caller: Caller) -> Iterator[Carrier]:
    """A second Asterisk behind the trunk `carrier`."""
    install = obtain.find(trial.settings)
    assert install is not None
    with Carrier.running(carrier_address, caller.server.sip, install, caller.voices) as running_carrier:
        configuration = trial.settings.home / "asterisk" / "etc" / "asterisk.conf"
        asterisk = [*install.command, "-C", str(configuration), "-rx"]
        _until_known(asterisk)
        time.sleep(QUALIFY_TIMEOUT_S)
        _until_known(asterisk)
        yield running_carrier


def _until_known(asterisk: list[str], patience: float = 20.0) -> None:
    """Until the instance has seen that its trunk is there: by itself it looks each half minute."""
    limit = time.monotonic() + patience
    while not any("carrier/" in line and "Avail" in line for line in _contacts(asterisk)):
        assert time.monotonic() < limit, "the trunk never came up"
        subprocess.run([*asterisk, "pjsip qualify carrier"], check=True, capture_output=True)
        time.sleep(0.2)


def _contacts(asterisk: list[str]) -> list[str]:
    return subprocess.run([*asterisk, "pjsip show contacts"], check=True, capture_output=True, text=True).stdout.splitlines()


@pytest.fixture(scope="module")
def operators(trial: Trial, caller: Caller) -> Iterator[Mapping[str, OperatorPhone]]:
    """The phones 201 and 202, registered."""
    with contextlib.ExitStack() as phones:
        found = {}
        for extension in ("201", "202"):
            password = trial.settings.secret(f"operator_{extension}")
            found[extension] = phones.enter_context(OperatorPhone.open(extension, password, caller.server.sip))
            asyncio.run(found[extension].register())
        yield found
        for phone in found.values():
            asyncio.run(phone.unregister())


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left(trial: Trial) -> Iterator[None]:
    """No channel, bridge or session stays behind, whatever a module did to its calls."""
    yield
    assert_nothing_left(trial)


def assert_nothing_left(trial: Trial, patience: float = 12.0) -> None:
    until = time.monotonic() + patience
    while True:
        left, sessions = left_in_asterisk(trial.settings), open_sessions(trial)
        if left == Left(0, 0) and not any(sessions.values()):
            return
        assert time.monotonic() < until, f"left behind: {left}, sessions {sessions}\n{trial.last_words()}"
        time.sleep(0.2)


def open_sessions(trial: Trial) -> dict[str, float]:
    """What our processes think is going on."""
    metrics = trial.status().metrics
    return {
        "media-server": metric(metrics["media-server"], "haazir_media_sessions"),
        "ari-app": metric(metrics["ari-app"], "haazir_ari_app_sessions_active"),
    }
