"""A site's tools: ours that it allows, and its own, live without a restart, through the API and the brain's own wiring."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from brain.tools.declaration import Case, Declaration
from brain.tools.registry import UTTERANCES
from brain.tools.tool import Errand, Request, Tool
from brain.tools.toolbox import Toolbox
from brain.tools.workshop import open_toolbox
from brain.turn import Asked, Done, Memory, Say
from core import settings as core_settings
from core.db import Database
from core.ids import SiteId
from core.outbox import Outbox
from core.settings import Settings
from core.vault import Vault
from tests.postgres import Server
from tests.standins.crm import Crm, crm_serving
from tests.unit.brain.tools.shop import SHOP, SITE, prepare

Story = Callable[[Toolbox, Crm, Database, Settings], Coroutine[Any, Any, None]]


def with_toolbox(server: Server, home: Path, story: Story) -> None:
    """The brain's own wiring: vault, doors, ledger, with loopback let in by the admin."""
    (home / "secrets").mkdir()
    (home / "secrets" / "vault_key").write_text("a vault key of this test")

    async def run() -> None:
        prepare(server)
        async with crm_serving() as crm:
            settings = Settings(
                home=home,
                database=core_settings.Database(url=server.settings.database_url()),
                network=core_settings.Network(private_hosts=("127.0.0.1",)),
                calls=core_settings.Calls(site_cache_s=0.0),
                brain=core_settings.Brain(crm_url=crm.url),
            )
            async with (
                Database(settings) as database,
                Outbox(settings, "brain") as outbox,
                open_toolbox(settings, database, outbox) as toolbox,
                asyncio.timeout(20),
            ):
                await story(toolbox, crm, database, settings)

    asyncio.run(run())


def declared(url: str, **changes: Any) -> Declaration:
    whole = Declaration(
        name="all_orders", description="Tells of the shop's first order.", url=f"{url}/orders/12345",
        utterances={"en": ("which order is first",)}, answers=(Case(say={"en": "A {item}."}),),
    )  # fmt: skip
    return msgspec.structs.replace(whole, **changes)


def store(server: Server, *declarations: Declaration) -> None:
    with psycopg.connect(server.settings.database_admin_url(), autocommit=True) as admin:
        admin.execute("delete from site_tool where site_id = %s", [SHOP])
        for each in declarations:
            values = [SHOP, each.name, msgspec.json.encode(each).decode()]
            admin.execute("insert into site_tool (site_id, name, declaration) values (%s, %s, %s)", values)


async def answer(tool: Tool, **site: Any) -> str:
    request = Request(msgspec.structs.replace(SITE, **site), "en", Memory("en"), asked=Asked("", "en", 0.9, conversation="c"))
    pieces = [piece async for piece in tool.answer(request)]
    assert isinstance(pieces[-1], Done)
    return " ".join(piece.text for piece in pieces if isinstance(piece, Say))


def test_only_what_the_site_allows_is_there(migrated_postgres: Server, tmp_path: Path) -> None:
    async def story(toolbox: Toolbox, crm: Crm, database: Database, settings: Settings) -> None:
        store(migrated_postgres, declared(crm.url))
        assert set(await toolbox.of(SHOP, ["end_call"])) == {"end_call"}
        assert set(await toolbox.of(SHOP, ["end_call", "all_orders", "nothing"])) == {"end_call", "all_orders"}
        assert await toolbox.of(SiteId("another-shop"), ["all_orders"]) == {}
        ours = await toolbox.of(SHOP, list(UTTERANCES))
        assert set(ours) == set(UTTERANCES), "every tool of ours can be made"
        assert {name for name, tool in ours.items() if isinstance(tool, Errand)} == {
            "update_order_status", "collect_lead", "schedule_callback",
        }  # fmt: skip
        for tool in ours.values():
            assert tool.description and tool.parameters["type"] == "object"

    with_toolbox(migrated_postgres, tmp_path, story)


