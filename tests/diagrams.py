"""The state machines' diagrams, printed from the code by walking it: docs/diagrams.md can't lie.

python -m tests.diagrams > docs/diagrams.md        (a test fails while the page is stale)
"""

import random
from collections.abc import Callable, Iterable
from typing import Any

from ari_app.call import machine as call_machine
from ari_app.call import vocabulary as happened
from ari_app.call.dialling import place
from ari_app.call.routing import Admit, Overflow, Refuse
from ari_app.call.state import Limits
from core.commands import AnswerDone, HangUpRequested, MediaOpened, MediaRefused, TransferRequested
from core.ids import SiteId
from core.machine import Tick
from core.sites import Patience, Phrases, Site
from core.speech import Final, Partial
from media_server.turn.machine import step
from media_server.turn.state import CallAnswered, Drained, SoundStarted, SpeechStarted, SpeechStopped, Turn, TurnEvent

WALKS = 6000
STEPS = 60
WORDS = ("", "haan", "what are your delivery charges", "aur")


def render() -> str:
    """The page docs/diagrams.md."""
    turn, call = _mermaid(_walk_turn()), _mermaid(_walk_call())
    return f"""# The state machines

Printed by `python -m tests.diagrams` from {WALKS} random walks through the code; a test fails while this page is stale.

## Whose turn is it (`media_server/turn/machine.py`)

Left out, since they may come in any phase: keys (-> keying -> thinking), hold and unhold, the loss of an engine
(-> speaking an apology -> leaving), the end of the call.

```mermaid
stateDiagram-v2
    [*] --> ringing
{turn}```

## The life of one call (`ari_app/call/machine.py`)

Left out: the caller hangs up (any phase -> over).

```mermaid
stateDiagram-v2
    [*] --> routing
    [*] --> adopting : found again after a restart of ours
    [*] --> dialling : a call out
{call}```
"""


def _walk_turn() -> set[tuple[str, str, str]]:
    edges: set[tuple[str, str, str]] = set()
    chance = random.Random(1)
    for _ in range(WALKS):
        turn, now = Turn(patience=Patience(), language="hi-Latn", operator="humans"), 0.0
        for _ in range(STEPS):
            event: TurnEvent | Tick = chance.choice(_TURN_EVENTS)(turn, now, chance)
            if isinstance(event, Tick):
                now = max(now, turn.deadline or now)
            after, _actions = step(turn, event, now)
            if after.phase is not turn.phase:
                edges.add((turn.phase.value, _LABELS[type(event).__name__], after.phase.value))
            turn, now = after, now + chance.random() / 5
    return edges


_TURN_EVENTS: tuple[Callable[[Turn, float, random.Random], TurnEvent | Tick], ...] = (
    lambda turn, now, chance: Tick(),
    lambda turn, now, chance: Tick(),
    lambda turn, now, chance: CallAnswered(),
    lambda turn, now, chance: SpeechStarted(now),
    lambda turn, now, chance: SpeechStopped(now),
    lambda turn, now, chance: Partial(utterance=turn.utterance, text=chance.choice(WORDS)),
    lambda turn, now, chance: Final(
        utterance=turn.utterance, revision=turn.flushes, text=chance.choice(WORDS), language="hi-Latn", confidence=0.9
    ),
    lambda turn, now, chance: SoundStarted(turn.answer or turn.replies),
    lambda turn, now, chance: Drained(turn.speaking or turn.answer or 0),
    lambda turn, now, chance: AnswerDone(
        turn=turn.number,
        revision=turn.asked.revision if turn.asked else 0,
        answer_source="knowledge",
        then=chance.choice(("listen", "listen", "hang_up", "transfer")),
    ),
)


def _walk_call() -> set[tuple[str, str, str]]:
    edges: set[tuple[str, str, str]] = set()
    chance = random.Random(1)
    limits = Limits()
    for _ in range(WALKS):
        now = 0.0
        begun = (call_machine.arrive(limits, now), call_machine.adopt(limits, _SITE, 1.0, now), place(limits, _SITE, _DIAL, now))
        call, _actions = chance.choice(begun)
        for _ in range(STEPS):
            event = chance.choice(_CALL_EVENTS)
            if isinstance(event, Tick):
                now = max(now, call.deadline or now)
            after, _actions = call_machine.step(call, event, now)
            if after.phase is not call.phase:
                edges.add((call.phase.value, _LABELS[type(event).__name__], after.phase.value))
            call = after
    return edges


_LINES = Phrases(greeting="-", hold=("-",), reminder="-", again="-", apology="-", goodbye="-", transfer="-")
_SITE = Site(site_id=SiteId("demo"), name="Demo", phrases={"hi-Latn": _LINES})

_DIAL = happened.Dial("+919812345678", "trunk", "+911612345678", 40.0)

_CALL_EVENTS: tuple[happened.Happening | Tick, ...] = (
    Tick(),
    happened.Routed(Admit(_SITE)),
    happened.Routed(Refuse(_SITE, 17)),
    happened.Routed(Overflow(_SITE, "humans", "full")),
    MediaOpened(host="127.0.0.1", port=1),
    MediaRefused(reason="full"),
    happened.BridgeMade(),
    happened.LegReady(),
    happened.LegMade("127.0.0.1", 2),
    happened.Joined(),
    happened.PickedUp(0.0),
    happened.Reached(0.0, "(alaw)"),
    HangUpRequested(reason="goodbye"),
    TransferRequested(destination="humans", reason="asked"),
    happened.MediaGone(),
    happened.AsteriskFailed(),
    happened.CallerLeft(),
    happened.CallerElsewhere(),
)

_LABELS = {
    "Routed": "routed",
    "MediaOpened": "media ready",
    "MediaRefused": "media refused",
    "LegMade": "joined",
    "LegReady": "joined",
    "BridgeMade": "joined",
    "Joined": "joined",
    "PickedUp": "picked up",
    "Reached": "they answer",
    "HangUpRequested": "goodbye",
    "TransferRequested": "transfer",
    "MediaGone": "media gone",
    "AsteriskFailed": "Asterisk refuses",
    "CallerLeft": "caller left our application",
    "CallerElsewhere": "caller is elsewhere",
    "Tick": "time is up",
    "CallAnswered": "answered",
    "SpeechStarted": "caller speaks",
    "SpeechStopped": "caller falls silent",
    "Partial": "words",
    "Final": "understood",
    "SoundStarted": "our sound begins",
    "Drained": "our sound ends",
    "AnswerDone": "answer complete",
}


def _mermaid(edges: Iterable[tuple[str, str, str]]) -> str:
    """One arrow for all the reasons between two phases."""
    reasons: dict[tuple[Any, Any], list[str]] = {}
    for before, why, after in sorted(edges):
        reasons.setdefault((before, after), []).append(why)
    return "".join(f"    {before} --> {after} : {' / '.join(why)}\n" for (before, after), why in reasons.items())


if __name__ == "__main__":
    print(render(), end="")
