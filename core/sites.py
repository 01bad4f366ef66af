"""A site (tenant) as the call path sees it: who answers, in which words, how patiently, and what it may do.

Loaded from the database by `ari_app`, cached there, and handed to the media server in `OpenMedia`: a call goes on with
these settings even if the database goes away.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from core.forms import Form
from core.forms import Name as FormName
from core.handover import Handover
from core.ids import SITE_ID, SiteId
from core.languages import LANGUAGES as LANGUAGES
from core.languages import Language as Language
from core.languages import Text
from core.listening import Listening
from core.outbound import Outbound
from core.reception import Reception, Way

Name = Annotated[str, Meta(min_length=1, max_length=200)]
NUMBER = r"^\+?[0-9]{1,20}$"
Number = Annotated[str, Meta(pattern=NUMBER, description="A DID as the trunk sends it: digits, perhaps a + before")]
Seconds = Annotated[float, Meta(ge=0, le=600)]
Share = Annotated[float, Meta(ge=0, le=1)]

RETENTION_DAYS = 365
"""Of a site that does not say; India's DPDP rules want logs kept for a year."""
QUEUE = r"^[a-z][a-z0-9_][a-z0-9_-]{0,77}$"
"""What the dialplan takes for a queue's name."""

USUAL_LANGUAGES: tuple[Language, ...] = ("hi-Latn", "en")
"""Of a site that does not say."""


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long we wait, in seconds."""

    pause: Seconds = 0.16
    """Silence after which the recogniser is asked for its text and the brain starts on it, out loud or not."""
    end_of_turn: Seconds = 0.45
    """Silence that ends a turn whose words look complete."""
    end_of_turn_answer: Seconds = 0.25
    """The same where we asked for yes or no and heard it."""
    end_of_turn_open: Seconds = 1.0
    """The same where the words look unfinished ("aur", "my order number is"), and the longest silence within a turn."""
    digits: Seconds = 2.5
    """Silence that ends a number being keyed or read out."""
    hold_line: Seconds = 1.2
    """Silence of ours after a turn before we say that we are looking it up; then again every `hold_line_again`."""
    hold_line_again: Seconds = 5.5
    reply_limit: Seconds = 12.0
    """The longest wait for the brain before we apologise and hand over."""
    no_input: Seconds = 7.0
    """Silence of the caller's after which we ask if they are there."""
    no_input_reminders: Annotated[int, Meta(ge=0, le=10)] = 2
    """How often we ask before we say goodbye."""
    resume: Seconds = 1.2
    """We stopped for a sound that turned out not to be words: after this silence we go on where we were."""


