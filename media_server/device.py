"""The device and precision that a neural engine runs with: what [hearing] and [speaking] ask for, of what this machine has.

Importing this is cheap: torch is imported when a device is asked for.
"""

from typing import TYPE_CHECKING, Literal

from core.engines import Device, Precision

if TYPE_CHECKING:
    import torch


class DeviceMissing(RuntimeError):
    """The settings ask for a GPU that cannot be used. The message says which, and what to do."""

    def __init__(self, section: Literal["hearing", "speaking"], fault: str) -> None:
        super().__init__(
            f"{section}.device is cuda, and {fault}: bin/haazir doctor --gpu says why; {section}.device = auto goes on without"
        )


def device_of(wanted: Device, section: Literal["hearing", "speaking"]) -> "torch.device":
    """The GPU, unless the settings or the machine have none. DeviceMissing."""
    import torch

    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise DeviceMissing(section, "torch finds no GPU that it can use")
    return torch.device("cuda" if there and wanted != "cpu" else "cpu")


def precision_of(wanted: Precision, device: "torch.device") -> "torch.dtype":
    """Of a model's weights and sums."""
    import torch

    named = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    if wanted != "auto":
        return named[wanted]
    if device.type == "cpu":
        return torch.float32  # half precision is slower there
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
