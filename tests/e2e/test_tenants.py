"""One site tries to reach another, over every operation of /openapi.json: none succeeds, and none tells that it is there."""

import time
from collections.abc import Iterator
from statistics import median

import httpx
import pytest

from haazir.caller.script import Call
from haazir.caller.trial import Trial
from tests.e2e.calling import Caller, greeting
from tests.e2e.tenants import ADMINS, MISSING, Json, Tenant, attempts, bodies, done, operations, said

LIKE_NOBODYS = (200, 201, 202, 204)
"""A write under a name of one's own choice (PUT) makes a thing of one's own, whatever others call theirs."""


@pytest.fixture(scope="module")
def api(trial: Trial) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=trial.status().api, timeout=30.0) as client:
        yield client


@pytest.fixture(scope="module")
def admin_key(trial: Trial) -> str:
    key = trial.status().admin_key
    assert key is not None
    return key


@pytest.fixture(scope="module")
def description(api: httpx.Client) -> Json:
    found: Json = done(api.get("/openapi.json"))
    return found


@pytest.fixture(scope="module")
def theirs(api: httpx.Client, admin_key: str, trial: Trial, caller: Caller) -> Tenant:
    """A site with one of everything, a call included."""
    tenant = Tenant.make(api, admin_key, "theirs", "2001")

    async def script(call: Call) -> None:
        await greeting(call)

    Caller(trial, trial.server("theirs"), caller.voices).play(script)
    tenant.ids["call_id"] = tenant.ask("get", "/v1/calls")["data"][0]["id"]
    recording = f"/v1/calls/{tenant.ids['call_id']}/recording"
    tenant.until(lambda: api.get(recording, headers=tenant.headers).status_code == 200)
    return tenant


@pytest.fixture(scope="module")
def mine(api: httpx.Client, admin_key: str) -> Tenant:
    return Tenant.make(api, admin_key, "mine", "2002")


@pytest.fixture(scope="module")
def dead_key(theirs: Tenant) -> str:
    """A key of theirs that was revoked."""
    keys = f"/v1/sites/{theirs.site}/keys"
    made = theirs.ask("post", keys, {"name": "revoked"})
    theirs.ask("delete", f"{keys}/{made['key_id']}")
    return str(made["api_key"])


def test_every_operation_serves_its_own_site(description: Json, theirs: Tenant) -> None:
    """Else the attempts below would prove nothing."""
    found = {str(operation) for operation in operations(description)}
    seen = theirs.everything(description)
    assert found >= set(seen) and len(seen) > 20
    missing = {name for name, (status, _) in seen.items() if status != 200}
    assert missing == {"GET /v1/sites/{site_id}/knowledge-source"}, "its knowledge is its own"
    assert theirs.word in str(seen), "what is looked for must be there to be found"


def test_no_attempt_succeeds_or_tells_more_than_one_for_what_nobody_has(
    api: httpx.Client, description: Json, mine: Tenant, theirs: Tenant, dead_key: str
) -> None:
    before, holes, tried = theirs.everything(description), [], 0
    for attempt in attempts(description, mine, theirs, dead_key):
        method = attempt.operation.method
        answer = api.request(method, attempt.address, headers=dict(attempt.headers), json=attempt.body)
        nobodys = api.request(method, attempt.nobodys, headers=dict(attempt.nobodys_headers), json=attempt.body)
        tried += 1
        if theirs.word in answer.text:
            holes.append(f"{attempt}: shows what is theirs")
        elif answer.is_success and not (nobodys.status_code == answer.status_code in LIKE_NOBODYS):
            holes.append(f"{attempt}: succeeds with {answer.status_code}")
        elif not answer.is_success and said(answer) != said(nobodys):
            holes.append(f"{attempt}: {said(answer)} and not {said(nobodys)}")
    assert not holes, "\n".join(holes)
    assert tried > 400
    assert theirs.everything(description) == before, "something of theirs has changed"


def test_lists_and_searches_of_one_site_hold_nothing_of_another(description: Json, mine: Tenant, theirs: Tenant) -> None:
    for operation in operations(description):
        if operation.method == "get" and operation.path.startswith("/v1/") and operation.path not in ADMINS:
            answer = mine.api.get(operation.at({**MISSING, **mine.ids}), headers=mine.headers)
            assert theirs.word not in answer.text and theirs.ids["document_id"] not in answer.text, operation
    for path in ("/v1/kb/search", "/v1/chat/completions", "/v1/agui"):
        answer = mine.api.post(path, json=bodies(theirs)["post", path], headers=mine.headers)
        assert answer.is_success and theirs.word not in answer.text, path
        assert mine.word in answer.text, f"{path}: one's own is found"


def test_a_page_of_theirs_is_no_way_into_mine(mine: Tenant, theirs: Tenant) -> None:
    for what in ("kb/faqs", "kb/documents", "calls", "conversations", "kb/gaps", "leads", "callbacks"):
        path = f"/v1/{what}"
        cursor = theirs.ask("get", f"{path}?limit=1")["next_cursor"]
        for place in filter(None, (cursor, "0", "zzzz")):
            answer = mine.api.get(path, params={"cursor": place}, headers=mine.headers)
            assert answer.status_code in (200, 422), f"{path} {place}: {answer.status_code}"
            assert theirs.word not in answer.text


