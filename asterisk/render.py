"""Asterisk's configuration, written from the templates beside this file and haazir.toml.

    templates/*.conf   one per file of Asterisk's; {{name}} stands for a value of `_values`
    templates/*.part   repeated in them: one per trunk, per operator

`{{…}}` because Asterisk itself uses `${…}`, `$[…]` and `<…>`. Files are for their owner's eyes only (they hold SIP and ARI
passwords) and are replaced whole. Nothing outside settings.home and settings.run_dir is written.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from asterisk.music import write_bells
from core.settings import SecretMissing, Settings

TEMPLATES = Path(__file__).parent / "templates"

QUEUE = "humans"
"""The people's queue that a caller falls back to when no site says otherwise (core.sites.Site.operator)."""

WAITS = {"queue_wait_s": "60", "ring_s": "20", "accept_s": "8", "outside_ring_s": "40", "voicemail_s": "120"}
"""Seconds, where no site says otherwise: ari-app away, or not yet told."""

CONTROL_SOCKET_LIMIT = 107
"""Bytes in the path of a unix socket (sun_path less its zero)."""


class Install(Protocol):
    """What is asked of asterisk.obtain.AsteriskInstall."""

    @property
    def module_dir(self) -> Path: ...
    @property
    def data_dir(self) -> Path: ...
    @property
    def sounds_dir(self) -> Path: ...
    @property
    def moh_dir(self) -> Path: ...


class ConfigurationError(ValueError):
    """A value of haazir.toml can't stand in Asterisk's files: the message names it."""


def render(settings: Settings, install: Install) -> Path:
    """Write all of Asterisk's configuration; returns asterisk.conf, for `asterisk -C`. ConfigurationError."""
    values = _values(settings, install)
    folders = [Path(values[name]) for name in ("etc", "lib", "keys", "spool", "log", "recordings", "run", "music")]
    for folder in (settings.home, *folders):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    control = settings.run_dir / "asterisk.ctl"
    if len(os.fsencode(control)) > CONTROL_SOCKET_LIMIT:
        raise ConfigurationError(f"{control}: too long for a socket; choose a shorter HAAZIR_HOME or TMPDIR")
    if not any(Path(values["music"]).iterdir()):
        write_bells(Path(values["music"]) / "bells.wav")
    etc = Path(values["etc"])
    templates = sorted(TEMPLATES.glob("*.conf"))
    for stale in {path.name for path in etc.glob("extensions_*.conf")} - {template.name for template in templates}:
        (etc / stale).unlink()  # extensions.conf includes whatever is there
    for template in templates:
        _write(etc / template.name, fill(template.read_text(), values))
    return etc / "asterisk.conf"


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its {{names}} replaced. ConfigurationError for a name without value."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise ConfigurationError(f"template asks for {{{{{match[1]}}}}}, which has no value")
        return values[match[1]]

    return re.sub(r"\{\{(\w+)\}\}", value, template)


def _values(settings: Settings, install: Install) -> dict[str, str]:
    home = settings.home / "asterisk"
    values = {
        "app": _name("asterisk.app", settings.asterisk.app),
        "ari_user": _name("asterisk.ari_user", settings.asterisk.ari_user),
        "ari_secret": _secret(settings, "ARI", "ari"),
        "ari_port": str(settings.port("ari_port")),
        "sip_port": str(settings.port("sip_port")),
        "host": _line("network.host", settings.network.host),
        "rtp_first": str(settings.port("rtp_first")),
        "rtp_last": str(settings.port("rtp_last")),
        "codecs": _codecs(install.module_dir),
        "call_limit_s": str(settings.asterisk.call_limit_s),
        "max_channels": str(4 * settings.calls.max_total + 20),
        "queue": QUEUE,
        **WAITS,
        "language": _language(install.sounds_dir),
        "etc": str(home / "etc"),
        "lib": str(home / "lib"),
        "keys": str(home / "lib" / "keys"),
        "spool": str(home / "spool"),
        "run": str(settings.run_dir),
        "log": str(settings.log_dir / "asterisk"),
        "recordings": str(settings.recordings_dir),
        "music": str(_music(install.moh_dir, home / "music")),
        "module_dir": str(install.module_dir),
        "data_dir": str(install.data_dir),
    }
    trunks = [_trunk(settings, trunk, values) for trunk in settings.asterisk.trunks]
    operators = [_operator(settings, operator) for operator in settings.asterisk.operators]
    outside = [{"prefix": _prefix(prefix)} for prefix in settings.asterisk.outside]
    return values | {
        "trunks": "".join(trunks),
        "operators": _each("pjsip_operator.part", operators),
        "members": _each("queues_member.part", operators),
        "operator_extensions": _each("extensions_operator.part", operators),
        "first_trunk": next((_name("asterisk.trunks name", trunk.get("name", "")) for trunk in settings.asterisk.trunks), "none"),
        "outside": _each("extensions_outside.part", outside),
    }


