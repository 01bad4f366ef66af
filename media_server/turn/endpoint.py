"""How much silence ends this turn: less where the words look complete, more where they ask to go on.

    silence needed = what the words say, never less than this caller's own pauses suggest, never more than the cap

Silence alone costs 700 ms in Hindi at 5 % false cut-offs (docs/decisions/0009); the gain is in the words and in what
we had asked.
"""

from typing import Literal

from core.sites import Patience
from media_server.turn import words

Expects = Literal["anything", "yes_no", "digits"]

FULL_NUMBER = 4
"""Digits from which a number read out may be complete, if nobody knows how many it has."""

UNSURE = 0.6, 1.4
"""Words believed less than this get so much more silence: half a sentence fits no phrase well."""
PAUSE_MARGIN = 1.3
"""A caller who pauses for 0.4 s within sentences gets 0.52 s before we take the turn."""


def silence_needed(text: str, confidence: float, expects: Expects, digits: int, inner_pause: float, patience: Patience) -> float:
    """Seconds of silence after which the turn is over.

    `digits`: how many make the number complete that we asked for, 0 if unknown. `inner_pause`: moving average of this
    caller's pauses within turns, seconds; 0 while none was seen.
    """
    said = words.digit_count(text)
    if (expects == "yes_no" and words.is_yes_or_no(text)) or (expects == "digits" and digits and said == digits):
        return patience.end_of_turn_answer
    if not text or words.looks_open(text):
        return patience.end_of_turn_open
    if expects == "digits" and said:
        return patience.end_of_turn_open if said < (digits or FULL_NUMBER) else patience.end_of_turn * PAUSE_MARGIN
    believed, more = UNSURE
    complete = patience.end_of_turn * (1 if confidence >= believed else more)
    return min(patience.end_of_turn_open, max(complete, PAUSE_MARGIN * inner_pause))


def learn_pause(inner_pause: float, seen: float) -> float:
    """The moving average after a caller went on after `seen` seconds of silence."""
    return seen if inner_pause == 0 else 0.7 * inner_pause + 0.3 * seen
