"""`bin/haazir doctor --gpu`: card, driver, torch, NeMo, memory and who holds it, clocks, checkpoints, the table of the bench.

nvidia-smi ──> Card ─┐
gpu_probe  ──> Probe ─┼──> findings, each with its remedy
home       ──> checkpoints, speech-budget.json ─┘
"""

import asyncio
import os
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from core.budget import Budget
from core.budget_file import read
from core.checkpoints import CheckpointMissing, asked_for, chosen, registry, usual
from core.settings import Settings
from haazir import VERSION, instance, programs
from haazir.finding import Finding

OLD_DAYS = 90
"""A table of the bench that is older says little: drivers and the machine's neighbours have changed."""
HOT_C = 85
TORCH_S = 60
NEMO_S = 240
"""Importing NeMo takes 6 s, and as many times longer as the machine is busy."""
NEEDED_MB = 7_000
"""Free memory for recogniser and voice with 16 streams each: docs/gpu.md."""
CARD_FIELDS = (
    "name", "driver_version", "compute_cap", "memory.total", "memory.used", "clocks.sm", "clocks.max.sm", "power.limit",
    "power.default_limit", "temperature.gpu",
)  # fmt: skip
WITHOUT = (
    "neural engines would run on the processor: the tiny model does in time, a real checkpoint not for one call (docs/gpu.md)"
)


class Card(msgspec.Struct, frozen=True):
    """A line of nvidia-smi; numbers that it does not know ("[N/A]") are 0."""

    name: str
    driver: str
    capability: str
    memory_mb: float
    used_mb: float
    clock_mhz: float
    most_mhz: float
    power_w: float
    usual_w: float
    heat_c: float


class Holder(msgspec.Struct, frozen=True):
    """A process that holds memory of the card."""

    name: str
    pid: int
    used_mb: float

    def __str__(self) -> str:
        return f"{self.name} ({self.pid}) {self.used_mb:.0f} MB"


class Probe(msgspec.Struct, frozen=True):
    """What haazir.gpu_probe printed."""

    torch: str = ""
    torch_error: str = ""
    cuda: str = ""
    """CUDA version that torch was built for; empty: a build for processors."""
    architectures: tuple[str, ...] = ()
    devices: int = 0
    error: str = ""
    capability: str = ""
    bf16: bool = False
    computes: bool = False
    """Whether it multiplies two matrices rightly."""
    nemo: str = ""
    nemo_error: str = ""


async def gpu(settings: Settings) -> Iterable[Finding]:
    """All that concerns neural engines on this machine."""
    neural = settings.engines.neural
    nemo = settings.engines.stt == "nemo" or not neural  # whoever looks before they choose wants to know, too
    found, torch = await asyncio.gather(asyncio.to_thread(cards_here), asyncio.to_thread(probed, settings, "torch", TORCH_S))
    findings = [*of_cards(found, settings), *of_torch(torch, found, neural)]
    if found:
        findings += [of_memory(found[0], await asyncio.to_thread(holders), ours(settings)), *of_clocks(found[0])]
    if nemo and torch.torch:
        findings.append(of_nemo(await asyncio.to_thread(probed, settings, "nemo", NEMO_S), neural))
    return [*findings, *checkpoints(settings), of_budget(settings, read(settings.home), found)]


def cards_here() -> list[Card]:
    """The machine's NVIDIA cards; none if there is no driver."""
    return cards(_ask("--query-gpu=" + ",".join(CARD_FIELDS)))


def cards(lines: str) -> list[Card]:
    """Cards of nvidia-smi's comma-separated lines."""
    rows = [[value.strip() for value in line.split(",")] for line in lines.splitlines()]
    return [
        Card(name, driver, capability, *(_number(value) for value in numbers))
        for name, driver, capability, *numbers in (row for row in rows if len(row) == len(CARD_FIELDS))
    ]


def holders() -> list[Holder]:
    """Who holds memory of the card."""
    rows = [line.split(",") for line in _ask("--query-compute-apps=pid,process_name,used_memory").splitlines()]
    whole = (row for row in rows if len(row) == 3 and row[0].strip().isdecimal())
    return [Holder(Path(name.strip()).name, int(pid), _number(used)) for pid, name, used in whole]


