"""What a request handler asks for by type: the database, the site that the request's key opens, the recordings.

async def get_call(site: Site, db: Db, …)
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from core.db import Database
from core.ids import SiteId
from gateway.auth import Bearer, Doorkeeper, KeyHeader, SiteHeader


@dataclass(frozen=True, slots=True)
class Doors:
    """Opened by main, shared by all requests."""

    database: Database
    doorkeeper: Doorkeeper
    recordings: Path


def install(app: FastAPI, doors: Doors) -> None:
    app.state.doors = doors


def of(request: Request) -> Doors:
    doors = request.app.state.doors
    assert isinstance(doors, Doors)
    return doors


async def _site(request: Request, site: SiteHeader, key: KeyHeader, bearer: Bearer) -> SiteId:
    return await of(request).doorkeeper.site(site, key, bearer)


async def _database(request: Request) -> Database:
    return of(request).database


async def _recordings(request: Request) -> Path:
    return of(request).recordings


Site = Annotated[SiteId, Depends(_site)]
"""Problem 401 before the handler runs, unless the key opens a site."""
Db = Annotated[Database, Depends(_database)]
Folder = Annotated[Path, Depends(_recordings)]
