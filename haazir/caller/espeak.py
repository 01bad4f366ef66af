"""A child process that speaks one text with eSpeak NG: `python -m haazir.caller.espeak VOICE WORDS_PER_MINUTE PITCH < text`.

Writes 16-bit samples at 22 050 Hz to standard output. A process of its own because the library keeps global state, is
under the GPL, and is only a stand-in for callers.
"""

import ctypes
import sys

import espeakng_loader

RATE = 22_050
_RETRIEVAL, _UTF8, _WORDS_PER_MINUTE, _PITCH = 1, 1, 1, 3  # names of speak_lib.h
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def speak(text: str, voice: str, words_per_minute: int, pitch: int) -> bytes:
    """ValueError for a voice that eSpeak does not have."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    if library.espeak_Initialize(_RETRIEVAL, 200, espeakng_loader.get_data_path().encode(), 0) != RATE:
        raise ValueError("eSpeak NG did not start")
    sound = bytearray()

    def collect(samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
        if samples:
            sound.extend(ctypes.string_at(samples, count * 2))
        return 0

    callback = _Callback(collect)  # a name, so that it outlives the synthesis
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise ValueError(f"eSpeak NG has no voice {voice!r}")
    library.espeak_SetParameter(_WORDS_PER_MINUTE, words_per_minute, 0)
    library.espeak_SetParameter(_PITCH, pitch, 0)
    data = text.encode() + b"\0"
    library.espeak_Synth(data, len(data), 0, 1, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    return bytes(sound)


if __name__ == "__main__":
    sys.stdout.buffer.write(speak(sys.stdin.read(), sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
