"""How long to rest after each page, so that Machine A never gives more than its budget. ◆"""

from dataclasses import dataclass

from mirror.origin import Budget

LONGEST_REST_S = 30.0
"""A page is asked for at least so often while the brake leaves anything at all: the first after a rest tells how A is."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one statement cost."""

    seconds: float
    rows: int = 0
    """With text and vector."""
    keys: int = 0
    """With their version alone."""
    bytes: int = 0


def rest_after(page: Page, budget: Budget, factor: float) -> float:
    """Seconds of rest before the next statement. `factor`, above 0 to 1, is what the brake leaves of the budget."""
    by_rows = page.rows / budget.rows_per_s + page.keys / budget.keys_per_s
    by_bytes = page.bytes / budget.bytes_per_s
    by_time = page.seconds / budget.busy
    return min(LONGEST_REST_S, max(0.0, max(by_rows, by_bytes, by_time) / factor - page.seconds))
