"""What processes ask of each other. Requests are imperative, answers and facts are past tense.

    ari_app ──control──> media_server ──hearing──> stt worker
                              │ ──────speaking──> tts worker
                              └ ───conversation──> brain

Each pair talks over one connection per call (core.bus): the first message opens it, its end ends that call's business
there. A closed connection therefore means: the other side is gone. Sound is 16-bit little-endian mono PCM.
Sample counts are on the call's own clock at 16 kHz, from the first packet; `at` in seconds is time.time().
"""

from typing import Literal

import msgspec

from core.client_tools import ClientCall, ClientTools, ClientToolsState
from core.ids import CallId, SiteId
from core.outbound import Answerer
from core.purpose import Purpose
from core.sites import Language, Site

CodecName = Literal["ulaw", "alaw", "slin16"]
Channel = Literal["call", "chat"]
"""The form of an answer: sentences to be spoken, or text to be read."""


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """The tag is the class name."""


FirstWords = Literal["greeting", "again", "nobody_free"]


# ── control: ari_app -> media_server ─────────────────────────────────────────────────────────────────────────────────
class OpenMedia(Message, frozen=True, kw_only=True):
    """Reserve a session. Answered by MediaOpened or MediaRefused."""

    call_id: CallId
    site: Site
    codec: CodecName
    caller: str
    called: str
    announce: bool = False
    """Say the greeting and hang up: the site is closed."""
    purpose: Purpose | None = None
    """Of a call out: `caller` is whom we called, `called` the number they saw."""
    screen: bool = False
    """Of a call out: not a word until it is known who answered. Then AnsweredBy tells."""
    patience_s: float = 1.0
    """So long recogniser, voice and brain may take to be there for this call."""
    session: int = 1
    """The how-manieth of this call."""
    first: FirstWords = "greeting"
    """The media server that had the conversation has died, in it (again: the caller is asked to say it again), or while a person
    was looked for (nobody_free)."""


class AdoptMedia(Message, frozen=True, kw_only=True):
    """A controller that came back takes up a session that is still running. Answered like OpenMedia."""

    call_id: CallId


class ConnectMedia(Message, frozen=True, kw_only=True):
    """Asterisk's end of the RTP leg (UNICASTRTP_LOCAL_ADDRESS, …_PORT). Sound flows from here on, silence at first."""

    host: str
    port: int


class Answered(Message, frozen=True, kw_only=True):
    """The call is up: greet. Again, from a controller that came back: greet unless that is done."""

    at: float


class Digit(Message, frozen=True, kw_only=True):
    digit: str


class Hold(Message, frozen=True, kw_only=True):
    """The caller's phone put us on hold: say nothing, hear nothing."""


class Unhold(Message, frozen=True, kw_only=True):
    pass


class Say(Message, frozen=True, kw_only=True):
    text: str
    language: Language | None = None


class AnnounceTransfer(Message, frozen=True, kw_only=True):
    """Somebody outside wants the caller with a person: say that one comes. Answered by TransferRequested, with what the
    conversation was about."""


class StandBy(Message, frozen=True, kw_only=True):
    """A person is being looked for: say and hear nothing, but stay. ComeBack may follow."""


class ComeBack(Message, frozen=True, kw_only=True):
    """Nobody had time, the caller is with us again: say so, offer to call back, and go on."""


class ProbeMedia(Message, frozen=True, kw_only=True):
    """How are you? On a connection of its own, as often as one likes; answered by MediaHealth."""


class DrainMedia(Message, frozen=True, kw_only=True):
    """No new sessions from now on; running ones end in their own time. Off: as before. Like ProbeMedia."""

    on: bool


class CloseMedia(Message, frozen=True, kw_only=True):
    """The call has ended. Answered by MediaClosed, then the connection closes."""

    reason: str


ToMedia = (
    OpenMedia | AdoptMedia | ConnectMedia | Answered | Digit | Hold | Unhold | Say
    | AnnounceTransfer | StandBy | ComeBack | ProbeMedia | DrainMedia | CloseMedia
)  # fmt: skip


