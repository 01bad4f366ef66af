"""What the puller says of a site's mirror; kept in knowledge_source.state, shown by GET …/knowledge-source. ◆"""

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from mirror.egress import Asked

Status = Literal["waiting", "copying", "fresh", "stale", "paused", "braked", "away", "refused", "drifted", "failed"]
"""
waiting   configured, not looked at yet        paused    the kill switch is on
copying   the first copy is on its way         braked    A is slower while we read: nothing is read for a while
fresh     all is here, within the bound        away      A is down or can't be reached
stale     the last sweep is older than that    refused   A does not let us, or our role may write
drifted   A is not what was agreed: configure it anew       failed    something of ours broke
In each of them the last good copy answers."""
LONGEST_WAIT_S = 400.0
"""A puller that waits for A to come back says nothing meanwhile."""
STATUSES: tuple[Status, ...] = get_args(Status)


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """One look through the whole table."""

    began_at: Annotated[float, Meta(description="Seconds since 1970: what A had committed by then was seen")]
    seconds: float
    looked_at: Annotated[int, Meta(description="Rows")]
    fetched: Annotated[int, Meta(description="New or written again")]
    deleted: int
    doubted: Annotated[int, Meta(description="Rows that seem to be gone, too many to believe it at once")] = 0


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """A's own quickness, by our probe, and what it leaves of the budget."""

    budget: Annotated[float, Meta(description="Share of the budget that is taken: 0 to 1")] = 0.0
    why: Annotated[str, Meta(description="Why it is not all of it")] = ""
    baseline_ms: Annotated[float | None, Meta(description="p95 of the probe while nothing of ours runs")] = None
    current_ms: Annotated[float | None, Meta(description="p95 of the probe while we read")] = None


class State(msgspec.Struct, frozen=True, kw_only=True):
    status: Status = "waiting"
    why: str = ""
    at: Annotated[float, Meta(description="When this was said: seconds since 1970")] = 0.0
    rows: Annotated[int, Meta(description="In the copy that answers")] = 0
    without_vector: Annotated[int, Meta(description="Of those: found by their words alone")] = 0
    fresh_as_of: Annotated[float | None, Meta(description="All that A had committed by then is here; null: no copy yet")] = None
    bound_s: Annotated[
        float | None, Meta(description="A change is here after so many seconds at the latest, as last measured")
    ] = None
    news_as_of: Annotated[float | None, Meta(description="When it was last asked for new rows alone")] = None
    sweep: Sweep | None = None
    health: Health = Health()
    asked: Annotated[Asked, Meta(description="Of Machine A, since this worker started")] = Asked()
    asked_last_hour: Asked = Asked()


SILENT_S = 30.0
"""A puller says how it is every two seconds; one that is silent for so long is not there."""


def as_seen(state: State, now: float) -> State:
    """The state as whoever asks at `now` (seconds since 1970) should see it: what a worker said before it died is not so."""
    if state.status in ("paused", "refused", "drifted", "failed", "waiting") or now - state.at < SILENT_S:
        return state
    if state.status == "away" and now - state.at < LONGEST_WAIT_S:
        return state
    return msgspec.structs.replace(state, status="stale", why="kb-worker does not say how it is: is it running?")
