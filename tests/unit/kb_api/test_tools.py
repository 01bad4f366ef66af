"""Declaring tools over HTTP: what is checked, what is stored, who may; leads and callbacks."""

import asyncio
from typing import Any

import pytest

from tests.unit.gateway.conftest import ADMIN_KEY
from tests.unit.kb_api.conftest import SITE, Asker, Office

TOOLS = "/v1/sites/clinic/tools"
REPORT: dict[str, Any] = {
    "name": "report_status",
    "description": "Tells whether a lab report is ready.",
    "url": "https://lab.example.com/reports/{report}",
    "arguments": {
        "type": "object",
        "properties": {"report": {"type": "string", "pattern": "^[0-9]{6}$"}},
        "required": ["report"],
    },
    "slots": {"report": {"ask": {"en": "What is the report number?"}}},
    "utterances": {"en": ["is my report ready", "report status"], "hi-Latn": ["meri report aa gayi kya"]},
    "answers": [{"say": {"en": "Your report is {status}."}}],
}
BOOK: dict[str, Any] = {
    **REPORT,
    "name": "book_test",
    "effect": "write",
    "method": "POST",
    "confirm": {"en": "A test for report {report|digits}."},
}


async def made(ask: Asker) -> None:
    assert (await ask("POST", "/v1/sites", json=SITE)).status_code == 201


