"""A person, please: says so and hands the caller over, with what was asked so far. ◆"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar

from brain.recap import for_person
from brain.recap_words import ORDER
from brain.tools.tool import NO_ARGUMENTS, Request, own_phrases
from brain.turn import Done, Piece, Say
from brain.wording import say, sentences
from core.sites import Language


class TransferToOperator:
    name = "transfer_to_operator"
    description = "Hands the caller over to a person."
    parameters: ClassVar[Mapping[str, Any]] = NO_ARGUMENTS
    utterances: ClassVar[Mapping[Language, tuple[str, ...]]] = {
        "hi-Latn": (
            "mujhe kisi insaan se baat karni hai",
            "kisi insaan se baat karni hai", "customer care se baat karao", "mujhe aadmi se baat karni hai",
            "operator se baat karwaiye", "kisi se baat kara dijiye", "manager se baat karni hai", "call transfer kar dijiye",
            "agent se baat karni hai",
        ),
        "en": (
            "i want to talk to a person", "connect me to an agent", "talk to a human", "customer care please",
            "let me speak to the manager", "operator please", "transfer my call",
        ),
        "hi": ("मुझे किसी इंसान से बात करनी है", "किसी आदमी से बात कराइए", "मुझे किसी व्यक्ति से बात करनी है"),
        "pa": ("ਮੈਨੂੰ ਕਿਸੇ ਬੰਦੇ ਨਾਲ ਗੱਲ ਕਰਨੀ ਹੈ", "ਕਿਸੇ ਬੰਦੇ ਨਾਲ ਗੱਲ ਕਰਵਾਓ", "ਮੈਂ ਕਿਸੇ ਇਨਸਾਨ ਨਾਲ ਗੱਲ ਕਰਨਾ ਚਾਹੁੰਦਾ ਹਾਂ"),
    }  # fmt: skip

    async def answer(self, request: Request) -> AsyncIterator[Piece]:
        phrases, spoken = own_phrases(request)
        if request.asked.channel == "chat" and not phrases.transfer_chat:
            texts, spoken = say("transfer_chat", request.language)
        else:
            texts = sentences(phrases.transfer if request.asked.channel == "call" else phrases.transfer_chat)
        for text in texts:
            yield Say(text, spoken)
        yield Done("tool", request.memory, then="transfer", destination=request.site.operator, summary=summary(request))


def summary(request: Request) -> str:
    """What the person who takes over should know: the caller repeats nothing."""
    language = request.site.operators_language
    number = f" {ORDER[language].format(number=request.number)}" if request.number else ""
    return f"{for_person(request.memory, language)}{number}"
