"""The public HTTP interface, put together: routes, errors, description, and the gate around them."""

import aiohttp
from fastapi import FastAPI
from starlette.types import ASGIApp

from core.http import description, doors, problems
from core.http.doors import Doors
from core.settings import Settings
from gateway import calls, health
from gateway.gate import Gate
from kb_api import door
from kb_api.needs import Needs

VERSION = "0.1.0"


def application(settings: Settings, opened: Doors, needs: Needs, http: aiohttp.ClientSession) -> ASGIApp:
    """An ASGI application without a lifespan of its own: who opened the doors closes them."""
    app = FastAPI(title="Haazir", version=VERSION, docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    problems.install(app)
    description.install(app)
    doors.install(app, opened)
    door.install(app, needs)
    app.state.neighbours = health.Neighbours(settings, http)
    app.include_router(calls.router)
    app.include_router(health.router)
    return Gate(app)
