"""Schemathesis over the public port, with a valid key and with things that are there, so that requests get past the door.

python -m tests.e2e.fuzz --seconds 1800 [--admin]      upon the instance of HAAZIR_HOME; makes a site, and deletes it again
"""

import argparse
import asyncio
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

from core.settings import load
from haazir.status import status
from tests.e2e.tenants import Tenant

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
SITE, NUMBER = "fuzzed", "2990"
LEFT_OUT = ("GET /metrics", "DELETE /v1/sites/{site_id}")
"""Text of another form; and what would end it all at once."""


@contextlib.contextmanager
def fuzzed_site(api: str, admin_key: str) -> Iterator[Tenant]:
    """A site with one of everything, to be ill-treated."""
    with httpx.Client(base_url=api, timeout=60.0) as client:
        admin = {"Authorization": f"Bearer {admin_key}"}
        client.delete(f"/v1/sites/{SITE}?force=true", headers=admin)  # of a run that was cut off
        try:
            yield Tenant.make(client, admin_key, SITE, NUMBER)
        finally:
            client.delete(f"/v1/sites/{SITE}?force=true", headers=admin)


def fuzz(
    api: str, key: str, ids: Mapping[str, str], folder: Path, *, seconds: int, only: str = "^/"
) -> "subprocess.CompletedProcess[str]":
    """Its report is in stdout; it ends with 0 if nothing was found. `only`: a regular expression of paths."""
    configuration = folder / "schemathesis.toml"
    configuration.write_text(_configuration(ids))
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(configuration), "run", f"{api}/openapi.json",
        "--header", f"Authorization: Bearer {key}", "--checks", CHECKS, "--phases", "examples,coverage,fuzzing",
        "--max-time", str(seconds), "--continue-on-failure", "--include-path-regex", only, "--no-color",
    ]  # fmt: skip
    return subprocess.run(
        command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds + 120, check=False
    )


def _configuration(ids: Mapping[str, str]) -> str:
    """What is there, by the parameter that names it."""
    lines = ["[parameters]"]
    lines += [f'"path.{name}" = "{value}"' for name, value in ids.items() if name not in ("secret", "tool", "key_id")]
    for thing in ("secret", "tool"):
        lines += ["[[operations]]", f'include-path-regex = "/{thing}s/"', f'parameters = {{ "path.name" = "{ids[thing]}" }}']
    for name in LEFT_OUT:
        lines += ["[[operations]]", f'include-name = "{name}"', "enabled = false"]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description="Make up requests from /openapi.json, for as long as you like.")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--admin", action="store_true", help="/v1/sites with the admin key, in place of all with a site's")
    options = parser.parse_args()
    found = asyncio.run(status(load()))
    if not found.ready or found.admin_key is None:
        sys.exit("no instance is ready on this HAAZIR_HOME: bin/haazir up --detach")
    with fuzzed_site(found.api, found.admin_key) as site, tempfile.TemporaryDirectory() as folder:
        key, only = (found.admin_key, "^/v1/sites") if options.admin else (site.key, "^/")
        outcome = fuzz(found.api, key, site.ids, Path(folder), seconds=options.seconds, only=only)
    print(outcome.stdout)
    return outcome.returncode


if __name__ == "__main__":
    sys.exit(main())
