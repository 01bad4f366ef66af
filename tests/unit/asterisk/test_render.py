"""Asterisk's files, as they come out of the templates."""

import re
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

from asterisk.render import TEMPLATES, ConfigurationError, fill, render
from core.settings import Asterisk, Network, Settings
from core.sites import QUEUE

SECRETS = {"ari": "ari-secret", "operator_201": "one", "operator_202": "two", "carrier": "trunk-secret"}


@dataclass(frozen=True)
class Installed:
    module_dir: Path
    data_dir: Path
    sounds_dir: Path
    moh_dir: Path


@pytest.fixture(autouse=True)
def no_secrets_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.delenv(f"HAAZIR_SECRET_{name.upper()}", raising=False)


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    root = tmp_path / "root"
    modules = root / "modules"
    modules.mkdir(parents=True)
    return Installed(modules, root / "share", root / "share" / "sounds" / "en_US_f_Allison", root / "moh")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return home_at(tmp_path / "h")


def home_at(path: Path) -> Path:
    secrets = path / "secrets"
    secrets.mkdir(parents=True)
    for name, value in SECRETS.items():
        (secrets / name).write_text(value)
    return path


def files(settings: Settings, installed: Installed) -> dict[str, str]:
    etc = render(settings, installed).parent
    return {path.name: path.read_text() for path in etc.iterdir()}


def without_comments(text: str) -> str:
    return "\n".join(line.split(";")[0] for line in text.splitlines())


def test_nothing_of_a_template_is_left_unfilled(home: Path, installed: Installed) -> None:
    for name, text in files(Settings(home=home), installed).items():
        assert "{{" not in text, name


def test_every_file_is_for_its_owner_only(home: Path, installed: Installed) -> None:
    etc = render(Settings(home=home), installed).parent
    assert {stat.S_IMODE(path.stat().st_mode) for path in etc.iterdir()} == {0o600}
    assert stat.S_IMODE(etc.stat().st_mode) == 0o700


def test_rendering_again_changes_nothing(home: Path, installed: Installed) -> None:
    assert files(Settings(home=home), installed) == files(Settings(home=home), installed)


def test_two_instances_share_no_port_and_no_path(tmp_path: Path, installed: Installed) -> None:
    one = files(Settings(home=home_at(tmp_path / "one")), installed)
    two = files(Settings(home=home_at(tmp_path / "two"), network=Network(port_offset=5000)), installed)
    assert str(tmp_path / "one") in one["asterisk.conf"]
    for name, text in two.items():
        assert str(tmp_path / "one") not in text
        ports = re.compile(r"(?:bindport = |rtpstart = |rtpend = |:)(\d{4,5})\b")
        assert not set(ports.findall(without_comments(text))) & set(ports.findall(without_comments(one[name])))