def trunk_secret(trunk: Mapping[str, str]) -> str:
    """Name of the secret with a trunk's password, if it registers."""
    return trunk.get("secret") or f"trunk_{trunk.get('name', '')}"


def _trunk(settings: Settings, trunk: Mapping[str, str], common: Mapping[str, str]) -> str:
    kind = trunk.get("kind", "registration")
    if kind not in ("registration", "ip"):
        raise ConfigurationError(f"asterisk.trunks: kind {kind!r} is neither 'registration' nor 'ip'")
    host = _line("asterisk.trunks host", trunk.get("host", ""))
    values = {
        "name": _name("asterisk.trunks name", trunk.get("name", "")),
        "trunk_host": host,
        "trunk_address": re.sub(r":\d+$", "", host),
        "context": _name("asterisk.trunks context", trunk.get("context", "from-trunk")),
        "sip_port": common["sip_port"],
    }
    if not host:
        raise ConfigurationError(f"asterisk.trunks: {values['name']} has no host")
    if kind == "registration":
        values["username"] = _line("asterisk.trunks username", trunk.get("username", ""))
        values["secret"] = _secret(settings, f"the trunk {values['name']!r}", trunk_secret(trunk))
    return fill((TEMPLATES / f"pjsip_trunk_{kind}.part").read_text(), values)


def _operator(settings: Settings, operator: Mapping[str, str]) -> dict[str, str]:
    extension = _name("asterisk.operators extension", operator.get("extension", ""))
    return {
        "extension": extension,
        "name": _line("asterisk.operators name", operator.get("name", f"Operator {extension}"))
        .replace('"', "'")
        .replace(",", " "),
        "secret": _secret(settings, f"the operator's phone {extension!r}", f"operator_{extension}"),
    }


def _secret(settings: Settings, whose: str, name: str) -> str:
    try:
        return _line(f"{whose}: its password", settings.secret(name))
    except SecretMissing as error:
        raise ConfigurationError(f"{whose} has no password yet: {error}") from error


def _each(part: str, rows: list[dict[str, str]]) -> str:
    template = (TEMPLATES / part).read_text()
    return "".join(fill(template, row) for row in rows)


def _codecs(module_dir: Path) -> str:
    """What callers may speak. Opus where this Asterisk can decode it."""
    opus = ["opus"] if any(module_dir.glob("codec_opus*.so")) else []
    return ",".join(["ulaw", "alaw", "g722", *opus])


def _language(sounds_dir: Path) -> str:
    """Asterisk looks for prompts in data_dir/sounds/<language>."""
    return sounds_dir.name if sounds_dir.parent.name == "sounds" else "en"


def _music(installed: Path, own: Path) -> Path:
    """The folder of hold music: the installed one if it holds any, else our own."""
    return installed if installed.is_dir() and any(installed.iterdir()) else own


def _name(what: str, text: str) -> str:
    """A word that may stand as a section's name, an extension, a user."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", text):
        raise ConfigurationError(f"{what}: {text!r} is not a name of letters, digits, - and _")
    return text


def _prefix(text: str) -> str:
    """How an outside number may begin."""
    if not re.fullmatch(r"\+[0-9]{1,14}", text):
        raise ConfigurationError(f"asterisk.outside: {text!r} is not how an E.164 number begins (+91, say)")
    return text


def _line(what: str, text: str) -> str:
    """A value that stays on its line: no line ends, no comment sign, nothing that Asterisk would read as more than text."""
    if re.search(r"[\x00-\x1f;\[\]{}$\\]", text):
        raise ConfigurationError(f"{what}: has a character that can't stand in Asterisk's files")
    return text


def _write(path: Path, text: str) -> None:
    """Replaced in one step, readable by its owner only from its first byte."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
