"""Telephone numbers as they are dialled from anywhere. ◆"""

import re

_SHORTEST = 7
"""Digits of a number that can be somebody's: less is an extension of the house."""


def e164(number: str) -> str:
    """098000 00001 -> +919800000001; "" for what can't be somebody's (an extension, "anonymous"). Without a country: Indian."""
    digits = re.sub(r"\D", "", number)
    digits = re.sub(r"^(?:00|0(?=\d{10}$))", "", digits)
    if len(digits) == 10 and not number.lstrip().startswith("+"):
        digits = f"91{digits}"
    return f"+{digits}" if _SHORTEST <= len(digits) <= 15 else ""
