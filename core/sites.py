"""A site (tenant) as the call path sees it: who answers, in which words, how patiently, and what it may do.

Loaded from the database by `ari_app`, cached there, and handed to the media server in `OpenMedia`: a call goes on with
these settings even if the database goes away.
"""

from typing import Literal

import msgspec

from core.ids import SiteId

Language = Literal["hi-Latn", "hi", "en", "pa"]
"""BCP 47: Hinglish (Hindi in Latin script, mixed with English), Hindi in Devanagari, (Indian) English, Punjabi in Gurmukhi."""

LANGUAGES: tuple[Language, ...] = ("hi-Latn", "hi", "en", "pa")


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long we wait, in seconds."""

    pause: float = 0.16
    """Silence after which the recogniser is asked for its text and the brain starts on it, out loud or not."""
    end_of_turn: float = 0.45
    """Silence that ends a turn whose words look complete."""
    end_of_turn_answer: float = 0.25
    """The same where we asked for yes or no and heard it."""
    end_of_turn_open: float = 1.0
    """The same where the words look unfinished ("aur", "my order number is"), and the longest silence within a turn."""
    digits: float = 2.5
    """Silence that ends a number being keyed or read out."""
    hold_line: float = 1.2
    """Silence of ours after a turn before we say that we are looking it up; then again every `hold_line_again`."""
    hold_line_again: float = 5.5
    reply_limit: float = 12.0
    """The longest wait for the brain before we apologise and hand over."""
    no_input: float = 7.0
    """Silence of the caller's after which we ask if they are there."""
    no_input_reminders: int = 2
    """How often we ask before we say goodbye."""
    resume: float = 1.2
    """We stopped for a sound that turned out not to be words: after this silence we go on where we were."""


class Phrases(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent says of itself, in one language. Rendered to sound before the first call."""

    greeting: str
    hold: tuple[str, ...]
    reminder: str
    again: str
    """We heard something but could not make it out."""
    apology: str
    """Something of ours broke; a person will take over."""
    goodbye: str
    transfer: str


class Llm(msgspec.Struct, frozen=True, kw_only=True):
    """The language model that answers what tools and knowledge can't. See docs/decision.md."""

    model: str = ""
    """Empty: none. As the server at `base_url` names it; without one, as litellm does ("gpt-4.1-mini", "gemini/…")."""
    base_url: str = ""
    """Of an OpenAI-compatible server ("http://127.0.0.1:8000/v1"): spoken to directly, ten times cheaper than litellm."""
    secret: str = ""
    """Name of its key in the site's vault; empty: it wants none."""
    temperature: float = 0.2
    max_tokens: int = 300
    timeout_s: float = 8.0
    """The whole answer must be there after so long…"""
    first_token_s: float = 4.0
    """…and its first word after so long."""
    at_once: int = 8
    """Requests of this site's at the same time; one more waits, and gives up with `first_token_s`."""


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """How sure we must be, 0 to 1. docs/decision.md has what each costs and gains."""

    tell: float = 0.70
    """To tell a fact or use a tool."""
    document: float = 0.70
    """To read out a sentence of a document, with no model to judge whether it answers."""
    near: float = 0.30
    """To show passages of documents to a model, which then may say that they don't answer."""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    site_id: SiteId
    name: str
    numbers: tuple[str, ...] = ()
    """DIDs that reach this site."""
    languages: tuple[Language, ...] = ("hi-Latn", "en")
    """What it speaks; the first is spoken first."""
    phrases: dict[Language, Phrases]
    disclosure: str = ""
    """Said before the greeting: that this is a machine, that the call is recorded. Empty: nothing is said."""
    voice: str = ""
    """A name the speaking engine knows; empty: its own default."""
    patience: Patience = Patience()
    max_calls: int = 15
    overflow: Literal["busy", "queue"] = "queue"
    """At the cap: the busy cause, or the people's queue."""
    operator: str = "humans"
    """The queue a caller is handed to (asterisk/templates/queues.conf)."""
    recording: bool = True
    persona: str = ""
    """Who the agent is and how it talks, in a sentence or two: for the language model."""
    llm: Llm = Llm()
    thresholds: Thresholds = Thresholds()

    @property
    def language(self) -> Language:
        return self.languages[0]

    def phrase(self, language: Language) -> Phrases:
        """The agent's own lines in `language`, or in the site's first language where it has none."""
        return self.phrases.get(language) or self.phrases[self.language]
