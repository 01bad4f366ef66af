"""Who may dial through which trunk, be it a call out or a caller handed over to an outside number: what the machine's admin
wrote into haazir.toml. A site can't give itself this. ◆

[[asterisk.trunks]]
name = "tata"
outbound = "demo, clinic"              # or "*": every site; without it nobody dials out here
caller_ids = "+911612345678"           # the numbers that the carrier lent us, or "*": any that a site names; without it, none
prefixes = "+91"                       # where it may lead (+91), or "*"
at_once = "10"                         # calls out at the same time
per_second = "1"                       # calls begun
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.ids import SiteId

AT_ONCE = 5
PER_SECOND = 1.0
PREFIXES = frozenset({"+91"})
"""Of a trunk that does not say."""


class TrunksUnreadable(ValueError):
    """A value of haazir.toml's trunks; the message names it."""


@dataclass(frozen=True, slots=True)
class Trunk:
    name: str
    sites: frozenset[str]
    """`*` among them: all."""
    caller_ids: frozenset[str] = frozenset()
    prefixes: frozenset[str] = PREFIXES
    at_once: int = AT_ONCE
    per_second: float = PER_SECOND

    def serves(self, site: SiteId) -> bool:
        return bool(self.sites & {"*", site})

    def lends(self, caller_id: str) -> bool:
        return bool(self.caller_ids & {"*", caller_id})

    def leads_to(self, number: str) -> bool:
        return "*" in self.prefixes or number.startswith(tuple(self.prefixes))


def trunks(written: Iterable[Mapping[str, str]]) -> dict[str, Trunk]:
    """settings.asterisk.trunks by name, those that may be dialled out through. TrunksUnreadable."""
    return {row.get("name", ""): _trunk(row) for row in written if row.get("outbound", "").strip()}


def _trunk(row: Mapping[str, str]) -> Trunk:
    try:
        at_once, per_second = int(row.get("at_once", AT_ONCE)), float(row.get("per_second", PER_SECOND))
    except ValueError as error:
        raise TrunksUnreadable(
            f"asterisk.trunks {row.get('name', '')!r}: at_once and per_second are numbers in quotes"
        ) from error
    if at_once < 0 or not 0 < per_second <= 1000:
        raise TrunksUnreadable(f"asterisk.trunks {row.get('name', '')!r}: at_once is 0 or more, per_second above 0")
    return Trunk(
        row.get("name", ""), _words(row["outbound"]), _words(row.get("caller_ids", "")),
        _words(row.get("prefixes", "")) or PREFIXES, at_once, per_second,
    )  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(filter(None, re.split(r"[\s,]+", text)))
