"""The engine `instant`: the same two sentences at once, whatever was asked. It measures the pipeline around the brain. ◆"""

from collections.abc import AsyncIterator
from dataclasses import replace

from brain.turn import Asked, Done, Memory, Piece, Say
from brain.wording import say


async def answer(asked: Asked, memory: Memory) -> AsyncIterator[Piece]:
    texts, language = say("instant", asked.language)
    for text in texts:
        yield Say(text, language)
    yield Done("knowledge", replace(memory, language=asked.language))
