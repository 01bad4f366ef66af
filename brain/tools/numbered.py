"""Which tool is meant by a number alone ("12345", keyed or said), and which numbers are none of the site's ("ZX-900"). ◆

The patterns of the arguments that the site's tools need are its ids. What they don't fit is a model, a size, a pin code.
"""

import re
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from brain.knowledge.normal import normalise
from brain.tools.tool import Tool
from core.script import latin

ORDERS = "check_order_status"

_GLUED = re.compile(r"\b(?=[\w-]*[^\W\d_])(?=[\w-]*\d)[^\W_]+(?:-[^\W_]+)*\b")
"""Letters and digits in one word: ZX-900, 55Q7, OD-12345."""
_LETTERS = re.compile(r"[^\W\d_]+")
_SAYS_NUMBER = frozenset("order ord od no number num id ref".split())
"""Letters that only say that a number follows: order12345, No-12345."""


def for_number(tools: Mapping[str, Tool], digits: str, text: str = "") -> str | None:
    """The one tool that needs a number like this; of several the one whose words are in `text` ("cancel my order"); else the
    order tool where the site has it: it asks for all of the number."""
    fitting = _fitting(tools, digits) or [name for word in _GLUED.findall(latin(text)) for name in _fits(tools, word)]
    if len(fitting) == 1:
        return fitting[0]
    asked = normalise(text).words
    shared = {name: len(asked & _words(tools[name])) for name in fitting}
    named = [name for name, count in shared.items() if count and count == max(shared.values())]
    return named[0] if len(named) == 1 else ORDERS if ORDERS in tools else None


def is_meant(tools: Mapping[str, Tool], digits: str, text: str = "") -> bool:
    """Whether among words that mean nothing to us it is the number that matters: the tool for it needs one just like this, or
    like the word of `text` that it stands in."""
    codes = [name for word in _GLUED.findall(latin(text)) for name in _fits(tools, word)]
    return for_number(tools, digits, text) in [*_fitting(tools, digits), *codes]


def is_model(tools: Mapping[str, Tool], digits: str, text: str) -> bool:
    """Whether the digits stand in a word of `text` that no tool needs: the name of a thing, and no number of the caller's."""
    for word in _GLUED.findall(latin(text)):
        if "".join(figure for figure in word if figure.isdecimal()) == digits:
            only_says = {letters.lower() for letters in _LETTERS.findall(word)} <= _SAYS_NUMBER
            return not (only_says or _fits(tools, word))
    return False


def _fits(tools: Mapping[str, Tool], code: str) -> list[str]:
    """Those that need an id like this, in capitals or not."""
    return list(dict.fromkeys([*_fitting(tools, code), *_fitting(tools, code.upper())]))


def _fitting(tools: Mapping[str, Tool], number: str) -> list[str]:
    return [name for name, tool in tools.items() if _needs(tool.parameters, number)]


def _needs(parameters: Mapping[str, Any], number: str) -> bool:
    needed = [parameters["properties"][name] for name in parameters.get("required", ())]
    return any(
        ("[0-9]" in schema.get("pattern", "") or "\\d" in schema.get("pattern", ""))
        and Draft202012Validator(schema).is_valid(number)
        for schema in needed
    )


def _words(tool: Tool) -> frozenset[str]:
    """Of all the ways to ask for it."""
    return normalise(" ".join(way for ways in tool.utterances.values() for way in ways)).words
