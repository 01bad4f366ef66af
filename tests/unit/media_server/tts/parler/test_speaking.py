"""The speaking worker with a real Parler behind it, tiny and babbling: sound flows, stops when it should, and eSpeak helps."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.speech import Sound
from media_server.tts.parler.dac import Dac
from media_server.tts.parler.decoder import Decoder
from media_server.tts.parler.engine import Parler
from media_server.tts.parler.opening import Opened
from media_server.tts.parler.slots import Slots
from media_server.tts.parler.voices import Voices
from tests.unit.media_server.tts.choir import Second, Speaking, speaking

NEVER_S = 60.0
"""Nothing is late: the processor is shared."""


@pytest.fixture(scope="module")
def parler(decoder: Decoder, dac: Dac, voices: Voices) -> Parler:
    made = Parler(Opened(Slots(decoder, 4, 256, description=200), dac, voices, "tiny"))
    made.prepare()
    return made


def play(folder: Path, parler: Parler, second: Second, story: Callable[[Speaking], Coroutine[Any, Any, None]]) -> None:
    async def in_time() -> None:
        async with asyncio.timeout(120), speaking(folder, [parler], reserve=second, late_s=NEVER_S) as worker:
            await story(worker)

    asyncio.run(in_time())


def test_calls_side_by_side_hear_what_each_hears_alone(tmp_path: Path, parler: Parler) -> None:
    async def story(worker: Speaking) -> None:
        texts = ("theek hai ji", "namaste ji, aapka order kal shaam tak aa jayega")
        alone = [await (await worker.call(engine="parler")).says(text) for text in texts]
        calls = [await worker.call(engine="parler") for _ in texts]
        together = await asyncio.gather(*(call.says(text) for call, text in zip(calls, texts, strict=True)))
        for one, other in zip(alone, together, strict=True):
            # Where pieces end depends on the moment, and with it their last milliseconds, a thousandth of the sound.
            assert len(one) == pytest.approx(len(other), abs=80) and len(one) > 0.2 * 8000
            shorter = min(len(one), len(other))
            assert np.corrcoef(one[:shorter], other[:shorter])[0, 1] > 0.99

    play(tmp_path, parler, Second(), story)


def test_an_interruption_frees_the_slot_and_the_next_reply_is_heard(tmp_path: Path, parler: Parler) -> None:
    async def story(worker: Speaking) -> None:
        call = await worker.call(engine="parler")
        call.ask("a long sentence that goes on, with another clause after it, and one more", reply=1)
        assert isinstance(await call.link.receive(), Sound)
        call.cancel(1)
        call.ask("theek hai ji", reply=2)
        while True:
            message = await call.link.receive()
            assert isinstance(message, Sound)
            if message.reply == 2 and message.last:
                break
        assert parler.free == 4

    play(tmp_path, parler, Second(), story)


@pytest.mark.parametrize(
    "text", ["😀 👍", "see https://haazir.in/track?id=9 😀", "ৰূপে তোমাৰ", "aur phir main wahan gaya lekin " * 12]
)
def test_whatever_is_asked_for_ends(tmp_path: Path, parler: Parler, text: str) -> None:
    async def story(worker: Speaking) -> None:
        call = await worker.call(engine="parler")
        await call.says(text)
        assert parler.free == 4

    play(tmp_path, parler, Second(), story)


def test_a_text_that_its_slots_have_no_room_for_is_the_reserve_s(
    tmp_path: Path, decoder: Decoder, dac: Dac, voices: Voices
) -> None:
    async def story(worker: Speaking) -> None:
        call = await worker.call(engine="parler")
        assert len(await call.says("a clause of some length")) == pytest.approx(8000, abs=600)

    second, small = Second(), Parler(Opened(Slots(decoder, 1, 24, description=200), dac, voices, "tiny"))
    play(tmp_path, small, second, story)
    assert second.said == [("a clause of some length", "female")]
