"""Who answered our call? What has been heard of them so far, and what it says. ◆

    answer ──silence──> "hello?" ──waits for us──────────> person
                        one sentence after the other ────> machine
                        words: "leave a message", "press one", "state your name" ─> machine, ivr, screening
                        beep, busy tone ─────────────────> machine
           ──nothing, until the deadline─────────────────> unknown

People say little and wait; machines don't wait. `judge` says who it is, or when to look again: loop seconds.
"""

from dataclasses import dataclass, replace
from typing import Literal

from core.outbound import Answerer
from media_server.screening import words

NOTHING_HEARD = 4.0
"""Seconds after the answer in which somebody says something; else we begin."""
LIMIT = 8.0
"""Seconds after the answer by which it is decided, whatever is heard. Ringing takes that much longer."""
GREETING, UNBROKEN = 2.2, 1.7
"""Seconds that a person speaks before they wait for us: from the first word on, small pauses included; without a pause…"""
LONG_GREETING = 4.5
"""…and whoever has said what people say ("kaun bol raha hai", "how may I help you")."""
HELLO, WAITS = 0.5, 0.26
"""A greeting no longer than this is over after so much silence: who says "hello?" is greeted 0.3 s after it…"""
MORE, WAITS_LONGEST = 0.6, 0.8
"""…for each second longer it takes so much more, and never more than this: sentences of a recording have pauses between them."""
WAITED = 0.8
"""Silence after which who was taken for a machine only because they said so much is a person, if their words are a person's."""
SHORT = 1.6
"""Seconds that who comes to the phone, put through, says at most. "Thank you. Please stay on the line" takes longer."""
ANNOUNCED = 0.9
"""Silence after "the person you are calling…", within which it goes on with what it wants."""
COUGH = 0.1
"""Seconds of sound under which it was no word."""
PUT_THROUGH = 30.0
"""Seconds in which somebody comes to the phone after a menu, or after a voice has asked who calls."""
RINGS_ON = 6.5
"""Seconds after a ringing tone in which the next may have ended: the longest rhythm is 2 s of tone, 4 s of pause."""
RINGING_GAP = 1.5
"""Silence between two tones from which on they are ringing, not "busy"…"""
RING = 0.9
"""…and a tone so long is no beep, if nothing was said before."""


@dataclass(frozen=True, slots=True)
class ToneHeard:
    """A tone is over. Loop seconds."""

    began: float
    ended: float
    beep: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """Of who answered at `since`. A value."""

    since: float
    started: float | None = None
    """Their first sound; None: nothing yet."""
    speaking: bool = False
    onset: float = 0.0
    """Of the present sound, or of the last one."""
    ended: float = 0.0
    """Their last voiced sample, while they are silent."""
    text: str = ""
    tones: tuple[ToneHeard, ...] = ()

    @property
    def length(self) -> float:
        """Of what they have said, small pauses included; while they are silent."""
        return 0.0 if self.started is None else self.ended - self.started

    def speaks(self, at: float) -> "Heard":
        return replace(self, started=at if self.started is None else self.started, onset=at, speaking=True)

    def pauses(self, at: float) -> "Heard":
        """A cough is forgotten, if nothing was before it."""
        if not self.speaking:  # since before the answer
            return self
        if self.onset == self.started and at - self.onset < COUGH:
            return replace(self, started=None, speaking=False)
        return replace(self, ended=at, speaking=False)

    def says(self, text: str) -> "Heard":
        """The words so far."""
        return replace(self, text=text)

    def hears(self, tone: ToneHeard) -> "Heard":
        return replace(self, tones=(*self.tones, tone))


def judge_put_through(heard: Heard, now: float) -> Answerer | Literal["nobody"] | float:
    """The same, while a menu or a voice that asked who calls lets the phone ring: "nobody" is "please stay on the line"."""
    told = words.told(heard.text)
    if told is not None and told.certain:
        return told.kind
    if now >= heard.since + PUT_THROUGH:
        return "unknown"
    if heard.started is None or heard.speaking:
        return heard.since + PUT_THROUGH
    if now < heard.ended + WAITS:
        return heard.ended + WAITS
    return "person" if heard.length <= SHORT and not words.only_connects(heard.text) else "nobody"


def waits_after_all(heard: Heard) -> float | None:
    """When who said a firm's long sentence ("…, how may I help?") will have waited for us, if no more comes. None: a machine.

    Without words nothing tells it from a carrier's announcement, after which there is silence, too.
    """
    told = words.told(heard.text)
    if heard.speaking or heard.tones or heard.length > LONG_GREETING or told is None or told.kind != "person":
        return None
    return heard.ended + WAITED


def done_at(heard: Heard, silence: float) -> float | None:
    """When a machine will have done with its own, if nothing more comes: after its beep, or this silence. None: it speaks."""
    if heard.speaking:
        return None
    if heard.tones and heard.tones[-1].beep and heard.tones[-1].began >= heard.ended:
        return heard.tones[-1].ended
    return max(heard.since, heard.ended) + silence


def judge(heard: Heard, now: float) -> Answerer | float:
    """Who it is, or the time until which nothing can be said unless something else is heard."""
    told = words.told(heard.text)
    if told is not None and told.certain:
        return told.kind
    toned = _by_tones(heard, now)
    if isinstance(toned, str):
        return toned
    if heard.started is None:
        until = heard.since + NOTHING_HEARD if toned is None else toned
        return "unknown" if now >= until else until
    found = _by_speech(heard, heard.started, told, now)
    limit = max(heard.since + LIMIT, toned or 0.0)
    if isinstance(found, str):
        return found
    return "unknown" if now >= limit else min(found, limit)


def _by_speech(heard: Heard, started: float, told: words.Told | None, now: float) -> Answerer | float:
    announced = told is not None and told.kind == "machine"
    until = started + LONG_GREETING if told is not None else min(started + GREETING, heard.onset + UNBROKEN)
    if heard.speaking:
        return "machine" if now >= until else until
    over = heard.ended + (ANNOUNCED if announced else _silence(heard.length))
    if now < over:
        return over
    return "machine" if announced or heard.ended >= until else "person"


def _silence(length: float) -> float:
    """After which a greeting of this length is over."""
    return min(WAITS_LONGEST, WAITS + MORE * max(0.0, length - HELLO))


def _by_tones(heard: Heard, now: float) -> Answerer | float | None:
    """A machine, or how long the ringing may go on; None: tones say nothing."""
    if not heard.tones:
        return None
    first, last = heard.tones[0], heard.tones[-1]
    if heard.started is not None and heard.started < first.began:
        return "machine" if any(tone.beep for tone in heard.tones) else None
    if len(heard.tones) == 1 and first.beep and first.ended - first.began < RING:
        alone = first.ended + RINGING_GAP  # a voicemail without a word
        return "machine" if now >= alone else alone
    gaps = [after.began - before.ended for before, after in zip(heard.tones, heard.tones[1:], strict=False)]
    return "machine" if len(gaps) >= 2 and max(gaps) < RINGING_GAP else last.ended + RINGS_ON
