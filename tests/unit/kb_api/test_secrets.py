"""Secrets through the API: stored, named, replaced, deleted; never read."""

from tests.unit.kb_api.conftest import SITE, Asker, Office

VALUE = "crm-token-9d1f"


def test_a_secret_is_never_readable_again(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE)
        place = "/v1/sites/clinic/secrets/crm.token"
        stored = await ask("PUT", place, {"value": VALUE}, idempotency_key="s-1")
        assert (stored.status_code, stored.content) == (204, b"")
        listed = await ask("GET", "/v1/sites/clinic/secrets")
        assert [secret["name"] for secret in listed.json()["data"]] == ["crm.token"]
        answers = [listed, await ask("GET", place), await ask("GET", "/v1/sites/clinic"), await ask("PUT", place, {"value": 1})]
        assert all(VALUE not in answer.text for answer in answers)
        assert answers[1].status_code == 405

    office.tell(story)
    for table in ("site_secret", "idempotent_answer"):
        assert VALUE not in str(office.rows(f"select row_to_json(t)::text, encode(sealed, 'escape') from {table} t"))


def test_a_secret_that_is_deleted_is_gone(office: Office) -> None:
    async def story(ask: Asker) -> None:
        await ask("POST", "/v1/sites", SITE)
        await ask("PUT", "/v1/sites/clinic/secrets/crm", {"value": VALUE})
        assert (await ask("DELETE", "/v1/sites/clinic/secrets/crm")).status_code == 204
        assert (await ask("DELETE", "/v1/sites/clinic/secrets/crm")).status_code == 404
        assert (await ask("PUT", "/v1/sites/nobody/secrets/crm", {"value": VALUE})).status_code == 404
        assert (await ask("PUT", "/v1/sites/clinic/secrets/Not%20a%20name", {"value": VALUE})).status_code == 422

    office.tell(story)
