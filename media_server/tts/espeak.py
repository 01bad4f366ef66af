"""The embedded voice: eSpeak NG through ctypes. Only the speaking worker loads it: it is GPL-3 and one global state.

    speak("…", "hi", "f3", hear) ──> espeak_Synth blocks, and calls `hear` with 40 ms of sound after 40 ms of sound

Hindi words in the English voice and English words in the Hindi one are said by the other language's rules: eSpeak decides
word by word, by script. Measured here: first sound after 0.3 ms, a second of speech in 1 ms (docs/speaking.md).
"""

import ctypes
import functools
import logging
import re
import threading
from collections.abc import Callable
from pathlib import Path

import espeakng_loader
import numpy as np

from core.resample import Pcm, Resampler
from core.sites import Language
from media_server.tts.engine import EngineError
from media_server.tts.polish import LOUDNESS_DBFS, loudness

log = logging.getLogger(__name__)

SYNCHRONOUS = 2
UTF8 = 1
RATE, VOLUME = 1, 2
"""eSpeak's numbers of its parameters."""
IPA, TIED = 2, 128
"""Of how it writes phonemes."""
WORDS_PER_MINUTE = 155
"""eSpeak's own 175 is quick for a telephone and for numbers being written down."""
VOLUME_PERCENT = 60
"""Of 100, where single peaks already clip inside eSpeak; `gain` makes it up, with a limiter."""
CHUNK_MS = 40
MOST_VOICES = 500
"""Names remembered: they come from sites' settings, and there are few."""

BASES: dict[Language, str] = {"hi-Latn": "hi", "hi": "hi", "pa": "pa", "en": "en"}
"""The eSpeak voice of a language. There is no Indian English; British is what the Hindi voice uses for English words."""
GENDERS = {"": "f2", "female": "f2", "male": "m3"}
_SAMPLES: dict[str, str] = {
    "hi": "आपका ऑर्डर कल शाम तक पहुँच जाएगा, धन्यवाद।",
    "pa": "ਤੁਹਾਡਾ ਆਰਡਰ ਕੱਲ੍ਹ ਸ਼ਾਮ ਤੱਕ ਪਹੁੰਚ ਜਾਵੇਗਾ, ਧੰਨਵਾਦ।",
    "en": "Your order will reach you by tomorrow evening, thank you.",
}
_SPELLED_A = re.compile(r"\bA\b(?=,? (?:[A-Z]\b|zero|one|two|three|four|five|six|seven|eight|nine))|(?<=\b[B-Z] )A\b|\ba(?= m\b)")
"""The letter, not the article, which eSpeak would say as "uh"."""

_ALONE = threading.RLock()
"""Another engine of this process may want phonemes while this one speaks."""

