"""Requests made up from /openapi.json, good and bad ones: nothing breaks, and every answer is one that the description names.

Short here. For longer, against an instance of one's own:  python -m tests.e2e.fuzz --seconds 1800   (docs/security.md)
"""

from pathlib import Path

import pytest

from haazir.caller.trial import Trial
from tests.e2e.fuzz import fuzz, fuzzed_site

SECONDS = 25
"""For each of the two."""


@pytest.mark.parametrize("who", ["a site", "the admin"])
def test_no_request_breaks_the_server_and_every_answer_is_as_described(trial: Trial, tmp_path: Path, who: str) -> None:
    status = trial.status()
    assert status.admin_key is not None
    with fuzzed_site(status.api, status.admin_key) as site:
        key, only = (site.key, "^/") if who == "a site" else (status.admin_key, "^/v1/sites")
        found = fuzz(status.api, key, site.ids, tmp_path, seconds=SECONDS, only=only)
    assert found.returncode == 0, found.stdout[-6000:]
