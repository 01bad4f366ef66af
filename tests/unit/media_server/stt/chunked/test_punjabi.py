"""Punjabi beside another engine: its Finals where it was Punjabi, the live engine's in every other case, and never none."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from core.audio import RATE
from core.bus import PeerGone
from core.ids import CallId, SiteId
from core.languages import Language
from core.speech import Audio, EndUtterance, Expect, Final, Flush, FromStt, OpenHearing, Partial
from media_server.stt.chunked.engine import Chunked
from media_server.stt.chunked.punjabi import Router, is_punjabi
from media_server.stt.chunked.words import Ask, Heard, Word
from media_server.stt.worker import Ear, Full

PUNJABI_SITE: tuple[Language, ...] = ("pa", "hi-Latn", "en")
SPEECH = Audio(start=0, pcm=(b"\x00\x10\x00\xf0" * (RATE // 2)))


def final(text: str, language: Language, confidence: float = 0.8, revision: int = 0) -> Final:
    return Final(utterance=0, revision=revision, text=text, language=language, confidence=confidence)


@dataclass
class Live:
    """An engine that answers each Flush with the next of `says`, after a Partial."""

    says: list[FromStt]
    name: str = "nemo"
    missing: str | None = None
    heard: list[object] = field(default_factory=list)
    answers: asyncio.Queue[FromStt | None] = field(default_factory=asyncio.Queue)

    async def __aenter__(self) -> "Live":
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.heard.append("closed")

    @contextlib.asynccontextmanager
    async def open(self, opening: OpenHearing) -> AsyncIterator["Live"]:
        yield self

    def send(self, message: Audio | Flush | EndUtterance | Expect) -> None:
        self.heard.append(message)
        if isinstance(message, Flush):
            self.answers.put_nowait(Partial(utterance=message.utterance, text="kya"))
            self.answers.put_nowait(self.says.pop(0))

    async def receive(self) -> FromStt:
        if (answer := await self.answers.get()) is None:
            raise PeerGone("dead")
        return answer


@dataclass
class Conformer:
    """FullContext that says one thing, or fails."""

    tag: str = "pa"
    text: str = "ਮੇਰਾ ਆਰਡਰ ਕਿੱਥੇ ਹੈ"
    fails: bool = False
    name: str = "indic-conformer"
    longest: int = 15 * RATE
    batch: int = 4
    finals: list[bool] = field(default_factory=list)

    def hear(self, asks: list[Ask]) -> list[Heard]:
        if self.fails and self.finals:
            raise RuntimeError("CUDA error")
        self.finals += [ask.final for ask in asks]
        words = tuple(Word(word, n * 8000, n * 8000 + 7000, 0.7) for n, word in enumerate(self.text.split()))
        return [Heard(words, tag=self.tag) for _ in asks]


@contextlib.asynccontextmanager
async def router_of(live: Live, conformer: Conformer) -> AsyncIterator[Router]:
    punjabi = Chunked("indic-conformer", lambda: conformer, most=1, guesses=False)
    async with Router(live, punjabi) as router:
        await asyncio.wait_for(punjabi.loaded.wait(), 10)
        yield router


def opening(*languages: Language) -> OpenHearing:
    return OpenHearing(call_id=CallId("c"), site_id=SiteId("s"), languages=languages)


async def next_of(ear: Ear, kind: type[FromStt]) -> FromStt:
    async with asyncio.timeout(10):
        while not isinstance(answer := await ear.receive(), kind):
            pass
        return answer


def ask(ear: Ear, revision: int = 0) -> None:
    ear.send(SPEECH)
    ear.send(Flush(utterance=0, revision=revision))


def test_what_was_said_in_punjabi_is_the_conformers_and_partials_are_the_live_engines() -> None:
    async def story() -> None:
        live = Live([final("mera order kithe hai", "hi-Latn")])
        async with router_of(live, Conformer()) as router, router.open(opening(*PUNJABI_SITE)) as ear:
            ask(ear)
            assert await next_of(ear, Partial) == Partial(utterance=0, text="kya")
            answer = await next_of(ear, Final)
        assert isinstance(answer, Final)
        assert (answer.text, answer.language, answer.revision) == ("ਮੇਰਾ ਆਰਡਰ ਕਿੱਥੇ ਹੈ", "pa", 0)
        assert router.name == "nemo, indic-conformer" and live.heard[-1] == "closed"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("said", "conformer"),
    [
        (final("mera order kahan hai", "hi-Latn"), Conformer("hi", "मेरा ऑर्डर कहाँ है")),
        (final("where is my order", "en", 0.9), Conformer()),
        (final("mera order", "hi-Latn"), Conformer("pa", "")),
    ],
    ids=["it was Hindi", "it was surely English", "the conformer heard nothing"],
)
def test_all_else_is_the_live_engines(said: Final, conformer: Conformer) -> None:
    async def story() -> None:
        async with router_of(Live([said]), conformer) as router, router.open(opening(*PUNJABI_SITE)) as ear:
            ask(ear)
            assert await next_of(ear, Final) == said

    asyncio.run(story())


def test_a_conformer_that_fails_costs_nothing_but_its_words() -> None:
    async def story() -> None:
        said = [final(f"kya {n}", "hi-Latn", revision=n) for n in range(4)]
        conformer = Conformer(fails=True)
        conformer.finals.append(True)
        async with router_of(Live([*said]), conformer) as router, router.open(opening(*PUNJABI_SITE)) as ear:
            for revision in range(4):
                ask(ear, revision)
                ear.send(Audio(start=(revision + 1) * 9 * RATE, pcm=SPEECH.pcm))
                assert await next_of(ear, Final) == said[revision]

    asyncio.run(story())


def test_a_site_without_punjabi_has_only_the_live_engine_and_so_has_one_call_too_many() -> None:
    async def story() -> None:
        live = Live([])
        async with router_of(live, Conformer()) as router:
            async with router.open(opening("hi-Latn", "en")) as ear:
                assert ear is live
            async with router.open(opening(*PUNJABI_SITE)) as first, router.open(opening(*PUNJABI_SITE)) as second:
                assert first is not live and second is live

    asyncio.run(story())


def test_a_live_engine_that_is_full_or_gone_says_so() -> None:
    class Busy(Live):
        @contextlib.asynccontextmanager
        async def open(self, opening: OpenHearing) -> AsyncIterator[Live]:
            raise Full("full: 3 calls are heard")
            yield self

    async def story() -> None:
        async with router_of(Busy([]), Conformer()) as router:
            with pytest.raises(Full):
                async with router.open(opening(*PUNJABI_SITE)):
                    pass
        live = Live([])
        async with router_of(live, Conformer()) as router, router.open(opening(*PUNJABI_SITE)) as ear:
            live.answers.put_nowait(None)
            for _ in range(2):
                with pytest.raises(PeerGone):
                    await ear.receive()
            ear.send(EndUtterance(utterance=0))

    asyncio.run(story())


def test_a_final_of_punjabi_has_words_and_is_surer_than_english() -> None:
    assert is_punjabi(final("kya", "hi-Latn", 0.99), final("ਕੀ", "pa", 0.1))
    assert is_punjabi(final("key", "en", 0.3), final("ਕੀ", "pa", 0.5))
    assert not is_punjabi(final("key", "en", 0.6), final("ਕੀ", "pa", 0.5))
    assert not is_punjabi(final("kya", "hi-Latn"), final("", "pa"))