class Phrases(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent says of itself, in one language. Rendered to sound before the first call."""

    greeting: Text
    hold: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=10)]
    reminder: Text
    again: Text
    """We heard something but could not make it out."""
    apology: Text
    """Something of ours broke; a person will take over."""
    goodbye: Text
    transfer: Text
    sorry: Text = ""
    """Nobody takes this call; then we hang up."""
    voicemail: Text = ""
    """How to leave a message; a beep follows."""
    hold_chat: tuple[Text, ...] = ()
    """The same as `hold`, in a chat; empty: our own."""
    goodbye_chat: Text = ""
    transfer_chat: Text = ""
    """The same as `goodbye` and `transfer`, in a chat; empty: our own."""
    # ── said by Asterisk, without the agent; empty: the usual (core/phrases.py) ──────────────────────────────────────
    moment: Text = ""
    """To a caller on the way to people: the agent is away, or has no room."""
    thanks: Text = ""
    """After a message was left."""
    operator_call: Text = ""
    """To an operator before they accept: whose call it is ({site})…"""
    operator_call_from: Text = ""
    """…and from which {number}, where it is not hidden. The summary follows…"""
    operator_keys: Text = ""
    """…and what to press: 1 accepts, 2 declines."""
    operator_waiting: Text = ""
    """To an operator who is quicker than the summary."""


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]"
OPENING = rf"^{_TIME}-({_TIME}|24:00)$"
Opening = Annotated[str, Meta(pattern=OPENING, description="From and to, as 10:00-19:30; 20:00-02:00 ends on the next day")]


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """When the site is open, in its own timezone, and who answers when it is not."""

    week: dict[Weekday, tuple[Opening, ...]] = {}
    """A day that is left out is closed; no day at all: every day is open, but for the holidays."""
    holidays: tuple[date, ...] = ()
    """Closed all day: what would open on that day does not."""
    closed: Literal["agent", "queue", "voicemail", "reject"] = "agent"
    """The agent answers all the same; the people's queue; a message after the beep; or nobody: `message` is said, or without
    one the call is refused."""
    message: dict[Language, Text] = {}
    """Said before all else while closed: "Hum subah das baje khulte hain." """

    def is_open(self, local: datetime) -> bool:
        """`local`: a time in the site's timezone."""
        return any(self._opens(local.date() - timedelta(days), local, days) for days in (0, 1))

    def openings(self, day: date) -> tuple[Opening, ...]:
        """Those that begin on `day`; none: closed."""
        if day in self.holidays:
            return ()
        return self.week.get(WEEKDAYS[day.weekday()], ()) if self.week else ("00:00-24:00",)

    def _opens(self, day: date, local: datetime, days: int) -> bool:
        """Whether an opening that began on `day`, `days` before `local`, still goes on."""
        now = local.hour * 60 + local.minute + days * 24 * 60
        return any(begin <= now < end for begin, end in map(_minutes, self.openings(day)))


def _minutes(opening: Opening) -> tuple[int, int]:
    """Minutes after midnight of the day it begins on."""
    begin, end = (int(text[:2]) * 60 + int(text[3:]) for text in opening.split("-"))
    return begin, end if end > begin else end + 24 * 60


class Embedding(msgspec.Struct, frozen=True, kw_only=True):
    """What turns the site's texts into vectors. Changing it makes all of them anew."""

    model: Name = "all-MiniLM-L6-v2"
    base_url: Text = ""
    """An OpenAI-compatible server; empty: the model that we carry along, or litellm for any other."""
    secret: Text = ""
    dimensions: Annotated[int, Meta(ge=1, le=4000)] = 384
    latin: bool = False
    """It knows no Devanagari (text-embedding-3-small: 22 against 71, facts/brain.md B2): it gets texts in Latin letters."""


class KnowledgeFrom(msgspec.Struct, frozen=True, kw_only=True):
    """Where the site's knowledge lives."""

    source: Literal["own", "mirror", "read_through"] = "own"


class Llm(msgspec.Struct, frozen=True, kw_only=True):
    """The language model that answers what tools and knowledge can't. See docs/decision.md."""

    model: Text = ""
    """Empty: none. As the server at `base_url` names it; without one, as litellm does ("gpt-4.1-mini", "gemini/…")."""
    base_url: Text = ""
    """Of an OpenAI-compatible server ("http://127.0.0.1:8000/v1"): spoken to directly, ten times cheaper than litellm."""
    secret: Text = ""
    """Name of its key in the site's vault; empty: it wants none."""
    temperature: Annotated[float, Meta(ge=0, le=2)] = 0.2
    max_tokens: Annotated[int, Meta(ge=1, le=8192)] = 300
    timeout_s: Seconds = 8.0
    """The whole answer must be there after so long…"""
    first_token_s: Seconds = 4.0
    """…and its first word after so long."""
    at_once: Annotated[int, Meta(ge=1, le=1000)] = 8
    """Requests of this site's at the same time; one more waits, and gives up with `first_token_s`."""


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """How sure we must be, 0 to 1. docs/decision.md has what each costs and gains."""

    tell: Share = 0.80
    """To tell a fact or use a tool."""
    confirm: Share = 0.45
    """To ask back whether it was meant."""
    document: Share = 0.70
    """To read out a sentence of a document, with no model to judge whether it answers."""
    near: Share = 0.30
    """To show passages of documents to a model, which then may say that they don't answer."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    site_id: Annotated[SiteId, Meta(pattern=SITE_ID)]
    name: Name
    numbers: tuple[Number, ...] = ()
    """DIDs that reach this site."""
    languages: Annotated[tuple[Language, ...], Meta(min_length=1)] = USUAL_LANGUAGES
    """What it speaks; the first is spoken first."""
    phrases: dict[Language, Phrases]
    disclosure: Text = ""
    """Said before the greeting: that this is a machine, that the call is recorded. Empty: nothing is said."""
    persona: Text = ""
    """Who the agent is, in a few sentences: what a language model is told of itself."""
    voice: Annotated[str, Meta(max_length=100)] = "male"
    """male, female, or a name the speaking engine knows; empty: its own default. A man says the usual lines (core/phrases.py)."""
    patience: Patience = Patience()
    timezone: Name = "Asia/Kolkata"
    """As the IANA database names it."""
    hours: Hours = Hours()
    max_calls: Annotated[int, Meta(ge=0, le=10_000)] = 15
    overflow: Way = "queue"
    """At the cap: people, a beep, a sentence, or a cause (core/reception.py)."""
    operator: Annotated[str, Meta(pattern=QUEUE)] = "humans"
    """The queue a caller is handed to (asterisk/templates/queues.conf)."""
    recording: bool = True
    llm: Llm = Llm()
    embedding: Embedding = Embedding()
    thresholds: Thresholds = Thresholds()
    knowledge: KnowledgeFrom = KnowledgeFrom()
    retention_days: Annotated[int, Meta(ge=1, le=3650)] = RETENTION_DAYS
    """Calls, conversations and recordings older than this are deleted."""
    tools_off: bool = False
    """Kill switch: no tool goes out to the site's CRM or portal any more, from the next turn on."""
    outbound: Outbound = Outbound()
    """Calls that the agent makes (core/outbound.py)."""
    forms: dict[FormName, Form] = {}
    """Questions that are asked in calls out, by the form's name (core/forms.py)."""
    handover: Handover = Handover()
    """How callers get to a person, and when (core/handover.py)."""
    reception: Reception = Reception()
    """Who rings first, who is turned away and how (core/reception.py)."""
    listening: Listening = Listening()
    """Who may listen to calls, and how long recordings are kept (core/listening.py)."""

    @property
    def language(self) -> Language:
        return self.languages[0]

    @property
    def operators_language(self) -> Language:
        """What its people are told in."""
        return self.handover.language or self.language

    def phrase(self, language: Language) -> Phrases:
        """The agent's own lines in `language`, or in the site's first language where it has none."""
        return self.phrases.get(language) or self.phrases[self.language]

    def is_open(self, at: datetime) -> bool:
        """`at`: any time with a timezone."""
        return self.hours.is_open(at.astimezone(ZoneInfo(self.timezone)))

    @property
    def closed_message(self) -> str:
        """In the site's first language, else in whichever it is written; empty: none."""
        return next((text for _, text in self._closed_messages()), "")

    def while_closed(self) -> "Site":
        """The site as callers meet it while it is closed: the message comes before the greeting, or is all that is said."""
        language, message = next(self._closed_messages(), (self.language, ""))
        lines = self.phrase(language)
        then = {"agent": lines.greeting, "voicemail": lines.voicemail}.get(self.hours.closed, "")
        return self.greeting_with(" ".join(part for part in (message, then) if part) or lines.greeting, language)

    def greeting_with(self, text: str, language: Language | None = None) -> "Site":
        """This site, whose first words are these, in `language` (its first one)."""
        language = language or self.language
        phrases = {**self.phrases, language: msgspec.structs.replace(self.phrase(language), greeting=text)}
        languages = (language, *(other for other in self.languages if other != language))
        return msgspec.structs.replace(self, phrases=phrases, languages=languages)

    def _closed_messages(self) -> Iterator[tuple[Language, str]]:
        wanted = dict.fromkeys((*self.languages, *self.hours.message))
        return ((language, self.hours.message[language]) for language in wanted if self.hours.message.get(language))
