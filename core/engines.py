"""Settings of hearing, speaking and answering: which engine does it, with which model, on which device. ◆"""

from typing import Literal

import msgspec

SttEngine = Literal["pocketsphinx", "nemo", "whisper", "indic-conformer", "instant"]
TtsEngine = Literal["espeak", "parler", "kokoro", "instant"]
BrainEngine = Literal["knowledge", "instant"]
Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["auto", "float32", "bfloat16", "float16"]

NEURAL = frozenset({"nemo", "whisper", "indic-conformer", "parler", "kokoro"})
"""Engines that need the packages of speech.lock."""


class Engines(msgspec.Struct, frozen=True, kw_only=True):
    stt: SttEngine = "pocketsphinx"
    tts: TtsEngine = "espeak"
    """The voice of sites that name no other. eSpeak is there whatever stands here: it speaks when a neural one can't in time."""
    also: tuple[TtsEngine, ...] = ()
    """Engines besides whose voices sites may name ("kokoro:hf_alpha")."""
    brain: BrainEngine = "knowledge"
    """`instant`: a fixed transcript, text and sound with no delay, to measure the pipeline itself (bench/calls)."""
    confidence: float = 0.45
    """Hearing below this is answered with "please say that again"."""

    @property
    def neural(self) -> bool:
        """Whether one of them needs the packages of speech.lock."""
        return not NEURAL.isdisjoint((self.stt, self.tts, *self.also))

    @property
    def neural_voices(self) -> tuple[TtsEngine, ...]:
        """Those of the speaking worker's engines that have checkpoints, the usual one first."""
        return tuple(dict.fromkeys(engine for engine in (self.tts, *self.also) if engine in NEURAL))


class Hearing(msgspec.Struct, frozen=True, kw_only=True):
    """How a neural recogniser works; PocketSphinx heeds none of it."""

    model: str = ""
    """Name in the registry of checkpoints (`bin/haazir models`), or the path of a checkpoint. Empty: the engine's usual one."""
    device: Device = "auto"
    precision: Precision = "auto"
    """auto: bfloat16 on a GPU that has it, float32 on a CPU."""
    chunk_ms: int = 0
    """Sound taken at a time. 0: the shortest that the calls of the moment allow."""
    max_streams: int = 0
    """Calls heard at once; past it, calls go where their site says. 0: what `bin/haazir bench speech` found, or a safe guess."""
    punjabi_model: str = ""
    """With `nemo`: the indic-conformer that hears what is said in Punjabi, by name or path as `model`. Empty: nobody does."""


class Speaking(msgspec.Struct, frozen=True, kw_only=True):
    """How a neural voice works; eSpeak heeds none of it."""

    model: str = ""
    """As for hearing, for the first neural voice of `tts` and `also`; another one has its usual checkpoint."""
    device: Device = "auto"
    precision: Precision = "auto"
    max_slots: int = 0
    """Clauses made at once. 0: what `bin/haazir bench speech` found, else a safe guess."""
    late_ms: int = 300
    """If the first sound is expected to take longer, eSpeak says the clause."""


class Models(msgspec.Struct, frozen=True, kw_only=True):
    """Where the neural engines' checkpoints lie and come from: `bin/haazir models`."""

    folder: str = ""
    """They lie in it, one folder each. It may be shared between machines, and read-only. Empty: home/models."""
    hub: str = "https://huggingface.co"
    """They are fetched from it: a Hugging Face hub or a mirror of one. Its token, for gated ones, is the secret `hub_token`."""
