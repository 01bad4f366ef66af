"""Calls, the clauses they want said, and a clause's sound on its way from an engine to everybody who asked for it."""

from dataclasses import dataclass, field

import numpy as np

from core.bus import Link
from core.ids import CallId
from core.resample import Pcm
from core.sites import Language
from core.speech import ToTts
from media_server.tts.desk import Desk
from media_server.tts.engine import Job
from media_server.tts.phrases import PhraseKey
from media_server.tts.polish import Polish
from media_server.tts.text.site_words import SiteLexicon
from media_server.tts.turns import Queue

END_S = 0.06
"""Silence after a sentence: what follows is the turn machine's business."""
PAUSES_S = {",": 0.14, ";": 0.2, ":": 0.2, "—": 0.18, "–": 0.18, "।": 0.28, ".": 0.28, "!": 0.28, "?": 0.28, "…": 0.28}
"""Silence after a clause, by the mark it ends with."""
JOIN_S = 0.02
"""The same where a long clause was cut without a mark."""


@dataclass(eq=False, slots=True)
class Call:
    """One connection."""

    link: Link[ToTts] = field(repr=False)
    call_id: CallId
    rate: int
    desk: Desk
    """Of the engine that its site's voice names."""
    voice: str
    """In that engine's words."""
    live: bool
    """A caller listens."""
    queue: "Queue[Clause]" = field(repr=False)
    lexicon: SiteLexicon = field(repr=False)
    """Its site's words."""
    reply: int | None = None
    """The one that sounds, or will next."""
    cancelled: set[int] = field(default_factory=set)
    stood_in: int | None = None
    """The reply that the reserve speaks to its end, because the call's own engine could not."""


@dataclass(eq=False, slots=True)
class Clause:
    call: Call
    asked_at: float
    """Loop seconds."""
    reply: int
    index: int
    text: str = field(repr=False)
    """Empty: there was nothing to say in this sentence."""
    language: Language
    last: bool
    """Of its sentence."""
    key: PhraseKey | None = None
    """What its sound is known by, if it is dear enough to be made once only."""
    common: bool = False
    """Nothing in its sentence looks like a caller's own: its sound may be kept."""
    desk: Desk | None = None
    """Who says it; None: that is not decided."""
    making: "Making | None" = None
    sounded: bool = False

    @property
    def wanted(self) -> bool:
        return self.reply not in self.call.cancelled

    @property
    def pause_s(self) -> float:
        return END_S if self.last else PAUSES_S.get(self.text[-1:], JOIN_S)


@dataclass(eq=False, slots=True)
class Making:
    """A clause being said, for the call that asked first and for those that wanted the same meanwhile."""

    desk: Desk
    job: Job
    clauses: list[Clause]
    key: PhraseKey | None = None
    sound: list[Pcm] = field(default_factory=list, repr=False)
    """What was heard so far, polished: for those who join late, and to be kept; only with a key."""
    _polish: Polish | None = None

    @property
    def begun(self) -> bool:
        """Something of it could be heard."""
        return self._polish is not None and self._polish.begun

    def polished(self, pcm: Pcm) -> Pcm:
        """The engine's sound as a telephone's."""
        if self._polish is None:
            self._polish = Polish(self.desk.engine.rate(self.job.rate), self.job.rate, self.job.gain)
        return self._polish.push(pcm)

    def finished(self) -> Pcm:
        """The rest of it."""
        return self._polish.finish() if self._polish is not None else np.zeros(0, np.int16)
