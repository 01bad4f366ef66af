"""Where somebody speaks in a recording: the calls' own VAD over whole channels, each for itself."""

import numpy as np

from core.audio import RATE
from media_server.voiced import voiced
from tests.unit.media_server.stt.spoken import said, silence


def test_each_channel_has_its_own_stretches_of_speech() -> None:
    sentence = said("where is my order, it has not come")
    caller = np.concatenate([silence(1.0), sentence, silence(2.0), sentence])
    agent = silence(caller.size / RATE)
    theirs, ours = voiced([caller, agent])
    assert ours == []
    first, last = theirs[0][0], theirs[-1][1]
    assert abs(first - (1.3 * RATE)) < 0.25 * RATE and caller.size - RATE // 2 < last <= caller.size
    second = RATE + sentence.size + 2 * RATE
    assert any(start > second for start, _ in theirs)
    assert not any(start < RATE + sentence.size + RATE < end for start, end in theirs)


def test_nothing_recorded_is_nothing_said() -> None:
    assert voiced([np.zeros(0, np.int16)]) == [[]]
    assert voiced([]) == []
