"""The table that `bin/haazir bench speech --write` leaves, and what the workers take from it at start."""

from pathlib import Path
from typing import Literal

import msgspec

from core.budget import Budget, Caps, guessed

NAME = "speech-budget.json"


def caps(home: Path, device: Literal["cpu", "cuda"], device_name: str = "", *, stt: str = "", tts: str = "") -> Caps:
    """What this machine carries in time: as measured if that was on the same device with the same model, else a guess.

    `home` is settings.home; `device_name` what torch calls the GPU (torch.cuda.get_device_name()), empty on a processor; `stt`
    and `tts` are names of checkpoints, empty where the caller does not care. `max_streams` of [hearing] and `max_slots` of
    [speaking], where set, win over all this: that is the caller's affair.
    """
    guess, budget = guessed(device), read(home)
    if budget is None or budget.machine.device != (device_name or "cpu"):
        return guess
    heard, spoken = stt in ("", budget.stt), tts in ("", budget.tts)
    return msgspec.structs.replace(
        budget.caps,
        streams=budget.caps.streams if heard else guess.streams,
        slots=budget.caps.slots if spoken else guess.slots,
        measured=heard and spoken,
    )


def read(home: Path) -> Budget | None:
    """The table of this home; None if there is none, or none that can be read."""
    try:
        return msgspec.json.decode((home / NAME).read_bytes(), type=Budget)
    except (OSError, msgspec.DecodeError):
        return None


def write(home: Path, budget: Budget) -> Path:
    """Put a table in place of the one before, whole or not at all."""
    path = home / NAME
    new = path.with_suffix(".new")
    new.write_bytes(msgspec.json.format(msgspec.json.encode(budget), indent=1))
    return new.replace(path)
