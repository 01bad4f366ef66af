"""Every event in every phase: what is ignored is meant to be, and no order of events breaks the machine."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from core.commands import AnswerDone, BrainFailed, Digit, Hold, Sentence, Unhold
from core.machine import Tick
from core.speech import Final, Partial
from media_server.turn.machine import HELD_LIMIT, step
from media_server.turn.state import (
    CallAnswered,
    Closed,
    Drained,
    HearingLost,
    Phase,
    RanDry,
    ResumeSound,
    SaidWhole,
    SoundStarted,
    SpeakingLost,
    SpeechStarted,
    SpeechStopped,
    SpeechSuspected,
)
from tests.stories import Story

# ── what each phase ignores is written down ──────────────────────────────────────────────────────────────────────────
EVENTS = {
    "Tick": Tick(),
    "CallAnswered": CallAnswered(),
    "SpeechSuspected": SpeechSuspected(),
    "SpeechStarted": SpeechStarted(1.0),
    "SpeechStopped": SpeechStopped(1.0),
    "Partial": Partial(utterance=0, text="hello"),
    "SoundStarted": SoundStarted(9),
    "Drained": Drained(1),
    "Digit": Digit(digit="1"),
    "Hold": Hold(),
    "Unhold": Unhold(),
    "HearingLost": HearingLost(),
    "SpeakingLost": SpeakingLost(),
    "Closed": Closed(),
}


def ignored(phase: Phase) -> set[str]:
    turn = dataclasses.replace(Story().turn, phase=phase, speaking=1, deadline=1.0)
    return {name for name, event in EVENTS.items() if step(turn, event, 1.2) == (turn, [])}


def test_what_is_ignored_is_meant_to_be() -> None:
    assert ignored(Phase.RINGING) == set(EVENTS) - {"CallAnswered", "Closed", "HearingLost"}
    assert ignored(Phase.LISTENING) == {"CallAnswered", "SpeechSuspected", "SpeechStopped", "Partial", "Drained", "Unhold"}
    assert ignored(Phase.HEARING) == {"CallAnswered", "SpeechSuspected", "SpeechStarted", "SoundStarted", "Unhold"}
    assert ignored(Phase.THINKING) == {
        "CallAnswered",
        "SpeechSuspected",
        "SpeechStopped",
        "Partial",
        "SoundStarted",
        "Drained",
        "Unhold",
    }
    assert ignored(Phase.SPEAKING) == {"CallAnswered", "SpeechSuspected", "SpeechStopped", "Partial", "Unhold"}
    assert ignored(Phase.HELD) == set(EVENTS) - {"Unhold", "Tick", "Drained", "Closed", "HearingLost"}
    assert ignored(Phase.LEAVING) >= {"CallAnswered", "SpeechStarted", "SpeechStopped", "Partial", "Drained"}
    assert ignored(Phase.OVER) >= {"CallAnswered", "SpeechStarted", "Tick"}


HAPPENINGS = [*sorted(EVENTS), "Final", "Sentence", "WholeSentence", "SaidWhole", "RanDry", "AnswerDone", "BrainFailed"]


# ── anything in any order ────────────────────────────────────────────────────────────────────────────────────────────
@given(st.lists(st.tuples(st.floats(0, 3), st.sampled_from(HAPPENINGS)), max_size=60))
def test_no_order_of_events_breaks_it_or_leaves_it_waiting_for_ever(events: list[tuple[float, str]]) -> None:
    story = Story().happens(CallAnswered(), 0.0)
    for wait, name in events:
        if story.turn.over:
            break
        story.until(story.now + wait)
        asked, turn = story.turn.asked, story.turn
        if name == "Final":
            story.happens(Final(utterance=0, revision=turn.flushes, text="hello", language="en", confidence=1.0))
        elif name in ("Sentence", "WholeSentence") and asked:
            whole = name == "WholeSentence"
            story.happens(Sentence(turn=asked.turn, revision=asked.revision, index=0, text="hello", language="en", whole=whole))
        elif name == "SaidWhole" and turn.speaking:
            story.happens(SaidWhole(turn.speaking))
        elif name == "RanDry" and turn.speaking:
            story.happens(RanDry(turn.speaking))
        elif name == "AnswerDone" and asked:
            story.happens(AnswerDone(turn=asked.turn, revision=asked.revision, answer_source="tool"))
        elif name == "BrainFailed" and asked:
            story.happens(BrainFailed(turn=asked.turn, revision=asked.revision, detail=""))
        elif name in EVENTS:
            story.happens(EVENTS[name])
        assert story.turn.over or story.turn.deadline is not None, f"{story.phase} waits for ever after {name}"
    assert story.until(story.now + HELD_LIMIT + 600).turn.over, "a caller who says nothing more is let go in the end"
    assert not any(isinstance(action, ResumeSound) and story.turn.phase is Phase.RINGING for _, action in story.did)
