"""Kokoro as an engine of the speaking worker: eSpeak's phonemes, Kokoro's voices, the most urgent clause first.

    text ──eSpeak──> phonemes ─> symbols ──Network──> 24 kHz ──Single: head, then the rest in its turn──> job.hear

One clause at a time: on a GPU it takes a few tens of milliseconds (docs/speaking.md says what was measured and what was read).
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor

from core.checkpoints import CheckpointMissing, chosen, revision_of, voice_model
from core.resample import Pcm
from core.settings import Settings
from core.sites import Language
from media_server.device import DeviceMissing, device_of
from media_server.tts.engine import EngineError, EngineLost, Job, NoMemory
from media_server.tts.espeak import Espeak
from media_server.tts.kokoro.network import RATE, Network, load_voice
from media_server.tts.kokoro.network import load as load_network
from media_server.tts.kokoro.phonemes import TIE, marked, numbers, portions, symbols
from media_server.tts.kokoro.speakers import USUAL, gender
from media_server.tts.polish import Levels
from media_server.tts.single import Single

log = logging.getLogger(__name__)

READ_BY: dict[Language, str] = {"hi-Latn": "hi", "hi": "hi", "en": "en-us"}
"""Whose phonemes: Kokoro learned its English from American ones."""
SAMPLE = "नमस्ते, आपका ऑर्डर पहुँच जाएगा।"
LEARNING = 0.2
"""Weight of the last clause in how long one takes."""
PIECE_S = 0.1
"""Sound handed on at a time, so that one who interrupts is not polished to the end."""


class Kokoro:
    """An Engine (media_server.tts.engine) with the voices of one folder."""

    name = "kokoro"
    rate = RATE

    def __init__(self, network: Network, voices: dict[str, Tensor], espeak: Espeak) -> None:
        """`voices` by name: "hf_alpha" -> [lengths, 1, 256]; at least one."""
        self._network = network
        self._voices = voices
        self._espeak = espeak
        self._levels = Levels()
        self._unknown: set[str] = set()

    def gain(self, voice: str, language: Language) -> float:
        return self._levels.gain(self.voice(voice))

    def speak(self, text: str, language: Language, voice: str, hear: Callable[[Pcm], bool]) -> None:
        """EngineError for Punjabi, and for a text without a sound in it; EngineLost if the device fails."""
        name = self.voice(voice)
        for ids in portions(self.ids(text, language), self._network.vocabulary.get(" ", 0), self._network.most):
            pcm = self._say(ids, name)
            self._levels.heard(name, pcm, RATE)
            step = round(PIECE_S * RATE)
            if not all(hear(pcm[at : at + step]) for at in range(0, len(pcm), step)):
                return

    def ids(self, text: str, language: Language) -> list[int]:
        """The symbols of a text. EngineError if there are none."""
        if language not in READ_BY:
            raise EngineError(f"kokoro does not speak {language}")
        base, american = READ_BY[language], READ_BY[language] == "en-us"
        said = " ".join(
            symbols(self._espeak.phonemes(words, language, base=base, tie=TIE), american=american) + mark
            for words, mark in marked(text)
        )
        found = numbers(said, self._network.vocabulary)
        if not found:
            raise EngineError(f"there is nothing that kokoro can say in a text of {len(text)} characters")
        return found

    def voice(self, wanted: str) -> str:
        """The one of that name; for "female", "male", "" and, with a warning, for unknown ones a usual one."""
        if wanted in self._voices:
            return wanted
        if wanted not in ("", *USUAL) and wanted not in self._unknown:
            self._unknown.add(wanted)
            log.warning("! no such voice, speaking with the default one", extra={"voice": wanted, "engine": self.name})
        usual = (*USUAL.get(wanted, ()), *USUAL["female"], *USUAL["male"])
        return next((name for name in usual if name in self._voices), next(iter(self._voices)))

    def _say(self, ids: Sequence[int], voice: str) -> Pcm:
        styles = self._voices[voice]
        try:
            pcm: Pcm = self._network.say(ids, styles[min(len(ids), len(styles)) - 1])
        except torch.OutOfMemoryError as error:
            raise NoMemory(f"kokoro has no memory for {len(ids)} symbols") from error
        except RuntimeError as error:  # torch has no narrower word for what CUDA tells it
            log.critical("! the device failed", extra={"engine": self.name, "detail": str(error)})
            raise EngineLost(f"kokoro can't go on: {error}") from error
        return pcm


class KokoroInSteps(Single):
    """A clause is made in one step, and others wait for it: how long that takes is learned."""

    english: Literal["latin", "devanagari"] = "latin"

    def __init__(self, engine: Kokoro, revision: str) -> None:
        super().__init__(engine)
        self.revision = revision
        self._kokoro = engine
        self._took_s = 0.0

    def prepare(self) -> None:
        """The usual voices' loudness, and how long a clause takes. Blocks. NoMemory: the weights fit, and their work does not."""
        for voice in USUAL:
            self._make(Job(SAMPLE, "hi", voice, 8000, 0, lambda pcm: None))

    def gender(self, voice: str) -> Literal["female", "male"]:
        return gender(self._kokoro.voice(voice))

    def first_sound_s(self, ahead: int) -> float:
        waiting = sum(rough is None for rough in list(self._rough.values()))
        return (ahead + waiting + 1) * self._took_s

    def _make(self, job: Job) -> list[Pcm]:
        began = time.perf_counter()
        rest = super()._make(job)
        took = time.perf_counter() - began
        self._took_s += (LEARNING if self._took_s else 1.0) * (took - self._took_s)
        return rest


def load(settings: Settings) -> KokoroInSteps:
    """EngineError if the checkpoint is not here, or damaged, or the device can't be used; NoMemory if it is full for now."""
    try:
        device = device_of(settings.speaking.device, "speaking")
        folder = chosen(settings, "kokoro", voice_model(settings, "kokoro"))
        voices = {path.stem: load_voice(path, device) for path in sorted((folder / "voices").glob("*.pt"))}
        if not voices:
            raise EngineError(f"{folder / 'voices'} has no voices: bin/haazir models fetch kokoro")
        network = load_network(folder, device)
    except (CheckpointMissing, DeviceMissing) as error:
        raise EngineError(str(error)) from error
    except torch.OutOfMemoryError as error:
        raise NoMemory(f"the device has no room for kokoro: {error}") from error
    engine = KokoroInSteps(Kokoro(network, voices, Espeak()), revision_of(folder))
    engine.prepare()
    return engine
