"""`haazir sites`: sites as folders, and their keys' vault. The work is kb_api's; this finds it and passes its words on."""

import argparse
import os
import subprocess
import sys

from core import settings as core_settings
from core.settings import SecretMissing, Settings
from haazir import credentials, instance, programs, status

EXAMPLES = """\
Examples:
  bin/haazir sites list                          what sites there are, and their numbers
  bin/haazir sites export demo /tmp/demo         a site as a folder: site.toml, facts.toml, knowledge/*.md, tools/*
  bin/haazir sites apply /tmp/demo               the folder into the database; live on the next call, no restart
  bin/haazir sites rotate-vault                  a new key for the vault; every secret stays readable throughout

The smallest site is a folder with a site.toml of two lines:
  site_id = "my-shop"
  name = "My Shop"
"""


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    settings = core_settings.load()
    match options.action:
        case "list":
            return _list(settings)
        case "apply":
            return _run(settings, "kb_api.apply", options.folder)
        case "export":
            return _run(settings, "kb_api.export", options.site, options.folder)
    return _rotate(settings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/haazir sites",
        description="Sites as folders. The API (POST /v1/sites) does the same over HTTP.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="what sites there are")
    apply = actions.add_parser("apply", help="bring a folder into the database")
    apply.add_argument("folder", metavar="DIR", help="a folder with a site.toml")
    export = actions.add_parser("export", help="write a site as a folder")
    export.add_argument("site", metavar="SITE", help="its site_id")
    export.add_argument("folder", metavar="DIR", help="a folder that is not there yet, or empty")
    actions.add_parser("rotate-vault", help="make a new vault key, and wrap every secret's own key in it")
    return parser


def _list(settings: Settings) -> int:
    if instance.running(settings) is None and not settings.database.url:
        print("haazir: nothing is running; start it with: bin/haazir up", file=sys.stderr)
        return 1
    for site in status.sites(settings):
        print(f"{site.site_id:30} {' '.join(site.numbers) or '(no number)'}")
    return 0


def _rotate(settings: Settings) -> int:
    """A new key before the others; those that nothing is wrapped in any more go, but for one that may be in flight."""
    try:
        path = credentials.add_in_front(settings, "vault_key")
    except SecretMissing as error:
        print(f"haazir: {error}", file=sys.stderr)
        return 1
    if path is None:
        print("HAAZIR_SECRET_VAULT_KEY is set: put a new key before it there (new,old) first. Wrapping with the first now.")
    if (failed := _run(settings, "kb_api.rewrap")) != 0:
        return failed
    if path is not None:
        credentials.keep_first(path, 2)
        print(f"the new key is in {path}, the one before behind it; keep a copy of the file where the database's is not")
    return 0


def _run(settings: Settings, module: str, *arguments: str) -> int:
    """A module of ours in a process of its own: it imports what this command must not."""
    return subprocess.run(
        programs.python(module, *arguments), env={**os.environ, **programs.environment(settings)}, check=False
    ).returncode
