"""The table of commands. Each is a module with `main(arguments) -> exit status`, imported only when it is asked for."""

import importlib
import os
import sys
from typing import NamedTuple

from core.settings import SettingsError
from haazir import VERSION


class Command(NamedTuple):
    module: str
    purpose: str


COMMANDS = {
    "up": Command("haazir.up", "install what is missing and run everything (--detach: in the background)"),
    "down": Command("haazir.down", "stop it"),
    "status": Command("haazir.status", "what runs, where it listens, the keys (--json)"),
    "drain": Command("haazir.drain", "take no new calls and wait for the running ones (--off, --then-stop)"),
    "doctor": Command("haazir.doctor", "what is wrong, and how to mend it (--gpu: for neural engines)"),
    "sites": Command("haazir.sites", "sites as folders: list, apply, export; rotate-vault"),
    "models": Command("haazir.models", "checkpoints of neural hearing and speaking: list, fetch, verify, where"),
    "call": Command("haazir.call", "place a SIP call, say WAV files, print what was said and how fast"),
    "bench": Command("bench.chosen", "place many SIP calls at once and measure them on the wire; bench speech: neural engines"),
    "test": Command("haazir.checks", "the whole test suite, checks first (--fast: without real calls)"),
    "check": Command("haazir.checks", "style, types and import rules only"),
    "lock": Command("haazir.lock", "choose and pin the versions of all Python packages anew"),
}

HELP = f"""Haazir {VERSION}: a self-hosted AI calling agent.

usage: bin/haazir COMMAND [options]        bin/haazir COMMAND --help

{chr(10).join(f"  {name:8} {command.purpose}" for name, command in COMMANDS.items())}

Try: bin/haazir up, and in another terminal: bin/haazir call --site demo --say 'what are your delivery charges'"""


def main(arguments: list[str]) -> int:
    name, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if name in ("-h", "--help", "help"):
        print(HELP)
        return 0
    if name == "--version":
        print(VERSION)
        return 0
    if name not in COMMANDS:
        print(f"haazir: there is no command {name!r}.\n\n{HELP}", file=sys.stderr)
        return 2
    module = importlib.import_module(COMMANDS[name].module)
    try:
        return int(module.main([name, *rest] if COMMANDS[name].module == "haazir.checks" else rest) or 0)
    except SettingsError as error:
        print(f"haazir: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `haazir status | head`: who read has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more as it ends
        return 141


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
