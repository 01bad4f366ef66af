"""Speech with the moment of every phone: eSpeak NG through ctypes, whose phoneme events are our alignment.

    Renderer().say("what is your …", "en-us+f3", 150, 50)  ->  samples at 22 050 Hz, [Phone("w", 0.00), Phone("ɒ", 0.06), …]

The same library, settings and telephone level as haazir.caller (tests' callers), in one process: it is GPL-3, build time only.
"""

import ctypes
from dataclasses import dataclass

import espeakng_loader
import numpy as np
import soxr

from core.audio import CODECS, Pcm
from core.resample import Resampler
from haazir.caller.voices import level

RATE = 22_050
LINE_RATE = 8000
HEARD_RATE = 16_000
_SYNCHRONOUS, _PHONEME_EVENTS, _UTF8, _WORDS_PER_MINUTE, _PITCH, _PHONEME = 2, 1, 1, 1, 3, 7  # names of speak_lib.h
_QUIET = 184
"""haazir.caller.voices.trim: what is below -45 dBFS at either end goes."""


class _Name(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("pointer", ctypes.c_void_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Name),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class Phone:
    """From `start` (seconds) to the next one's start. An empty name is silence."""

    name: str
    start: float


class Renderer:
    """The eSpeak NG of this process; one at a time. ValueError if it does not start."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        if self._library.espeak_Initialize(_SYNCHRONOUS, 200, data, _PHONEME_EVENTS) != RATE:
            raise ValueError("eSpeak NG did not start")
        self._callback = _Callback(self._collect)  # kept: ctypes does not
        self._library.espeak_SetSynthCallback(self._callback)
        self._sound = bytearray()
        self._phones: list[Phone] = []

    def say(self, text: str, voice: str, words_per_minute: int, pitch: int) -> tuple[Pcm, list[Phone]]:
        """Samples at RATE and its phones. ValueError for a voice that eSpeak does not have."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"eSpeak NG has no voice {voice!r}")
        self._library.espeak_SetParameter(_WORDS_PER_MINUTE, words_per_minute, 0)
        self._library.espeak_SetParameter(_PITCH, pitch, 0)
        self._sound, self._phones = bytearray(), []
        data = text.encode() + b"\0"
        self._library.espeak_Synth(data, len(data), 0, 1, 0, _UTF8, None, None)
        return np.frombuffer(bytes(self._sound), np.int16), self._phones

    def _collect(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, events: "ctypes._Pointer[_Event]") -> int:
        if samples and count > 0:
            self._sound.extend(ctypes.string_at(samples, count * 2))
        at = 0
        while events[at].type != 0:
            event = events[at]
            if event.type == _PHONEME:
                self._phones.append(Phone(event.id.string.decode(errors="replace"), event.audio_position / 1000))
            at += 1
        return 0


def telephoned(sound: Pcm, phones: list[Phone], dbfs: float) -> tuple[Pcm, list[Phone]]:
    """At LINE_RATE, trimmed and at a caller's level, as haazir.caller.voices.Voices.say gives it; its phones moved along."""
    narrow = np.clip(np.rint(soxr.resample(sound.astype(np.float32), RATE, LINE_RATE)), -32768, 32767).astype(np.int16)
    loud = np.flatnonzero(np.abs(narrow.astype(np.int32)) > _QUIET)
    if not loud.size:
        raise ValueError("nothing was said")
    first = loud[0] / LINE_RATE
    return level(narrow[loud[0] : loud[-1] + 1], dbfs), [Phone(phone.name, phone.start - first) for phone in phones]


def over_the_line(sound: Pcm) -> Pcm:
    """8 kHz through µ-law, then at HEARD_RATE by the media server's own filter: what a recogniser gets."""
    codec = CODECS["ulaw"]
    return Resampler(LINE_RATE, HEARD_RATE).push(codec.decode(codec.encode(sound)))
