"""What we hold of Machine A's table against what is there: which rows are new or other, and which have gone. ◆

A sweep reads A's keys with a version each, page by page, in whatever order A has. For a million rows the ledger is three
columns of numbers, 24 MB; two of a million keys share a 64-bit digest once in forty million sweeps.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEAST_TO_DOUBT = 50
"""Rows: below this a loss is believed at once."""
DOUBTFUL = 0.5
"""Share of the copy that goes at once and is not believed before it is seen twice."""


def digest(text: str) -> int:
    """64 bits of a key or a version."""
    return int.from_bytes(hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest(), "big", signed=True)


Numbers = NDArray[np.int64]
Held = tuple[int, str, str]
"""Our row's id, A's key, A's version."""


class Ledger:
    """`hold` all rows of the copy, then go through A's pages with `other`, then ask what is `gone`."""

    def __init__(self) -> None:
        self._parts: list[Numbers] = []
        self._held = np.zeros((0, 3), np.int64)
        self._seen = np.zeros(0, np.bool_)

    def hold(self, page: Sequence[Held]) -> None:
        """Some of the copy's rows. After the first page of A's, no more of them."""
        self._parts.append(np.array([(digest(key), digest(version), row) for row, key, version in page], np.int64).reshape(-1, 3))

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def _rows(self) -> Numbers:
        """int64[rows, 3]: digests of key and version, our row's id; sorted by key."""
        if self._parts:
            rows = np.concatenate(self._parts)
            self._held, self._parts = rows[np.argsort(rows[:, 0], kind="stable")], []
            self._seen = np.zeros(len(rows), np.bool_)
        return self._held

    def other(self, page: Sequence[tuple[str, str]]) -> list[str]:
        """The keys of a page (key, version) that we do not hold in that version. All of the page counts as seen."""
        rows = self._rows
        if not page or not len(rows):
            return [key for key, _ in page]
        keys = np.array([digest(key) for key, _ in page], np.int64)
        versions = np.array([digest(version) for _, version in page], np.int64)
        at = np.minimum(np.searchsorted(rows[:, 0], keys), len(rows) - 1)
        held = rows[at, 0] == keys
        self._seen[at[held]] = True
        same = held & (rows[at, 1] == versions)
        return [page[position][0] for position in np.flatnonzero(~same).tolist()]

    def gone(self) -> list[int]:
        """Ids of our rows that no page had, after the last page of a sweep."""
        rows: list[int] = self._rows[:, 2][~self._seen].tolist()
        return rows

    def is_doubtful(self, gone: int) -> bool:
        """Half a table that is not there is more often a table being filled anew than one that was emptied."""
        return gone >= LEAST_TO_DOUBT and gone > DOUBTFUL * len(self)
