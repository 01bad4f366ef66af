"""What routers of the site's door ask for by type, beside core.http.doors: the models that embed, and the stock's vectors."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from brain.knowledge.embedders import Embedders
from core.ids import SiteId
from kb_api.stock import Stockroom
from mirror.elsewhere import Elsewhere


@dataclass(frozen=True, slots=True)
class Needs:
    embedders: Embedders
    stockroom: Stockroom = field(default_factory=Stockroom)
    elsewhere: Elsewhere = field(default_factory=lambda: Elsewhere({}))
    """Knowledge that lives on other machines."""
    farewells: list[Callable[[SiteId], Awaitable[None]]] = field(default_factory=list)
    """Who wants to be told of each site that was deleted: it knows something of it by heart."""


def install(app: FastAPI, needs: Needs) -> None:
    app.state.kb_needs = needs


async def _all(request: Request) -> Needs:
    needs = request.app.state.kb_needs
    assert isinstance(needs, Needs)
    return needs


async def _embedders(request: Request) -> Embedders:
    return (await _all(request)).embedders


All = Annotated[Needs, Depends(_all)]
Models = Annotated[Embedders, Depends(_embedders)]
