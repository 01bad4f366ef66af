"""Sites through the API: made with three fields, changed field by field, deleted to the last row."""

import asyncio
from typing import Any

import pytest

from core.phrases import usual_phrases
from tests.unit.gateway.conftest import ADMIN_KEY, KEYS, Town, a_call
from tests.unit.kb_api.conftest import SITE, Asker, Office


def test_three_fields_make_a_site_that_knows_its_lines_and_small_talk(office: Office) -> None:
    async def story(ask: Asker) -> None:
        made = await ask("POST", "/v1/sites", SITE)
        assert made.status_code == 201, made.text
        site = made.json()
        assert made.headers["location"] == "/v1/sites/clinic"
        assert site["phrases"]["hi-Latn"]["hold"][0] == "Aap line par bane rahein, main information check kar raha hoon."
        assert site["phrases"]["hi-Latn"]["hold_chat"] == ["Please chat par bane rahein, main check kar raha hoon."]
        assert site["phrases"]["en"]["greeting"] == usual_phrases("en", "City Clinic").greeting
        assert site["tools"] == ["transfer_to_operator", "end_call", "repeat_answer"]
        assert (await ask("GET", "/v1/sites/clinic")).json() == site

    office.tell(story)
    keys = {key for (key,) in office.rows("select key from kb_doc where site_id = 'clinic' and kind = 'action'")}
    assert {"greeting", "thanks", "elsewhere", "end_call", "transfer_to_operator"} <= keys
    assert "check_order_status" not in keys  # the site has no orders


def test_what_is_given_in_part_is_completed(office: Office) -> None:
    async def story(ask: Asker) -> None:
        given = SITE | {"phrases": {"en": {"greeting": "Clinic, good day."}}, "patience": {"no_input": 5}}
        site = (await ask("POST", "/v1/sites", given)).json()
        assert site["phrases"]["en"]["greeting"] == "Clinic, good day."
        assert site["phrases"]["en"]["goodbye"] == usual_phrases("en", "").goodbye
        assert (site["patience"]["no_input"], site["patience"]["pause"]) == (5, 0.16)

    office.tell(story)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"site_id": "City Clinic"}, "body.site_id"),
        ({"site_id": None}, "body.site_id"),
        ({"name": ""}, "body.name"),
        ({"languages": []}, "body.languages"),
        ({"languages": ["fr"]}, "body.languages[0]"),
        ({"languages": ["en", "en"]}, "body.languages"),
        ({"numbers": ["12a"]}, "body.numbers[0]"),
        ({"hours": {"week": {"mon": ["9 to 5"]}}}, "body.hours.week.*[0]"),
        ({"hours": {"holidays": ["26 January"]}}, "body.hours.holidays[0]"),
        ({"timezone": "Asia/Ludhiana"}, "body.timezone"),
        ({"tools": ["launch_rocket"]}, "body.tools[0]"),
        ({"tools": "end_call"}, "body.tools"),
        ({"phrases": {"en": {"greting": "Hello"}}}, "body.phrases.en.greting"),
        ({"max_cals": 3}, "body.max_cals"),
        ({"max_calls": -1}, "body.max_calls"),
        ({"llm": {"base_url": "file:///etc/passwd"}}, "body.llm.base_url"),
        ({"persona": "a\0b"}, "body.persona"),
    ],
)
def test_what_can_not_be_is_refused_with_its_field(office: Office, wrong: dict[str, Any], field: str) -> None:
    answer = office.town.ask("POST", "/v1/sites", ADMIN_KEY, SITE | wrong)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert office.rows("select count(*) from site where site_id = 'clinic'") == [(0,)]


