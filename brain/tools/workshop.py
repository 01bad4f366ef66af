"""Opens all that tools work with, and makes the tools: one `async with`, for the brain's whole life."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from brain.tools.declaration import Declaration
from brain.tools.door import Doors
from brain.tools.ledger import Ledger
from brain.tools.orders import OWNER, Orders
from brain.tools.over_http import OverHttp
from brain.tools.over_mcp import OverMcp
from brain.tools.own_tables import Callbacks, Leads
from brain.tools.proof import Proof
from brain.tools.registry import Desk, all_tools, our_writes
from brain.tools.scenario import Scenarios
from brain.tools.tool import Tool
from brain.tools.toolbox import Toolbox
from core.db import Database
from core.ids import SiteId
from core.outbox import Outbox
from core.public_address import networks
from core.settings import Settings
from core.vault import Vault


@asynccontextmanager
async def open_toolbox(settings: Settings, database: Database, outbox: Outbox) -> AsyncIterator[Toolbox]:
    """KeyError if the vault's key is missing, ValueError for a `private_hosts` that is no network."""
    vault = Vault.of(settings)

    async def secret(site: SiteId, name: str) -> str:
        async with database.as_site(site) as rows:
            return await vault.get(rows, site, name)

    allowed = networks(settings.network.private_hosts)
    async with AsyncExitStack() as stack:
        orders = await stack.enter_async_context(Orders(settings.crm_url(), settings.brain.tool_deadline_s))
        http = OverHttp(await stack.enter_async_context(Doors(allowed)), secret)
        mcp = OverMcp(secret, allowed)
        scenarios = Scenarios(settings.scenarios_dir)
        desk = Desk(Ledger(database), Proof(http), outbox)
        tables = Leads(database, outbox), Callbacks(database, outbox)
        ours = all_tools(orders) | our_writes(desk, settings.crm_url(), OverHttp(orders.doors, secret, owner=OWNER), *tables)

        def make(site: SiteId, declaration: Declaration) -> Tool | None:
            match declaration.kind:
                case "http" | "openapi":
                    return desk.tool(declaration, http)
                case "mcp":
                    return desk.tool(declaration, mcp)
                case "python":
                    return desk.tool(declaration, scenarios)

        toolbox = Toolbox(database, ours, make, settings.calls.site_cache_s)
        stack.push_async_callback(toolbox.close)
        yield toolbox
