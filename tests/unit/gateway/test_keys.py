"""A key opens its own site, whole and only."""

import asyncio
import re

import pytest

from tests.unit.gateway.conftest import ADMIN_KEY, KEYS, Town, a_call

PATHS = ("", "/transcript", "/transcript?format=text", "/recording", "/events")


@pytest.mark.parametrize("path", PATHS)
def test_anothers_call_looks_like_no_call(town: Town, path: str) -> None:
    town.happen(*a_call("c-1", "shop", recording="base"))
    town.keep(b"RIFF")
    assert town.get(f"/v1/calls/c-1{path}", KEYS["shop"]).status_code == 200
    anothers = town.get(f"/v1/calls/c-1{path}", KEYS["bank"])
    none = town.get(f"/v1/calls/c-404{path}", KEYS["bank"])
    assert anothers.status_code == none.status_code == 404
    assert anothers.content == none.content


def test_a_list_has_ones_own_calls_only(town: Town) -> None:
    town.happen(*a_call("c-1", "shop"), *a_call("c-2", "bank"), *a_call("c-3", "bank"))
    for site, calls in (("shop", ["c-1"]), ("bank", ["c-3", "c-2"])):
        for query in ("", "?number=1000", "?outcome=transferred", "?from=2020-01-01T00:00:00Z"):
            found = town.get(f"/v1/calls{query}", KEYS[site]).json()["data"]
            assert [call["id"] for call in found] == calls


def test_anothers_cursor_opens_nothing_of_theirs(town: Town) -> None:
    town.happen(*a_call("c-1", "shop"), *a_call("c-2", "shop"), *a_call("c-0", "bank"))
    cursor = town.get("/v1/calls?limit=1", KEYS["shop"]).json()["next_cursor"]
    found = town.get(f"/v1/calls?cursor={cursor}", KEYS["bank"]).json()["data"]
    assert {call["site_id"] for call in found} <= {"bank"}


def test_the_same_call_id_at_two_sites_stays_two_calls(town: Town) -> None:
    town.happen(*a_call("c-1", "shop"), *a_call("c-1", "bank")[:2])
    assert len(town.get("/v1/calls/c-1/events", KEYS["shop"]).json()["data"]) == 9
    assert len(town.get("/v1/calls/c-1/events", KEYS["bank"]).json()["data"]) == 2
    assert town.get("/v1/calls/c-1", KEYS["bank"]).json()["outcome"] is None


def test_both_ways_to_show_a_key(town: Town) -> None:
    assert town.get("/v1/calls", None, x_site_id="shop", x_api_key=KEYS["shop"]).status_code == 200
    assert town.get("/v1/calls", KEYS["shop"]).status_code == 200
    assert town.get("/v1/calls", KEYS["shop"], x_site_id="shop").status_code == 200


def test_a_wrong_key_and_anothers_key_get_the_same_answer(town: Town) -> None:
    refused = [
        town.get("/v1/calls", None, x_site_id="shop", x_api_key="hz_wrong"),
        town.get("/v1/calls", None, x_site_id="shop", x_api_key=KEYS["bank"]),
        town.get("/v1/calls", None, x_site_id="nobody", x_api_key=KEYS["shop"]),
        town.get("/v1/calls", KEYS["bank"], x_site_id="shop"),
        town.get("/v1/calls", "hz_wrong"),
        town.get("/v1/calls", "x" * 10_000),
        town.get("/v1/calls", ADMIN_KEY),  # of the instance, of no site
    ]
    assert {(answer.status_code, answer.content) for answer in refused} == {(401, refused[0].content)}
    assert refused[0].headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "headers", [{}, {"x_api_key": "hz_shop_key"}, {"x_site_id": "shop"}, {"authorization": "Basic c2hvcDp4"}]
)
def test_without_a_whole_key_the_answer_says_what_to_send(town: Town, headers: dict[str, str]) -> None:
    answer = town.get("/v1/calls", None, **headers)
    assert answer.status_code == 401
    assert "X-Site-Id" in answer.json()["detail"]


def test_a_revoked_or_expired_key_is_a_wrong_key(town: Town) -> None:
    for change in ("revoked_at = now()", "revoked_at = null, expires_at = now() - interval '1 second'"):
        town.run(f"update api_key set {change} where site_id = 'shop'")
        assert town.get("/v1/calls", KEYS["shop"]).status_code == 401
    town.run("update api_key set expires_at = now() + interval '1 hour' where site_id = 'shop'")
    assert town.get("/v1/calls", KEYS["shop"]).status_code == 200


def test_every_path_below_v1_asks_for_a_key(town: Town) -> None:
    async def story() -> None:
        async with town.gateway() as client:
            paths = (await client.get("/openapi.json")).json()["paths"]
            below = [(method, path) for path, methods in paths.items() for method in methods if path.startswith("/v1/")]
            assert len(below) >= 20
            for method, path in below:
                answer = await client.request(method, re.sub(r"{[a-z_]+}", "1234", path))
                assert (path, answer.status_code) == (path, 401)

    asyncio.run(story())


def test_the_database_itself_refuses_what_the_gateway_might_forget(town: Town) -> None:
    import psycopg

    town.happen(*a_call("c-1", "shop"))
    with psycopg.connect(town.settings.database_url(), autocommit=True) as rows:
        for table in ("call_record", "outbox"):
            assert rows.execute(f"select count(*) from {table}".encode()).fetchone() == (0,)  # no site named: nothing
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                rows.execute(f"delete from {table}".encode())
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                rows.execute(f"update {table} set site_id = 'bank'".encode())
        rows.execute("select set_config('app.site_id', 'bank', false)")
        assert rows.execute("select count(*) from call_record").fetchone() == (0,)
        rows.execute("select set_config('app.site_id', 'shop', false)")
        assert rows.execute("select count(*) from call_record").fetchone() == (1,)
