import asyncio
import importlib.util
import re
import socket
from pathlib import Path

import pytest

from core.settings import AT_WISH, PROCESSES, REPOSITORY, Network, Settings
from core.telemetry import serve_status
from haazir import VERSION, checks, ports, programs, status, up
from haazir.__main__ import COMMANDS, HELP, main
from haazir.probe import http_status
from tests.standins.ports import free_port


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(re.search(rf"^  {name} ", said, re.MULTILINE) for name in COMMANDS)


def test_an_unknown_command_is_named_and_the_known_ones_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["upp"]) == 2
    assert "'upp'" in (said := capsys.readouterr().err) and HELP in said


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == VERSION


@pytest.mark.parametrize("command", [name for name in COMMANDS if importlib.util.find_spec(COMMANDS[name].module)])
def test_every_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main([command, "--help"])
    assert leaving.value.code == 0
    assert "Example" in capsys.readouterr().out


def test_a_setting_that_does_not_exist_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "haazir.toml").write_text("[network]\nsip_prt = 5070\n")
    monkeypatch.setenv("HAAZIR_HOME", str(tmp_path))
    assert main(["status"]) == 2
    assert "has no setting 'sip_prt'" in capsys.readouterr().err


def test_a_taken_port_is_told_with_its_holder_and_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        settings = Settings(home=tmp_path, network=Network(api_port=other.getsockname()[1], port_offset=0))
        complaints = [line for line in ports.taken(settings) if "(HTTP)" in line]
    assert len(complaints) == 1
    assert "is taken, held by" in complaints[0] and "HAAZIR_NETWORK_API_PORT" in complaints[0]


def test_no_two_things_want_the_same_port(tmp_path: Path) -> None:
    wanted = [(port.protocol, port.number) for port in ports.ports(Settings(home=tmp_path))]
    assert len(set(wanted)) == len(wanted)


def test_ports_that_the_kernel_lends_to_others_are_told_with_the_highest_offset_that_has_none(tmp_path: Path) -> None:
    lent = tmp_path / "ip_local_port_range"
    lent.write_text("32768\t60999\n")
    assert ports.borrowed(Settings(home=tmp_path), lent) == ""
    warning = ports.borrowed(Settings(home=tmp_path, network=Network(port_offset=25_000)), lent)
    offset = int(warning.rpartition(" ")[2])
    assert "32768 to 60999" in warning
    assert ports.borrowed(Settings(home=tmp_path, network=Network(port_offset=offset)), lent) == ""
    assert ports.borrowed(Settings(home=tmp_path, network=Network(port_offset=offset + 1)), lent) != ""
    assert ports.borrowed(Settings(home=tmp_path), tmp_path / "no such file") == ""


def test_every_process_has_a_command_and_a_place_in_the_order_of_stopping() -> None:
    ours = [*PROCESSES, *AT_WISH]
    assert set(programs.MODULES) == set(ours)
    assert sorted(name for step in programs.STOPPING for name in step) == sorted([*ours, "asterisk", "postgres"])


def test_our_processes_find_our_home_and_our_code(tmp_path: Path) -> None:
    told = programs.environment(Settings(home=tmp_path))
    assert told["HAAZIR_HOME"] == str(tmp_path)
    assert told["PYTHONPATH"].split(":")[0] == str(REPOSITORY)


def test_a_probe_tells_nobody_home_from_an_answer() -> None:
    async def story() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            request = await reader.readuntil(b"\r\n\r\n")
            assert b"Authorization: Basic dTpw" in request  # u:p
            writer.write(b"HTTP/1.1 503 Service Unavailable\r\n\r\nno database\n")
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        assert await http_status(host, port, "/readyz", user="u", password="p") == (503, "no database")
        server.close()
        await server.wait_closed()
        assert (await http_status(host, port, "/readyz"))[0] == 0

    asyncio.run(story())


def test_a_media_server_that_misses_others_is_up_but_not_ready(tmp_path: Path) -> None:
    """Else the supervisor would start it anew, and calls would die, because the brain is away."""

    async def story() -> None:
        settings = Settings(home=tmp_path, network=Network(metrics_port=free_port() - PROCESSES.index("media-server")))
        door = await serve_status(settings.metrics_address("media-server"), lambda: "brain is away")
        program = next(program for program in programs.own(settings) if program.name == "media-server")
        assert await program.ready() is None
        assert "brain is away" in (await programs.http_ready(*settings.metrics_address("media-server"))() or "")
        await door.cleanup()

    asyncio.run(story())


def test_status_before_the_first_start_says_that_nothing_runs(tmp_path: Path) -> None:
    found = asyncio.run(status.status(Settings(home=tmp_path)))
    assert not found.ready and found.processes == {} and found.sites == [] and found.admin_key is None
    assert found.sip == "127.0.0.1:5060" and found.api == "http://127.0.0.1:8080"
    assert set(found.metrics) == set(PROCESSES)


def test_who_listens_everywhere_is_called_on_loopback() -> None:
    assert status.reachable("0.0.0.0") == "127.0.0.1"
    assert status.reachable("192.0.2.7") == "192.0.2.7"


def test_the_first_real_reason_is_told_of_a_nest_of_failures() -> None:
    reason = OSError("disk full")
    assert up.first(ExceptionGroup("a", [ExceptionGroup("b", [reason]), ValueError()])) is reason


def test_each_part_has_a_run_of_its_own_unless_tests_are_named() -> None:
    unit, calls = checks.UNIT, checks.CALLS
    assert checks.pytest_runs((unit,), ["-x"]) == [[*unit, "-x"]]
    assert checks.pytest_runs((unit,), ["tests/unit/haazir"]) == [["tests/unit/haazir"]]
    assert checks.pytest_runs((unit, calls), ["-k", "turn"]) == [[*unit, "-k", "turn"], [*calls, "-k", "turn"]]


@pytest.mark.parametrize(("statuses", "status"), [([0, 0], 0), ([1, 0], 1), ([0, 1], 1), ([0, 5], 0), ([5, 1], 1), ([5, 5], 5)])
def test_tests_fail_if_any_part_does_or_if_none_was_chosen(statuses: list[int], status: int) -> None:
    assert checks.worst(statuses) == status


def test_a_private_host_that_is_no_network_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "haazir.toml").write_text('[network]\nprivate_hosts = ["crm.internal"]\n')
    monkeypatch.setenv("HAAZIR_HOME", str(tmp_path))
    assert main(["status"]) == 2
    assert "private_hosts" in capsys.readouterr().err
