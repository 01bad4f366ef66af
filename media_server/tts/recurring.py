"""What may be kept on disk of the clauses that callers hear: what many of them hear, and nothing that is one caller's. ◆

    heard(key, call) ──> True once five different calls have heard it: kept on disk from now on

Names cannot be told from words. A clause with a caller's name in it is the same for that caller only, so it is heard by few
calls; a figure, a number or an address in its sentence forbids it at once. Who heard what is counted in memory only, and
forgotten when the process ends.
"""

import re
from collections import OrderedDict
from collections.abc import Hashable
from itertools import pairwise

from core.number_words import TIMES, VALUES
from core.script import latin, sounded

CALLS = 5
"""Different calls that must have heard a clause."""
CHARACTERS = 80
"""Longer ones do not recur."""
COUNTED = 2000
"""Clauses of which it is remembered who heard them; those heard longest ago are forgotten."""

_OF_A_CALLER = re.compile(r"[\d@]|://|www\.", re.IGNORECASE)


class Recurring:
    def __init__(self) -> None:
        self._heard: OrderedDict[Hashable, set[str]] = OrderedDict()

    def heard(self, clause: Hashable, call_id: str) -> bool:
        """A call heard it. True if it may be kept on disk."""
        calls = self._heard.setdefault(clause, set())
        self._heard.move_to_end(clause)
        if len(calls) < CALLS:
            calls.add(call_id)
        if len(self._heard) > COUNTED:
            self._heard.popitem(last=False)
        return len(calls) >= CALLS


def common(written: str, spoken: str) -> bool:
    """Whether a clause may be everybody's: `written` is its sentence as it came, `spoken` the clause as it is said.

    One number word alone may be anybody's ("एक सेकंड"); two in a row are an amount, a date, a number of an order.
    """
    if len(spoken) > CHARACTERS or _OF_A_CALLER.search(written):
        return False
    figures = [_is_figure(word) for word in spoken.split()]
    return not any(one and other for one, other in pairwise(figures))


def _is_figure(word: str) -> bool:
    """A number word, or a letter said by itself."""
    bare = word.strip(".,;:!?।…—–\"'")
    return (len(bare) == 1 and bare.isascii() and bare.isalpha()) or (said := sounded(latin(bare))) in VALUES or said in TIMES
