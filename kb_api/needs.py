"""What routers of the site's door ask for by type, beside core.http.doors: the models that embed, and the stock's vectors."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from brain.knowledge.embedders import Embedders
from kb_api.stock import Stockroom
from mirror.elsewhere import Elsewhere


@dataclass(frozen=True, slots=True)
class Needs:
    embedders: Embedders
    stockroom: Stockroom = field(default_factory=Stockroom)
    elsewhere: Elsewhere = field(default_factory=lambda: Elsewhere({}))
    """Knowledge that lives on other machines."""


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
