"""Where uploads lie until they are read: home/uploads/<site>/<document>/<revision>/.

raw                 what was sent, or fetched
pieces              one JSON line each, from the reader
made.<generation>   the same with their terms and vectors, one line each: what a killed worker goes on from
"""

import shutil
from pathlib import Path

from core.ids import SiteId

RAW, PIECES = "raw", "pieces"


def document_folder(uploads: Path, site: SiteId, document: str) -> Path:
    return uploads / site / document


def revision_folder(uploads: Path, site: SiteId, document: str, revision: str) -> Path:
    return document_folder(uploads, site, document) / revision


def made_file(folder: Path, generation: int) -> Path:
    return folder / f"made.{generation}"


def forget(folder: Path) -> None:
    """With all that is in it; and its parents where they are empty."""
    shutil.rmtree(folder, ignore_errors=True)
    for parent in folder.parents[:2]:
        try:
            parent.rmdir()
        except OSError:  # not empty, or gone already
            return
