"""What Asterisk says over ARI, as far as we listen. Written by generate.py from Asterisk's api-docs: do not edit."""

from typing import Any

import msgspec


class BuildInfo(msgspec.Struct, frozen=True, kw_only=True):
    os: str
    kernel: str
    options: str
    machine: str
    date: str
    user: str


class SystemInfo(msgspec.Struct, frozen=True, kw_only=True):
    version: str
    entity_id: str


class SetId(msgspec.Struct, frozen=True, kw_only=True):
    user: str
    group: str


class ConfigInfo(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    default_language: str
    max_channels: int | None = None
    max_open_files: int | None = None
    max_load: float | None = None
    setid: SetId


class StatusInfo(msgspec.Struct, frozen=True, kw_only=True):
    startup_time: str
    last_reload_time: str


class AsteriskInfo(msgspec.Struct, frozen=True, kw_only=True):
    build: BuildInfo | None = None
    system: SystemInfo | None = None
    config: ConfigInfo | None = None
    status: StatusInfo | None = None


class Bridge(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    technology: str
    bridge_type: str
    bridge_class: str
    creator: str
    name: str
    channels: list[str]
    video_mode: str | None = None
    video_source_id: str | None = None
    creationtime: str
    bridgevars: dict[str, Any] | None = None


class CallerID(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    number: str


class DialplanCEP(msgspec.Struct, frozen=True, kw_only=True):
    context: str
    exten: str
    priority: int
    app_name: str
    app_data: str


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    protocol_id: str
    name: str
    state: str
    caller: CallerID
    connected: CallerID
    accountcode: str
    dialplan: DialplanCEP
    creationtime: str
    language: str
    channelvars: dict[str, Any] | None = None
    caller_rdnis: str | None = None
    tenantid: str | None = None


class StasisStart(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    args: list[str]
    channel: Channel
    replace_channel: Channel | None = None
    application: str
    timestamp: str
    asterisk_id: str | None = None


class StasisEnd(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    channel: Channel
    application: str
    timestamp: str
    asterisk_id: str | None = None


class ChannelDestroyed(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    cause: int
    cause_txt: str
    tech_cause: int | None = None
    channel: Channel
    application: str
    timestamp: str
    asterisk_id: str | None = None


class ChannelDtmfReceived(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    digit: str
    duration_ms: int
    channel: Channel
    application: str
    timestamp: str
    asterisk_id: str | None = None


class ChannelHold(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    channel: Channel
    musicclass: str | None = None
    application: str
    timestamp: str
    asterisk_id: str | None = None


class ChannelUnhold(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    channel: Channel
    application: str
    timestamp: str
    asterisk_id: str | None = None


class ChannelStateChange(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    channel: Channel
    application: str
    timestamp: str
    asterisk_id: str | None = None


class ChannelVarset(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    variable: str
    value: str
    channel: Channel | None = None
    application: str
    timestamp: str
    asterisk_id: str | None = None


class ApplicationReplaced(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    application: str
    timestamp: str
    asterisk_id: str | None = None


EVENTS: tuple[type[msgspec.Struct], ...] = (
    StasisStart,
    StasisEnd,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelHold,
    ChannelUnhold,
    ChannelStateChange,
    ChannelVarset,
    ApplicationReplaced,
)

Event = (
    StasisStart
    | StasisEnd
    | ChannelDestroyed
    | ChannelDtmfReceived
    | ChannelHold
    | ChannelUnhold
    | ChannelStateChange
    | ChannelVarset
    | ApplicationReplaced
)
