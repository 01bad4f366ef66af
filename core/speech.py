"""What the media server asks of the speech workers: recognising and speaking. The rules of core.commands hold. ◆

media_server ──hearing──> stt worker
      └───────speaking──> tts worker
"""

from typing import Literal

from core.commands import Message
from core.ids import CallId, SiteId
from core.sites import Language

NO_SITE = SiteId("")
"""Whose words are everybody's."""


# ── hearing: media_server -> stt worker ──────────────────────────────────────────────────────────────────────────────
class OpenHearing(Message, frozen=True, kw_only=True):
    call_id: CallId
    site_id: SiteId
    languages: tuple[Language, ...]


class Audio(Message, frozen=True, kw_only=True):
    """Caller's sound at 16 kHz, echo cancelled. `start` may jump: what lies between was silence."""

    start: int
    """First sample, on the call's clock."""
    pcm: bytes


class Flush(Message, frozen=True, kw_only=True):
    """The caller paused: say what you have of this utterance, now. More of it may follow, and another Flush."""

    utterance: int
    revision: int


class EndUtterance(Message, frozen=True, kw_only=True):
    """The turn is taken: forget this utterance. The next Audio belongs to the next one."""

    utterance: int


class Expect(Message, frozen=True, kw_only=True):
    """A question is open: what a reply to it may be made of, beside all that callers say anyway. Until the next Expect.

    Phrases in Latin letters; {day}, {time}, {number} and {yes_no} in them stand for all of these.
    """

    phrases: tuple[str, ...]


ToStt = OpenHearing | Audio | Flush | EndUtterance | Expect


# ── hearing: stt worker -> media_server ──────────────────────────────────────────────────────────────────────────────
class HearingOpened(Message, frozen=True, kw_only=True):
    engine: str


class Partial(Message, frozen=True, kw_only=True):
    """Words so far. `utterance` counts from 0 and goes up with each EndUtterance."""

    utterance: int
    text: str
    stable: int = 0
    """Of the text: so many characters will not change any more."""


class Word(Message, frozen=True, kw_only=True):
    """One word as it was spoken, before numbers became digits. `start` and `end` are samples on the call's clock."""

    text: str
    start: int
    end: int
    confidence: float


class Final(Message, frozen=True, kw_only=True):
    """The answer to one Flush. Empty text: no words in it."""

    utterance: int
    revision: int
    text: str
    language: Language
    confidence: float
    """0 to 1; below `core.settings.Engines.confidence` it is not believed."""
    words: tuple[Word, ...] = ()
    """Empty: the engine can't tell, or there are none."""


class HearingFailed(Message, frozen=True, kw_only=True):
    detail: str
    full: bool = False
    """The worker hears as many calls as it can in time: asking again at once is of no use."""


FromStt = HearingOpened | Partial | Final | HearingFailed


# ── speaking: media_server -> tts worker ─────────────────────────────────────────────────────────────────────────────
class OpenSpeaking(Message, frozen=True, kw_only=True):
    call_id: CallId
    voice: str
    rate: Literal[8000, 16000]
    """Samples a second of the Sound that comes back."""
    site_id: SiteId = NO_SITE
    """Whose lexicon it is said by; empty: nobody's."""
    live: bool = True
    """A caller listens. Not: what is made is kept, so it may take its time, and no other engine stands in."""


class Speak(Message, frozen=True, kw_only=True):
    """One sentence. Sentences of one reply are spoken in the order they come."""

    reply: int
    index: int
    text: str
    language: Language


class CancelReply(Message, frozen=True, kw_only=True):
    """The caller interrupted, or the words changed: make no more sound of this reply."""

    reply: int


ToTts = OpenSpeaking | Speak | CancelReply


# ── speaking: tts worker -> media_server ─────────────────────────────────────────────────────────────────────────────
class SpeakingOpened(Message, frozen=True, kw_only=True):
    engine: str
    revision: str = ""
    """Which model the engine has, or will have once it is loaded: sound that another made is not what it says. Empty: none."""
    stand_in: str = ""
    """Voice to open with for what `engine` can't say now: always there, of the same gender. Empty: nobody stands in."""
    lexicon: str = ""
    """Version of the site's lexicon that this call's words are said by: sound kept of an older one is not what it says now."""


class Sound(Message, frozen=True, kw_only=True):
    """Some of a sentence's sound, as soon as it is there; leading silence trimmed. `last` marks its end (pcm may be empty)."""

    reply: int
    index: int
    pcm: bytes
    last: bool


class SpeakingFailed(Message, frozen=True, kw_only=True):
    reply: int
    index: int
    detail: str
    doubtful: bool = False
    """It was said, perhaps wrong, and is not to be kept. Asked again it would be said the same."""


FromTts = SpeakingOpened | Sound | SpeakingFailed
