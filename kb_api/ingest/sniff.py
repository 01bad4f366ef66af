"""What an upload really is, whatever its name says. First bytes decide; a name only chooses among kinds of text."""

import re
import zipfile
from pathlib import Path
from typing import Literal

from kb_api.ingest import refused
from kb_api.ingest.refused import Refused

Kind = Literal["pdf", "docx", "html", "markdown", "csv", "text"]

HEAD = 4096
"""Bytes that are looked at."""
UNPACKED_LIMIT = 256 * 2**20
"""A DOCX may unpack to so many bytes…"""
RATIO_LIMIT = 200
"""…and to so many times its size (text in XML: 10 to 30 times; a bomb: 1000 and more)…"""
ENTRIES_LIMIT = 5000
"""…in so many files."""

_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_OTHERS = {
    b"\xd0\xcf\x11\xe0": refused.OLD_WORD,
    b"\x89PNG": refused.NOT_TEXT,
    b"\xff\xd8\xff": refused.NOT_TEXT,
    b"GIF8": refused.NOT_TEXT,
    b"MZ": refused.NOT_TEXT,
    b"\x7fELF": refused.NOT_TEXT,
    b"\x1f\x8b": refused.NOT_TEXT,
    b"RIFF": refused.NOT_TEXT,
    b"ID3": refused.NOT_TEXT,
}


def kind_of(path: Path, name: str = "", media_type: str = "") -> Kind:
    """Refused for what we can't read."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise Refused(refused.EMPTY if not head else refused.NO_TEXT)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _in_zip(path)
    for magic, sentence in _OTHERS.items():
        if head.startswith(magic):
            raise Refused(sentence)
    return _kind_of_text(head, name.lower(), media_type.lower())


def _kind_of_text(head: bytes, name: str, media_type: str) -> Kind:
    if _HTML.search(head) or name.endswith((".html", ".htm", ".xhtml")) or "html" in media_type:
        return "html"
    if name.endswith((".md", ".markdown")) or "markdown" in media_type:
        return "markdown"
    return "csv" if name.endswith(".csv") or media_type.startswith("text/csv") else "text"


def _in_zip(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise Refused(refused.DAMAGED) from error
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES_LIMIT or unpacked > UNPACKED_LIMIT or unpacked > RATIO_LIMIT * max(path.stat().st_size, 4096):
        raise Refused(refused.BOMB)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("The file is protected with a password: save it without one and send it again.")
    if "word/document.xml" not in {entry.filename for entry in entries}:
        raise Refused(refused.NOT_TEXT)
    return "docx"
