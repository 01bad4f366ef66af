"""Who is stepped next, with how long a chunk, and how many calls can be heard in time. ◆

    sound that waits ──next──> Batch(rows, chunk)   a caller who has paused first, then all whose chunk is whole
                            └─> how long to wait    for those who lack a packet of 20 ms to it

    a step took so long ──took──> longer chunks under load, shorter ones when it is gone; room for more calls

One chunk serves all: a step's cost hardly grows with its calls, so calls are kept in step with each other (`lead`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.audio import FRAME, RATE

STRAGGLER_S = 0.020
"""Longest wait for calls that lack a packet to their chunk: packets of all calls come in one tick of the edge."""
BUSY, IDLE = 0.5, 0.3
"""Share of its time that stepping may take before the chunk grows; that it would have to take for a shorter one."""
HOLD_S = 3.0
"""How long it must have been idle: a pause in which few speak is no reason to change."""
FULL = 0.8
"""Share of its time that stepping would take with everybody speaking and the longest chunk: more calls are not taken."""
FORGETS = 0.05
"""Weight of the newest step in what is known of how fast this machine is now."""


@dataclass(frozen=True, slots=True)
class Queued:
    """One call's sound that waits."""

    row: int
    samples: int
    flushed: bool
    """The caller has paused, and waits for an answer."""


@dataclass(frozen=True, slots=True)
class Batch:
    rows: tuple[int, ...]
    samples: int
    """Of the chunk."""
    look: bool
    """Of paused callers: what waits, silence after it, and no trace left behind."""


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: float | None
    """None: until something comes."""


class Pace:
    """Times are seconds of one clock, chunks are samples."""

    def __init__(self, menu: Sequence[int], times: Mapping[int, tuple[float, float]], *, fixed: int | None, most: int) -> None:
        """`times`: for each chunk of the menu, what a step takes for no call at all, and for each call more. `most`: calls."""
        self._menu = sorted(menu)
        self._times = dict(times)
        self._fixed = fixed
        self._most = most
        self._slowness = 1.0
        """How much longer steps take now than `times` say."""
        self.chunk = fixed or self._menu[0]
        self._whole_since: float | None = None
        """Since when a chunk has waited for stragglers."""
        self._idle_since: float | None = None

    # ── who is next ──────────────────────────────────────────────────────────────────────────────────────────────────
    def next(self, queue: Sequence[Queued], now: float, after_flush: int) -> Batch | Wait:
        """`after_flush`: samples of silence that a paused caller's sound needs after it."""
        if paused := [one for one in queue if one.flushed]:
            return self._for_paused(paused, after_flush)
        whole = [one for one in queue if one.samples >= self.chunk]
        if not whole:
            self._whole_since = None
            return Wait(None)
        since = self._whole_since = now if self._whole_since is None else self._whole_since
        stragglers = any(self.chunk - FRAME <= one.samples < self.chunk for one in queue)
        if stragglers and now - since < STRAGGLER_S:
            return Wait(since + STRAGGLER_S - now)
        self._whole_since = None
        return self._for(whole)

    def lead(self, samples: int, others: Sequence[int]) -> int:
        """Silence to put before a new utterance of which so many samples wait, so that its chunks end when most others' do.
        `others`: what waits of those who speak."""
        if not others:
            return 0
        ((most, _),) = Counter(other % self.chunk for other in others).most_common(1)
        return (most - samples) % self.chunk

    def _for_paused(self, paused: Sequence[Queued], after: int) -> Batch:
        """All who paused at once; those with more to hear than one chunk holds catch up first."""
        longest = self._menu[-1]
        if behind := [one for one in paused if one.samples + after > longest and one.samples >= self._menu[0]]:
            return self._catching_up(behind)
        wanted = max(one.samples for one in paused) + after
        samples = next((chunk for chunk in self._menu if chunk >= wanted), longest)
        return Batch(tuple(one.row for one in paused), samples, look=True)

    def _for(self, whole: Sequence[Queued]) -> Batch:
        if behind := [one for one in whole if one.samples >= 2 * self.chunk]:
            return self._catching_up(behind)
        return Batch(tuple(one.row for one in whole), self.chunk, look=False)

    def _catching_up(self, behind: Sequence[Queued]) -> Batch:
        """With the longest chunk that is whole for all of them."""
        least = min(one.samples for one in behind)
        return Batch(tuple(one.row for one in behind), max(chunk for chunk in self._menu if chunk <= least), look=False)

    # ── how fast we are ──────────────────────────────────────────────────────────────────────────────────────────────
    def took(self, batch: Batch, seconds: float, now: float, speaking: int) -> None:
        """A step has been made; `speaking`: calls whose sound comes in now."""
        expected = self._expected(batch.samples, len(batch.rows))
        self._slowness += FORGETS * (seconds / expected - self._slowness)
        if self._fixed is None:
            self._change_chunk(now, speaking)

    def _change_chunk(self, now: float, speaking: int) -> None:
        place = self._menu.index(self.chunk)
        if self._share(self.chunk, speaking) > BUSY and place + 1 < len(self._menu):
            self.chunk, self._idle_since = self._menu[place + 1], None
        elif place and self._share(self._menu[place - 1], speaking) < IDLE:
            self._idle_since = now if self._idle_since is None else self._idle_since
            if now - self._idle_since >= HOLD_S:
                self.chunk, self._idle_since = self._menu[place - 1], None
        else:
            self._idle_since = None

    def room(self, calls: int) -> int:
        """How many more calls than these can be heard in time if all of them speak at once. That it was slow once says nothing of
        a machine that hears nobody: the first call will tell."""
        longest = self._fixed or self._menu[-1]
        slowness = self._slowness if calls else 1.0
        base, each = (slowness * part for part in self._times[longest])
        in_time = int((FULL * longest / RATE - base) / each) if base < FULL * longest / RATE else 0
        return max(0, min(self._most, in_time) - calls)

    def _share(self, chunk: int, speaking: int) -> float:
        return self._expected(chunk, speaking) * self._slowness * RATE / chunk

    def _expected(self, chunk: int, calls: int) -> float:
        base, each = self._times[chunk]
        return base + each * calls
