"""Slots: as many clauses at once as there are rows, each joining, stepping, resting and leaving without the others noticing.

    join(slot, voice, prompt, seed=…) ─> step({0, 2, 5}) ─> step({0, 2}) ─> …  ─> leave(slot)
                                            whole(slot): frames to be decoded, codes(slot, first, last): on the device
                                            over(slot): all of the clause's are whole, or there is no room for more

All state lives on the device and is written in place; a slot's state on the host is what follows from counting, but for the end
of a clause, which is drawn: `step` learns of it one step late, and as an end takes codebooks − 2 columns more, nothing is wasted.
Not for two threads at once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from media_server.tts.parler import delay, sampling
from media_server.tts.parler.decoder import Cache, Decoder
from media_server.tts.parler.graphs import Graphs

CONTEXT_STEP = 256
"""Contexts that steps are made for: a step reads the keys and values of so many tokens, used or not."""
PROMPTS = (32, 64, 128, 256)
"""Lengths that prompts are filled up to."""


@dataclass(slots=True, eq=False)
class Clause:
    """What the host knows of a slot."""

    prompt: int
    """Tokens."""
    columns: int = 0
    frames: int = delay.NEVER


class NoRoom(ValueError):
    """A prompt or a voice is longer than these slots were made for."""


class Slots:
    """Room for `slots` clauses of `context` prompt tokens and columns together, with descriptions of `description` tokens."""

    def __init__(self, decoder: Decoder, slots: int, context: int, *, description: int = 64) -> None:
        self.decoder, self.slots, self.context = decoder, slots, min(context, decoder.configuration.positions)
        device, of = decoder.embeddings.device, decoder.configuration
        self._cache = Cache.empty(decoder, slots, self.context, description)
        self._last = torch.full((slots, of.codebooks), of.begin, dtype=torch.int64, device=device)
        self._ended = torch.zeros(slots, of.codebooks, dtype=torch.bool, device=device)
        self._running = torch.zeros(slots, dtype=torch.bool, device=device)
        self._prompt, self._columns, self._seed = (torch.zeros(slots, dtype=torch.int64, device=device) for _ in range(3))
        self._frames = torch.full((slots,), delay.NEVER, dtype=torch.int64, device=device)
        self._temperature = torch.full((slots,), of.sampling.temperature, device=device)
        # By frame, after codebooks − 1 places for what belongs to no frame.
        self._codes = torch.zeros(slots, of.codebooks, of.codebooks - 1 + self.context, dtype=torch.int64, device=device)
        self._filled = torch.zeros(1, PROMPTS[-1], of.hidden, dtype=decoder.embeddings.dtype, device=device)
        self._filling = torch.zeros(1, dtype=torch.int64, device=device)
        self._graphs = Graphs(device)
        self._clauses: dict[int, Clause] = {}
        self._active: frozenset[int] = frozenset()
        self._reports = [_Report(self._frames), _Report(self._frames)]

    @property
    def free(self) -> list[int]:
        """Slots that nobody is in, lowest first: take the lowest, a step is as wide as the highest one in use."""
        return [slot for slot in range(self.slots) if slot not in self._clauses]

    @torch.inference_mode()
    def join(self, slot: int, voice: Tensor, prompt: Sequence[int], *, seed: int) -> None:
        """Put a clause into a free slot. Costs about one step.

        voice [layers, 2, heads, tokens, head size]: voices.Voices.keys; prompt: token ids of the text. The same voice, prompt
        and seed give the same codes. NoRoom if one is too long, or the prompt is empty.
        """
        if slot in self._clauses or not 0 <= slot < self.slots:
            raise ValueError(f"slot {slot} is not free")
        described = voice.shape[-2]
        if described > self._cache.cross.shape[-2]:
            raise NoRoom(f"a description of {described} tokens, and room for {self._cache.cross.shape[-2]}")
        if not 0 < len(prompt) <= min(PROMPTS[-1], self.context - self.decoder.configuration.codebooks):
            raise NoRoom(f"a prompt of {len(prompt)} tokens, and room for {min(PROMPTS[-1], self.context)}")
        self._cache.cross[:, :, slot, :, :described] = voice
        self._cache.described[slot] = described
        self._last[slot] = self.decoder.configuration.begin
        self._ended[slot] = False
        self._prompt[slot], self._columns[slot], self._seed[slot] = len(prompt), 0, seed
        self._frames[slot] = delay.NEVER
        self._send(self.decoder.prompts[list(prompt)], self._filled[0, : len(prompt)])
        self._filling.fill_(slot)
        length = min(self._prompt_bucket(len(prompt)), self.context)
        self._graphs.run(("prefill", length), partial(self._prefill, length))
        self._clauses[slot] = Clause(len(prompt))

    @torch.inference_mode()
    def step(self, active: Collection[int]) -> None:
        """One column more for these slots; the others stay as they are. Slots that are over, and free ones, are left out."""
        going = frozenset(slot for slot in active if slot in self._clauses and not self.over(slot))
        if not going:
            return
        if going != self._active:
            self._send(torch.tensor([slot in going for slot in range(self.slots)]), self._running)
            self._active = going
        rows, context = self._bucket(going)
        self._graphs.run(("step", rows, context), partial(self._advance, rows, context))
        for slot in going:
            self._clauses[slot].columns += 1
        self._reports.reverse()
        self._reports[0].ask(self._frames, self._clauses)
        self._reports[1].read()

    def whole(self, slot: int) -> int:
        """Frames of the clause in this slot that are whole."""
        clause = self._clauses[slot]
        return delay.whole(self.decoder.configuration, clause.columns, clause.frames)

    def over(self, slot: int) -> bool:
        """Whether there will be no more of them."""
        clause = self._clauses[slot]
        full = clause.prompt + clause.columns >= self.context
        return full or delay.over(self.decoder.configuration, clause.columns, clause.frames)

    def codes(self, slot: int, first: int, last: int) -> Tensor:
        """The codes [codebooks, last − first] int64 of these whole frames: a view, good until somebody else joins the slot."""
        shift = self.decoder.configuration.codebooks - 1
        return self._codes[slot, :, shift + first : shift + last]

    @torch.inference_mode()
    def leave(self, slot: int) -> None:
        """Nobody wants the rest. At once, and at any moment; a slot that is free already is no harm."""
        if self._clauses.pop(slot, None) is not None:
            self._prompt[slot] = 0
            self._columns[slot] = 0

    @torch.inference_mode()
    def warm_up(self) -> None:
        """Capture the graphs of all buckets; while no slot is in use. On a CPU it runs each once, which is of no use there."""
        if self._clauses:
            raise ValueError("slots are in use")
        self._running.fill_(False)
        self._active = frozenset()
        for length in sorted({min(length, self.context) for length in PROMPTS}):
            self._graphs.capture(("prefill", length), partial(self._prefill, length))
        for rows in self._rows():
            for context in self._contexts():
                self._graphs.capture(("step", rows, context), partial(self._advance, rows, context))

    def _prefill(self, length: int) -> None:
        self.decoder.prefill(self._filled[:, :length], self._filling, self._cache)

    def _advance(self, rows: int, context: int) -> None:
        """A column more in the running ones of the first `rows` slots. Nothing here looks at what a tensor holds."""
        of = self.decoder.configuration
        running, columns, ended = self._running[:rows], self._columns[:rows], self._ended[:rows]
        position = (self._prompt[:rows] + columns).clamp(max=self.context - 1)  # of one that is full: never looked at again
        logits = self.decoder.step(self._last[:rows], position, self._cache, rows, context)
        logits = logits.masked_fill(~delay.allowed(of, ended, columns), -torch.inf)
        drawn = sampling.draw(logits, self._temperature[:rows], self._seed[:rows], columns, of.sampling.top_k)
        codes = delay.column(of, drawn, ended, columns)
        place = (delay.frame_of(of, columns) + of.codebooks - 1)[..., None]
        history = self._codes[:rows]
        history.scatter_(2, place, torch.where(running[:, None], codes, history.gather(2, place)[..., 0])[..., None])
        ends = running[:, None] & (codes == of.end)
        self._frames[:rows] = torch.where(ends[:, 0] & ~ended[:, 0], columns, self._frames[:rows])
        self._last[:rows] = torch.where(running[:, None], codes, self._last[:rows])
        ended |= ends
        columns += running

    def _bucket(self, going: Collection[int]) -> tuple[int, int]:
        """The smallest shape of a step that has these slots' rows and all that was said in them. Resting ones may have said more:
        what they make of a part of it is thrown away."""
        rows = next(bucket for bucket in self._rows() if bucket > max(going))
        longest = max(self._clauses[slot].prompt + self._clauses[slot].columns + 1 for slot in going)
        return rows, next(bucket for bucket in self._contexts() if bucket >= longest)

    @staticmethod
    def _send(source: Tensor, target: Tensor) -> None:
        """To the device, without waiting for the steps that it is at."""
        target.copy_(source.pin_memory() if target.is_cuda else source, non_blocking=True)

    def _rows(self) -> list[int]:
        return [1 << power for power in range((self.slots - 1).bit_length())] + [self.slots]

    def _contexts(self) -> list[int]:
        return [*range(CONTEXT_STEP, self.context, CONTEXT_STEP), self.context]

    @staticmethod
    def _prompt_bucket(tokens: int) -> int:
        return next(length for length in PROMPTS if length >= tokens)


class _Report:
    """The ends of clauses on their way to the host, behind the step that may have drawn them."""

    def __init__(self, frames: Tensor) -> None:
        self._host = torch.empty_like(frames, device="cpu", pin_memory=frames.is_cuda)
        self._arrived = torch.cuda.Event() if frames.is_cuda else None
        self._clauses: dict[int, Clause] = {}

    def ask(self, frames: Tensor, clauses: dict[int, Clause]) -> None:
        """Begin to copy. Who is in the slots now is told, whoever is there when the copy is read."""
        self._host.copy_(frames, non_blocking=True)
        if self._arrived is not None:
            self._arrived.record()
        self._clauses = dict(clauses)

    def read(self) -> None:
        """Wait for the copy, and tell each clause."""
        if self._arrived is not None:
            self._arrived.synchronize()
        frames = self._host.tolist()
        for slot, clause in self._clauses.items():
            clause.frames = frames[slot]