def test_the_same_idempotency_key_of_two_sites_is_two_writes(mine: Tenant, theirs: Tenant) -> None:
    body = {"question": "is there a cloakroom", "answer": "Yes."}
    first, second = (
        tenant.api.post("/v1/kb/faqs", json=body, headers={**tenant.headers, "Idempotency-Key": "the-same"})
        for tenant in (theirs, mine)
    )
    assert first.json()["id"] != second.json()["id"]
    assert "idempotent-replayed" not in second.headers
    again = theirs.api.post("/v1/kb/faqs", json=body, headers={**theirs.headers, "Idempotency-Key": "the-same"})
    assert again.json()["id"] == first.json()["id"]
    for tenant, answer in ((theirs, first), (mine, second)):
        tenant.ask("delete", f"/v1/kb/faqs/{answer.json()['id']}")


def test_a_chat_of_the_same_name_at_two_sites_is_two_conversations(mine: Tenant, theirs: Tenant) -> None:
    told = {"messages": [{"role": "user", "content": "my name is Umbrella Rasool"}], "user": "shared-name"}
    theirs.ask("post", "/v1/chat/completions", told)
    mine.ask("post", "/v1/chat/completions", {**told, "messages": [{"role": "user", "content": "phir se boliye"}]})
    conversations = mine.ask("get", "/v1/conversations?user=shared-name")["data"]
    assert "Rasool" not in str(conversations)
    for each in conversations:
        assert "Rasool" not in str(mine.ask("get", f"/v1/conversations/{each['id']}"))


@pytest.mark.parametrize(
    "patch",
    [{"site_id": "theirs"}, {"numbers": ["2001"]}, {"created_at": "2020-01-01T00:00:00Z"}, {"tools": ["report_of_theirs"]}],
    ids=["id", "numbers", "created_at", "tools"],
)
def test_a_site_can_not_make_itself_another(mine: Tenant, theirs: Tenant, patch: Json) -> None:
    path = f"/v1/sites/{mine.site}"
    before = mine.ask("get", path)
    mine.api.patch(path, json=patch, headers=mine.headers)
    after = mine.ask("get", path)
    assert {k: v for k, v in after.items() if k != "updated_at"} == {k: v for k, v in before.items() if k != "updated_at"}
    assert theirs.ask("get", f"/v1/sites/{theirs.site}/numbers")["data"] == [{"number": "2001"}]


SCOPES = {"calls": "/v1/calls", "kb": "/v1/kb/stats", "chat": "/v1/models"}


@pytest.mark.parametrize("scope", [*SCOPES, "tools"])
def test_a_key_with_a_scope_opens_that_and_nothing_else(mine: Tenant, scope: str) -> None:
    made = mine.ask("post", f"/v1/sites/{mine.site}/keys", {"name": scope, "scopes": [scope]})
    headers = {"X-Site-Id": mine.site, "X-Api-Key": made["api_key"]}
    for name, path in {**SCOPES, "sites": f"/v1/sites/{mine.site}"}.items():
        assert mine.api.get(path, headers=headers).status_code == (200 if name == scope else 403), (scope, path)
    escalated = mine.api.post(f"/v1/sites/{mine.site}/keys", json={"name": "more"}, headers=headers)
    assert escalated.status_code == 403


def test_a_site_made_anew_under_an_old_id_knows_and_remembers_nothing_of_the_old_one(api: httpx.Client, admin_key: str) -> None:
    old = Tenant.make(api, admin_key, "phoenix", "2003")
    assert api.delete("/v1/sites/phoenix", headers=old.headers).status_code == 204
    assert api.get("/v1/models", headers=old.headers).status_code == 401
    new = Tenant.make(api, admin_key, "phoenix", "2003")
    assert api.get("/v1/models", headers=old.headers).status_code == 401
    told = new.ask("post", "/v1/chat/completions", bodies(new)["post", "/v1/chat/completions"])
    assert new.word in str(told) and old.word not in str(told)
    (conversation,) = new.ask("get", "/v1/conversations")["data"]
    turns = new.ask("get", f"/v1/conversations/{conversation['id']}")
    assert old.word not in str(turns) and new.word in str(turns)
    assert api.delete("/v1/sites/phoenix", headers=new.headers).status_code == 204


def test_a_key_that_has_run_out_or_was_replaced_opens_nothing(mine: Tenant) -> None:
    keys = f"/v1/sites/{mine.site}/keys"
    short = mine.ask("post", keys, {"name": "short", "expires_in_s": 1})
    old = mine.ask("post", keys, {"name": "old"})
    mine.ask("post", f"{keys}/{old['key_id']}/rotate", {"overlap_s": 0})

    def opens(key: str) -> bool:
        return mine.api.get("/v1/models", headers={"Authorization": f"Bearer {key}"}).is_success

    assert opens(mine.key)
    mine.until(lambda: not opens(short["api_key"]))
    mine.until(lambda: not opens(old["api_key"]))


def test_a_wrong_key_anothers_key_and_an_unknown_site_take_the_same_time(mine: Tenant, theirs: Tenant) -> None:
    """By their medians, taken in turns: whoever measures from outside has a worse clock than we have here."""
    wrong = f"hz_{theirs.site}_{'x' * 32}"
    shown = {
        "wrong key": {"X-Site-Id": theirs.site, "X-Api-Key": wrong},
        "another's key": {"X-Site-Id": theirs.site, "X-Api-Key": mine.key},
        "unknown site": {"X-Site-Id": "no-such-site", "X-Api-Key": mine.key},
        "unknown site, wrong key": {"X-Site-Id": "no-such-site", "X-Api-Key": wrong},
    }
    took: dict[str, list[float]] = {name: [] for name in shown}
    words = set()
    for _ in range(150):
        for name, headers in shown.items():
            began = time.perf_counter()
            answer = mine.api.get("/v1/kb/stats", headers=headers)
            took[name].append(time.perf_counter() - began)
            words.add(said(answer))
    assert len(words) == 1
    medians = {name: median(times) * 1000 for name, times in took.items()}
    assert max(medians.values()) < 1.35 * min(medians.values()), medians