def contexts(settings: Settings, installed: Installed) -> dict[str, str]:
    """The dialplan: name of a context -> its lines."""
    written = files(settings, installed)
    dialplan = "".join(without_comments(text) for name, text in written.items() if name.startswith("extensions_"))
    parts = re.split(r"^\[([a-z-]+)\]$", dialplan, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def reached(dialplan: dict[str, str], start: str) -> set[str]:
    """The contexts that a channel in `start` may come to without ari-app."""
    found, new = set(), {start}
    while new:
        context = new.pop()
        found.add(context)
        lines = dialplan[context].replace("${CONTEXT}", context)
        named = set(re.findall(r"[(?:@]([a-z-]+)\b", lines))
        new |= (named & set(dialplan)) - found
    return found


TRUNK = {"name": "jio", "kind": "ip", "host": "203.0.113.7"}


@pytest.mark.parametrize("start", ["from-trunk", "from-operator", "people", "people-first", "rescue", "voicemail"])
def test_nobody_who_calls_us_can_make_us_dial_outside(home: Path, installed: Installed, start: str) -> None:
    dialplan = contexts(Settings(home=home, asterisk=Asterisk(trunks=(TRUNK,))), installed)
    places = reached(dialplan, start)
    assert places.isdisjoint({"outside", "outside-allowed", "refer", "refer-allowed", "outbound"})
    dialled = {target for place in places for target in re.findall(r"Dial\(([^,)]*)", dialplan[place])}
    assert dialled <= {"${PHONES}"}
    assert not re.search(r"include\s*=>", "".join(dialplan.values()))


def test_nothing_that_a_caller_dials_is_an_argument_of_ours(home: Path, installed: Installed) -> None:
    dialplan = "".join(contexts(Settings(home=home), installed).values())
    assert set(re.findall(r"Set\(SITE_NUMBER=(.*?)\)$", dialplan, re.MULTILINE)) == {"${FILTER(+0-9,${EXTEN})}"}
    assert "Stasis(haazir,${ARG1},${SITE_NUMBER}," in dialplan


@pytest.mark.parametrize(("queue", "is_one"), [("humans", True), ("q1", True), ("h", False), ("a-b", False), ("a_-b", True)])
def test_a_queue_of_a_site_is_one_that_the_dialplan_takes(home: Path, installed: Installed, queue: str, is_one: bool) -> None:
    taken = re.search(r"exten => _(\S+)!,1,", contexts(Settings(home=home), installed)["people"])
    assert taken is not None and bool(re.match(taken[1], queue)) is is_one
    assert bool(re.match(QUEUE, queue)) is is_one


def test_every_way_in_ends_with_people(home: Path, installed: Installed) -> None:
    dialplan = contexts(Settings(home=home), installed)
    for start in ("from-trunk", "from-operator", "people-first", "outbound", "outside", "refer"):
        assert {"rescue", "people", "nobody", "voicemail"} <= reached(dialplan, start), start


def test_outside_numbers_are_dialled_only_if_they_begin_as_the_settings_say(home: Path, installed: Installed) -> None:
    settings = Settings(home=home, asterisk=Asterisk(trunks=(TRUNK,), outside=("+91", "+4420")))
    outside = contexts(settings, installed)["outside"]
    assert re.findall(r"exten => _(\+\d+)\.,1,Goto", outside) == ["+91", "+4420"]
    assert '@${IF($["${TRUNK}"!=""]?${TRUNK}:jio)}' in contexts(settings, installed)["outside-allowed"]
    nowhere = contexts(Settings(home=home, asterisk=Asterisk(outside=())), installed)["outside"]
    assert re.findall(r"exten => ([^,]+),1", nowhere) == ["_[+0-9A-Za-z][0-9A-Za-z]!"]


@pytest.mark.parametrize("prefix", ["91", "+9x", "", "+91.", "+91,1,Dial(PJSIP/1@t)"])
def test_a_prefix_that_is_none_is_refused(home: Path, installed: Installed, prefix: str) -> None:
    with pytest.raises(ConfigurationError, match="outside"):
        render(Settings(home=home, asterisk=Asterisk(outside=(prefix,))), installed)


def test_a_file_of_the_dialplan_that_no_template_makes_any_more_is_gone(home: Path, installed: Installed) -> None:
    etc = render(Settings(home=home), installed).parent
    (etc / "extensions_former.conf").write_text("[from-trunk]\n")
    render(Settings(home=home), installed)
    assert not (etc / "extensions_former.conf").exists()


def test_no_pattern_takes_the_hangup_extension_for_a_name(home: Path, installed: Installed) -> None:
    for context, lines in contexts(Settings(home=home), installed).items():
        for pattern in re.findall(r"exten => _([^,]+),1", lines):
            first = re.match(r"\[([^]]*)\](.)", pattern)
            assert not (first and "a-z" in first[1] and first[2] in "!."), (context, pattern)


def test_no_context_is_written_twice(home: Path, installed: Installed) -> None:
    written = files(Settings(home=home), installed)
    dialplan = "".join(text for name, text in written.items() if name.startswith("extensions"))
    names = re.findall(r"^\[([a-z-]+)\]", dialplan, flags=re.MULTILINE)
    assert len(names) == len(set(names))


def test_ari_listens_on_loopback_even_if_sip_does_not(home: Path, installed: Installed) -> None:
    written = files(Settings(home=home, network=Network(host="0.0.0.0")), installed)
    assert "bindaddr = 127.0.0.1" in written["http.conf"]
    assert "bind = 0.0.0.0:5060" in written["pjsip.conf"]


def test_a_registration_trunk_has_its_account_and_an_ip_trunk_has_none(home: Path, installed: Installed) -> None:
    trunks = (
        {"name": "airtel", "kind": "registration", "host": "sip.carrier.example:5070", "username": "9111", "secret": "carrier"},
        {"name": "jio", "kind": "ip", "host": "203.0.113.7"},
    )
    pjsip = files(Settings(home=home, asterisk=Asterisk(trunks=trunks)), installed)["pjsip.conf"]
    assert "client_uri = sip:9111@sip.carrier.example:5070" in pjsip
    assert "password = trunk-secret" in pjsip
    assert "match = sip.carrier.example\n" in pjsip
    assert "match = 203.0.113.7\n" in pjsip
    assert pjsip.count("[jio](trunk)") == 1
    assert "outbound_auth = jio" not in pjsip


def test_trunks_are_known_by_address_only_so_that_nobody_takes_their_name(home: Path, installed: Installed) -> None:
    pjsip = files(Settings(home=home), installed)["pjsip.conf"]
    trunk = pjsip[pjsip.index("[trunk](!,leg)") :].split("\n\n")[0]
    assert "identify_by = ip" in trunk


def test_opus_is_offered_where_it_can_be_decoded(home: Path, installed: Installed) -> None:
    assert "allow = ulaw,alaw,g722\n" in files(Settings(home=home), installed)["pjsip.conf"]
    (installed.module_dir / "codec_opus_open_source.so").touch()
    assert "allow = ulaw,alaw,g722,opus\n" in files(Settings(home=home), installed)["pjsip.conf"]


def test_waiting_callers_hear_bells_where_no_music_is_installed(home: Path, installed: Installed) -> None:
    assert f"directory = {home / 'asterisk' / 'music'}" in files(Settings(home=home), installed)["musiconhold.conf"]
    assert (home / "asterisk" / "music" / "bells.wav").stat().st_size > 100_000
    installed.moh_dir.mkdir()
    (installed.moh_dir / "song.wav").touch()
    assert f"directory = {installed.moh_dir}" in files(Settings(home=home), installed)["musiconhold.conf"]


@pytest.mark.parametrize(
    "trunk",
    [
        {"name": "a b", "host": "x"},
        {"name": "t", "host": "x\nallow=all", "kind": "ip"},
        {"name": "t", "host": "x;y", "kind": "ip"},
        {"name": "t", "host": "", "kind": "ip"},
        {"name": "t", "host": "x", "kind": "magic"},
        {"name": "t", "host": "x", "kind": "ip", "context": "a]b"},
    ],
)
def test_a_value_that_could_write_settings_of_its_own_is_refused(home: Path, installed: Installed, trunk: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        render(Settings(home=home, asterisk=Asterisk(trunks=(trunk,))), installed)


def test_a_missing_password_is_told_with_whose_it_is_and_where_to_write_it(home: Path, installed: Installed) -> None:
    trunk = {"name": "air-tel", "kind": "registration", "host": "sip.carrier.example", "username": "9111"}
    with pytest.raises(ConfigurationError) as told:
        render(Settings(home=home, asterisk=Asterisk(trunks=(trunk,))), installed)
    assert "the trunk 'air-tel'" in str(told.value)
    assert str(home / "secrets" / "trunk_air-tel") in str(told.value) and "HAAZIR_SECRET_TRUNK_AIR_TEL" in str(told.value)
    (home / "secrets" / "operator_202").unlink()
    with pytest.raises(ConfigurationError, match="operator_202"):
        render(Settings(home=home), installed)


def test_a_name_without_value_is_an_error_and_asterisks_own_signs_are_not() -> None:
    assert fill("${EXTEN} $[1] {{a}} <{{b}}>", {"a": "x", "b": "y"}) == "${EXTEN} $[1] x <y>"
    with pytest.raises(ConfigurationError, match="nothing"):
        fill("{{nothing}}", {})


def test_every_template_says_what_it_is_for() -> None:
    for template in TEMPLATES.iterdir():
        assert template.read_text().lstrip("\n").startswith(";") or template.suffix == ".part", template.name
