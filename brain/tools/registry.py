"""All tools there are. A site gets those it names; a new one is a file beside this and a line here."""

from brain.tools.check_order_status import CheckOrderStatus, OrderBook
from brain.tools.end_call import EndCall
from brain.tools.repeat_answer import RepeatAnswer
from brain.tools.tool import Tool
from brain.tools.transfer_to_operator import TransferToOperator


def all_tools(orders: OrderBook) -> dict[str, Tool]:
    """By name."""
    tools: tuple[Tool, ...] = (CheckOrderStatus(orders), TransferToOperator(), EndCall(), RepeatAnswer())
    return {tool.name: tool for tool in tools}


UTTERANCES = {tool.name: tool.utterances for tool in (CheckOrderStatus, TransferToOperator, EndCall, RepeatAnswer)}
"""How each is asked for: what brain.apply stores."""