_Heard = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """The eSpeak NG of this process. One thread at a time gets in; all of its state is set anew before each clause, because
    a second Espeak, or anybody else who loads the library, shares it. EngineError if the library or its data cannot be loaded."""

    name = "espeak"

    def __init__(self) -> None:
        with _ALONE:
            self._library, self.rate, self._variants = _started()
        self._callback = _Heard(self._on_sound)  # kept: ctypes does not
        self._hear: Callable[[Pcm], bool] = lambda pcm: False
        self._names: dict[tuple[str, Language], str] = {}
        self._gains: dict[str, float] = {}

    def gain(self, voice: str, language: Language) -> float:
        """How much louder this voice must be made, as a factor, for a telephone line of 8 kHz. Blocks; quick the second time."""
        with _ALONE:
            name = self._name(voice, language)
        if name not in self._gains:
            heard: list[Pcm] = []

            def keep(pcm: Pcm) -> bool:
                heard.append(pcm)
                return True

            self.speak(_SAMPLES[BASES[language]], language, voice, keep)
            level = loudness(Resampler(self.rate, 8000).push(np.concatenate(heard)), 8000)
            self._gains[name] = float(10 ** ((LOUDNESS_DBFS - level) / 20))
        return self._gains[name]

    def speak(self, text: str, language: Language, voice: str, hear: Callable[[Pcm], bool]) -> None:
        """Say a clause. `hear` gets int16 sound at `rate` piece by piece, and ends it by returning False. Blocks.

        `hear` must not raise: ctypes would print it and go on. EngineError if eSpeak refuses.
        """
        utf8 = _readable(text, language)
        with _ALONE:
            self._library.espeak_SetSynthCallback(self._callback)
            self._library.espeak_SetParameter(RATE, WORDS_PER_MINUTE, 0)
            self._library.espeak_SetParameter(VOLUME, VOLUME_PERCENT, 0)
            self._set_voice(self._name(voice, language))
            self._hear = hear
            code = self._library.espeak_Synth(utf8, len(utf8) + 1, 0, 1, 0, UTF8, None, None)
        if code:
            raise EngineError(f"eSpeak NG refused a text of {len(text)} characters, code {code}")

    def phonemes(self, text: str, language: Language, *, base: str = "", tie: str = "") -> str:
        """What it would say, in IPA: how our tests listen, and other voices read. `base`: eSpeak's voice, if not the language's
        own; `tie`: between the letters of one sound ("a^ɪ"). EngineError if it has no such voice."""
        mode = IPA | (TIED | ord(tie) << 8 if tie else 0)
        source = ctypes.c_char_p(_readable(text, language))
        place = ctypes.pointer(source)
        heard = []
        with _ALONE:
            self._set_voice(base or self._name("", language))
            self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
            while place.contents.value is not None:
                heard.append(self._library.espeak_TextToPhonemes(ctypes.cast(place, ctypes.c_void_p), UTF8, mode).decode())
        return " ".join(heard)

    def _on_sound(self, wave: "ctypes._Pointer[ctypes.c_short]", count: int, events: int) -> int:
        if count <= 0:
            return 0
        return 0 if self._hear(np.frombuffer(ctypes.string_at(wave, 2 * count), np.int16)) else 1

    def _set_voice(self, name: str) -> None:
        if self._library.espeak_SetVoiceByName(name.encode()):
            raise EngineError(f"eSpeak NG has no voice {name!r}")  # and would go on with the last one

    def _name(self, voice: str, language: Language) -> str:
        """eSpeak's name for a voice of ours: "female", "f3", "hi+f3", "en-us+Annie"; the default, with a warning, for others."""
        if (voice, language) not in self._names:
            if len(self._names) > MOST_VOICES:
                self._names.clear()
            self._names[voice, language] = self._find(voice, language)
        return self._names[voice, language]

    def _find(self, voice: str, language: Language) -> str:
        base, plus, variant = voice.partition("+")
        default = BASES[language]
        if not plus and (base in GENDERS or base in self._variants):
            base, variant = default, base
        variant = GENDERS.get(variant, variant)
        known = variant in self._variants and self._library.espeak_SetVoiceByName(base.encode()) == 0
        if base.partition("-")[0] != default:
            base = default  # "hi+f3" asks for f3 in the other languages too
        name = f"{base}+{variant}"
        if not known or self._library.espeak_SetVoiceByName(name.encode()):
            log.warning("! no such voice, speaking with the default one", extra={"voice": voice, "language": language})
            name = f"{default}+{GENDERS['']}"
        return name


@functools.cache
def _started() -> tuple[ctypes.CDLL, int, frozenset[str]]:
    """The library, its rate in Hz and the names of its variants. Once in a process: started again it frees what it goes on to
    use, and at a long text later it crashes. EngineError."""
    data = Path(espeakng_loader.get_data_path())
    try:
        library = ctypes.CDLL(espeakng_loader.get_library_path())
    except OSError as error:
        raise EngineError(f"cannot load eSpeak NG: {error}") from error
    rate: int = library.espeak_Initialize(SYNCHRONOUS, CHUNK_MS, str(data).encode(), 0)
    if rate <= 0:
        raise EngineError(f"eSpeak NG does not start with the data in {data}")
    return library, rate, frozenset(path.name for path in (data / "voices" / "!v").iterdir())


def _readable(text: str, language: Language) -> bytes:
    """The text as eSpeak reads it right."""
    if BASES[language] == "en":
        text = _SPELLED_A.sub("eh", text)
    return text.replace("\0", " ").encode("utf-8", "replace")