def test_a_patch_changes_what_it_names_and_null_goes_back_to_the_default(office: Office) -> None:
    async def story(ask: Asker) -> None:
        before = (await ask("POST", "/v1/sites", SITE)).json()
        patch = {"max_calls": 3, "phrases": {"en": {"greeting": "Hi."}}, "hours": {"week": {"mon": ["10:00-18:00"]}}}
        after = (await ask("PATCH", "/v1/sites/clinic", patch, content_type="application/merge-patch+json")).json()
        assert (after["max_calls"], after["phrases"]["en"]["greeting"]) == (3, "Hi.")
        assert after["hours"]["week"] == {"mon": ["10:00-18:00"]}
        assert after["phrases"]["hi-Latn"] == before["phrases"]["hi-Latn"]
        back = (await ask("PATCH", "/v1/sites/clinic", {"max_calls": None, "phrases": {"en": None}, "hours": None})).json()
        assert {name: value for name, value in back.items() if name != "updated_at"} == {
            name: value for name, value in before.items() if name != "updated_at"
        }

    office.tell(story)


def test_a_language_that_is_added_gets_its_lines_and_a_tool_its_ways_to_ask(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE)
        patch = {"languages": ["pa", "en"], "tools": ["check_order_status", "end_call"]}
        after = (await ask("PATCH", "/v1/sites/clinic", patch)).json()
        assert "City Clinic" in after["phrases"]["pa"]["greeting"]
        assert after["tools"] == ["check_order_status", "end_call"]

    office.tell(story)
    found = office.rows("select key from kb_doc where site_id = 'clinic' and key in ('check_order_status', 'repeat_answer')")
    assert found == [("check_order_status",)]


def test_a_patch_that_makes_no_sense_changes_nothing(office: Office) -> None:
    async def story(ask: Asker) -> None:
        before = (await ask("POST", "/v1/sites", SITE)).json()
        for patch, field in (
            ({"site_id": "other"}, "body.site_id"),
            ({"name": None}, "body.name"),
            ({"patience": {"pauze": 1}}, "body.patience.pauze"),
            ({"max_calls": 3, "tools": ["nothing"]}, "body.tools[0]"),
        ):
            answer = await ask("PATCH", "/v1/sites/clinic", patch)
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
        assert (await ask("GET", "/v1/sites/clinic")).json() == before
        assert (await ask("PATCH", "/v1/sites/nobody", {})).status_code == 404

    office.tell(story)


def test_two_who_make_the_same_site_at_once_make_it_once(office: Office) -> None:
    async def story(ask: Asker) -> None:
        answers = await asyncio.gather(*(ask("POST", "/v1/sites", SITE) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]

    office.tell(story)


def test_numbers_come_and_go_and_are_nobody_elses(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE | {"numbers": ["7001"]})
        await ask("POST", "/v1/sites", SITE | {"site_id": "academy"})
        assert (await ask("POST", "/v1/sites/clinic/numbers", {"number": "+9116122"})).status_code == 201
        taken = await ask("POST", "/v1/sites/academy/numbers", {"number": "7001"})
        assert (taken.status_code, taken.json()["type"]) == (409, "urn:haazir:problem:number-taken")
        assert (await ask("PATCH", "/v1/sites/academy", {"numbers": ["7001"]})).status_code == 409
        assert [each["number"] for each in (await ask("GET", "/v1/sites/clinic/numbers")).json()["data"]] == ["7001", "+9116122"]
        assert (await ask("DELETE", "/v1/sites/clinic/numbers/%2B9116122")).status_code == 204
        assert (await ask("DELETE", "/v1/sites/clinic/numbers/7001")).status_code == 204
        assert (await ask("DELETE", "/v1/sites/clinic/numbers/7001")).status_code == 404
        assert (await ask("POST", "/v1/sites/academy/numbers", {"number": "7001"})).status_code == 201
        assert (await ask("GET", "/v1/sites/academy")).json()["numbers"] == ["7001"]

    office.tell(story)
    assert office.rows("select number, site_id from site_number where site_id in ('clinic', 'academy')") == [("7001", "academy")]


def test_the_list_has_pages(office: Office) -> None:
    async def story(ask: Asker) -> None:
        for site in ("academy", "clinic"):
            await ask("POST", "/v1/sites", SITE | {"site_id": site})
        seen, cursor = [], ""
        while cursor is not None:
            page = (await ask("GET", f"/v1/sites?limit=1&cursor={cursor}")).json()
            seen += [site["site_id"] for site in page["data"]]
            cursor = page["next_cursor"]
        assert seen == sorted(seen) and {"academy", "clinic", "shop", "bank"} <= set(seen)

    office.tell(story)


def test_only_the_admin_makes_and_lists_sites(town: Town) -> None:
    for method, path in (("GET", "/v1/sites"), ("POST", "/v1/sites")):
        answers = [town.ask(method, path, key, SITE if method == "POST" else None) for key in (KEYS["shop"], "wrong", None)]
        assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}


