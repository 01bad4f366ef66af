"""The public HTTP interface, put together: routes, errors, description, and the gate around them."""

import aiohttp
from fastapi import FastAPI
from starlette.types import ASGIApp

from core.contacts import Contacts
from core.http import description, doors, problems
from core.http.doors import Doors
from core.settings import Settings
from gateway import agui, calls, chat, conversations, health, live
from gateway.brain_link import Chats
from gateway.gate import Gate
from kb_api import door
from kb_api.needs import Needs
from outbound import door as outbound

VERSION = "0.1.0"
UPLOAD_S = 300.0
"""An upload may take so long: 50 MB over 2 Mbit/s."""


def application(
    settings: Settings, opened: Doors, needs: Needs, http: aiohttp.ClientSession, chats: Chats, contacts: Contacts
) -> ASGIApp:
    """An ASGI application without a lifespan of its own: who opened the doors closes them."""
    app = FastAPI(title="Haazir", version=VERSION, docs_url=None, redoc_url=None, openapi_url="/openapi.json")
    problems.install(app)
    description.install(app)
    doors.install(app, opened)
    door.install(app, needs)
    app.state.neighbours = health.Neighbours(settings, http)
    app.state.chats, app.state.contacts = chats, contacts
    needs.farewells.append(chats.forget)
    app.include_router(calls.router)
    app.include_router(live.router)
    for router in outbound.ROUTERS:
        app.include_router(router)
    app.include_router(chat.router)
    app.include_router(agui.router)
    app.include_router(conversations.router)
    app.include_router(health.router)
    wider = {
        "/v1/kb/documents": ((settings.knowledge.upload_mb + 1) * 2**20, UPLOAD_S),
        outbound.UPLOADS: (outbound.UPLOAD_BYTES, outbound.UPLOAD_S),
    }
    return Gate(app, wider=wider)
