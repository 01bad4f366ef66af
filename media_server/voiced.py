"""Where somebody speaks in a recording: the calls' own Silero and Segmenter over whole channels."""

from collections.abc import Sequence

import numpy as np

from core.audio import Pcm
from media_server.vad.segment import Segmenter, SpeechStarted, SpeechStopped
from media_server.vad.silero import WINDOW, Silero


def voiced(channels: Sequence[Pcm], *, on: float = 0.5, off: float = 0.35) -> list[list[tuple[int, int]]]:
    """Of each channel at 16 kHz: first sample, and one past the last, of each stretch of speech. ModelMissing."""
    silero = Silero()
    spans: list[list[tuple[int, int]]] = [[] for _ in channels]
    segmenters = [Segmenter(on=on, off=off) for _ in channels]
    listeners = [silero.listen() for _ in channels]
    begun = [0] * len(channels)
    number = {listener: place for place, listener in enumerate(listeners)}
    for listener, channel in zip(listeners, channels, strict=True):
        listener.push(0, np.concatenate((channel, np.zeros(-channel.size % WINDOW, np.int16))))
    while windows := silero.run():
        for listener, window in windows:
            place = number[listener]
            for event in segmenters[place].push(window):
                match event:
                    case SpeechStarted(at=at):
                        begun[place] = at
                    case SpeechStopped(at=at):
                        spans[place].append((begun[place], min(at, channels[place].size)))
    for place, segmenter in enumerate(segmenters):
        if segmenter.speaking:
            spans[place].append((begun[place], channels[place].size))
    return spans
