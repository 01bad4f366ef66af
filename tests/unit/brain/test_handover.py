"""What the person who takes over is told: a model's words in time, else our own; never a figure from nowhere, never late."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import msgspec
import pytest

from brain import handover
from brain.llm.llm import Delta, LlmFailed, Prompt, Text
from brain.turn import Asked, Exchange, Memory
from core.handover import Handover
from core.sites import Phrases, Site

LINES = Phrases(greeting="a", hold=("b",), reminder="c", again="d", apology="e", goodbye="f", transfer="g")
SITE = Site(site_id="shop", name="Shop", phrases={"en": LINES}, languages=("en",))  # type: ignore[arg-type]
ASKED = Asked("kisi insaan se baat karao", "hi-Latn", 1.0)
TALK = Memory("hi-Latn", recent=(Exchange("mera naam Ravi hai, order 12345 toota aaya", "Maaf kijiye.", "call", "hi-Latn"),))


class Model:
    model = "m"

    def __init__(self, *texts: str, then: Exception | None = None, stalls: bool = False) -> None:
        self.texts, self.then, self.stalls = texts, then, stalls
        self.prompts: list[Prompt] = []

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        self.prompts.append(prompt)
        for text in self.texts:
            yield Text(text)
        if self.stalls:
            await asyncio.Event().wait()
        if self.then is not None:
            raise self.then


def told(model: Model, memory: Memory = TALK) -> str:
    return asyncio.run(handover.summary(SITE, ASKED, memory, model, "extracted"))


def test_a_model_says_who_and_why_and_in_which_language() -> None:
    model = Model("Ravi got order 12345 ", "broken.\n Nothing was done yet.")
    assert told(model) == "Caller speaks Hinglish. Ravi got order 12345 broken. Nothing was done yet."
    assert "<customer>mera naam Ravi hai" in model.prompts[0].messages[1].text and not model.prompts[0].tools


def test_it_is_written_in_the_language_of_those_who_read_it() -> None:
    model, site = Model("Ravi."), msgspec.structs.replace(SITE, handover=Handover(language="hi"))
    assert asyncio.run(handover.summary(site, ASKED, TALK, model, "extracted")) == "कॉलर हिंग्लिश बोलते हैं। Ravi."
    assert "Write it in Hindi" in model.prompts[0].messages[0].text


@pytest.mark.parametrize(
    "texts",
    [("Ravi is owed 5,000 rupees.",), ("UNKNOWN",), ("",), ("so much " * 200,)],
    ids=["invented", "unknown", "empty", "long"],
)
def test_what_can_not_be_used_is_left(texts: Sequence[str]) -> None:
    assert told(Model(*texts)) == "extracted"


def test_a_model_that_is_away_or_late_delays_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(Model("Ravi", then=LlmFailed("cut off"))) == "extracted"
    monkeypatch.setattr(handover, "SUMMARY_S", 0.05)
    assert told(Model("Ravi", stalls=True)) == "extracted"


def test_nothing_is_asked_of_a_model_where_nothing_was_said() -> None:
    model = Model("Nobody came.")
    assert told(model, Memory("en")) == "extracted" and not model.prompts