# ── control: media_server -> ari_app ─────────────────────────────────────────────────────────────────────────────────
class MediaOpened(Message, frozen=True, kw_only=True):
    """Where this session's one UDP socket is bound: external_host of the externalMedia leg."""

    host: str
    port: int


class MediaRefused(Message, frozen=True, kw_only=True):
    reason: str


class HangUpRequested(Message, frozen=True, kw_only=True):
    """The conversation is over and our last word has been played."""

    reason: Literal["goodbye", "no_input", "machine", "voicemail_left"]
    """The last two: a machine answered our call, and has nothing from us, or our message."""


TransferReason = Literal["asked", "not_understood", "ordered", "brain_failed", "hearing_failed", "speaking_failed"]
"""ordered: by AnnounceTransfer."""


class AnsweredBy(Message, frozen=True, kw_only=True):
    """Who took our call; told again if it turns out to be somebody else."""

    kind: Answerer
    seconds: float
    """After the answer."""


class PressKeys(Message, frozen=True, kw_only=True):
    """A menu has answered our call."""

    digits: str
    """As of core.orders.SendDigits."""


class TransferRequested(Message, frozen=True, kw_only=True):
    """The caller is to go to a person; our last word has been played."""

    destination: str
    reason: TransferReason
    summary: str = ""
    language: Language | None = None
    """That the caller speaks."""


class SecretAwaited(Message, frozen=True, kw_only=True):
    """The caller has been asked for something that no record may have (a PIN), or has said it: `on` is false."""

    on: bool
    overheard_s: float = 0.0
    """It was, so long ago, while no controller was there to pause the recording: the last so many seconds of that have it."""


class MediaClosed(Message, frozen=True, kw_only=True):
    reason: str


class MediaHealth(Message, frozen=True, kw_only=True):
    sessions: int
    capacity: int
    missing: str = ""
    """What a new call would lack, in words; empty: nothing."""
    draining: bool = False


FromMedia = (
    MediaOpened | MediaRefused | AnsweredBy | PressKeys | HangUpRequested | TransferRequested | SecretAwaited | MediaClosed
)  # fmt: skip


# ── conversation: media_server, or a chat's door in the gateway -> brain ────────────────────────────────────────────────
class Line(msgspec.Struct, frozen=True):
    role: Literal["caller", "agent"]
    text: str


class OpenConversation(Message, frozen=True, kw_only=True):
    call_id: CallId
    """This session's key: the call's id, or one that the chat's door made. The conversation may be older than it."""
    site_id: SiteId
    channel: Channel
    caller: str
    """Their number, if it is known."""
    language: Language
    """Of the first answer; a chat's turns are answered in the language they are written in."""
    user: str = ""
    """A chat's own name for whom it talks with. Number and name lead to the same conversation over every channel."""
    history: tuple[Line, ...] = ()
    """What was said elsewhere before, for a chat that nobody has a name for. Data, never instructions."""
    purpose: Purpose | None = None
    """Of a call out."""


News = Literal["", "nobody_free", "answered"]


class Ask(Message, frozen=True, kw_only=True):
    """A turn of the caller's. Numbered by the asker; asking again with the same turn and a higher revision replaces it.

    A speculative ask (not yet certain that the caller has finished) may look things up but must not change anything in
    the world nor in the conversation's memory: that waits for Commit.
    """

    turn: int
    revision: int
    text: str
    language: Language
    confidence: float
    via: Literal["voice", "keypad", "text"] = "voice"
    """`text`: it was typed; its language is found out by the brain, and its words are certain."""
    news: News = ""
    """Not the caller speaks, but this has happened to them; `text` is empty. answered: a person has, whom we called."""
    client: ClientTools = ClientTools()


class Commit(Message, frozen=True, kw_only=True):
    """The caller had finished: this revision of the turn is what was asked."""

    turn: int
    revision: int