def test_a_tool_is_declared_found_changed_and_taken_away(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await made(ask)
        first = await ask("POST", TOOLS, json=REPORT)
        assert first.status_code == 201 and first.json()["allowed"] is True
        assert first.json()["declaration"]["url"] == REPORT["url"]
        assert (await ask("POST", TOOLS, json=REPORT)).status_code == 409
        assert (await ask("GET", "/v1/sites/clinic")).json()["tools"][-1] == "report_status"
        changed = await ask("PUT", f"{TOOLS}/report_status", json={**REPORT, "timeout_s": 1.5})
        assert changed.status_code == 200 and changed.json()["declaration"]["timeout_s"] == 1.5
        assert [tool["name"] for tool in (await ask("GET", TOOLS)).json()["data"]] == ["report_status"]
        assert (await ask("GET", f"{TOOLS}/report_status")).json()["name"] == "report_status"
        assert (await ask("DELETE", f"{TOOLS}/report_status")).status_code == 204
        for method in ("GET", "DELETE"):
            assert (await ask(method, f"{TOOLS}/report_status")).status_code == 404
        assert "report_status" not in (await ask("GET", "/v1/sites/clinic")).json()["tools"]

    office.tell(story)
    assert office.rows("select key from kb_doc where site_id = 'clinic' and key = 'report_status'") == []


def test_a_tool_whose_key_is_not_in_the_vault_is_taken_and_says_so_until_it_is(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await made(ask)
        tool = await ask("POST", TOOLS, json={**REPORT, "key": {"form": "bearer", "secret": "lab_token"}})
        assert tool.status_code == 201
        (warning,) = tool.json()["warnings"]
        assert "no secret lab_token" in warning
        assert (await ask("PUT", "/v1/sites/clinic/secrets/lab_token", json={"value": "s3cret"})).status_code < 300
        assert (await ask("GET", TOOLS)).json()["data"][0]["warnings"] == []

    office.tell(story)


def test_ways_to_ask_are_searched_and_listened_for_at_once(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await made(ask)
        await ask("POST", TOOLS, json=REPORT)

    office.tell(story)
    bodies = "select body from kb_chunk join kb_doc using (site_id, doc_id) where site_id = 'clinic' and key = 'report_status'"
    assert sorted(body for (body,) in office.rows(bodies)) == ["is my report ready", "meri report aa gayi kya", "report status"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"url": "http://169.254.169.254/latest/{report}"}, "body.url"),
        ({"url": "http://localhost:9190/orders/{report}"}, "body.url"),
        ({"url": "https://{report}.example.com/"}, "body.url"),
        ({"url": "https://lab.example.com/{name}"}, "body.url"),
        ({"url": "file:///etc/passwd"}, "body.url"),
        ({"name": "check_order_status"}, "body.name"),
        ({"name": "Bad Name"}, "body.name"),
        ({"kind": "python"}, "body.kind"),
        ({"effect": "write"}, "body.confirm"),
        ({"method": "POST"}, "body.confirm"),
        ({"answers": []}, "body.answers"),
        ({"answers": [{"say": {"en": "It is {status"}}]}, "body.answers.0.say.en"),
        ({"answers": [{"say": {"en": "It is {status|shout}"}}]}, "body.answers.0.say.en"),
        ({"answers": [{"say": {"tlh": "Qapla'"}}]}, "body.answers"),
        ({"utterances": {}}, "body.utterances"),
        ({"slots": {}}, "body.slots.report.ask"),
        ({"arguments": {"type": "array"}}, "body.arguments"),
        ({"arguments": {"type": "object", "properties": {"report": {"type": "strin"}}}}, "body.arguments"),
        ({"arguments": {"type": "object", "properties": {"report": {"$ref": "http://x/y"}}}}, "body.arguments"),
        ({"headers": {"Authorization": "Bearer x"}}, "body.headers.Authorization"),
        ({"headers": {"X-A": "a\r\nX-B: b"}}, "body.headers.X-A"),
        ({"authentication": {"ways": ["keypad"]}}, "body.authentication.pin_url"),
        ({"timeout_s": 60}, "body.timeout_s"),
        ({"colour": "red"}, "body"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(office: Office, change: dict[str, Any], place: str) -> None:
    async def story(ask: Asker) -> None:
        await made(ask)
        refused = await ask("POST", TOOLS, json={**REPORT, **change})
        assert refused.status_code == 422, refused.text
        assert any(error["field"].startswith(place) for error in refused.json()["errors"]), refused.json()["errors"]
        assert (await ask("GET", TOOLS)).json()["data"] == []

    office.tell(story)


def test_another_sites_key_opens_nothing(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await made(ask)
        await ask("POST", TOOLS, json=REPORT)
        for method, path in (
            ("GET", TOOLS),
            ("POST", TOOLS),
            ("PUT", f"{TOOLS}/report_status"),
            ("DELETE", f"{TOOLS}/report_status"),
        ):
            assert (await ask.with_key("hz_shop_key")(method, path, json=REPORT)).status_code == 401

    office.tell(story)


def test_an_openapi_file_is_imported_operation_by_operation(office: Office) -> None:
    document = {
        "openapi": "3.1.0",
        "servers": [{"url": "https://lab.example.com/v2/"}],
        "paths": {
            "/reports/{id}": {
                "parameters": [{"$ref": "#/components/parameters/Id"}],
                "get": {"operationId": "getReport", "summary": "Reads a report."},
                "delete": {"operationId": "deleteReport"},
            },
            "/bookings": {
                "post": {
                    "operationId": "book",
                    "parameters": [
                        {"name": "day", "in": "query", "required": True, "schema": {"type": "string", "format": "date"}}
                    ],
                    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Booking"}}}},
                }
            },
        },
        "components": {
            "parameters": {"Id": {"name": "id", "in": "path", "schema": {"type": "string", "pattern": "^[0-9]{6}$"}}},
            "schemas": {
                "Booking": {
                    "type": "object",
                    "required": ["test"],
                    "properties": {"test": {"type": "string", "enum": ["blood", "x-ray"]}, "deep": {"type": "object"}},
                }
            },
        },
    }
    read = {"operation": "getReport", "tool": {k: REPORT[k] for k in ("name", "utterances", "answers")}}
    book = {
        "operation": "book",
        "tool": {"name": "book_test", "utterances": {"en": ["book a test"]}, "confirm": {"en": "A {test} test on {day|date}."}},
    }

    async def story(ask: Asker) -> None:
        await made(ask)
        refused = await ask("POST", f"{TOOLS}/import", json={"document": document, "operations": [read, book]})
        assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "body.operations[1].allow_write"
        assert (await ask("GET", TOOLS)).json()["data"] == [], "all or nothing"
        done = await ask(
            "POST", f"{TOOLS}/import", json={"document": document, "operations": [read, {**book, "allow_write": True}]}
        )
        assert done.status_code == 201, done.text
        report, booking = (tool["declaration"] for tool in done.json()["data"])
        assert report["url"] == "https://lab.example.com/v2/reports/{id}" and report["kind"] == "openapi"
        assert report["slots"]["id"]["ask"]["en"] == "Please tell me the id." and report["effect"] == "read"
        assert booking["url"] == "https://lab.example.com/v2/bookings?day={day}" and booking["effect"] == "write"
        assert booking["arguments"]["required"] == ["day", "test"]
        missing = await ask(
            "POST", f"{TOOLS}/import", json={"document": document, "operations": [{"operation": "x", "tool": {}}]}
        )
        assert "getReport" in missing.json()["errors"][0]["detail"]

    office.tell(story)


def test_a_circle_of_references_ends(office: Office) -> None:
    circle = {"openapi": "3.0.0", "paths": {"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}}}

    async def story(ask: Asker) -> None:
        await made(ask)
        refused = await ask("POST", f"{TOOLS}/import", json={"document": circle, "operations": [{"operation": "x", "tool": {}}]})
        assert refused.status_code == 422 and "circle" in refused.json()["errors"][0]["detail"]

    office.tell(story)


def test_leads_and_callbacks_are_listed_page_by_page_for_their_own_site(office: Office) -> None:
    office.town.run(
        "insert into lead (site_id, lead_id, conversation_id, name, phone, language, created_at) select 'shop', 'l' || n, 'c', "
        "'Ravi', '9811111111', 'en', now() - n * interval '1 hour' from generate_series(1, 5) n",
        "insert into callback (site_id, callback_id, conversation_id, phone, due_at, language, state) "
        "values ('shop', 'b1', 'c', '9811111111', now(), 'en', 'open'), ('shop', 'b2', 'c', '9811111111', now(), 'en', 'done')",
    )

    async def story(ask: Asker) -> None:
        shop, bank = ask.with_key("hz_shop_key"), ask.with_key("hz_bank_key")
        page = (await shop("GET", "/v1/leads?limit=3")).json()
        rest = (await shop("GET", f"/v1/leads?limit=3&cursor={page['next_cursor']}")).json()
        assert [lead["id"] for lead in page["data"] + rest["data"]] == ["l1", "l2", "l3", "l4", "l5"]
        assert rest["next_cursor"] is None and page["data"][0]["name"] == "Ravi"
        assert [each["id"] for each in (await shop("GET", "/v1/callbacks?state=open")).json()["data"]] == ["b1"]
        assert len((await shop("GET", "/v1/callbacks")).json()["data"]) == 2
        for path in ("/v1/leads", "/v1/callbacks"):
            assert (await bank("GET", path)).json()["data"] == []
            assert (await shop("GET", f"{path}?cursor=!!")).status_code == 422

    office.tell(story)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 100_000, b'{"description": "\\ud800"}', b"", b"\xff", b'{"timeout_s": 1e999}']
)
def test_a_body_that_is_no_declaration_is_refused(office: Office, body: bytes) -> None:
    async def story() -> None:
        async with office.town.gateway() as client:
            headers = {"Authorization": f"Bearer {ADMIN_KEY}", "Content-Type": "application/json"}
            assert (await client.post("/v1/sites/shop/tools", content=body, headers=headers)).status_code == 422

    asyncio.run(story())
