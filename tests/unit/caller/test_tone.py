"""A tone is told from everything else on a line, after G.711 and beside another tone."""

import numpy as np
import pytest

from core.audio import CODECS, Pcm
from core.rtp import RtpPacket
from haazir.caller.ears import Ears
from haazir.caller.line import Noise
from haazir.caller.tone import Tone

FRAME = 160


@pytest.mark.parametrize("codec", ["ulaw", "alaw"])
def test_it_is_found_in_each_of_its_frames_after_g711_and_not_in_another_s(codec: str) -> None:
    mine, other, line = Tone(650), Tone(1150), CODECS["ulaw" if codec == "ulaw" else "alaw"]
    for _ in range(60):
        frame = line.decode(line.encode(mine.next(FRAME)))
        assert mine.is_in(frame) and not other.is_in(frame)


def test_neither_silence_nor_noise_nor_half_a_frame_is_it() -> None:
    tone = Tone(650)
    half = tone.next(FRAME)
    half[: FRAME // 2] = 0
    assert not tone.is_in(np.zeros(FRAME, np.int16)) and not tone.is_in(half)
    noise = Noise(-20.0)
    assert not any(tone.is_in(noise.next(FRAME)) for _ in range(500))


def test_ears_say_since_when_two_frames_in_a_row_have_it() -> None:
    tone, codec, ears = Tone(650), CODECS["ulaw"], Ears(CODECS["ulaw"])
    silence: Pcm = np.zeros(FRAME, np.int16)
    for number, sound in enumerate([silence, tone.next(FRAME), silence, tone.next(FRAME), tone.next(FRAME), silence]):
        ears.hear(RtpPacket(codec.receives, number, number * FRAME, 1, codec.encode(sound)).serialize(), number / 50)
    assert ears.first_of(tone.is_in, 0.0) == pytest.approx(3 / 50)
    assert ears.first_of(tone.is_in, 4 / 50) is None
