"""Which tool is meant by a number alone: "12345", keyed or said. ◆"""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from brain.tools.tool import Tool

ORDERS = "check_order_status"


def for_number(tools: Mapping[str, Tool], digits: str) -> str | None:
    """The order tool where the site has it, whatever the number; else the one tool that needs a number like this, if any does."""
    if ORDERS in tools:
        return ORDERS
    fitting = [name for name, tool in tools.items() if _needs(tool.parameters, digits)]
    return fitting[0] if len(fitting) == 1 else None


def _needs(parameters: Mapping[str, Any], digits: str) -> bool:
    needed = [parameters["properties"][name] for name in parameters.get("required", ())]
    return any(
        ("[0-9]" in schema.get("pattern", "") or "\\d" in schema.get("pattern", ""))
        and Draft202012Validator(schema).is_valid(digits)
        for schema in needed
    )
