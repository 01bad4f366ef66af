"""/v1/kb/gaps: what was asked in vain, and what the owner makes of it."""

from collections.abc import Iterator

import psycopg
import pytest

from core.keys import key_mac
from tests.unit.gateway.conftest import KEYS, PEPPER
from tests.unit.kb_api.conftest import Asker, Office


@pytest.fixture
def asked(office: Office) -> Iterator[Office]:
    """Three gaps of the shop's, one of the bank's."""
    office.town.run("delete from kb_gap")
    for site, text, times in (("shop", "pizza", 3), ("shop", "parking", 5), ("shop", "dog", 1), ("bank", "loan", 9)):
        office.town.run(
            f"begin; select set_config('app.site_id', '{site}', true); "
            + " ".join(f"select note_gap('{text}?', 'en', '{text}', null, '', 0.8, 'call-{n}');" for n in range(times))
            + " commit;"
        )
    yield office
    office.town.run("delete from kb_gap")


def test_the_most_asked_come_first_page_by_page(asked: Office) -> None:
    async def story(admin: Asker) -> None:
        ask = admin.with_key(KEYS["shop"])
        page = (await ask("GET", "/v1/kb/gaps?limit=2")).json()
        assert [(gap["question"], gap["count"], gap["status"]) for gap in page["data"]] == [
            ("parking?", 5, "open"),
            ("pizza?", 3, "open"),
        ]
        assert len(page["data"][0]["examples"]) == 5 and page["data"][0]["examples"][0]["session_id"] == "call-4"
        rest = (await ask("GET", f"/v1/kb/gaps?limit=2&cursor={page['next_cursor']}")).json()
        assert [gap["question"] for gap in rest["data"]] == ["dog?"] and rest["next_cursor"] is None

    asked.tell(story)


def test_a_gap_is_answered_ignored_and_opened_again(asked: Office) -> None:
    async def story(admin: Asker) -> None:
        ask = admin.with_key(KEYS["shop"])
        (first, *_) = (await ask("GET", "/v1/kb/gaps")).json()["data"]
        changed = await ask("PATCH", f"/v1/kb/gaps/{first['id']}", json={"status": "answered"})
        assert changed.status_code == 200 and changed.json()["status"] == "answered"
        assert first["id"] not in [gap["id"] for gap in (await ask("GET", "/v1/kb/gaps")).json()["data"]]
        answered = (await ask("GET", "/v1/kb/gaps?status=answered")).json()["data"]
        assert [gap["id"] for gap in answered] == [first["id"]]

    asked.tell(story)


def test_another_sites_gap_is_not_there(asked: Office) -> None:
    async def story(admin: Asker) -> None:
        bank, shop = admin.with_key(KEYS["bank"]), admin.with_key(KEYS["shop"])
        (loan,) = (await bank("GET", "/v1/kb/gaps")).json()["data"]
        assert loan["question"] == "loan?"
        assert (await shop("PATCH", f"/v1/kb/gaps/{loan['id']}", json={"status": "ignored"})).status_code == 404
        assert (await bank("GET", "/v1/kb/gaps")).json()["data"] == [loan]

    asked.tell(story)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "?cursor=nonsense", None, 422),
        ("GET", "?cursor=OS45LjkuOQ", None, 422),
        ("GET", "?cursor=%ff", None, 422),
        ("GET", "?status=lost", None, 422),
        ("GET", "?limit=0", None, 422),
        ("PATCH", "/999999", {"status": "open"}, 404),
        ("PATCH", "/999999999999999999", {"status": "open"}, 404),
        ("PATCH", "/x", {"status": "open"}, 404),
        ("PATCH", "/1", {"status": "lost"}, 422),
        ("PATCH", "/1", {"count": 7}, 422),
        ("PATCH", "/1", {}, 422),
    ],
)
def test_bad_requests_are_refused(asked: Office, method: str, path: str, body: object, status: int) -> None:
    async def story(admin: Asker) -> None:
        answer = await admin.with_key(KEYS["shop"])(method, f"/v1/kb/gaps{path}", json=body)
        assert answer.status_code in (status, 422) and answer.headers["content-type"] == "application/problem+json"

    asked.tell(story)


def test_a_key_without_the_scope_sees_nothing(asked: Office) -> None:
    with psycopg.connect(asked.town.server.settings.database_admin_url(), autocommit=True) as rows:
        values = ["shop-calls", "shop", key_mac(PEPPER, "hz_calls_only"), ["calls"]]
        rows.execute("insert into api_key (key_id, site_id, mac, scopes) values (%s, %s, %s, %s)", values)

    async def story(admin: Asker) -> None:
        assert (await admin.with_key("hz_calls_only")("GET", "/v1/kb/gaps")).status_code == 403

    asked.tell(story)
