"""Somebody whom we call: hears what a call out says, and answers. Every turn is committed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from brain.dialogue import Mind
from brain.outbound.conversation import CallOut, answer, result
from brain.turn import Asked, Done, Exchange, Memory, Piece, Say
from core.commands import OpenConversation
from core.events import AnyEvent, OutboundResult
from core.forms import Option, Question
from core.ids import CallId
from core.purpose import Purpose
from core.sites import Language

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=ZoneInfo("Asia/Kolkata"))
"""A Saturday."""
NUMBER = "+919800000001"
CALL = CallId("1700000000.1")

HOME: tuple[Question, ...] = (
    Question(
        id="owner",
        ask={
            "hi-Latn": "Kya ghar aapka apna hai?", "en": "Do you own the house?", "hi": "क्या घर आपका अपना है?",
            "pa": "ਕੀ ਘਰ ਤੁਹਾਡਾ ਆਪਣਾ ਹੈ?",
        },
        type="yes_no",
    ),
    Question(
        id="rooms",
        ask={
            "hi-Latn": "Ghar mein kitne kamre hain?", "en": "How many rooms does it have?", "hi": "घर में कितने कमरे हैं?",
            "pa": "ਘਰ ਵਿੱਚ ਕਿੰਨੇ ਕਮਰੇ ਹਨ?",
        },
        type="number", least=1, most=50,
    ),
    Question(
        id="roof",
        ask={
            "hi-Latn": "Chhat pakki hai, tin ki hai, ya koi aur?", "en": "Is the roof concrete, tin, or other?",
            "hi": "छत पक्की है, टिन की है, या कोई और?", "pa": "ਛੱਤ ਪੱਕੀ ਹੈ, ਟੀਨ ਦੀ ਹੈ, ਜਾਂ ਹੋਰ?",
        },
        type="choice",
        options=(
            Option(value="concrete", say={"hi-Latn": "pakki", "en": "concrete", "hi": "पक्की", "pa": "ਪੱਕੀ"},
                   words=("cement", "lenter", "rcc")),
            Option(value="tin", say={"hi-Latn": "tin ki", "en": "tin", "hi": "टिन की", "pa": "ਟੀਨ ਦੀ"},
                   words=("teen ki", "sheet", "chaddar")),
            Option(value="other", say={"hi-Latn": "koi aur", "en": "other", "hi": "कोई और", "pa": "ਹੋਰ"},
                   words=("aur kuchh", "kachchi")),
        ),
    ),
    Question(
        id="visit",
        ask={
            "hi-Latn": "Hum kis din dekhne aa sakte hain?", "en": "On which day may we come and see it?",
            "hi": "हम किस दिन देखने आ सकते हैं?", "pa": "ਅਸੀਂ ਕਿਸ ਦਿਨ ਵੇਖਣ ਆ ਸਕਦੇ ਹਾਂ?",
        },
        type="date",
    ),
    Question(
        id="number",
        ask={
            "hi-Latn": "Aane se pehle kis number par call karein?", "en": "Which number shall we call before we come?",
            "hi": "आने से पहले किस नंबर पर कॉल करें?", "pa": "ਆਉਣ ਤੋਂ ਪਹਿਲਾਂ ਕਿਸ ਨੰਬਰ ਤੇ ਕਾਲ ਕਰੀਏ?",
        },
        type="phone",
    ),
    Question(
        id="remark",
        ask={
            "hi-Latn": "Kuchh aur jo aap batana chahein?", "en": "Anything else you would like to tell us?",
            "hi": "कुछ और जो आप बताना चाहें?", "pa": "ਕੁਝ ਹੋਰ ਜੋ ਤੁਸੀਂ ਦੱਸਣਾ ਚਾਹੋ?",
        },
        required=False, again=0,
    ),
)  # fmt: skip
SOLAR = Purpose(
    kind="lead",
    person="{name} ji",
    opening={
        "hi-Latn": "Aapne solar panel ke baare mein poochha tha.", "en": "You had asked about solar panels.",
        "hi": "आपने सोलर पैनल के बारे में पूछा था।", "pa": "ਤੁਸੀਂ ਸੋਲਰ ਪੈਨਲ ਬਾਰੇ ਪੁੱਛਿਆ ਸੀ।",
    },
    form=HOME,
    variables={"name": "Ravi"},
)  # fmt: skip


@dataclass
class Events:
    told: list[AnyEvent] = field(default_factory=list)

    def publish(self, event: AnyEvent) -> None:
        self.told.append(event)


@dataclass
class Callee:
    """`hears` is what was said to them last, `done` how it ended."""

    mind: Mind
    purpose: Purpose = SOLAR
    language: Language = "hi-Latn"
    events: Events = field(default_factory=Events)
    hears: str = ""
    said: list[Say] = field(default_factory=list)
    spoken: Language = "hi-Latn"
    heard: str | None = None
    """Of what was said last; None: all."""
    done: Done | None = None
    memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        self.memory = Memory(self.language)

    def answers(self) -> str:
        """The phone."""
        return self._turn(Asked("", self.language, 1.0, news="answered"))

    def says(self, text: str, language: Language | None = None, *, confidence: float = 0.9) -> str:
        return self._turn(Asked(text, language or self.language, confidence))

    def keys(self, digits: str) -> str:
        return self._turn(Asked(digits, self.language, 1.0, "keypad"))

    def say_all(self, *texts: str) -> str:
        for text in texts:
            self.says(text)
        return self.hears

    @property
    def ended(self) -> bool:
        return self.done is not None and self.done.then == "hang_up"

    @property
    def result(self) -> OutboundResult:
        opened = OpenConversation(
            call_id=CALL,
            site_id=self.mind.site.site_id,
            channel="call",
            caller=NUMBER,
            language=self.language,
            purpose=self.purpose,
        )
        found = result(opened, self.memory)
        assert found is not None
        assert msgspec.json.decode(msgspec.json.encode(self.memory), type=Memory) == self.memory
        return found

    def _heard(self) -> Memory:
        """As brain.session keeps it: the last exchange with what was heard of it."""
        heard = self.hears if self.heard is None else self.heard
        return replace(self.memory, recent=(Exchange("", heard, "call", self.language),))

    def _turn(self, asked: Asked) -> str:
        asked = replace(asked, caller=NUMBER, conversation=CALL, at=NOW)

        async def turn() -> Sequence[Piece]:
            call = CallOut(self.purpose, self.events, self._heard)
            return [piece async for piece in answer(asked, self.memory, self.mind, call)]

        pieces = asyncio.run(turn())
        assert isinstance(pieces[-1], Done)
        self.done, self.memory = pieces[-1], pieces[-1].memory
        self.said = [piece for piece in pieces if isinstance(piece, Say)]
        assert self.said, "nothing was said"
        self.hears, self.spoken = " ".join(piece.text for piece in self.said), self.said[-1].language
        return self.hears