def ours(settings: Settings) -> frozenset[int]:
    """The pids of this home's instance, if it runs."""
    state = instance.read_state(settings)
    return frozenset(state.processes.values()) if state else frozenset()


def probed(settings: Settings, what: Literal["torch", "nemo"], most_s: float) -> Probe:
    """What torch or NeMo says, imported by another process."""
    try:
        done = subprocess.run(
            programs.python("haazir.gpu_probe", what),
            capture_output=True,
            text=True,
            timeout=most_s,
            env={**os.environ, **programs.environment(settings)},
        )
        return msgspec.json.decode(done.stdout.strip().splitlines()[-1], type=Probe)
    except subprocess.TimeoutExpired:
        why = f"not within {most_s:.0f} s: is the machine busy?"
    except (IndexError, msgspec.DecodeError):
        why = (done.stderr.strip().splitlines() or [f"it ended with status {done.returncode}"])[-1]
    return Probe(torch_error=why) if what == "torch" else Probe(nemo_error=why)


def of_cards(found: Sequence[Card], settings: Settings) -> list[Finding]:
    asked = "cuda" in (settings.hearing.device, settings.speaking.device)
    if found:
        return [Finding("GPU", "ok", f"{card.name}, {card.memory_mb / 1024:.0f} GB, driver {card.driver}") for card in found]
    if asked:
        remedy = "install NVIDIA's driver, or set device in [hearing] and [speaking] to auto"
        return [Finding("GPU", "bad", "none (no nvidia-smi, or it finds no card), and the settings ask for one", remedy)]
    if settings.engines.neural:
        return [Finding("GPU", "warn", f"none: {WITHOUT}", "a machine with one, or [engines] stt = pocketsphinx, tts = espeak")]
    return [Finding("GPU", "ok", f"none, and the engines of the settings need none; {WITHOUT}")]


def of_torch(probe: Probe, found: Sequence[Card], neural: bool) -> list[Finding]:
    bad: Literal["bad", "warn"] = "bad" if neural else "warn"
    if not probe.torch:
        how = "bin/haazir up installs it when [engines] names a neural engine"
        return [Finding("torch", bad, f"can't be imported ({probe.torch_error})", how)]
    if not found:
        return [Finding("torch", "ok", f"{probe.torch}, on the processor")]
    if not probe.cuda:
        how = "install torch's CUDA build, of the same version: docs/gpu.md"
        return [Finding("torch", bad, f"{probe.torch} is a build for processors, and there is a GPU", how)]
    if probe.error or not probe.devices:
        how = "a newer driver, or torch's build for this driver's CUDA: nvidia-smi's first lines say which it knows"
        return [Finding("torch", "bad", f"{probe.torch} (CUDA {probe.cuda}) finds no GPU: {probe.error or 'it counts 0'}", how)]
    card = f"sm_{probe.capability.replace('.', '')}"
    if card not in probe.architectures and not probe.computes:
        how = "RTX 50 (sm_120) wants a build for CUDA 12.8 or newer: docs/gpu.md"
        return [Finding("torch", "bad", f"{probe.torch} (CUDA {probe.cuda}) was not built for {card}", how)]
    if not probe.computes:
        return [Finding("torch", "bad", "the GPU multiplies two matrices wrongly", "stop using this card: its memory is faulty")]
    halves = (
        Finding("half precision", "ok", "bfloat16")
        if probe.bf16
        else Finding("half precision", "warn", "no bfloat16 on this card: float16 is taken", "a card of 2020 or later (sm_80)")
    )
    return [Finding("torch", "ok", f"{probe.torch}, CUDA {probe.cuda}, {card}"), halves]


