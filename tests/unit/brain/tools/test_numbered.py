"""Which numbers are the site's own: its tools' patterns say it."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from brain.tools.numbered import for_number, is_meant, is_model
from brain.tools.registry import UTTERANCES
from brain.tools.tool import Request, Tool
from brain.turn import Piece


class Needs:
    """A tool that needs an id of this pattern."""

    description = ""
    utterances: Mapping[Any, tuple[str, ...]] = {}

    def __init__(self, name: str, pattern: str) -> None:
        self.name = name
        self.parameters: Mapping[str, Any] = {
            "type": "object",
            "properties": {"id": {"type": "string", "pattern": pattern}},
            "required": ["id"],
        }

    def answer(self, request: Request) -> AsyncIterator[Piece]:
        raise NotImplementedError


def tools(**patterns: str) -> dict[str, Tool]:
    return {name: Needs(name, pattern) for name, pattern in patterns.items()}


SHOP = tools(check_order_status="^[0-9]{5}$")
LETTERED = tools(check_order_status="^OD-[0-9]{5}$")


@pytest.mark.parametrize("text", ["ZX-900 ki warranty kya hai", "do you have zx900", "is the 55Q7-900 in stock"])
def test_a_model_number_is_no_number_of_the_callers(text: str) -> None:
    assert is_model(SHOP, "".join(figure for figure in text if figure.isdecimal()), text)


def test_a_model_as_long_as_an_order_number_is_still_a_model() -> None:
    assert is_model(SHOP, "12345", "ZX-12345 kitne ka hai")


@pytest.mark.parametrize("text", ["order12345 kahan hai", "no-12345", "mera order 12345 kahan hai", "OD-12345 kab aayega"])
def test_a_number_that_is_only_called_one_is_meant(text: str) -> None:
    assert not is_model(SHOP, "12345", text)


def test_letters_that_the_site_declared_are_part_of_its_ids() -> None:
    declared = tools(claim_status="^CL[0-9]{3}$")
    assert not is_model(declared, "900", "cl900 ka kya hua") and is_model(declared, "900", "zx900 ka kya hua")


def test_among_unknown_words_only_a_number_that_fits_is_meant() -> None:
    assert is_meant(SHOP, "12345") and not is_meant(SHOP, "900") and not is_meant(LETTERED, "900")
    assert for_number(SHOP, "900") == "check_order_status", (
        "alone, or with words that ask for it, it is an order's: all of it, please"
    )


def test_a_tool_whose_pattern_fits_goes_before_the_order_tool() -> None:
    both = tools(check_order_status="^[0-9]{5}$", report_status="^[0-9]{6}$")
    assert (for_number(both, "123456"), for_number(both, "12345")) == ("report_status", "check_order_status")


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("cancel my order 12345", "update_order_status"),
        ("mera order 12345 wapas le jao", "update_order_status"),
        ("12345", "check_order_status"),
        ("order 12345", "check_order_status"),
        ("woh 12345 wala kahan pahuncha", "check_order_status"),
    ],
)
def test_of_several_tools_for_a_number_it_is_the_one_whose_words_were_said(text: str, tool: str) -> None:
    """Who asks to cancel an order is not told where it is."""
    shop = tools(check_order_status="^[0-9]{5}$", update_order_status="^[0-9]{5}$")
    for name, each in shop.items():
        each.utterances = UTTERANCES[name]  # type: ignore[misc]
    assert for_number(shop, "12345", text) == tool