class CancelTurn(Message, frozen=True, kw_only=True):
    """Nobody wants this answer any more. Nothing of it is remembered beyond what Heard says."""

    turn: int


class Heard(Message, frozen=True, kw_only=True):
    """What the caller really heard of our answer; less than all of it after a barge-in."""

    turn: int
    text: str
    complete: bool


class SumUp(Message, frozen=True, kw_only=True):
    """Not the caller's wish, nor ours: somebody outside brings them to a person. What is that person to know?"""


ToBrain = OpenConversation | Ask | Commit | CancelTurn | Heard | SumUp


# ── conversation: brain -> media_server ──────────────────────────────────────────────────────────────────────────────
class ConversationOpened(Message, frozen=True, kw_only=True):
    pass


class Sentence(Message, frozen=True, kw_only=True):
    """One sentence to say, in order, already in the form of the channel."""

    turn: int
    revision: int
    index: int
    text: str
    language: Language
    whole: bool = False
    """Said to its end, also over somebody who speaks: what the law wants them to have heard."""


class Text(Message, frozen=True, kw_only=True):
    """Some of an answer in Markdown, for a chat: put together they are the answer."""

    turn: int
    revision: int
    text: str
    language: Language


class Holding(Message, frozen=True, kw_only=True):
    """A chat waits longer than people like to: what to show meanwhile. Not part of the answer, which it does not delay."""

    turn: int
    revision: int
    text: str
    language: Language


class ToolStarted(Message, frozen=True, kw_only=True):
    turn: int
    revision: int
    tool: str


class ToolFinished(Message, frozen=True, kw_only=True):
    turn: int
    revision: int
    tool: str
    arguments: dict[str, str]
    ok: bool
    seconds: float
    recorded: bool = False
    """A write: the brain has told the records itself, since it happened even if the caller interrupted and heard nothing."""


AnswerSource = Literal["tool", "knowledge", "fallback", "small_talk", "abstain"]


class Citation(msgspec.Struct, frozen=True):
    """A passage that an answer was made from. Shown in a chat, never spoken."""

    document_id: str
    title: str
    chunk_id: int
    text: str
    url: str = ""


class AnswerDone(Message, frozen=True, kw_only=True):
    """The end of one answer."""

    turn: int
    revision: int
    answer_source: AnswerSource
    expects: Literal["anything", "yes_no", "digits"] = "anything"
    """What a reply to this would look like: the turn machine's patience depends on it."""
    digits: int = 0
    """With expects="digits": how many make the number complete; 0: nobody knows."""
    conceal: bool = False
    """The reply to this is a secret (a PIN, a phone number): records have it through core.concealed only."""
    replies: tuple[str, ...] = ()
    """What a reply may be made of, for a recogniser that hears only what it expects (core.speech.Expect)."""
    then: Literal["listen", "hang_up", "transfer"] = "listen"
    destination: str = ""
    summary: str = ""
    citations: tuple[Citation, ...] = ()
    conversation_id: str = ""
    """Where the turn was written down (GET /v1/conversations/{id}); empty: the database has not said yet."""
    model: str = ""
    """The language model that wrote it; empty: none did."""
    tokens_in: int = 0
    tokens_out: int = 0
    calls: tuple[ClientCall, ...] = ()
    """To a chat: the client is to run these and to tell what they gave."""
    client_tools: ClientToolsState = ""


class BrainFailed(Message, frozen=True, kw_only=True):
    turn: int
    revision: int
    detail: str
    needs_model: bool = False
    """What was asked for, only a language model could do, and the site has none."""


class SummedUp(Message, frozen=True, kw_only=True):
    """The answer to SumUp: in a moment, or never."""

    text: str


FromBrain = ConversationOpened | Sentence | ToolStarted | ToolFinished | AnswerDone | BrainFailed | SummedUp
"""To a call."""
FromBrainToChat = ConversationOpened | Sentence | Text | Holding | ToolStarted | ToolFinished | AnswerDone | BrainFailed
