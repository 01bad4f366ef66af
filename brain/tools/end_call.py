"""Goodbye: the caller has all they wanted. ◆"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

from brain.tools.tool import NO_ARGUMENTS, Request, own_phrases
from brain.turn import Done, Piece, Say
from brain.wording import say, sentences
from core.sites import Language


class EndCall:
    name = "end_call"
    description = "Says goodbye and ends the conversation, when the caller has all they wanted."
    parameters: ClassVar[Mapping[str, Any]] = NO_ARGUMENTS
    utterances: ClassVar[Mapping[Language, tuple[str, ...]]] = {
        "hi-Latn": (
            "alvida", "call kaat dijiye", "phone rakh dijiye", "bas itna hi poochhna tha", "aur kuchh nahin chahiye",
            "theek hai bye",
        ),
        "en": ("goodbye", "bye bye", "okay bye", "that is all", "nothing else thank you", "please end the call"),
    }  # fmt: skip

    async def answer(self, request: Request) -> AsyncIterator[Piece]:
        phrases, spoken = own_phrases(request)
        if request.asked.channel == "chat" and not phrases.goodbye_chat:
            texts, spoken = say("goodbye_chat", request.language)
        else:
            texts = sentences(phrases.goodbye if request.asked.channel == "call" else phrases.goodbye_chat)
        for text in texts:
            yield Say(text, spoken)
        yield Done("tool", request.memory, then="hang_up")
