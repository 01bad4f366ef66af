"""Goodbye: the caller has all they wanted. ◆"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

from brain.tools.tool import NO_ARGUMENTS, Request
from brain.turn import Done, Piece, Say
from brain.wording import sentences
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
        spoken = request.language if request.language in request.site.phrases else request.site.language
        for text in sentences(request.site.phrase(request.language).goodbye):
            yield Say(text, spoken)
        yield Done("tool", request.memory, then="hang_up")
