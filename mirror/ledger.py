"""What we hold of Machine A's table against what is there: which rows are new or other, and which have gone. ◆

A sweep reads A's keys with a version each, page by page, in whatever order A has. For a million rows the ledger is three
columns of numbers, 24 MB; two of a million keys share a 64-bit digest once in forty million sweeps.
"""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

LEAST_TO_DOUBT = 50
"""Rows: below this a loss is believed at once."""
DOUBTFUL = 0.5
"""Share of the copy that goes at once and is not believed before it is seen twice."""


def digest(text: str) -> int:
    """64 bits of a key or a version."""
    return int.from_bytes(hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest(), "big", signed=True)


class Ledger:
    def __init__(self, held: Iterable[tuple[int, str, str]]) -> None:
        """`held`: (our row's id, A's key, A's version) of each row of the copy."""
        rows = np.array([(digest(key), digest(version), row) for row, key, version in held], np.int64).reshape(-1, 3)
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        self._keys: NDArray[np.int64] = np.ascontiguousarray(rows[:, 0])
        self._versions = rows[:, 1]
        self._rows = rows[:, 2]
        self._seen = np.zeros(len(rows), np.bool_)

    def __len__(self) -> int:
        return len(self._keys)

    def other(self, page: Sequence[tuple[str, str]]) -> list[str]:
        """The keys of a page (key, version) that we do not hold in that version. All of the page counts as seen."""
        if not page:
            return []
        keys = np.array([digest(key) for key, _ in page], np.int64)
        versions = np.array([digest(version) for _, version in page], np.int64)
        if not len(self._keys):
            return [key for key, _ in page]
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        held = self._keys[at] == keys
        self._seen[at[held]] = True
        same = held & (self._versions[at] == versions)
        return [page[position][0] for position in np.flatnonzero(~same).tolist()]

    def gone(self) -> list[int]:
        """Ids of our rows that no page had, after the last page of a sweep."""
        return [int(row) for row in self._rows[~self._seen]]

    def is_doubtful(self, gone: int) -> bool:
        """Half a table that is not there is more often a table being filled anew than one that was emptied."""
        return gone >= LEAST_TO_DOUBT and gone > DOUBTFUL * len(self)
