"""What a call was like, from the wire and from the server's record, turn by turn. ◆

Voice-to-voice: our last sample above -45 dBFS as sent -> the agent's first one as it arrived (facts/latency.md section 1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from haazir.caller.ears import Ears, Pacing, Segment
from haazir.caller.mouth import Spoken

_SAME_MOMENT = 1.5
"""Seconds by which the server's speech_end may differ from ours and still mean the same turn."""
_SAME_SOUND = 0.3
"""Seconds between the server's first_sound and ours."""
_STILL_SPEAKING = 0.3
"""Seconds after our last sample within which the agent's going on is still the same speech."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One thing we said and what came of it. Moments are time.time() as sent and heard; None: it did not happen."""

    said: Spoken
    sound: float | None
    """The agent's first sample after our last one."""
    cut_off_at: float | None
    """The agent began while we were still speaking, and had been silent when we began."""
    stopped_after: float | None
    """We interrupted: seconds from our first sample to the agent's last one. None: we did not, or it went on."""
    interrupted: bool
    """The agent was speaking when we began."""
    turn: dict[str, Any] | None
    """The agent's turn in the record that answers this."""

    @property
    def v2v_any(self) -> float | None:
        return None if self.sound is None or self.said.end is None else self.sound - self.said.end

    @property
    def v2v_content(self) -> float | None:
        """The wire's first sound, later by as much as the server's answer came after its own first sound."""
        first, content = moment(self.turn, "first_sound"), moment(self.turn, "first_content")
        if self.v2v_any is None or first is None or content is None:
            return None
        return self.v2v_any + content - first


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything known of one call. Moments are time.time()."""

    caller: str
    dialled_at: float
    answered_at: float
    ended_at: float
    ended_by: str
    greeting_after: float | None
    """Seconds from the answer to the agent's first sample."""
    exchanges: list[Exchange]
    pacing: Pacing | None
    record: dict[str, Any]
    """As GET /v1/calls/{id} gives it."""
    problems: list[str]
    """What the script waited for in vain."""


def exchanges(spoken: Sequence[Spoken], ears: Ears, answered_at: float, turns: Sequence[dict[str, Any]] = ()) -> list[Exchange]:
    """Each sentence (or run of keys) of ours, and the agent's answer to it. `turns` are the record's."""
    said = [one for one in merge_keys(spoken) if one.onset is not None and one.end is not None]
    answers = [turn for turn in turns if turn.get("role") == "agent" and moment(turn, "first_sound") is not None]
    results = []
    for number, one in enumerate(said):
        next_onset = said[number + 1].onset if number + 1 < len(said) else None
        results.append(_exchange(one, next_onset, ears, answers, answered_at))
    return results


def _exchange(
    said: Spoken, next_onset: float | None, ears: Ears, answers: Sequence[dict[str, Any]], answered_at: float
) -> Exchange:
    assert said.onset is not None and said.end is not None
    running = next((segment for segment in ears.segments if segment.start <= said.onset <= segment.end), None)
    began = [segment for segment in ears.segments if said.onset < segment.start <= said.end]
    last = _last_before(ears.segments, said.end)
    stopped = last - said.onset if running and last is not None and not ears.speaking_at(said.end + _STILL_SPEAKING) else None
    sound = next((segment.start for segment in ears.segments if segment.start > said.end), None)
    if sound is not None and next_onset is not None and sound >= next_onset:
        sound = None  # that answers what we said next
    cut_off = began[0].start if began and running is None else None
    turn = _near(answers, "speech_end", said.end - answered_at, _SAME_MOMENT)
    if turn is None and sound is not None:  # keys have no speech_end
        turn = _near(answers, "first_sound", sound - answered_at, _SAME_SOUND)
    return Exchange(said, sound, cut_off, stopped, running is not None, turn)


def moment(turn: dict[str, Any] | None, name: str) -> float | None:
    """A timing of the record, in seconds after the answer (the record has milliseconds)."""
    value = ((turn or {}).get("timings") or {}).get(name)
    return None if value is None else float(value) / 1000


def merge_keys(spoken: Sequence[Spoken]) -> list[Spoken]:
    """Keys pressed one after the other are one thing said."""
    merged: list[Spoken] = []
    for one in spoken:
        if merged and one.name.startswith("key ") and merged[-1].name.startswith("key "):
            merged[-1] = Spoken(f"{merged[-1].name}{one.name[4:]}", 0, merged[-1].onset, one.end, one.finished)
        else:
            merged.append(one)
    return merged


def _last_before(segments: Sequence[Segment], moment: float) -> float | None:
    ends = [segment.end for segment in segments if segment.end <= moment + _STILL_SPEAKING]
    return ends[-1] if ends else None


def _near(turns: Sequence[dict[str, Any]], timing: str, at: float, within: float) -> dict[str, Any] | None:
    """The turn whose timing is nearest to `at` (seconds after the answer)."""
    found = [(abs(value - at), index) for index, turn in enumerate(turns) if (value := moment(turn, timing)) is not None]
    distance, index = min(found, default=(within, -1))
    return turns[index] if distance < within else None