def test_a_key_with_the_scope_manages_its_own_site_and_no_other(office: Office) -> None:
    async def story(ask: Asker) -> None:
        for site in ("academy", "clinic"):
            await ask("POST", "/v1/sites", SITE | {"site_id": site})
        own = ask.with_key((await ask("POST", "/v1/sites/clinic/keys", {"scopes": ["sites"]})).json()["api_key"])
        other = ask.with_key((await ask("POST", "/v1/sites/academy/keys", {"name": "all"})).json()["api_key"])
        small = ask.with_key((await ask("POST", "/v1/sites/clinic/keys", {"scopes": ["calls"]})).json()["api_key"])
        assert (await own("PATCH", "/v1/sites/clinic", {"max_calls": 2})).status_code == 200
        assert (await small("GET", "/v1/sites/clinic")).status_code == 403
        nobody = await ask.with_key("hz_wrong")("GET", "/v1/sites/clinic")
        for who, path in ((other, "/v1/sites/clinic"), (own, "/v1/sites/academy"), (own, "/v1/sites/nobody")):
            answer = await who("GET", path)
            assert (answer.status_code, answer.content) == (401, nobody.content)

    office.tell(story)


def test_a_deleted_site_leaves_nothing_behind(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE | {"numbers": ["7001"]}, idempotency_key="made-once")
        await ask("PUT", "/v1/sites/clinic/secrets/crm", {"value": "s3cret"})
        await ask("POST", "/v1/sites/clinic/keys", {})
        assert (await ask("DELETE", "/v1/sites/clinic")).status_code == 204
        assert (await ask("DELETE", "/v1/sites/clinic")).status_code == 404
        assert (await ask("GET", "/v1/sites/clinic")).status_code == 404

    office.town.happen(*a_call("c-9", "clinic", recording="leg"))
    office.town.run("update call_record set recording_state = 'ready' where call_id = 'c-9'")
    recording = office.town.settings.recordings_dir / "c-9.wav"
    recording.write_bytes(b"RIFF")
    other = office.town.settings.recordings_dir / "c-8.wav"
    other.write_bytes(b"RIFF")
    office.tell(story)
    tables = office.rows(
        "select table_name from information_schema.columns where column_name = 'site_id' and table_schema = 'public'"
    )
    left = {table: office.rows(f"select count(*) from {table} where site_id = 'clinic'") for (table,) in tables}
    assert {table for table, count in left.items() if count != [(0,)]} == set()
    assert not recording.exists() and other.exists()


def test_a_large_sites_own_table_goes_as_a_whole(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE)
        office.town.run(
            "update kb_generation set shelf = make_kb_shelf() where site_id = 'clinic'",
            "update kb_chunk set shelf = g.shelf from kb_generation g where g.site_id = 'clinic' and kb_chunk.site_id = 'clinic'",
        )
        assert (await ask("DELETE", "/v1/sites/clinic")).status_code == 204

    shelves = "select inhrelid::regclass::text from pg_inherits where inhparent = 'kb_chunk'::regclass"
    before = office.rows(shelves)
    office.tell(story)
    assert office.rows(shelves) == before
    assert office.rows("select count(*) from kb_chunk where site_id = 'clinic'") == [(0,)]


def test_a_site_whose_calls_go_on_is_deleted_only_by_force(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE)
        refused = await ask("DELETE", "/v1/sites/clinic")
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:haazir:problem:calls-go-on")
        assert (await ask("GET", "/v1/sites/clinic")).status_code == 200
        assert (await ask("DELETE", "/v1/sites/clinic?force=true")).status_code == 204

    office.town.happen(*a_call("c-9", "clinic")[:3])
    office.town.run("update call_record set started_at = now() where call_id = 'c-9'")
    office.tell(story)
