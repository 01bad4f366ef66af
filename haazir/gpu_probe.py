"""What torch, or NeMo, says of itself and of the GPU, as JSON. In a process of its own: a broken CUDA may take it along.

python -m haazir.gpu_probe torch|nemo
"""

import json
import os
import sys
import warnings
from typing import Any


def main(arguments: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = _nemo() if arguments == ["nemo"] else _torch()
    print(json.dumps(told))


def _torch() -> dict[str, object]:
    try:
        import torch
    except (ImportError, OSError) as error:  # OSError: a library of CUDA's is missing
        return {"torch_error": f"{type(error).__name__}: {error}"}
    told: dict[str, object] = {"torch": torch.__version__, "cuda": torch.version.cuda or ""}
    try:
        told |= {"architectures": torch.cuda.get_arch_list(), "devices": torch.cuda.device_count()}
        return told | (_tried(torch) if told["devices"] else {})
    except RuntimeError as error:
        return told | {"error": str(error).splitlines()[0]}


def _tried(torch: Any) -> dict[str, object]:
    """A product of two small matrices on the GPU: what can fail, fails here."""
    major, minor = torch.cuda.get_device_capability()
    bf16 = torch.cuda.is_bf16_supported()
    square = torch.ones(64, 64, device="cuda", dtype=torch.bfloat16 if bf16 else torch.float16)
    return {"capability": f"{major}.{minor}", "bf16": bf16, "computes": float((square @ square)[0, 0]) == 64}


def _nemo() -> dict[str, object]:
    loud = os.dup(1)
    os.dup2(2, 1)  # NeMo greets on stdout
    try:
        import nemo
        import nemo.collections.asr.models
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        return {"nemo_error": f"{type(error).__name__}: {error}".splitlines()[0]}
    finally:
        sys.stdout.flush()
        os.dup2(loud, 1)
    return {"nemo": nemo.__version__}


if __name__ == "__main__":
    main(sys.argv[1:])
