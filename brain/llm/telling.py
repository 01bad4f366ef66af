"""A model's answer, sentence by sentence, each looked at before it leaves. ◆

deltas ──> sentences ──check──> Write … Write        and afterwards: what was said, a tool it chose, what it cost, what was wrong
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

from brain.llm import llm as models
from brain.llm.llm import Call, Delta, Llm, LlmFailed, Prompt, Text
from brain.llm.prompts import UNKNOWN
from brain.turn import MAX_SENTENCES, Used, Write
from core.commands import Channel
from core.sentences import SentenceStream
from core.sites import Language

Check = Callable[[str], tuple[str, str]]
"""A sentence as the model wrote it -> (as it is said, why it may not be said). A reason ends the answer before the sentence."""
PREAMBLE = 2
"""Sentences that are passed over where only a tool counts: "Let me look that up." """


class Telling:
    """`async for piece in telling.pieces(): …`, then its fields."""

    def __init__(self, llm: Llm, prompt: Prompt, check: Check | None, language: Language, channel: Channel) -> None:
        """`check` None: nothing is said, only a tool that it chooses counts."""
        self._llm = llm
        self._prompt = prompt
        self._check = check
        self._language = language
        self._most = MAX_SENTENCES if channel == "call" else None
        self._written: list[str] = []
        self.calls: list[Call] = []
        """The tools that it chose."""
        self.used = Used(llm.model)
        self.refused = ""
        """Why it was stopped: UNKNOWN, or what `check` said."""
        self.failed: LlmFailed | None = None
        """The model did not answer, or broke off."""

    @property
    def said(self) -> tuple[str, ...]:
        """The sentences that left."""
        return tuple(text.strip() for text in self._written if text.strip())

    async def pieces(self) -> AsyncGenerator[Write, None]:
        passed = 0
        try:
            async with aclosing(self._llm.stream(self._prompt)) as deltas:
                async for sentence in self._sentences(deltas):
                    told, self.refused = self._check(sentence) if self._check is not None else ("", "")
                    if UNKNOWN in sentence or sentence.strip(" .*_`\"'\n").upper() == UNKNOWN:
                        self.refused = UNKNOWN
                    passed += self._check is None
                    if self.refused or passed > PREAMBLE:
                        return
                    if self._check is None:
                        continue
                    self._written.append(told)
                    yield Write(told, self._language)
                    if len(self.said) == self._most:
                        return
        except LlmFailed as error:
            self.failed = error

    async def _sentences(self, deltas: AsyncIterator[Delta]) -> AsyncIterator[str]:
        stream = SentenceStream(whole=True)
        async for delta in deltas:
            match delta:
                case Text(text=text):
                    for sentence in stream.push(text):
                        yield sentence
                case Call():
                    self.calls.append(delta)
                case models.Used(tokens_in=tokens_in, tokens_out=tokens_out):
                    self.used = Used(self._llm.model, tokens_in, tokens_out)
        for sentence in stream.flush():
            yield sentence
