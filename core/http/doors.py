"""What a request handler asks for by type: the database, the site that the request's key opens, the vault.

async def get_call(site: CallsSite, db: Db, …)
"""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from weakref import WeakValueDictionary

from fastapi import Depends, FastAPI, Request

from core.db import Database
from core.http import auth
from core.http.auth import Doorkeeper, Scoped
from core.ids import SiteId
from core.settings import Settings
from core.vault import Vault


@dataclass(frozen=True, slots=True)
class Doors:
    """Opened by main, shared by all requests."""

    settings: Settings
    database: Database
    doorkeeper: Doorkeeper
    vault: Vault
    asking: WeakValueDictionary[tuple[SiteId, str], asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """By Idempotency-Key: a second request waits for the first (core.http.idempotency)."""


def install(app: FastAPI, doors: Doors) -> None:
    app.state.doors = doors
    auth.install(app, doors.doorkeeper)


def of(request: Request) -> Doors:
    doors = request.app.state.doors
    assert isinstance(doors, Doors)
    return doors


async def _database(request: Request) -> Database:
    return of(request).database


async def _vault(request: Request) -> Vault:
    return of(request).vault


async def _settings(request: Request) -> Settings:
    return of(request).settings


async def _recordings(request: Request) -> Path:
    return of(request).settings.recordings_dir


CallsSite = Annotated[SiteId, Depends(Scoped("calls"))]
KbSite = Annotated[SiteId, Depends(Scoped("kb"))]
ChatSite = Annotated[SiteId, Depends(Scoped("chat"))]
ToolsSite = Annotated[SiteId, Depends(Scoped("tools"))]
OutboundSite = Annotated[SiteId, Depends(Scoped("outbound"))]
LiveSite = Annotated[SiteId, Depends(Scoped("live"))]
"""Problem 401 or 403 before the handler runs, unless the key opens a site and has the scope."""
Db = Annotated[Database, Depends(_database)]
Secrets = Annotated[Vault, Depends(_vault)]
Configured = Annotated[Settings, Depends(_settings)]
Folder = Annotated[Path, Depends(_recordings)]
