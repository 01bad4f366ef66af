"""Scenarios as code: a typed function in the admin's folder is a tool, and comes from nowhere else."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from brain.tools.declaring import flaws
from brain.tools.job import Job
from brain.tools.outcome import Away, NotFound, Refused, Uncertain
from brain.tools.scenario import ScenarioError, Scenarios, declared_in
from tests.unit.brain.tools.shop import SHOP, SITE

WARRANTY = '''
import asyncio
from typing import Annotated, Literal
from msgspec import Meta
from brain.tools.job import Job
from brain.tools.outcome import NotFound
from brain.tools.scenario import Slot, tool


@tool(utterances={"en": ("how long is my warranty",)}, slots={"serial": Slot(ask={"en": "Which serial number?"})}, timeout_s=0.2)
async def warranty_left(
    serial: Annotated[str, Meta(pattern="^[A-Z]{2}[0-9]{3}$")], kind: Literal["tv", "ac"] = "tv", *, job: Job
) -> str:
    """Tells how long a warranty lasts."""
    if serial == "XX000":
        raise NotFound("no such serial")
    if serial == "ZZ999":
        await asyncio.sleep(5)
    return f"{kind} {serial} of {job.site.name}: two years."


def not_a_tool() -> None: ...
'''


def placed(tmp_path: Path, code: str = WARRANTY) -> Path:
    folder = tmp_path / SHOP
    folder.mkdir(exist_ok=True)
    path = folder / "warranty.py"
    path.write_text(code)
    return path


def perform(tmp_path: Path, arguments: dict[str, Any], **changes: Any) -> Any:
    (declaration,) = declared_in(placed(tmp_path))
    return asyncio.run(Scenarios(tmp_path).perform(Job(SITE, declaration, arguments, **changes)))


def test_name_description_and_arguments_come_from_the_function(tmp_path: Path) -> None:
    (declaration,) = declared_in(placed(tmp_path))
    assert (declaration.name, declaration.description) == ("warranty_left", "Tells how long a warranty lasts.")
    assert declaration.required == ("serial",) and declaration.properties["kind"]["enum"] == ["ac", "tv"]
    assert flaws(declaration) == []


def test_it_is_performed_with_its_types(tmp_path: Path) -> None:
    assert perform(tmp_path, {"serial": "AB123"}) == "tv AB123 of Shop: two years."
    with pytest.raises(Refused):
        perform(tmp_path, {"serial": "AB123", "kind": "car"})
    with pytest.raises(NotFound):
        perform(tmp_path, {"serial": "XX000"})


def test_one_that_takes_too_long_is_away_or_if_it_writes_uncertain(tmp_path: Path) -> None:
    with pytest.raises(Away):
        perform(tmp_path, {"serial": "ZZ999"})
    (declaration,) = declared_in(placed(tmp_path, WARRANTY.replace("@tool(", '@tool(effect="write", confirm={"en": "x"}, ')))
    with pytest.raises(Uncertain):
        asyncio.run(Scenarios(tmp_path).perform(Job(SITE, declaration, {"serial": "ZZ999"})))


def test_a_changed_file_is_loaded_again(tmp_path: Path) -> None:
    path = placed(tmp_path)
    (declaration,) = declared_in(path)

    async def story() -> None:
        scenarios = Scenarios(tmp_path)
        job = Job(SITE, declaration, {"serial": "AB123"})
        assert "two years" in await scenarios.perform(job)
        path.write_text(WARRANTY.replace("two years", "three years"))
        os.utime(path, ns=(1, 1))
        assert "three years" in await scenarios.perform(job)
        path.unlink()
        with pytest.raises(Away):
            await scenarios.perform(job)

    asyncio.run(story())


@pytest.mark.parametrize("code", ["import nothing_of_this_name", "def (", "x = 1 / 'a'", "raise ValueError('no')"])
def test_a_broken_file_is_told_by_name(tmp_path: Path, code: str) -> None:
    with pytest.raises(ScenarioError, match=r"warranty\.py"):
        declared_in(placed(tmp_path, code))
