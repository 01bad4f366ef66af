"""Onboarding over HTTP, as an admin does it: check, configure, ask, pause, delete; and what is refused."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY

from brain.knowledge.embedders import Embedders
from brain.knowledge.library import Library
from core.db import Database
from core.http import description, doors, problems
from core.http.auth import Doorkeeper
from core.http.doors import Doors
from core.ids import SiteId
from core.vault import Vault
from kb_api import door
from kb_api.needs import Needs
from mirror import fleet
from mirror.elsewhere import elsewhere
from tests.postgres import Server
from tests.standins.embeddings import LOOPBACK
from tests.standins.machine_a.database import PASSWORD
from tests.standins.machine_a.machine import MachineA, running
from tests.unit.mirror.story import EAGER, eventually

ADMIN = {"Authorization": "Bearer admin"}
VAULT = Vault(lambda: "a vault key")
PLACE = "/v1/sites/saree-house/knowledge-source"
LADAKH = "how do parcels travel to Ladakh"


@pytest.fixture(scope="module")
def a() -> Iterator[MachineA]:
    with running() as machine:
        yield machine


@dataclass
class Office:
    """Our side: its routes, and what searches."""

    client: httpx.AsyncClient
    database: Database
    library: Library
    key: str = ""

    async def ask(self, method: str, path: str, *, headers: dict[str, str] = ADMIN, **more: Any) -> httpx.Response:
        return await self.client.request(method, path, headers=headers, **more)

    async def ok(self, method: str, path: str, **more: Any) -> Any:
        answer = await self.ask(method, path, **more)
        assert answer.status_code in (200, 201, 204), answer.text
        return answer.json() if answer.content else None

    async def onboard(self, a: MachineA, source: str = "mirror") -> None:
        """A site whose questions are embedded by A's model, and A's password in its vault."""
        if (await self.ask("GET", "/v1/sites/saree-house")).status_code == 200:
            await self.ok("DELETE", "/v1/sites/saree-house")
        site = {"site_id": "saree-house", "name": "Saree House", "languages": ["en"], "embedding": a.embedding()}
        await self.ok("POST", "/v1/sites", json=site)
        await self.ok("PUT", "/v1/sites/saree-house/secrets/machine-a", json={"value": PASSWORD})
        self.key = (await self.ok("POST", "/v1/sites/saree-house/keys", json={"name": "k"}))["api_key"]
        await self.ok("PUT", PLACE, json=self.source(a, source))

    def source(self, a: MachineA, source: str = "mirror", **changes: Any) -> dict[str, Any]:
        origin = {**a.database.origin(), "health_url": f"{a.url}/health", "budget": EAGER, **changes}
        return {"source": source, "origin": origin}

    async def found(self, question: str) -> list[dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.key}"}
        return list((await self.ok("POST", "/v1/kb/search", headers=headers, json={"query": question}))["results"])


Story = Callable[[Office], Coroutine[Any, Any, None]]


def at_the_office(server: Server, story: Story) -> None:
    async def told() -> None:
        async with office(server) as opened:
            await story(opened)

    asyncio.run(told())


@contextlib.asynccontextmanager
async def office(server: Server) -> AsyncIterator[Office]:
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(server.settings, wait_s=5))
        embedders = await stack.enter_async_context(Embedders(vault=VAULT, allowed=LOOPBACK))
        machine_a = await stack.enter_async_context(elsewhere(database, VAULT))
        library = await stack.enter_async_context(Library(database, embedders, 0.0, machine_a))
        app = FastAPI()
        problems.install(app)
        description.install(app)
        doors.install(app, Doors(server.settings, database, Doorkeeper(database, "pepper", "admin"), VAULT))
        door.install(app, Needs(embedders, elsewhere=machine_a))
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://gateway"))
        opened = Office(client, database, library)
        try:
            yield opened
        finally:
            await opened.ask("DELETE", "/v1/sites/saree-house")


@contextlib.asynccontextmanager
async def worker(office: Office) -> AsyncIterator[None]:
    task = asyncio.create_task(fleet.run(office.database, VAULT))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until_status(office: Office, status: str) -> dict[str, Any]:
    seen: list[dict[str, Any]] = []

    async def is_so() -> bool:
        seen.append((await office.ok("GET", PLACE))["state"])
        return bool(seen[-1]["status"] == status)

    await eventually(is_so, 30)
    return seen[-1]


def test_a_machine_is_checked_mirrored_asked_paused_and_let_go(migrated_postgres: Server, a: MachineA) -> None:
    async def story(office: Office) -> None:
        await office.onboard(a)
        check = await office.ok("POST", PLACE + "/check", json={})
        assert check["fits"] and check["contract"]["dimensions"] == 256
        findings = {finding["what"]: finding["fits"] for finding in check["findings"]}
        assert findings["role"] == findings["key"] == findings["changed"] == "yes" and findings["model"] != "no"
        async with worker(office):
            state = await until_status(office, "fresh")
            assert state["rows"] == 6 and state["asked"]["probes"] > 0 and state["health"]["budget"] > 0
            assert "Blue Falcon" in (await office.found(LADAKH))[0]["text"]
            spoken = await office.library.passages(SiteId("saree-house"), LADAKH, 3)
            assert spoken[0].title == "Courier partners" and spoken[0].url == "/leh" and spoken[0].cosine > 0.4
            paused = await office.ok("POST", PLACE + "/pause", json={"why": "A is moving house"})
            assert paused["paused"] == "A is moving house"
            await until_status(office, "paused")
            assert a.database.run("select 1 from pg_stat_activity where usename = 'haazir_reader'") == []
            assert "Blue Falcon" in (await office.found(LADAKH))[0]["text"]
            await office.ok("POST", PLACE + "/resume")
            await until_status(office, "fresh")
        await office.ok("DELETE", PLACE)
        assert await office.found(LADAKH) == []
        assert (await office.ask("GET", PLACE)).status_code == 404

    at_the_office(migrated_postgres, story)


def test_a_check_says_what_does_not_fit_and_how_to_mend_it(migrated_postgres: Server, a: MachineA) -> None:
    async def story(office: Office) -> None:
        await office.onboard(a)

        async def no(body: dict[str, Any]) -> dict[str, str]:
            check = await office.ok("POST", PLACE + "/check", json=body)
            assert check["fits"] is False
            return {finding["what"]: finding["detail"] for finding in check["findings"] if finding["fits"] == "no"}

        columns = a.database.origin()["columns"]
        assert "no column 'nope'" in (await no(office.source(a, columns={**columns, "text": "nope"})))["table"]
        assert "no unique index" in (await no(office.source(a, columns={**columns, "key": "headline"})))["key"]
        assert "vectors of pgvector" in (await no(office.source(a, columns={**columns, "embedding": "body"})))["embedding"]
        assert "no public.gone" in (await no(office.source(a, columns={**columns, "table": "gone"})))["table"]
        assert "name and password" in (await no(office.source(a, user="nobody")))["connection"]
        assert "there is no secret" in (await no(office.source(a, secret="unknown")))["secret"]
        assert "can't be reached" in (await no(office.source(a, port=1)))["connection"]
        await office.ok("PATCH", "/v1/sites/saree-house", json={"embedding": {"dimensions": 384}})
        assert "256 dimensions, but this site's model gives 384" in (await no(office.source(a)))["embedding"]
        assert PASSWORD not in str(await office.ok("GET", PLACE))

    at_the_office(migrated_postgres, story)


def test_only_the_admin_may_say_where_and_a_sites_key_may_pull_the_switch(migrated_postgres: Server, a: MachineA) -> None:
    async def story(office: Office) -> None:
        await office.onboard(a)
        own = {"Authorization": f"Bearer {office.key}"}
        for method, path in (("PUT", ""), ("POST", "/check"), ("DELETE", "")):
            assert (await office.ask(method, PLACE + path, headers=own, json=office.source(a))).status_code == 401
        assert (await office.ask("POST", PLACE + "/pause", headers=own, json={})).status_code == 200
        assert (await office.ask("GET", PLACE, headers=own)).json()["paused"]
        for method, path in (("GET", ""), ("POST", "/pause"), ("POST", "/resume")):
            assert (await office.ask(method, PLACE.replace("saree", "other") + path, headers=own)).status_code == 401

    at_the_office(migrated_postgres, story)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"host": "/run/postgresql"}, "origin.host"),
        ({"columns": {"table": "t"}}, "origin.columns"),
        ({"columns": {"preset": "mongodb", "table": "t"}}, "origin.columns.preset"),
        ({"budget": {"rows_per_s": 0}}, "origin.budget.rows_per_s"),
        ({"password": "in the open"}, "origin"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(
    migrated_postgres: Server, a: MachineA, change: dict[str, Any], field: str
) -> None:
    async def story(office: Office) -> None:
        await office.onboard(a)
        answer = await office.ask("PUT", PLACE, json=office.source(a, **change))
        assert answer.status_code == 422 and field in answer.text and "in the open" not in answer.text

    at_the_office(migrated_postgres, story)


def test_a_machine_a_without_tls_is_told_as_such(migrated_postgres: Server, a: MachineA) -> None:
    async def story(office: Office) -> None:
        await office.onboard(a)
        source = office.source(a)
        found = await office.ok("POST", PLACE + "/check", json={**source, "origin": {**source["origin"], "tls": "require"}})
        assert not found["fits"]
        assert "no TLS" in found["findings"][0]["detail"]

    at_the_office(migrated_postgres, story)


def statements_asked(site: SiteId) -> float:
    return REGISTRY.get_sample_value("haazir_mirror_statements_total", {"site": site}) or 0.0


def test_read_through_asks_at_most_two_at_a_time_and_gives_up_when_it_is_slow(
    migrated_postgres: Server, a: MachineA, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brain.knowledge.library.SEARCH_WAIT_S", 20.0)  # or its own caller could give up first

    async def story(office: Office) -> None:
        await office.onboard(a, "read_through")
        site = SiteId("saree-house")
        with monkeypatch.context() as patience:
            patience.setattr("mirror.through.DEADLINE_S", 10.0)
            patience.setattr("mirror.through.TURN_S", 10.0)
            nearest = (await office.library.passages(site, LADAKH, 3))[0]
            assert nearest.title == "Courier partners"
            assert nearest.overlap > 0.5  # words count as they do in a mirror
            found = await asyncio.gather(*(office.library.passages(site, f"{LADAKH} {n}", 3) for n in range(20)))
            assert all(found), "nobody was a third: that one would not have been let in"
        assert a.database.run("select count(*) from pg_stat_activity where usename = 'haazir_reader'")[0][0] <= 2
        with a.database.admin() as owner:
            owner.execute("begin")
            owner.execute("lock table articles in access exclusive mode")
            asked = statements_asked(site)
            began = asyncio.get_running_loop().time()
            assert await office.library.passages(site, "umbrellas and a locked table", 3) == []
            assert asyncio.get_running_loop().time() - began < 1
            assert statements_asked(site) == asked + 1, "it was asked, not given up beforehand"
            owner.execute("commit")
        await office.ok("POST", PLACE + "/pause", json={})

    at_the_office(migrated_postgres, story)
