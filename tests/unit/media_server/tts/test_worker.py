"""Many calls, one engine: every sentence is said in order, nobody waits long, and what is cancelled is silent."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import pytest

from core.bus import Link, PeerGone, connect, serve
from core.ids import CallId, SiteId
from core.lexicon import parse
from core.resample import Pcm
from core.sites import Language
from core.speech import CancelReply, FromTts, OpenSpeaking, Sound, Speak, SpeakingFailed, SpeakingOpened, ToTts
from media_server.tts.clause import END_S
from media_server.tts.desk import Desk
from media_server.tts.engine import Engine, EngineError
from media_server.tts.espeak import Espeak
from media_server.tts.instant import SECONDS_PER_CHARACTER, Instant
from media_server.tts.single import Single
from media_server.tts.text.front_end import FrontEnd
from media_server.tts.text.site_words import SiteLexicon
from media_server.tts.worker import MOST_WAITING, Worker

SPOKEN = FrontEnd.load().spoken


class Call(Protocol):
    async def __call__(self, rate: Literal[8000, 16000] = 8000) -> Link[FromTts]: ...


class Recorder:
    """Notes what it is asked to say; fails where the text says so."""

    name = "recorder"
    rate = 8000

    def __init__(self) -> None:
        self.said: list[str] = []

    def gain(self, voice: str, language: Language) -> float:
        return 1.0

    def speak(self, text: str, language: Language, voice: str, hear: Callable[[Pcm], bool]) -> None:
        if "broken" in text:
            raise EngineError("out of order")
        self.said.append(text)
        for _ in range(50):
            if not hear(np.full(400, 5000, np.int16)):
                return


@asynccontextmanager
async def worker(engine: Engine, folder: Path) -> AsyncIterator[Call]:
    """A worker on a socket; the value connects a call to it."""
    socket = folder / "tts.sock"

    async def call(rate: Literal[8000, 16000] = 8000) -> Link[FromTts]:
        link = await connect(socket, FromTts)
        link.send(OpenSpeaking(call_id=CallId("c"), voice="", rate=rate))
        assert await link.receive() == SpeakingOpened(engine=engine.name)
        return link

    with ThreadPoolExecutor(1) as thread:
        served = Worker([Desk(engine.name, thread, lambda: Single(engine))], SPOKEN)
        async with serve(socket, ToTts, served.serve), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(served.run())
            yield call
            running.cancel()


def ask(link: Link[FromTts], text: str, reply: int = 0, index: int = 0, language: Language = "en") -> None:
    link.send(Speak(reply=reply, index=index, text=text, language=language))


async def sentence(link: Link[FromTts]) -> tuple[int, int, Pcm]:
    """The next whole sentence."""
    heard = b""
    while True:
        message = await link.receive()
        assert isinstance(message, Sound)
        heard += message.pcm
        if message.last:
            return message.reply, message.index, np.frombuffer(heard, "<i2")


def test_sentences_come_back_in_the_order_they_were_asked(tmp_path: Path) -> None:
    async def story() -> None:
        async with worker(Instant(), tmp_path) as call, await call() as link:
            for index, text in enumerate(["One.", "", "😀", "Three sentences. In one. Text."]):
                ask(link, text, index=index)
            heard = [await sentence(link) for _ in range(4)]
            assert [(reply, index) for reply, index, _ in heard] == [(0, 0), (0, 1), (0, 2), (0, 3)]
            assert [len(pcm) > 0 for _, _, pcm in heard] == [True, False, False, True]

    asyncio.run(story())


def test_a_calls_words_are_said_as_its_site_wants_from_its_opening_on(tmp_path: Path) -> None:
    lines = {"shop": "Xiaomi\tShao me\n", "bank": ""}

    async def lexicons(site: SiteId) -> SiteLexicon:
        return SiteLexicon(parse(lines[site]))

    async def story() -> None:
        recorder = Recorder()
        with ThreadPoolExecutor(1) as thread:
            served = Worker([Desk("recorder", thread, lambda: Single(recorder))], SPOKEN, lexicons=lexicons)
            async with serve(tmp_path / "s", ToTts, served.serve), asyncio.TaskGroup() as tasks:
                running = tasks.create_task(served.run())
                for site in ("shop", "bank"):
                    async with await connect(tmp_path / "s", FromTts) as link:
                        link.send(OpenSpeaking(call_id=CallId("c"), voice="", rate=8000, site_id=SiteId(site)))
                        opened = SpeakingOpened(engine="recorder", lexicon=(await lexicons(SiteId(site))).version)
                        assert await link.receive() == opened
                        ask(link, "It is a Xiaomi.")
                        await sentence(link)
                running.cancel()
        assert recorder.said == ["It is a Shao me.", "It is a Xiaomi."]

    asyncio.run(story())


@pytest.mark.parametrize("rate", [8000, 16000])
def test_a_sentence_is_as_long_as_it_takes_at_the_rate_asked_for(rate: Literal[8000, 16000], tmp_path: Path) -> None:
    async def story() -> None:
        async with worker(Instant(), tmp_path) as call, await call(rate) as link:
            ask(link, "a sentence of some length")
            _, _, pcm = await sentence(link)
            assert len(pcm) / rate == pytest.approx(25 * SECONDS_PER_CHARACTER + END_S, abs=0.01)

    asyncio.run(story())


def test_espeak_says_two_thousand_characters_without_a_full_stop(tmp_path: Path) -> None:
    async def story() -> None:
        async with worker(Espeak(), tmp_path) as call, await call() as link:
            ask(link, "aur phir main wahan gaya lekin " * 70, language="hi-Latn")
            _, _, pcm = await sentence(link)
            assert 60 < len(pcm) / 8000 < 300

    asyncio.run(story())


def test_nothing_of_a_cancelled_reply_is_said_after_it_and_the_next_reply_is(tmp_path: Path) -> None:
    async def story() -> None:
        recorder = Recorder()
        async with worker(recorder, tmp_path) as call, await call() as link:
            for index in range(60):
                ask(link, f"This is a long sentence, with clauses, and with words, number {index}.", reply=1, index=index)
            link.send(CancelReply(reply=1))
            ask(link, "Late words of it.", reply=1, index=60)
            ask(link, "The next reply.", reply=2)
            while True:
                message = await link.receive()
                assert isinstance(message, Sound)
                if message.reply == 2 and message.last:
                    break
            assert recorder.said[-1] == "The next reply."
            assert not any("Late words" in text for text in recorder.said)
            assert len(recorder.said) < 60

    asyncio.run(story())


def test_a_sentence_that_the_engine_cannot_say_fails_and_the_next_is_said(tmp_path: Path) -> None:
    async def story() -> None:
        async with worker(Recorder(), tmp_path) as call, await call() as link:
            ask(link, "This one is broken here, and has another clause.", index=0)
            ask(link, "This one works.", index=1)
            assert await link.receive() == SpeakingFailed(reply=0, index=0, detail="out of order")
            assert (await sentence(link))[:2] == (0, 1)

    asyncio.run(story())


def test_a_flood_of_text_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with worker(Recorder(), tmp_path) as call, await call() as link:
            for index in range(2 * MOST_WAITING):
                ask(link, "x", index=index)
            refused = 0
            for _ in range(2 * MOST_WAITING):
                message = await link.receive()
                while isinstance(message, Sound) and not message.last:
                    message = await link.receive()
                refused += isinstance(message, SpeakingFailed)
            assert 0 < refused < 2 * MOST_WAITING

    asyncio.run(story())


def test_fifteen_calls_hear_something_before_anyone_hears_a_second_clause(tmp_path: Path) -> None:
    async def story() -> None:
        recorder = Recorder()
        async with worker(recorder, tmp_path) as call:
            links = [await call() for _ in range(15)]
            for number, link in enumerate(links):
                ask(link, f"The beginning of call {number}, and then the second clause of it, and then the third.")
            await asyncio.gather(*(sentence(link) for link in links))
            for link in links:
                await link.close()
        assert sum("beginning" in text for text in recorder.said[:16]) == 15

    asyncio.run(story())


def test_a_call_that_leaves_in_mid_sentence_disturbs_nobody(tmp_path: Path) -> None:
    async def story() -> None:
        async with worker(Recorder(), tmp_path) as call, await call() as stays:
            leaves = await call()
            ask(leaves, "A sentence, of many clauses, which nobody hears to its end, because they have gone.")
            await leaves.receive()
            await leaves.close()
            ask(stays, "Still here.")
            assert (await sentence(stays))[:2] == (0, 0)

    asyncio.run(story())


def test_a_call_that_does_not_open_is_closed(tmp_path: Path) -> None:
    async def story() -> None:
        async with worker(Recorder(), tmp_path), await connect(tmp_path / "tts.sock", FromTts) as link:
            ask(link, "No opening.")
            with pytest.raises(PeerGone):
                await link.receive()

    asyncio.run(story())
