"""`haazir models`: the checkpoints that neural engines run: which there are, fetching them, whether they are whole."""

import argparse
import sys
from pathlib import Path

from core.checkpoints import Checkpoint, CheckpointMissing, asked_for, misshapen, path_of, read_record, registry, usual
from core.settings import Settings, load
from haazir.fetch import bring, broken, fetch
from haazir.hub import FetchError, Hub

EXAMPLES = """\
Examples:
  bin/haazir models                                what there is, under which licence, and what is here
  bin/haazir models fetch                          what the engines of the settings need
  bin/haazir models fetch kokoro                   one; stop it whenever you like, the next fetch goes on from there
  bin/haazir models fetch kokoro --from /mnt/usb   the same without a network: /mnt/usb/kokoro/, or its files themselves
  bin/haazir models verify                         read everything that is here and compare checksums
  bin/haazir models where kokoro                   the path that the engine opens

They lie in home/models, or where `folder` in [models] says, and come from `hub` in [models]. A checksum that nobody
had said before the first fetch is taken as it came then, and has to be the same ever after: fetch says so.
"""
STAYS = "What has come stays: the same command goes on from there."
EXIT = "Exit status 0: done; 1: something is missing, damaged or could not be fetched."


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments or ["list"])
    settings = load()
    try:
        chosen = [_named(name) for name in getattr(options, "names", ())]
        match options.action:
            case "list":
                return _list(settings)
            case "fetch":
                return _fetch(settings, chosen or _wanted(settings), options.source)
            case "verify":
                return _verify(settings, chosen or _here(settings))
        for checkpoint in chosen or _here(settings):
            print(path_of(settings, checkpoint.name))
    except (FetchError, CheckpointMissing) as error:
        print(f"haazir: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `haazir models | head`: no disk of ours
        raise
    except OSError as error:  # a write says no path: it is the folder's disk
        stays = f". {STAYS}" if options.action == "fetch" else ""
        print(f"haazir: {error.filename or settings.models_dir}: {error.strerror}{stays}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nhaazir: stopped. {STAYS}", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/haazir models",
        description=f"Checkpoints of the neural engines: core/checkpoints.toml. {EXIT}",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="all of them (what `models` alone does)")
    for action, help_, names in (
        ("fetch", "bring them here: those named, or those that the settings ask for", "which"),
        ("verify", "compare the checksums of those named, or of all that are here", "which"),
        ("where", "the paths that engines open", "of which"),
    ):
        one = actions.add_parser(action, help=help_, description=f"{help_[0].upper()}{help_[1:]}. {EXIT}")
        one.add_argument("names", nargs="*", metavar="NAME", help=names)
        if action == "fetch":
            one.add_argument("--from", dest="source", type=Path, metavar="DIR", help="a folder instead of the hub")
    return parser


def _list(settings: Settings) -> int:
    wanted = {checkpoint.name for checkpoint in _wanted(settings)}
    for checkpoint in registry().values():
        mark = "*" if checkpoint.name in wanted else " "
        print(f"{mark} {checkpoint.name:22} {checkpoint.engine:15} {checkpoint.use:18} {' '.join(checkpoint.languages)}")
        print(f"    {checkpoint.size_mb} MB, {_state(settings, checkpoint)}; {_licence(checkpoint)}")
        print(f"    {checkpoint.note}")
    print("\n* the engines of the settings need it.  bin/haazir models fetch NAME brings one here.")
    return 0


def _fetch(settings: Settings, chosen: list[Checkpoint], source: Path | None) -> int:
    if not chosen:
        print("The engines of the settings need none: name one. bin/haazir models list")
    with Hub(settings) as hub:
        for checkpoint in _with_needs(chosen):
            print(f"{checkpoint.name}: {_licence(checkpoint)}", flush=True)
            if checkpoint.shipped:
                print(f"  ships with the project: {path_of(settings, checkpoint.name)}")
                continue
            if checkpoint.gated and source is None and not hub.has_token:
                print(f"  gated: if it is refused, {hub.how_to_be_let_in(checkpoint)}", flush=True)
            folder = settings.models_dir / checkpoint.name
            if source is not None:
                fetched = bring(source, checkpoint, folder, sys.stdout)
            else:
                fetched = fetch(hub, checkpoint, folder, sys.stdout)
            print(f"  is here: {path_of(settings, checkpoint.name)}", flush=True)
            if fetched.trusted:
                print(f"  nobody had said a checksum of {', '.join(fetched.trusted)}: taken as it came, and compared from now on")
    return 0


def _verify(settings: Settings, chosen: list[Checkpoint]) -> int:
    bad = 0
    for checkpoint in chosen:
        if checkpoint.shipped:
            print(f"{checkpoint.name}: {path_of(settings, checkpoint.name)}, kept by git")
            continue
        said = broken(checkpoint, settings.models_dir / checkpoint.name, sys.stdout)
        bad += len(said)
        print(f"{checkpoint.name}: {'NOT as it came: ' + ', '.join(said) if said else 'whole'}", flush=True)
        if said:
            print(f"  to mend: bin/haazir models fetch {checkpoint.name}")
    if not chosen:
        print("nothing was fetched yet")
    return 1 if bad else 0


def _named(name: str) -> Checkpoint:
    if name not in registry():
        raise FetchError(f"there is no checkpoint {name!r}; there are {', '.join(registry())}")
    return registry()[name]


def _wanted(settings: Settings) -> list[Checkpoint]:
    """What the engines of the settings need. A model that is a path is none of ours to fetch."""
    pairs = [(engine, model) for engine, model in asked_for(settings) if not model or model in registry()]
    return [registry()[model] if model else usual(engine) for engine, model in pairs]


def _with_needs(chosen: list[Checkpoint]) -> list[Checkpoint]:
    names = dict.fromkeys(name for checkpoint in chosen for name in (*checkpoint.needs, checkpoint.name))
    return [registry()[name] for name in names]


def _here(settings: Settings) -> list[Checkpoint]:
    return [
        checkpoint
        for checkpoint in registry().values()
        if checkpoint.shipped or read_record(settings.models_dir / checkpoint.name) is not None
    ]


def _state(settings: Settings, checkpoint: Checkpoint) -> str:
    if checkpoint.shipped:
        return "ships with the project"
    folder = settings.models_dir / checkpoint.name
    fetched = read_record(folder)
    if fetched is None:
        return "begun" if any(folder.rglob("*.part")) else "not here"
    if fetched.revision != checkpoint.revision:
        return "here in an older revision"
    return "DAMAGED" if misshapen(folder, fetched) else "here"


def _licence(checkpoint: Checkpoint) -> str:
    allowed = {
        "yes": "commercial use allowed",
        "no": "NOT for commercial use",
        "unclear": "commercial use unclear: read its card",
    }
    gated = ", gated: the hub wants an account that agreed to its terms" if checkpoint.gated else ""
    return f"licence {checkpoint.licence}, {allowed[checkpoint.commercial]}{gated}"
