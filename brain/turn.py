"""The words of a turn inside the brain: what was asked, what the conversation knows, and the pieces an answer is made of. ◆

Asked + Memory  ──dialogue.answer──>  Say … ToolBegan … ToolEnded … Done(memory as it is if this turn is committed)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from brain.outbound.state import Interview
from core.client_tools import ClientCall, ClientTools, ClientToolsState
from core.commands import AnswerSource, Channel, News
from core.commands import Citation as Citation
from core.sites import Language

Expects = Literal["anything", "yes_no", "digits"]
Then = Literal["listen", "hang_up", "transfer"]


NO_CLIENT_TOOLS = ClientTools()


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    language: Language
    confidence: float
    via: Literal["voice", "keypad", "text"] = "voice"
    channel: Channel = "call"
    caller: str = ""
    """Their number as the network says it; empty: withheld, or a chat."""
    conversation: str = ""
    turn: int = 0
    client: ClientTools = NO_CLIENT_TOOLS
    at: datetime | None = None
    """When; with a timezone."""
    news: News = ""
    """Not they speak: this has happened to them."""
    goal: str = ""
    """What we have called them for; empty: they have called, or we don't know yet that it is they."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that was given."""

    texts: tuple[str, ...]
    language: Language


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn that is over."""

    asked: str
    answered: str
    """What was really heard of it: less than all after an interruption."""
    channel: Channel
    language: Language


@dataclass(frozen=True, slots=True)
class Proposal:
    """A tool that is under way: what it was told so far, and what it asked for last. See docs/tools.md."""

    tool: str
    arguments: dict[str, Any]
    """JSON values by the names in the tool's declaration."""
    asking: str = ""
    """The argument or proof that was asked for; empty: all was read back, and "shall I?" was asked."""
    tries: int = 0
    """Answers in a row that were of no use to it."""
    key: str = ""
    """Idempotency key of its one execution; made when it is read back."""
    replies: tuple[str, ...] = ()
    """What a reply to that may be made of (core.speech.Expect)."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a conversation knows between two turns. A value: a speculative answer makes a new one, and Commit keeps it.

    It is stored with the conversation (msgspec), so that a call goes on where the chat was. Every field has a default that
    an older memory can be read with.
    """

    language: Language
    expects: Expects = "anything"
    digits: int = 0
    """With expects="digits": how many the number has."""
    conceal: bool = False
    """What we asked for is a secret: the reply is not written down."""
    offered_person: bool = False
    """We asked whether a person should take over."""
    wishes: int = 0
    """How often they asked for a person."""
    angry: int = 0
    """Turns in which they were."""
    misunderstood: int = 0
    """Turns in a row that we could not make out."""
    wrong_numbers: int = 0
    """Order numbers in a row that were nobody's."""
    topic: str = ""
    """The question that was answered last, for "aur refund?"."""
    meant: str = ""
    """A question that we asked back ("do you mean …?"): a yes asks it."""
    told: Told | None = None
    asked: tuple[str, ...] = ()
    """The last few questions, for the person who takes over."""
    proposal: Proposal | None = None
    """The tool that asked something and waits for the reply."""
    uncertain: Proposal | None = None
    """A write of which nobody knows whether it happened: asked for again, it goes out under the same key."""
    outcome: Told | None = None
    """What came of the last turn's write. A caller who interrupted and did not hear it is told first of all."""
    proven: tuple[str, ...] = ()
    """Digests of registered numbers that the caller has shown to be theirs (brain/tools/proof.py)."""
    wrong_proofs: int = 0
    interview: Interview | None = None
    """How far a call out has come (brain/outbound)."""
    recent: tuple[Exchange, ...] = ()
    """The last turns over every channel, the oldest first. brain.session keeps it; dialogue only reads it."""
    summary: str = ""
    """What was said before those."""


@dataclass(frozen=True, slots=True)
class Say:
    """One sentence or a few, complete. brain.render gives it the channel's form."""

    text: str
    language: Language
    always: bool = False
    """Also after as much as people listen to: what they are to answer."""
    whole: bool = False
    """To its end, also over somebody who speaks."""


@dataclass(frozen=True, slots=True)
class Write:
    """A sentence of a text as a model writes it, in Markdown. brain.render makes of it what is said on a call."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What a chat shows if no word of the answer has come `after_s` from now. It delays nothing. (A call has media_server.)"""

    after_s: float
    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class ToolBegan:
    tool: str


@dataclass(frozen=True, slots=True)
class ToolEnded:
    tool: str
    arguments: dict[str, str]
    ok: bool
    seconds: float
    write: bool = False
    """It changed something in the world, or tried to: the record must have it even if the caller interrupts."""


@dataclass(frozen=True, slots=True)
class Barrier:
    """Do not pull me further until this turn is committed; from then on run me to my end, whatever the caller does.

    What comes after it changes something in the world.
    """


@dataclass(frozen=True, slots=True)
class AwaitTurn:
    """Do not pull me further until this turn is committed; unlike after a Barrier I may still be dropped at any time.

    What comes after it costs money or somebody's patience: a language model is not asked for half a sentence.
    """


@dataclass(frozen=True, slots=True)
class Used:
    """The language model that wrote an answer, and what it cost; 0 tokens: the server did not say."""

    model: str
    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    source: AnswerSource
    memory: Memory
    then: Then = "listen"
    destination: str = ""
    summary: str = ""
    score: float | None = None
    citations: tuple[Citation, ...] = ()
    used: Used | None = None
    gap: str = ""
    """The question, if nothing that we have could answer it: counted once the turn is committed (brain/gaps.py)."""
    calls: tuple[ClientCall, ...] = ()
    """Of the client's tools: it is to run these."""
    client_tools: ClientToolsState = ""


class CannotAnswer(RuntimeError):
    """There is no answer at all, not even an honest sentence: the site is unknown, or was never loaded."""


class NeedsModel(CannotAnswer):
    """What was asked for, only a language model could do, and the site has none."""


Piece = Say | Write | Meanwhile | ToolBegan | ToolEnded | Barrier | AwaitTurn | Done

MAX_SENTENCES = 2
"""On a call. More is not listened to."""


def told(texts: Sequence[str], language: Language) -> list[Piece]:
    return [Say(text, language) for text in texts]
