"""The streaming NeMo model as a full-context one, for recordings: windows side by side, in its longest chunks, to their ends.

It hears a recording as it hears a call, so a recording tells what calls were heard as. A model of its own: steps of two threads
would mix their chunk sizes.
"""

from collections.abc import Sequence

import numpy as np
import torch

from core.audio import RATE
from media_server.stt.chunked.words import Ask, Heard, Word
from media_server.stt.nemo.loading import Model
from media_server.stt.nemo.reading import prompt_of
from media_server.stt.nemo.slots import Slots
from media_server.stt.nemo.step import Emitted, Row, Stepper
from media_server.stt.nemo.stream import AFTER_WORDS, DELAY
from media_server.stt.nemo.words import Token, spell

LONGEST_S = 30
"""It takes any length; windows of like length make full batches."""


class NemoWindows:
    """FullContext. `batch`: windows at a time."""

    name = "nemo"

    def __init__(self, model: Model, batch: int = 8) -> None:
        self._model = model
        self._slots = Slots(model, batch)
        self._stepper = Stepper(model, self._slots)
        self._chunk = model.chunks[-1] * model.frame
        self.longest, self.batch = LONGEST_S * RATE, batch

    def hear(self, asks: Sequence[Ask]) -> list[Heard]:
        rows = [Row(number, prompt_of(ask.languages, self._model.prompts)) for number, ask in enumerate(asks)]
        lengths = [ask.pcm.size + DELAY + AFTER_WORDS for ask in asks]
        tokens: list[list[Token]] = [[] for _ in asks]
        for row in rows:
            self._slots.begin(row.row)
        for at in range(0, max(lengths), self._chunk):
            going = [row for row in rows if lengths[row.row] > at]
            for row, emitted in zip(going, self._step(going, asks, at), strict=True):
                tokens[row.row] += [
                    Token(self._model.pieces[one.token], max(0, at + one.frame * self._model.frame - DELAY), one.probability)
                    for one in emitted
                ]
        return [_heard(found, ask.pcm.size) for found, ask in zip(tokens, asks, strict=True)]

    def _step(self, going: Sequence[Row], asks: Sequence[Ask], at: int) -> list[list[Emitted]]:
        sound = np.zeros((len(going), self._chunk), np.float32)
        for place, row in enumerate(going):
            piece = asks[row.row].pcm[at : at + self._chunk]
            sound[place, : piece.size] = piece
        sound /= 32768
        try:
            emitted: list[list[Emitted]] = self._stepper.step(going, sound)
        except torch.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise MemoryError(str(error)) from error
        return emitted


def _heard(tokens: Sequence[Token], size: int) -> Heard:
    words, tags = spell(tokens)
    placed = [Word(word.text, min(word.start, size - 1), min(word.end, size), word.confidence) for word in words]
    return Heard(tuple(placed), tag=tags[-1] if tags else "")
