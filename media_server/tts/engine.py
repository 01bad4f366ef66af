"""How the speaking worker drives an engine: clauses are begun, steps are made, sound is heard.

    begin(job) ──> step() ─> step() ─> …        a step: job.hear(pcm) for all sound that is ready, then who ended
    cancel(job) ──> gone with the next step

`step` runs in the engine's own thread and may block. Everything else is quick; `begin` and `cancel` are called from the event
loop while no step runs: an engine needs no lock. Neural engines are made by `load(settings) -> SlotEngine` in
media_server.tts.<name>.engine, which is imported when the settings name it; EngineError if it cannot start. An engine that
says one clause in one go is an Engine, and media_server.tts.single gives it steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from core.resample import Pcm
from core.sites import Language


class EngineError(RuntimeError):
    """The engine could not be started, or cannot say this."""


class NoMemory(EngineError):
    """A neighbour may have what it needs: it is worth another try later."""


class EngineLost(RuntimeError):
    """Nothing can be had of this engine in this process any more (a CUDA error): the process ends, and another is started."""


@dataclass(eq=False, slots=True)  # a job is itself: two calls may want the same words
class Job:
    """One clause to be said."""

    text: str = field(repr=False)
    """In its spoken form; it has a word in it."""
    language: Language
    voice: str
    """The engine's own name for it; empty, or one that it has not: its default one."""
    rate: int
    """Samples a second that the call wants."""
    seed: int
    """For engines that draw: the same through a call, so that its voice stays the same."""
    hear: Callable[[Pcm], None]
    """Gets the sound, in order, from within `step`. Never raises."""
    gain: float = 1.0
    """The factor that brings its sound to a telephone's loudness: set by the engine before the first sound is heard."""
    wanted: bool = True
    """False at any moment: it was cancelled. Nothing more of it need be made, and `cancel` follows before the next step."""


@dataclass(frozen=True, slots=True)
class Ended:
    """All of a job's sound has been heard, or no more of it can be made."""

    job: Job
    failure: str = ""
    """Why not, for the log. Empty: it was said."""
    doubtful: bool = False
    """It may have been said wrong (too short for its text, or cut off): its sound is not kept."""


@runtime_checkable
class SlotEngine(Protocol):
    """Many clauses at once, all advanced by one `step`."""

    name: str
    english: Literal["latin", "devanagari"]
    """How it likes English words within a Hindi sentence to be written."""
    revision: str
    """Which model it is: its sound may be kept, and is another's when this changes. Empty: not worth keeping."""

    def rate(self, wanted: int) -> int:
        """Samples a second of the sound that it makes for a call of `wanted`: the same, if it resamples by itself."""

    def gender(self, voice: str) -> Literal["female", "male"]:
        """Of that voice: what another engine needs to know to stand in for it."""

    @property
    def free(self) -> int:
        """How many more clauses may be begun now."""

    def first_sound_s(self, ahead: int) -> float:
        """Expected time to the first sound of a clause begun after `ahead` others that are not begun yet; asked at any time."""

    def begin(self, job: Job) -> None:
        """Take it; its work is done by `step`. Only while something is free."""

    def cancel(self, job: Job) -> None:
        """Nobody wants it: no more of it is made or heard, and no Ended is told. A job that has ended is no harm."""

    def step(self, in_hand: Mapping[Job, float]) -> list[Ended]:
        """Advance by one unit of work, a few milliseconds; blocks.

        `in_hand`: for each job begun, in the order of beginning, the seconds of sound that its listener has still to hear:
        below 0 since it ran out, -inf for a reply that has not sounded. EngineLost if this process had better end.
        """


class Engine(Protocol):
    """One clause at a time. Both methods block, and are called from one thread."""

    name: str
    rate: int
    """Samples a second of its sound."""

    def gain(self, voice: str, language: Language) -> float:
        """The factor that brings this voice to a telephone's loudness. A voice it has not is its default one, with a warning."""

    def speak(self, text: str, language: Language, voice: str, hear: Callable[[Pcm], bool]) -> None:
        """Say a clause in its spoken form. `hear` gets the sound piece by piece, and ends it by returning False."""
