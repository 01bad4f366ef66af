"""All settings, read once by each process's main.py: defaults here, `haazir.toml` over them, `HAAZIR_…` over that.

    [network]                       HAAZIR_NETWORK_API_PORT=8090
    api_port = 8090

`$HAAZIR_HOME` (default `.haazir` in the checkout) holds all state. Two instances on one machine need another home and
`HAAZIR_NETWORK_PORT_OFFSET`. Secrets are files in `home/secrets`, made at the first `up`, or `HAAZIR_SECRET_…`.
"""

import hashlib
import os
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from core.engines import Engines, Hearing, Models, Speaking
from core.public_address import networks
from core.reception import UnknownNumber, Way

REPOSITORY = Path(__file__).resolve().parent.parent


class Network(msgspec.Struct, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    """Address that SIP and the public HTTP port listen on. Everything else stays on loopback, whatever this says."""
    port_offset: int = 0
    """Added to every port below: a second instance on the same machine takes 1000, say. Above 23,000 ports are among those
    that Linux lends to outgoing connections (`up` and `doctor` warn)."""
    api_port: int = 8080
    sip_port: int = 5060
    ari_port: int = 8088
    rtp_first: int = 10000
    rtp_last: int = 13999
    """Asterisk's RTP ports. It crashes when they run out (asterisk issue 1757): never fewer than 2000."""
    metrics_port: int = 9100
    """First of the processes' own HTTP doors (/healthz /readyz /metrics), on loopback; one each, see PROCESSES."""
    crm_port: int = 9190
    """The demo CRM."""
    private_hosts: tuple[str, ...] = ()
    """Private addresses and networks ("10.1.0.0/16") that sites' tools and documents may be fetched from; others are refused."""


class Asterisk(msgspec.Struct, frozen=True, kw_only=True):
    binary: str = ""
    """An Asterisk to use. Empty: the host's if new enough, else one of our own under home/asterisk-root."""
    root: str = ""
    """Folder of an Asterisk of our own (a Debian root, unpacked). Empty: home/asterisk-root."""
    app: str = "haazir"
    ari_user: str = "controller"
    call_limit_s: int = 3600
    """TIMEOUT(absolute) of every call."""
    trunks: tuple[dict[str, str], ...] = ()
    """[[asterisk.trunks]] name, kind = "registration" | "ip", host, username, secret (name of a secret), context; for calls out:
    outbound (the sites that may, or "*"), caller_ids, prefixes, at_once, per_second (core/trunks.py)."""
    operators: tuple[dict[str, str], ...] = ({"extension": "201"}, {"extension": "202"})
    """[[asterisk.operators]] extension, name. Their SIP passwords are secrets `operator_<extension>`."""
    outside: tuple[str, ...] = ("+91",)
    """How numbers begin that a caller may be put through to by a trunk. Empty: to none."""


class Calls(msgspec.Struct, frozen=True, kw_only=True):
    max_total: int = 60
    """Calls of all sites at once; past it the site's overflow policy."""
    media_open_s: float = 1.5
    """Longest wait for the media server to reserve a session, of somebody who hears nothing meanwhile…"""
    media_ringing_s: float = 4.0
    """…and of a caller who hears it ring: just after a start the recogniser may still learn what is said at the site."""
    media_ready_s: float = 2.0
    """Longest wait for Asterisk's media leg."""
    ring_s: float = 0.0
    """Ring at least this long before answering."""
    orphan_s: float = 30.0
    """How often Asterisk is searched for channels and bridges that belong to no call."""
    unknown_number: UnknownNumber = "not_found"
    """What meets who dials a number that no site has: a cause, or people (core/reception.py)."""
    site_cache_s: float = 5.0
    """A change of a site is live on calls that start this much later."""
    rescue_s: float = 5.0
    """ari-app's heart beats once a second. After so long without a beat the watchdog sends running calls to people; new ones go
    there after 3 s (extensions_inbound.conf)."""
    drained: Way = "queue"
    """What meets new calls after `haazir drain`: the site's people, or congestion (SIP 503: the carrier takes its next route)."""
    standby: bool = False
    """A second ari-app that takes control within 3 s of the first one's death: docs/surviving.md."""


class Outbound(msgspec.Struct, frozen=True, kw_only=True):
    """Calls out, of all sites. Which trunks they take: `outbound` of [[asterisk.trunks]]. docs/outbound.md"""

    hours: str = "09:00-21:00"
    """Nobody is called outside these in their own clock, whatever a site says: India's rule. Who widens it answers for it."""
    max_total: int = 10
    """At the same time."""
    per_second: float = 1.0
    """Begun."""


class MediaServer(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    address: str = ""
    """host:port of a private network, as its `listen`; a path: a unix socket; empty: this machine's own."""
    capacity: int = 60
    """Calls at once."""


class Media(msgspec.Struct, frozen=True, kw_only=True):
    bind: str = "127.0.0.1"
    """Address of the RTP sockets towards Asterisk: loopback or a private network, never public (no SRTP here)."""
    echo_cancellation: bool = True
    vad_on: float = 0.5
    """Silero probability that starts speech…"""
    vad_off: float = 0.35
    """…and that ends it."""
    max_sessions: int = 60
    listen: str = ""
    """Where this machine's media server waits for controllers of other hosts: "10.0.0.5:9500", an address of a private network
    (the secret `media_bus` is asked for, nothing is encrypted). Empty: for this machine's, on a unix socket."""
    servers: tuple[MediaServer, ...] = ()
    """[[media.servers]]: several, on this host or others (docs/surviving.md). Empty: the one of this machine."""


class Database(msgspec.Struct, frozen=True, kw_only=True):
    url: str = ""
    """libpq URL of the application's role (not the owner, no BYPASSRLS). Empty: the embedded server's socket in run_dir."""
    admin_url: str = ""
    """Role that owns the schema: migrations only."""


class Brain(msgspec.Struct, frozen=True, kw_only=True):
    crm_url: str = ""
    """The demo site's CRM. Empty: the demo CRM process of this instance."""
    tool_deadline_s: float = 2.5


class Knowledge(msgspec.Struct, frozen=True, kw_only=True):
    upload_mb: int = 50
    """The largest document."""
    read_cpu_s: int = 120
    """CPU seconds after which the reading of a document is given up…"""
    read_memory_mb: int = 1024
    """…and the memory it may take."""
    url_hosts: str = ""
    """Documents are fetched from public addresses only, and from these: "127.0.0.1:8000, wiki.local:80"."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    home: Path
    network: Network = Network()
    asterisk: Asterisk = Asterisk()
    calls: Calls = Calls()
    outbound: Outbound = Outbound()
    engines: Engines = Engines()
    hearing: Hearing = Hearing()
    speaking: Speaking = Speaking()
    models: Models = Models()
    media: Media = Media()
    database: Database = Database()
    brain: Brain = Brain()
    knowledge: Knowledge = Knowledge()
    log_level: str = "INFO"

    @property
    def run_dir(self) -> Path:
        """Sockets and pid files. A unix socket's path may have 107 bytes: a deep home gets a folder under the temporary one."""
        here = self.home / "run"
        if len(str(here)) <= 80:
            return here
        return Path(tempfile.gettempdir()) / f"haazir-{hashlib.sha256(str(self.home).encode()).hexdigest()[:12]}"

    @property
    def log_dir(self) -> Path:
        return self.home / "log"

    @property
    def recordings_dir(self) -> Path:
        return self.home / "recordings"

    @property
    def uploads_dir(self) -> Path:
        """Documents until they are read: gateway writes them, kb-worker reads them."""
        return self.home / "uploads"

    @property
    def models_dir(self) -> Path:
        """The neural engines' checkpoints (core.checkpoints)."""
        return Path(self.models.folder).expanduser() if self.models.folder else self.home / "models"

    @property
    def scenarios_dir(self) -> Path:
        """Sites' tools in Python, placed by the machine's admin: `<site_id>/*.py`. What lies there runs in the brain."""
        return self.home / "scenarios"

    def socket(self, process: str) -> Path:
        """The unix socket on which `process` serves the others (core.bus)."""
        return self.run_dir / f"{process}.sock"

    def port(self, name: str) -> int:
        """A port by its field's name in Network, the offset added: port("api_port")."""
        return int(getattr(self.network, name)) + self.network.port_offset

    def metrics_address(self, process: str) -> tuple[str, int]:
        return "127.0.0.1", self.port("metrics_port") + (*PROCESSES, *AT_WISH).index(process)

    def processes(self) -> tuple[str, ...]:
        """Our own processes, as this instance runs them."""
        return PROCESSES + (("ari-app-standby",) if self.calls.standby else ())

    def database_url(self) -> str:
        return self.database.url or f"postgresql://haazir_app@/haazir?host={self.run_dir}"

    def database_admin_url(self) -> str:
        return self.database.admin_url or f"postgresql://postgres@/haazir?host={self.run_dir}"

    def crm_url(self) -> str:
        return self.brain.crm_url or f"http://127.0.0.1:{self.port('crm_port')}"

    def secret(self, name: str) -> str:
        """A secret by name. SecretMissing says where to put it."""
        variable = f"HAAZIR_SECRET_{name.upper().replace('-', '_')}"
        if value := os.environ.get(variable):
            return value
        path = self.home / "secrets" / name
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            raise SecretMissing(name, f"write it into {path} (chmod 600), or set {variable}") from None


PROCESSES = (
    "ari-app", "media-server", "stt-worker", "tts-worker", "brain", "gateway", "analytics", "crm", "kb-worker", "watchdog",
    "dialer",
)  # fmt: skip
"""Our own processes, in the order of their metrics ports."""
AT_WISH = ("ari-app-standby",)
"""Those that only some instances run."""

_SECTIONS: Mapping[str, type[msgspec.Struct]] = {
    "network": Network, "asterisk": Asterisk, "calls": Calls, "outbound": Outbound, "engines": Engines,
    "hearing": Hearing, "speaking": Speaking, "models": Models, "media": Media, "database": Database, "brain": Brain,
    "knowledge": Knowledge,
}  # fmt: skip


class SecretMissing(KeyError):
    """There is no secret of that name; the message says where to put it."""

    def __str__(self) -> str:
        name, remedy = self.args
        return f"no secret {name!r}: {remedy}; `bin/haazir up` makes Haazir's own"


class SettingsError(ValueError):
    """A setting is unknown or has a value that can't be: the message names it and its place."""


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings of this process. SettingsError for what can't be read."""
    environment = os.environ if environment is None else environment
    home = Path(environment.get("HAAZIR_HOME") or REPOSITORY / ".haazir").resolve()
    file = Path(environment.get("HAAZIR_CONFIG") or home / "haazir.toml")
    try:
        tables = tomllib.loads(file.read_text()) if file.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: {error}") from error
    for name, value in environment.items():
        _override(tables, name, value)
    for name in tables:
        if name not in _SECTIONS and name != "log_level":
            raise SettingsError(f"{file}: no section or setting {name!r}; there are {', '.join(_SECTIONS)}, log_level")
    for name, section in _SECTIONS.items():
        if unknown := set(tables.get(name, {})) - set(section.__struct_fields__):
            known = ", ".join(section.__struct_fields__)
            raise SettingsError(f"{file}: [{name}] has no setting {sorted(unknown)[0]!r}; it has {known}")
    try:
        settings = msgspec.convert({**tables, "home": home}, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{file} (or a HAAZIR_… variable): {error}") from error
    try:
        networks(settings.network.private_hosts)
    except ValueError as error:
        raise SettingsError(f"{file}: [network] private_hosts: {error}") from error
    return settings


def _override(tables: dict[str, object], name: str, value: str) -> None:
    """HAAZIR_<SECTION>_<FIELD> over the file's value; of several, with commas between them. Other HAAZIR_ names (HOME, CONFIG,
    SECRET_…) are not settings."""
    if name == "HAAZIR_LOG_LEVEL":
        tables["log_level"] = value
    section, _, field = name.removeprefix("HAAZIR_").lower().partition("_")
    if name.startswith("HAAZIR_") and section in _SECTIONS and field in _SECTIONS[section].__struct_fields__:
        table = tables.setdefault(section, {})
        several = isinstance(getattr(_SECTIONS[section](), field), tuple)
        if isinstance(table, dict):
            table[field] = [each.strip() for each in value.split(",") if each.strip()] if several else value
