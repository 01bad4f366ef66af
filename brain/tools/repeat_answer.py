"""What was that? The last answer, word for word. ◆"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

from brain.tools.tool import NO_ARGUMENTS, Request
from brain.turn import Done, Piece, Say
from brain.wording import say
from core.sites import Language


class RepeatAnswer:
    name = "repeat_answer"
    description = "Says the last answer again, word for word."
    parameters: ClassVar[Mapping[str, Any]] = NO_ARGUMENTS
    utterances: ClassVar[Mapping[Language, tuple[str, ...]]] = {
        "hi-Latn": ("phir se boliye", "dobara bataiye", "kya kaha aapne", "ek baar aur bataiye", "samajh nahin aaya"),
        "en": ("please repeat that", "say that again", "what did you say", "can you repeat", "i did not understand"),
    }

    async def answer(self, request: Request) -> AsyncIterator[Piece]:
        last = request.memory.told
        texts, language = (last.texts, last.language) if last else say("nothing_to_repeat", request.language)
        for text in texts:
            yield Say(text, language)
        yield Done("tool", request.memory)