def of_memory(card: Card, held: Sequence[Holder], ours: frozenset[int]) -> Finding:
    """`ours` are pids: what our own workers hold already they need not find free."""
    free = card.memory_mb - card.used_mb
    names = ", ".join(f"{holder} of ours" if holder.pid in ours else str(holder) for holder in held)
    said = f"{free:.0f} of {card.memory_mb:.0f} MB free; " + (f"held by {names}" if held else "nobody computes on it")
    if free + sum(holder.used_mb for holder in held if holder.pid in ours) < NEEDED_MB:
        return Finding(
            "GPU memory", "warn", said, f"16 calls want {NEEDED_MB} MB: stop who holds it, or fewer slots (docs/gpu.md)"
        )
    return Finding("GPU memory", "ok", said)


def of_clocks(card: Card) -> list[Finding]:
    said = f"{card.clock_mhz:.0f} of {card.most_mhz:.0f} MHz, power limit {card.power_w:.0f} W, {card.heat_c:.0f} °C"
    if card.heat_c >= HOT_C:
        return [Finding("GPU clocks", "warn", said, "it slows itself down at this heat: more air")]
    if 0 < card.power_w < 0.9 * card.usual_w:
        how = f"its usual limit is {card.usual_w:.0f} W; whoever lowered it slows calls down (nvidia-smi -q -d POWER)"
        return [Finding("GPU clocks", "warn", said, how)]
    return [Finding("GPU clocks", "ok", said)]


def of_nemo(probe: Probe, neural: bool) -> Finding:
    if probe.nemo:
        return Finding("NeMo", "ok", probe.nemo)
    how = "bin/haazir up installs it when [engines] names a neural engine"
    return Finding("NeMo", "bad" if neural else "warn", f"can't be imported ({probe.nemo_error})", how)


def checkpoints(settings: Settings) -> list[Finding]:
    """Are those of the settings' engines here and whole?"""
    found = []
    for engine, model in asked_for(settings):
        what = f"checkpoint ({engine})"
        try:
            found.append(Finding(what, "ok", str(chosen(settings, engine, model))))
            name = model or usual(engine).name
            for need in registry()[name].needs if name in registry() else ():
                found.append(Finding(what, "ok", str(chosen(settings, engine, need))))
        except CheckpointMissing as error:
            said, _, remedy = str(error).rpartition(": ")
            found.append(Finding(what, "bad", said or str(error), remedy))
    return found


def of_budget(settings: Settings, budget: Budget | None, found: Sequence[Card]) -> Finding:
    """Is there a table of the bench, of this machine, these models, and not too old?"""
    how = "bin/haazir bench speech --write (minutes; not while calls run)"
    if budget is None:
        said = "none: the workers guess how many calls this machine carries"
        return Finding("speech budget", "warn" if settings.engines.neural and found else "ok", said, how if found else "")
    told = f"{budget.machine.device}, {budget.stt or 'no recogniser'}, {budget.tts or 'no voice'}, of {budget.made_at[:10]}"
    device = found[0].name if found else "cpu"
    if budget.machine.device != device:
        return Finding("speech budget", "warn", f"is another device's ({told}), so not heeded", how)
    if wrong := _other_models(settings, budget):
        return Finding("speech budget", "warn", f"is not of {wrong} ({told}), so not heeded for it", how)
    days = (datetime.now(UTC) - datetime.fromisoformat(budget.made_at)).days
    if days > OLD_DAYS or budget.version != VERSION:
        return Finding("speech budget", "warn", f"{days} days old, of version {budget.version} ({told})", how)
    caps, streams = budget.caps, budget.caps.most_streams(settings.hearing.chunk_ms)
    calls = min(caps.calls, streams)
    return Finding("speech budget", "ok", f"{streams} streams, {caps.slots} slots, {calls} calls ({told})")


def _other_models(settings: Settings, budget: Budget) -> str:
    """Of the engines that heed the table (the others find their pace by themselves)."""
    measured = {"nemo": budget.stt, "parler": budget.tts}
    wanted = {engine: model or usual(engine).name for engine, model in asked_for(settings) if engine in measured}
    return ", ".join(name for engine, name in wanted.items() if name != measured[engine])


def _ask(query: str) -> str:
    command = ["nvidia-smi", query, "--format=csv,noheader,nounits"]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:  # [N/A], [Not Supported]
        return 0.0
