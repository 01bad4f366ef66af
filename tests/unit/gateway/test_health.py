"""Readiness and metrics of all processes through the one port; the description of it all."""

import asyncio
from typing import Any

import httpx
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from core.settings import PROCESSES
from gateway.federate import merged
from tests.unit.gateway.conftest import ADMIN_KEY, Town


def samples(exposition: bytes | str) -> dict[tuple[str, str], float]:
    """(name, process) -> value"""
    text = exposition.decode() if isinstance(exposition, bytes) else exposition
    families = text_string_to_metric_families(text)
    return {(each.name, each.labels["process"]): each.value for family in families for each in family.samples}


def test_metrics_of_two_processes_keep_apart_under_one_heading() -> None:
    text = "# HELP calls_total Calls\n# TYPE calls_total counter\ncalls_total {}\n"
    both = merged({"brain": text.format(1), "gateway": text.format(2), "crm": None, "analytics": "<html>"})
    assert both.decode().count("# TYPE calls_total counter") == 1
    found = samples(both)
    assert (found["calls_total", "brain"], found["calls_total", "gateway"]) == (1, 2)
    up = {process: value for (name, process), value in found.items() if name == "haazir_process_up"}
    assert up == {"brain": 1, "gateway": 1, "crm": 0, "analytics": 0}


async def doors_of(town: Town, missing: dict[str, str]) -> list[web.AppRunner]:
    """A status door for every process; those in `missing` are not ready."""
    runners = []
    for name in PROCESSES:
        app = web.Application()
        what = missing.get(name)

        async def readyz(_: web.Request, what: str | None = what) -> web.Response:
            return web.json_response({"ready": what is None, "missing": what}, status=503 if what else 200)

        async def metrics(_: web.Request, name: str = name) -> web.Response:
            return web.Response(text=f"haazir_seconds {len(name)}\n")

        app.add_routes([web.get("/readyz", readyz), web.get("/metrics", metrics)])
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, *town.settings.metrics_address(name)).start()
        runners.append(runner)
    return runners


def ask_beside_others(town: Town, path: str, missing: dict[str, str]) -> httpx.Response:
    async def story() -> httpx.Response:
        runners = await doors_of(town, missing)
        try:
            async with town.gateway() as client:
                return await client.get(path)
        finally:
            for runner in runners:
                await runner.cleanup()

    return asyncio.run(story())


def test_ready_when_all_are(town: Town) -> None:
    answer = ask_beside_others(town, "/readyz", {})
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "processes": {name: {"ready": True, "missing": None} for name in PROCESSES}}


def test_not_ready_says_who_misses_what(town: Town) -> None:
    answer = ask_beside_others(town, "/readyz", {"brain": "loading the model"})
    assert answer.status_code == 503
    assert answer.json()["processes"]["brain"] == {"ready": False, "missing": "loading the model"}
    assert answer.json()["processes"]["crm"]["ready"]


def test_a_process_that_does_not_answer_is_not_ready(town: Town) -> None:
    answer = town.get("/readyz", None)
    assert (answer.status_code, answer.json()["processes"]["ari-app"]["missing"]) == (503, "does not answer")
    assert town.get("/healthz", None).json() == {"alive": True}


def test_metrics_of_all_processes_have_their_names(town: Town) -> None:
    found = samples(ask_beside_others(town, "/metrics", {}).content)
    assert {process: value for (name, process), value in found.items() if name == "haazir_seconds"} == {
        name: len(name) for name in PROCESSES
    }


def test_metrics_are_not_for_everybody(town: Town) -> None:
    assert town.get("/metrics", None).status_code == 200  # from this machine
    assert town.get("/metrics", None, x_forwarded_for="203.0.113.9").status_code == 401
    assert town.get("/metrics", x_forwarded_for="203.0.113.9").status_code == 401  # a site's key
    assert town.get("/metrics", ADMIN_KEY, x_forwarded_for="203.0.113.9").status_code == 200


def test_the_description_is_whole(town: Town) -> None:
    document = town.get("/openapi.json", None).json()
    assert {"/v1/calls", "/v1/calls/{call_id}", "/healthz", "/readyz", "/metrics"} <= set(document["paths"])
    references = list(found_references(document))
    assert len(references) > 20
    assert {reference.rpartition("/")[2] for reference in references} <= set(document["components"]["schemas"])
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["description"], path
            refusals = [answer for status, answer in operation["responses"].items() if status in ("401", "404", "422")]
            assert all(set(answer["content"]) == {"application/problem+json"} for answer in refusals), path


def found_references(part: Any) -> Any:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for value in part.values():
            yield from found_references(value)
    elif isinstance(part, list):
        for value in part:
            yield from found_references(value)
