"""Every error is a problem detail; every request is bounded; the log holds no secrets."""

import asyncio
import logging
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.types import ASGIApp

from core.http import problems
from gateway.gate import Gate
from tests.unit.gateway.conftest import Town, a_call


def ask(app: ASGIApp, method: str = "GET", path: str = "/", **options: Any) -> httpx.Response:
    async def one() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
            return await client.request(method, path, **options)

    return asyncio.run(one())


def is_problem(answer: httpx.Response, status: int) -> bool:
    body = answer.json()
    return (
        answer.status_code == body["status"] == status
        and answer.headers["content-type"] == "application/problem+json"
        and bool(body["title"])
    )


def application() -> FastAPI:
    app = FastAPI()
    problems.install(app)

    @app.post("/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("mera order kahan hai")

    @app.get("/slow")
    async def slow() -> None:
        await asyncio.Event().wait()

    return app


def test_a_path_and_a_method_that_do_not_exist_are_problems(town: Town) -> None:
    assert is_problem(town.get("/nowhere"), 404)
    assert is_problem(town.get("/v1/calls/a/b/c"), 404)
    answer = ask(Gate(application()), "GET", "/echo")
    assert is_problem(answer, 405) and answer.headers["allow"] == "POST"


def test_a_nul_in_the_address_is_refused_before_it_reaches_the_database(town: Town) -> None:
    for path in ("/v1/sites?cursor=%00", "/v1/kb/faqs?cursor=a%00b", "/v1/calls/%00", "/v1/calls?%00=1"):
        assert is_problem(town.get(path), 422)


def test_our_own_failure_is_a_problem_that_tells_nothing_but_where_to_look(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = ask(Gate(application()), path="/broken")
    assert is_problem(answer, 500)
    assert "order" not in answer.text
    logged = [record for record in caplog.records if record.name == "gateway.gate" and record.exc_info]
    assert [f"urn:uuid:{vars(record)['request']}" for record in logged] == [answer.json()["instance"]]


def test_an_answer_that_takes_too_long_is_a_problem() -> None:
    assert is_problem(ask(Gate(application(), deadline_s=0.01), path="/slow"), 504)


def test_a_body_is_bounded_whether_its_length_is_told_or_not() -> None:
    async def untold() -> Any:
        for _ in range(3):
            yield b"x" * 50

    gate = Gate(application(), body_limit=100)
    assert ask(gate, "POST", "/echo", content=b"x" * 100).json() == 100
    assert is_problem(ask(gate, "POST", "/echo", content=b"x" * 101), 413)
    assert is_problem(ask(gate, "POST", "/echo", content=untold()), 413)


def test_a_long_download_is_not_cut_by_the_deadline() -> None:
    async def download(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.03)  # longer than the deadline: what is tested
        await send({"type": "http.response.body", "body": b"end"})

    assert ask(Gate(download, deadline_s=0.01)).content == b"end"


def test_the_log_has_paths_but_no_queries_keys_or_words(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    town.happen(*a_call())
    with caplog.at_level(logging.DEBUG):
        town.get("/v1/calls?number=%2B919800000001")
        town.get("/v1/calls/c-1/transcript", None, x_site_id="shop", x_api_key="hz_wrong")
        town.get("/v1/calls/c-1/transcript")
        town.get("/evil%0aline")
    lines = [f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name.startswith("gateway")]
    assert sum("'path': '/v1/calls'" in line for line in lines) == 1
    told = "\n".join(lines)
    assert not any(secret in told for secret in ("98000", "hz_", "order", "Namaste", "\\nline"))
