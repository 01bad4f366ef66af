"""What a call in the chaos amounts to: who had it to the end, was it dropped by us, is its record whole. ◆

A call is dropped by us if it ended though neither the caller nor a person ended it nor the agent said goodbye; if it was refused,
or not answered within PATIENCE_S; or if the caller was left in silence for SILENCE_S. Asterisk was alive all the time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Record = Mapping[str, Any]
"""A call as GET /v1/calls gives it."""

PATIENCE_S = 15.0
"""Within which a person is reached, whatever has failed (the issue's "must"): so an answer, too."""
SILENCE_S = 15.0
TOGETHER_S = 2.0
"""An operator hangs up, and the caller hears of it."""
SPOKEN_S = 2.0
"""Of agent's sound: from then on there is something to record."""

HELD_GOODBYE = frozenset({"completed", "no_input", "voicemail"})
"""Outcomes in which the agent (or the tape) has said goodbye."""
PEOPLE = frozenset({"transferred", "voicemail"})

EndedBy = Literal["caller", "us", "refused", "nobody"]
"""nobody: they waited in vain for an answer, and gave up."""
Had = Literal["agent", "people", "nobody"]


@dataclass(frozen=True, slots=True)
class Experience:
    """A call as the caller lived it. Times are time.time()."""

    number: str
    """Of the caller: in no other call."""
    nature: str
    dialled_at: float
    answered_at: float | None
    ended_at: float
    ended_by: EndedBy
    cause: str
    heard_out: tuple[float, ...]
    """When each sentence of the agent's that the caller waited for was over."""
    sound_s: float
    """How much of what came was above -45 dBFS."""
    silence_s: float
    """The longest stretch without any."""
    gap_s: float
    """The longest one without a packet."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A call at an operator's phone."""

    number: str
    """Of the caller."""
    began_at: float
    ended_at: float
    ended_by_operator: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """A fault, from its beginning until everything was ready again."""

    name: str
    began_at: float
    ended_at: float

    def touches(self, call: Experience) -> bool:
        return self.began_at <= call.ended_at and call.dialled_at <= self.ended_at


@dataclass(frozen=True, slots=True)
class Verdict:
    call: Experience
    had: Had
    """Who had the caller in the end; nobody: they left before anybody had answered."""
    dropped: tuple[str, ...]
    """Why, in words; none: it was not."""
    incomplete: tuple[str, ...]
    """What the record lacks."""
    faults: tuple[str, ...]
    """Names of those that touched it."""
    record: Record | None


def judge(call: Experience, record: Record | None, talks: Sequence[Talk], stretches: Sequence[Stretch]) -> Verdict:
    """`talks`: of all operators; `record`: None, if there is none."""
    own = [talk for talk in talks if talk.number.endswith(call.number)]
    touched = tuple(dict.fromkeys(stretch.name for stretch in stretches if stretch.touches(call)))
    return Verdict(
        call=call,
        had=_had(call, record, own),
        dropped=tuple(_dropped(call, record, own)),
        incomplete=tuple(_missing(call, record, disk="full disk" not in touched)),
        faults=touched,
        record=record,
    )


def _had(call: Experience, record: Record | None, talks: Sequence[Talk]) -> Had:
    if call.answered_at is None:
        return "nobody"
    if record is None:
        return "people" if talks else "nobody"
    return "people" if record["transfers"] or record["outcome"] in PEOPLE else "agent"


def _dropped(call: Experience, record: Record | None, talks: Sequence[Talk]) -> list[str]:
    by_operator = any(talk.ended_by_operator and abs(talk.ended_at - call.ended_at) < TOGETHER_S for talk in talks)
    goodbye = record is not None and record["outcome"] in HELD_GOODBYE
    found = []
    if call.ended_by == "us" and not by_operator and not goodbye:
        found.append(f"ended by us ({call.cause or 'no cause'}), recorded as {record['outcome'] if record else 'nothing'}")
    if call.ended_by == "refused":
        found.append(f"refused: {call.cause}")
    if call.ended_by == "nobody":
        found.append(f"no answer in {call.ended_at - call.dialled_at:.0f} s")
    if call.answered_at is not None and call.silence_s > SILENCE_S:
        found.append(f"silence for {call.silence_s:.1f} s")
    return found


def _missing(call: Experience, record: Record | None, *, disk: bool) -> list[str]:
    """`disk`: it was there all the time. A full one may cost the recording (docs/records.md), and nothing else."""
    if record is None:
        return [] if call.answered_at is None else ["no record"]  # who left while it rang may have been seen by nobody
    found = [f"no {what}" for what in ("from", "ended_at", "outcome", "cause") if not record[what]]
    if call.answered_at is not None and not record["answered_at"]:
        found.append("no answered_at")
    if (lacking := _unwritten(call, record)) > 0:
        found.append(f"{lacking} turns too few")
    recording = record["recording"] or {"state": "none", "duration_s": None}
    spoken = call.sound_s > SPOKEN_S and (record["turns"] or record["people"])  # who waited for a person heard music
    if disk and spoken and not (recording["state"] == "ready" and recording["duration_s"]):
        found.append(f"recording {recording['state']}, {recording['duration_s']} s")
    return found


def _unwritten(call: Experience, record: Record) -> int:
    """Sentences of the agent's that were heard to their end, before any person came, and are in no turn."""
    moments = (datetime.fromisoformat(transfer["at"]).timestamp() for transfer in record["transfers"])
    people_since = min(moments, default=float("inf"))
    heard = sum(moment < people_since for moment in call.heard_out)
    written: int = sum(turn["role"] == "agent" for turn in record["turns"])
    return heard - written
