"""The call's line to the brain: which reply answers what, and what becomes of the brain's words.

AskBrain, Commit, CancelAnswer ──> brain ──Sentence──> Mouth
              Heard ──────────────> │ └──> turn machine: what it says, does and fails at
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from core import commands as msg
from core.concealed import concealed
from core.events import ToolCalled
from media_server.ledger import Ledger
from media_server.mouth import Ended, Mouth
from media_server.neighbour import Neighbour
from media_server.turn.state import TurnEvent

BRAIN_BACK = 3.0
"""Seconds that a question waits for a brain that is away: it restarts in 2, and a holding line covers them."""


class BrainLink:
    """One call's. `happened` tells the turn machine."""

    def __init__(
        self, opening: msg.OpenMedia, path: Path, mouth: Mouth, ledger: Ledger, happened: Callable[[TurnEvent], None]
    ) -> None:
        self._call_id, self._site_id = opening.call_id, opening.site.site_id
        self._mouth = mouth
        self._ledger = ledger
        self._happened = happened
        self._answers: dict[int, msg.Ask] = {}
        """What each reply answers, until it has been heard to its end or is not wanted any more."""
        self._tools: dict[int, list[ToolCalled]] = {}
        self._secret_turns: set[int] = set()
        """In which the caller was asked for a secret: not for the records."""
        conversation = msg.OpenConversation(
            call_id=opening.call_id, site_id=opening.site.site_id, channel="call",
            caller=opening.caller, language=opening.site.language, purpose=opening.purpose,
        )  # fmt: skip
        self.neighbour = Neighbour(
            "brain", path, msg.FromBrain, conversation, msg.ConversationOpened, self._on_message, self._on_lost
        )

    # ── what it is told ──────────────────────────────────────────────────────────────────────────────────────────────
    def ask(self, ask: msg.Ask, reply: int) -> None:
        """Its answer will be `reply`."""
        self._answers[reply] = ask
        secret = ask.turn in self._secret_turns
        self._ledger.asked(msgspec.structs.replace(ask, text=concealed(ask.text)) if secret else ask, reply)
        if not self.neighbour.send(ask):
            self._fail_later(ask)

    def commit(self, commit: msg.Commit) -> None:
        """The turn is taken."""
        self.neighbour.send(commit)
        if (answer := self._reply_to(commit.revision)) is not None:
            self._ledger.taken(answer, self._now())

    def cancel(self, turn: int) -> None:
        self.neighbour.send(msg.CancelTurn(turn=turn))

    def heard(self, ended: Ended) -> None:
        """A reply is over. Nothing, if it answered nobody."""
        if (ask := self._answers.pop(ended.reply, None)) is not None:
            self.neighbour.send(msg.Heard(turn=ask.turn, text=ended.text, complete=not ended.interrupted))

    def tools_used(self, reply: int) -> list[ToolCalled]:
        """Since the last time."""
        return self._tools.pop(reply, [])

    def forget_unheard(self) -> None:
        """Answers that the mouth does not keep are not wanted any more."""
        for reply in [number for number in self._answers if number not in self._mouth]:
            del self._answers[reply]
            self._tools.pop(reply, None)
            self._ledger.forget(reply)

    # ── what it says ─────────────────────────────────────────────────────────────────────────────────────────────────
    def _on_message(self, message: msg.FromBrain) -> None:
        if isinstance(message, msg.SummedUp):
            return self._happened(message)
        if isinstance(message, msg.ConversationOpened) or (reply := self._reply_to(message.revision)) is None:
            return  # of an answer that nobody wants any more
        match message:
            case msg.Sentence():
                self._ledger.worded(reply, message.language, self._now())
                say, now = self._mouth.say, self._now()
                say(reply, message.index, message.text, message.language, now, to_its_end=message.whole)
            case msg.ToolFinished(recorded=True):
                pass
            case msg.ToolFinished(turn=number, tool=tool, arguments=arguments, ok=ok, seconds=seconds):
                called = ToolCalled(
                    call_id=self._call_id, site_id=self._site_id, at=time.time(), turn=number, tool=tool,
                    arguments=arguments, ok=ok, seconds=seconds,
                )  # fmt: skip
                self._tools.setdefault(reply, []).append(called)
            case msg.AnswerDone():
                self._ledger.sourced(reply, message.answer_source)
                (self._secret_turns.add if message.conceal else self._secret_turns.discard)(message.turn + 1)
                self._mouth.complete(reply)
            case msg.ToolStarted() | msg.BrainFailed():
                pass
        self._happened(message)

    def _on_lost(self) -> None:
        """An answer that was complete is not missed."""
        if self._answers and not self._mouth.is_complete(newest := max(self._answers)):
            self._fail_later(self._answers[newest])

    def _fail_later(self, ask: msg.Ask) -> None:
        """A brain that is away may be back in a moment; the machine asks it once more then."""
        failed = msg.BrainFailed(turn=ask.turn, revision=ask.revision, detail="the brain is away")
        asyncio.get_running_loop().call_later(BRAIN_BACK, self._happened, failed)

    def _reply_to(self, revision: int) -> int | None:
        """Our reply to a revision of a turn; None if nobody wants it any more."""
        return next((reply for reply, ask in self._answers.items() if ask.revision == revision), None)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
