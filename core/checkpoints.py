"""The neural engines' checkpoints: which there are (checkpoints.toml), and where one lies on this machine.

    [hearing] model = "nemotron-3.5"  ──>  chosen(…)  ──>  home/models/nemotron-3.5/nemotron-3.5-….nemo

`bin/haazir models` (haazir/models.py) fetches them and writes down beside them what came. This only reads: no network.
"""

import fnmatch
import functools
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from core.engines import NEURAL, SttEngine, TtsEngine
from core.languages import Language
from core.settings import REPOSITORY, Settings

RECORD = "fetched.json"
"""Name of the file beside a checkpoint's own that says what it consists of."""
WEIGHTS = (".safetensors", ".pth")
"""How the names of their files end, of those that lie in folders."""


class File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    path: str
    """In the repository and in the checkpoint's folder; in the registry it may be a pattern."""
    bytes: int = 0
    """0: not known."""
    sha256: str = ""


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of checkpoints.toml, which explains the fields."""

    name: str
    engine: SttEngine | TtsEngine
    use: Literal["stt streaming", "stt chunked", "tts", "voice descriptions"]
    languages: tuple[Language, ...]
    licence: str
    commercial: Literal["yes", "no", "unclear"]
    size_mb: int
    note: str
    usual: bool = False
    gated: bool = False
    """The hub gives it only to an account that agreed to its terms: docs/gpu.md."""
    shipped: str = ""
    """It lies there in the checkout, and is never fetched."""
    repo: str = ""
    revision: str = ""
    opens: str = ""
    needs: tuple[str, ...] = ()
    """Other checkpoints that the engine wants with it."""
    files: tuple[File, ...] = ()


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """The record of a checkpoint that is here: what it consists of, and where that came from."""

    repo: str
    revision: str
    files: tuple[File, ...]
    """All with bytes and sha256: of what came, compared with what was known of it."""
    trusted: tuple[str, ...] = ()
    """Paths of which nobody had said a checksum before they came."""


class CheckpointMissing(LookupError):
    """A checkpoint is not on this machine, or not whole. The message says which, and the command that mends it."""


class CheckpointUnfit(ValueError):
    """A checkpoint is here, but damaged, another model's, or another version's. The message says what is wrong and what to do."""


@functools.cache
def registry() -> Mapping[str, Checkpoint]:
    """All entries of checkpoints.toml by name, in their order there."""
    tables = tomllib.loads((REPOSITORY / "core" / "checkpoints.toml").read_text())
    return {name: msgspec.convert({"name": name, **table}, Checkpoint) for name, table in tables.items()}


def usual(engine: str) -> Checkpoint:
    """The checkpoint that an engine runs if the settings name none. CheckpointMissing: it has none."""
    for checkpoint in registry().values():
        if checkpoint.engine == engine and checkpoint.usual:
            return checkpoint
    raise CheckpointMissing(f"the engine {engine!r} has no usual checkpoint: name one (see bin/haazir models list)")


def asked_for(settings: Settings) -> list[tuple[str, str]]:
    """Each neural engine that will run by the settings, with the `model` that `chosen` takes for it."""
    engines, hearing = settings.engines, settings.hearing
    pairs: list[tuple[str, str]] = [(engines.stt, hearing.model)] if engines.stt in NEURAL else []
    if engines.stt == "nemo" and hearing.punjabi_model:
        pairs.append(("indic-conformer", hearing.punjabi_model))
    return pairs + [(engine, voice_model(settings, engine)) for engine in engines.neural_voices]


def voice_model(settings: Settings, engine: TtsEngine) -> str:
    """What [speaking] says of this engine's checkpoint; empty: its usual one."""
    return settings.speaking.model if next(iter(settings.engines.neural_voices), engine) == engine else ""


def chosen(settings: Settings, engine: str, model: str) -> Path:
    """What an engine opens for the `model` of [hearing] or [speaking]: the usual checkpoint if that is empty, one of the registry
    by its name, or a path as it stands. CheckpointMissing if there is no such thing here, or it is another engine's."""
    name = model or usual(engine).name
    if name in registry():
        if (made_for := registry()[name].engine) != engine:
            raise CheckpointMissing(f"the checkpoint {name!r} is for the engine {made_for!r}, not {engine!r}")
        return path_of(settings, name)
    if (path := Path(name).expanduser()).exists():
        return path
    raise CheckpointMissing(f"there is no checkpoint {name!r}, nor a file of that name; there are {', '.join(registry())}")


def path_of(settings: Settings, name: str) -> Path:
    """The file or folder that the engine opens. Sizes are looked at, checksums not (`bin/haazir models verify` does).
    CheckpointMissing: it is not here, or not whole."""
    checkpoint = registry().get(name)
    if checkpoint is None:
        raise CheckpointMissing(f"there is no checkpoint {name!r}; there are {', '.join(registry())}")
    if checkpoint.shipped:
        path = REPOSITORY / checkpoint.shipped
        if not path.exists():
            raise CheckpointMissing(f"the checkpoint {name!r} is missing from the checkout: git checkout {checkpoint.shipped}")
        return path
    folder = settings.models_dir / name
    fetched = read_record(folder)
    if fetched is None or fetched.revision != checkpoint.revision:
        raise CheckpointMissing(f"the checkpoint {name!r} is not here ({folder}): bin/haazir models fetch {name}")
    if broken := misshapen(folder, fetched):
        raise CheckpointMissing(f"the checkpoint {name!r} is damaged ({broken[0]}): bin/haazir models fetch {name}")
    return folder / _opened(checkpoint, fetched) if checkpoint.opens else folder


def read_json(file: Path) -> dict[str, Any]:
    """An object out of a checkpoint's file. CheckpointUnfit: it is not there, not whole, or something else."""
    name, again = file.name, "fetch the checkpoint again (bin/haazir models fetch)"
    try:
        read = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise CheckpointUnfit(f"{file.parent} lacks {name}, or we cannot read {name} ({error.strerror}): {again}") from error
    except ValueError as error:
        raise CheckpointUnfit(f"{file} is not whole (not JSON: {error}): {again}") from error
    if not isinstance(read, dict):
        raise CheckpointUnfit(f"{file} is not whole (no configuration: it is no object): {again}")
    return read


def read_record(folder: Path) -> Fetched | None:
    """What was written down beside a checkpoint; None if nothing was, or nothing that can be read."""
    try:
        return msgspec.json.decode((folder / RECORD).read_bytes(), type=Fetched)
    except (OSError, msgspec.DecodeError):
        return None


def revision_of(folder: Path) -> str:
    """Tells this checkpoint from another under the same name, without reading gigabytes. Empty: there are no weights in it."""
    told = [path.stat() for path in folder.iterdir() if path.suffix in WEIGHTS] if folder.is_dir() else []
    if not told:
        return ""
    return f"{folder.name}-{sum(one.st_size for one in told):x}-{max(one.st_mtime_ns for one in told):x}"


def misshapen(folder: Path, fetched: Fetched) -> list[str]:
    """Paths of the record's files that are missing or of another size."""
    return [file.path for file in fetched.files if not has_size(folder / file.path, file.bytes)]


def has_size(path: Path, size: int) -> bool:
    """Whether a file is there, so many bytes long."""
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def _opened(checkpoint: Checkpoint, fetched: Fetched) -> str:
    for file in fetched.files:
        if fnmatch.fnmatch(file.path, checkpoint.opens):
            return file.path
    name = checkpoint.name
    raise CheckpointMissing(f"the checkpoint {name!r} has no {checkpoint.opens}: bin/haazir models fetch {name}")
