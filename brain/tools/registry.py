"""All tools that are ours. A site gets those it names, beside what it declared itself (toolbox.py)."""

from dataclasses import dataclass

from brain.tools.check_order_status import CheckOrderStatus, OrderBook
from brain.tools.collect_lead import COLLECT_LEAD
from brain.tools.declaration import Declaration
from brain.tools.end_call import EndCall
from brain.tools.errand import DeclaredTool
from brain.tools.job import Performer, Publisher
from brain.tools.ledger import Ledger
from brain.tools.proof import Proof
from brain.tools.repeat_answer import RepeatAnswer
from brain.tools.schedule_callback import SCHEDULE_CALLBACK
from brain.tools.tool import Tool
from brain.tools.transfer_to_operator import TransferToOperator
from brain.tools.update_order_status import UPDATE_ORDER_STATUS, update_order_status


@dataclass(frozen=True, slots=True)
class Desk:
    """What declared tools work with."""

    ledger: Ledger
    proof: Proof
    events: Publisher

    def tool(self, declaration: Declaration, performer: Performer) -> DeclaredTool:
        return DeclaredTool(declaration, performer, self.ledger, self.proof, self.events)


def all_tools(orders: OrderBook) -> dict[str, Tool]:
    """Those that only read or talk, by name."""
    tools: tuple[Tool, ...] = (CheckOrderStatus(orders), TransferToOperator(), EndCall(), RepeatAnswer())
    return {tool.name: tool for tool in tools}


def our_writes(desk: Desk, crm_url: str, crm: Performer, leads: Performer, callbacks: Performer) -> dict[str, Tool]:
    """Those that change something, by name."""
    performers = ((update_order_status(crm_url), crm), (COLLECT_LEAD, leads), (SCHEDULE_CALLBACK, callbacks))
    return {declaration.name: desk.tool(declaration, performer) for declaration, performer in performers}


_DECLARED = (UPDATE_ORDER_STATUS, COLLECT_LEAD, SCHEDULE_CALLBACK)

UTTERANCES = {tool.name: tool.utterances for tool in (CheckOrderStatus, TransferToOperator, EndCall, RepeatAnswer)} | {
    declaration.name: declaration.utterances for declaration in _DECLARED
}
"""How each is asked for: what a site's knowledge has of those that it allows."""
