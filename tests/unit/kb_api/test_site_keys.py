"""Keys of a site: shown once, for what they were made for, replaced without a gap."""

import asyncio

from core.keys import key_mac
from tests.unit.gateway.conftest import PEPPER
from tests.unit.kb_api.conftest import SITE, Asker, Office


async def opens(ask: Asker, key: str) -> bool:
    return (await ask.with_key(key)("GET", "/v1/calls")).status_code == 200


def test_a_key_is_shown_once_and_opens_its_site(office: Office) -> None:
    made: dict[str, str] = {}

    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE)
        answer = await ask("POST", "/v1/sites/clinic/keys", {"name": "website"})
        assert answer.status_code == 201
        made.update(answer.json())
        assert made["api_key"].startswith("hz_clinic_") and len(made["api_key"]) > 40
        assert await opens(ask, made["api_key"])
        listed = await ask("GET", "/v1/sites/clinic/keys")
        assert [key["key_id"] for key in listed.json()["data"]] == [made["key_id"]]
        assert made["api_key"] not in listed.text and "no-store" in answer.headers["cache-control"]

    office.tell(story)
    assert office.rows("select mac from api_key where site_id = 'clinic'") == [(key_mac(PEPPER, made["api_key"]),)]


def test_a_revoked_key_opens_nothing_and_stays_in_the_list(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE)
        first, second = [(await ask("POST", "/v1/sites/clinic/keys", {})).json() for _ in range(2)]
        for _ in range(2):
            assert (await ask("DELETE", f"/v1/sites/clinic/keys/{first['key_id']}")).status_code == 204
        assert (await opens(ask, first["api_key"]), await opens(ask, second["api_key"])) == (False, True)
        states = [key["revoked_at"] is not None for key in (await ask("GET", "/v1/sites/clinic/keys")).json()["data"]]
        assert states == [True, False]
        assert (await ask("DELETE", "/v1/sites/clinic/keys/key_none")).status_code == 404

    office.tell(story)


def test_rotation_leaves_the_old_key_its_overlap_and_no_more(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE)
        old = (await ask("POST", "/v1/sites/clinic/keys", {"name": "website", "scopes": ["calls"]})).json()
        place = f"/v1/sites/clinic/keys/{old['key_id']}/rotate"
        new = (await ask("POST", place, {"overlap_s": 60})).json()
        assert (new["name"], new["scopes"]) == ("website", ["calls"])
        assert await opens(ask, old["api_key"]) and await opens(ask, new["api_key"])
        assert (await ask("POST", place, {})).json()["type"] == "urn:haazir:problem:key-replaced"
        office.town.run(f"update api_key set expires_at = now() where key_id = '{old['key_id']}'")  # the overlap is over
        assert not await opens(ask, old["api_key"]) and await opens(ask, new["api_key"])
        assert (await ask("POST", place, {})).json()["type"] == "urn:haazir:problem:key-expired"
        at_once = await ask("POST", f"/v1/sites/clinic/keys/{new['key_id']}/rotate", {"overlap_s": 0})
        assert not await opens(ask, new["api_key"]) and await opens(ask, at_once.json()["api_key"])

    office.tell(story)


def test_a_rotation_never_makes_a_key_live_longer(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE)
        key = (await ask("POST", "/v1/sites/clinic/keys", {"expires_in_s": 5})).json()
        await ask("POST", f"/v1/sites/clinic/keys/{key['key_id']}/rotate", {"overlap_s": 86400})
        listed = {each["key_id"]: each for each in (await ask("GET", "/v1/sites/clinic/keys")).json()["data"]}
        assert listed[key["key_id"]]["expires_at"] == key["expires_at"]

    office.tell(story)


def test_a_scope_opens_what_it_says(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE)
        key = (await ask("POST", "/v1/sites/clinic/keys", {"scopes": ["kb"]})).json()["api_key"]
        refused = await ask.with_key(key)("GET", "/v1/calls")
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:haazir:problem:out-of-scope")
        assert (await ask("POST", "/v1/sites/clinic/keys", {"scopes": ["everything"]})).status_code == 422

    office.tell(story)


def test_another_sites_key_can_not_be_rotated_or_revoked(office: Office) -> None:
    async def story(ask: Asker) -> None:
        for site in ("clinic", "academy"):
            await ask("POST", "/v1/sites", SITE | {"site_id": site})
        theirs = (await ask("POST", "/v1/sites/academy/keys", {})).json()
        for method, tail in (("DELETE", ""), ("POST", "/rotate")):
            assert (await ask(method, f"/v1/sites/clinic/keys/{theirs['key_id']}{tail}", {})).status_code == 404
        assert await opens(ask, theirs["api_key"])

    office.tell(story)


def test_a_write_sent_twice_is_done_once_and_answered_alike(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE)
        place = "/v1/sites/clinic/keys"
        first, second = await asyncio.gather(*(ask("POST", place, {"name": "x"}, idempotency_key="once-1") for _ in range(2)))
        assert (first.status_code, first.json()) == (second.status_code, second.json())
        assert {answer.headers.get("idempotent-replayed") for answer in (first, second)} == {None, "true"}
        other = await ask("POST", place, {"name": "y"}, idempotency_key="once-1")
        assert (other.status_code, other.json()["type"]) == (422, "urn:haazir:problem:idempotency-key-reused")
        assert len((await ask("GET", place)).json()["data"]) == 1
        stored = office.rows("select sealed from idempotent_answer where site_id = 'clinic'")
        assert all(first.json()["api_key"].encode() not in bytes(sealed) for (sealed,) in stored)

    office.tell(story)


def test_a_refusal_is_not_remembered(office: Office) -> None:
    async def story(ask: Asker) -> None:
        place = "/v1/sites/clinic/numbers"
        assert (await ask("POST", place, {"number": "7001"}, idempotency_key="n-1")).status_code == 404
        await ask("POST", "/v1/sites", SITE)
        assert (await ask("POST", place, {"number": "7001"}, idempotency_key="n-1")).status_code == 201

    office.tell(story)


def test_an_idempotency_key_is_forgotten_after_a_day(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE)
        first = await ask("POST", "/v1/sites/clinic/keys", {}, idempotency_key="k")
        office.town.run("update idempotent_answer set at = now() - interval '25 hours'")
        second = await ask("POST", "/v1/sites/clinic/keys", {}, idempotency_key="k")
        assert second.status_code == 201 and first.json() != second.json()

    office.tell(story)


def test_making_a_site_twice_with_one_idempotency_key_is_making_it(office: Office) -> None:
    async def story(ask: Asker) -> None:
        answers = [await ask("POST", "/v1/sites", SITE, idempotency_key="site-1") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201] and answers[0].json() == answers[1].json()

    office.tell(story)
