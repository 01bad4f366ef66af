"""From settings to the parts of a Parler: which device and precision, which folders, how many slots. Blocks for seconds."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch

from core.budget_file import caps
from core.checkpoints import CheckpointMissing, chosen, path_of, revision_of, usual, voice_model
from core.settings import Settings
from media_server.device import DeviceMissing, device_of, precision_of
from media_server.tts.engine import EngineError, NoMemory
from media_server.tts.parler import weights
from media_server.tts.parler.dac import Dac
from media_server.tts.parler.slots import Slots
from media_server.tts.parler.speakers import MEN, WOMEN, described
from media_server.tts.parler.voices import DESCRIPTIONS, Voices

log = logging.getLogger(__name__)

CONTEXT = 1280
"""Prompt and columns of a clause: 14 s of speech, 123 MB a slot in half precision."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What an engine is made of."""

    slots: Slots
    dac: Dac
    voices: Voices
    revision: str


def opened(settings: Settings) -> Opened:
    """EngineError if the checkpoint is not here or can't be used, NoMemory if the device has no room for it now."""
    try:
        device = device_of(settings.speaking.device, "speaking")
        folder = chosen(settings, "parler", voice_model(settings, "parler"))
        if device.type == "cpu":
            torch.set_num_threads(1)  # steps are too small to be shared out, and the other core is the recogniser's
        checkpoint = weights.Checkpoint(folder)
        decoder = weights.decoder(checkpoint, device, precision_of(settings.speaking.precision, device))
        dac = weights.dac(checkpoint, device)
        voices = Voices(
            checkpoint, decoder, _descriptions(settings, folder), settings.home / "cache" / "voices" / revision_of(folder)
        )
        slots = Slots(decoder, how_many(settings, device), CONTEXT, description=_longest(voices))
        if device.type == "cuda":
            slots.warm_up()
    except (CheckpointMissing, DeviceMissing) as error:
        raise EngineError(str(error)) from error
    except torch.OutOfMemoryError as error:
        raise NoMemory(f"the device has no room for the voice: {error}") from error
    log.info("= parler opened", extra={"device": str(device), "slots": slots.slots, "context": slots.context})
    return Opened(slots, dac, voices, revision_of(folder))


def how_many(settings: Settings, device: torch.device) -> int:
    """Slots: as the settings say, else as was measured on this machine."""
    if settings.speaking.max_slots:
        return settings.speaking.max_slots
    kind: Literal["cpu", "cuda"] = "cuda" if device.type == "cuda" else "cpu"
    name = torch.cuda.get_device_name() if kind == "cuda" else ""
    return max(1, caps(settings.home, kind, name, tts=voice_model(settings, "parler") or usual("parler").name).slots)


def _longest(voices: Voices) -> int:
    """Tokens of the longest description, to a multiple of eight, as attention likes it."""
    return -(-max(len(voices.description(described(name))) for name in (*WOMEN, *MEN)) // 8) * 8


def _descriptions(settings: Settings, folder: Path) -> Path | None:
    """The tokenizer of descriptions: in the checkpoint's folder, if somebody has put it there, else fetched. Of a checkpoint that
    was given by its path and has none, the prompts' own."""
    beside = folder / "description"
    if beside.is_dir():
        return beside
    try:
        return path_of(settings, DESCRIPTIONS)
    except CheckpointMissing:
        if folder.name == usual("parler").name:
            raise
        return None
