"""The device and precision that a neural engine runs with: what [hearing] and [speaking] ask for, of what this machine has.

Importing this is cheap: torch is imported when a device is asked for.
"""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from core.engines import Device, Precision

if TYPE_CHECKING:
    import torch


_FULL = ("OutOfMemoryError", "out of memory", "ALLOC_FAILED", "allocate memory")
"""In the name or text of errors that say so: torch's own, CUDA's and cuBLAS's (plain RuntimeErrors), onnxruntime's."""


class DeviceFull(MemoryError):
    """The model is well, but there is no memory for it now. The message says what to do. (No RuntimeError: those are the
    model's.)"""

    def __init__(self, section: Literal["hearing", "speaking"], error: BaseException) -> None:
        first = str(error).strip().split("\n", 1)[0][:300]
        fewer = "hearing.max_streams" if section == "hearing" else "speaking.max_slots"
        super().__init__(
            f"there is not the memory for the model of [{section}] now ({first}): bin/haazir doctor --gpu says who holds"
            f" the GPU's; {fewer} makes the model's part smaller"
        )


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


def lacks_memory(error: BaseException) -> bool:
    """Whether an error of torch or onnxruntime is about memory, and not about what was computed."""
    return isinstance(error, MemoryError) or any(said in f"{type(error).__name__}: {error}" for said in _FULL)


@contextlib.contextmanager
def room_for(section: Literal["hearing", "speaking"]) -> Iterator[None]:
    """Around what takes a model's memory at its start: DeviceFull in place of the error of a library that found none."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, DeviceFull) or not lacks_memory(error):
            raise
        raise DeviceFull(section, error) from error
