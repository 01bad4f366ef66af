"""Real speech for tests that need some: eSpeak NG in a process of its own, at 16 kHz after a telephone's 8."""

import subprocess
import sys

import numpy as np
import pytest

from core.audio import CODECS, RATE
from core.resample import Resampler


def spoken(text, voice, pitch):
    """`text` at 16 kHz as a G.711 line carries it."""
    command = [sys.executable, "-m", "haazir.caller.espeak", voice, "150", str(pitch)]
    wide = np.frombuffer(subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout, np.int16)
    narrow = Resampler(22_050, 8000).push(wide)
    ulaw = CODECS["ulaw"]
    return Resampler(8000, RATE).push(ulaw.decode(ulaw.encode(narrow)))


@pytest.fixture(scope="session")
def agent():
    """Some 10 seconds of the agent."""
    text = "Your order was shipped this morning and will reach you by tomorrow evening. " * 2
    return spoken(text + "Delivery is free above five hundred rupees. What else can I do for you today?", "en+f2", 60)


@pytest.fixture(scope="session")
def caller():
    """Three seconds of somebody else."""
    return spoken("Wait a moment please, I want to know about my other order", "en+m3", 35)