def test_a_change_is_live_and_the_kill_switch_too(migrated_postgres: Server, tmp_path: Path) -> None:
    async def story(toolbox: Toolbox, crm: Crm, database: Database, settings: Settings) -> None:
        store(migrated_postgres, declared(crm.url))
        assert await answer((await toolbox.of(SHOP, ["all_orders"]))["all_orders"]) == "A Samsung mobile."
        store(migrated_postgres, declared(crm.url, answers=(Case(say={"en": "One {item}."}),)))
        tool = (await toolbox.of(SHOP, ["all_orders"]))["all_orders"]
        assert await answer(tool) == "One Samsung mobile."
        assert (await answer(tool, tools_off=True)).startswith("Sorry")
        store(migrated_postgres)
        assert await toolbox.of(SHOP, ["all_orders"]) == {}

    with_toolbox(migrated_postgres, tmp_path, story)


def test_keys_come_from_the_vault_in_every_form_and_a_missing_one_is_owned_up_to(
    migrated_postgres: Server, tmp_path: Path
) -> None:
    async def story(toolbox: Toolbox, crm: Crm, database: Database, settings: Settings) -> None:
        async with database.as_site(SHOP) as rows:
            await Vault.of(settings).put(rows, SHOP, "crm", "me:s3cret")
        sent = {}
        for form in ("bearer", "basic", "header"):
            key = {"form": form, "secret": "crm", "header": "X-Crm-Key"}
            given = msgspec.to_builtins(declared(crm.url, fresh_s=0.0)) | {"key": key}
            store(migrated_postgres, msgspec.convert(given, Declaration))
            await answer((await toolbox.of(SHOP, ["all_orders"]))["all_orders"])
            sent[form] = crm.requests[-1].headers
        assert sent["bearer"]["authorization"] == "Bearer me:s3cret"
        assert sent["basic"]["authorization"] == "Basic bWU6czNjcmV0"
        assert sent["header"]["x-crm-key"] == "me:s3cret"
        missing = msgspec.to_builtins(declared(crm.url)) | {"key": {"form": "bearer", "secret": "nothing"}}
        store(migrated_postgres, msgspec.convert(missing, Declaration))
        asked = len(crm.requests)
        assert (await answer((await toolbox.of(SHOP, ["all_orders"]))["all_orders"])).startswith("Sorry")
        assert len(crm.requests) == asked

    with_toolbox(migrated_postgres, tmp_path, story)


def test_a_declaration_that_this_version_can_not_read_hides_no_other(migrated_postgres: Server, tmp_path: Path) -> None:
    async def story(toolbox: Toolbox, crm: Crm, database: Database, settings: Settings) -> None:
        store(migrated_postgres, declared(crm.url))
        with psycopg.connect(migrated_postgres.settings.database_admin_url(), autocommit=True) as admin:
            admin.execute("insert into site_tool (site_id, name, declaration) values (%s, 'odd', '{\"new\": 1}')", [SHOP])
        assert set(await toolbox.of(SHOP, ["all_orders", "odd"])) == {"all_orders"}

    with_toolbox(migrated_postgres, tmp_path, story)


def test_a_database_that_is_away_leaves_what_was_seen(migrated_postgres: Server, tmp_path: Path) -> None:
    async def story(toolbox: Toolbox, crm: Crm, database: Database, settings: Settings) -> None:
        store(migrated_postgres, declared(crm.url))
        assert set(await toolbox.of(SHOP, ["all_orders"])) == {"all_orders"}
        migrated_postgres.stop()
        try:
            tools = await toolbox.of(SHOP, ["all_orders", "collect_lead"])
            assert set(tools) == {"all_orders", "collect_lead"}
            assert await answer(tools["all_orders"]) == "A Samsung mobile."
        finally:
            migrated_postgres.start()

    with_toolbox(migrated_postgres, tmp_path, story)
