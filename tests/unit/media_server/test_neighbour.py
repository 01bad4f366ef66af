"""Who of those that every call needs is there: known at once, without asking each time."""

import asyncio
from pathlib import Path

from core import commands as msg
from core import speech
from core.settings import Settings
from media_server.neighbour import Attendance
from tests.standins.edge import StandIn, hears, speaks, thinks, until


def test_a_neighbour_that_goes_is_missed_and_one_that_returns_is_noticed(tmp_path: Path) -> None:
    async def story() -> None:
        settings = Settings(home=tmp_path)
        stt = StandIn(settings.socket("stt-worker"), speech.ToStt, hears)
        tts = StandIn(settings.socket("tts-worker"), speech.ToTts, speaks)
        brain = StandIn(settings.socket("brain"), msg.ToBrain, thinks)
        async with Attendance(settings) as others:
            assert others.missing == "stt-worker, tts-worker, brain are away"
            for neighbour in (stt, tts, brain):
                await neighbour.start()
            await until(lambda: others.missing is None)
            await brain.die()
            await until(lambda: others.missing == "brain is away")
            await brain.start()
            await until(lambda: others.missing is None)
            assert not brain.got, "nothing was said: it is no conversation"
        for neighbour in (stt, tts, brain):
            await neighbour.die()

    asyncio.run(story())
