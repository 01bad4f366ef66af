"""A file to its text, in parts that stand under a heading. Runs in a child with limits: parsers meet strangers' bytes here.

PDFs go through llama-index's reader. Its other readers lose what matters (tables of a DOCX, columns' names of a CSV, the
difference between a page and its scripts), so those are read with the libraries that they stand on.
"""

import csv
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb_api.ingest import refused
from kb_api.ingest.refused import Refused
from kb_api.ingest.sniff import Kind


@dataclass(frozen=True, slots=True)
class Part:
    heading: str
    """Empty: it stands under none."""
    text: str


def read(path: Path, kind: Kind) -> tuple[str, list[Part]]:
    """The title that the document gives itself, or "", and its parts. Refused."""
    match kind:
        case "pdf":
            title, parts = "", list(_pdf(path))
        case "docx":
            title, parts = _docx(path)
        case "html":
            title, parts = _html(decoded(path.read_bytes()))
        case "markdown":
            title, parts = "", list(_markdown(decoded(path.read_bytes())))
        case "csv":
            title, parts = "", list(_csv(decoded(path.read_bytes())))
        case "text":
            title, parts = "", [Part("", decoded(path.read_bytes()))]
    if kind in ("pdf", "markdown", "text"):
        parts = [Part(part.heading, unwrapped(_tidy(part.text))) for part in parts]
    parts = [Part(_line(part.heading), _tidy(part.text)) for part in parts]
    parts = [part for part in parts if part.text]
    if not any(character.isalnum() for part in parts for character in part.text):
        raise Refused(refused.SCANNED if kind == "pdf" else refused.NO_TEXT)
    return _line(title), parts


def decoded(data: bytes) -> str:
    """Text of bytes: UTF-8, UTF-16 by its mark or its zeros, else Windows-1252 where that makes sense. Refused."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strictly(data, encoding)
    head = data[:4096]
    if 0 in head:  # UTF-16 has them in one byte of each pair, for every letter and blank of ASCII
        high, low = head[1::2].count(0), head[::2].count(0)
        if max(high, low) * 20 < len(head) or min(high, low) * 10 > max(high, low):
            raise Refused(refused.NOT_TEXT)
        return _strictly(data, "utf-16-le" if high > low else "utf-16-be")
    try:
        return data.decode()
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    strange = sum(1 for character in text if character == "\ufffd" or (ord(character) < 32 and character not in "\t\r\n\f"))
    beyond = sum(1 for character in text if ord(character) > 127)
    if strange * 200 > len(text) or beyond * 3 > len(text):  # Western text has a few per cent of letters past ASCII
        raise Refused(refused.GARBLED)
    return text


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(refused.GARBLED) from error


def _pdf(path: Path) -> Iterator[Part]:
    from llama_index.readers.file.docs import PDFReader
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError
    from tenacity import RetryError

    try:
        with path.open("rb") as file:
            opened = PdfReader(file)
            if opened.is_encrypted and not opened.decrypt(""):  # many are only protected against printing
                raise Refused(refused.ENCRYPTED)
        for page in PDFReader().load_data(path):
            yield Part("", page.text)
    except RetryError as error:
        cause = error.last_attempt.exception()
        raise Refused(refused.ENCRYPTED if isinstance(cause, FileNotDecryptedError) else refused.DAMAGED) from error
    except (FileNotDecryptedError, DependencyError) as error:
        raise Refused(refused.ENCRYPTED) from error
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(refused.DAMAGED) from error  # pypdf raises all of these for broken files


def _docx(path: Path) -> tuple[str, list[Part]]:
    from docx import Document
    from docx.opc.exceptions import OpcError
    from docx.table import Table

    try:
        document = Document(str(path))
        parts, heading, lines = list[Part](), "", list[str]()
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                lines += _rows([[cell.text for cell in row.cells] for row in block.rows])
            elif block.style is not None and (block.style.name or "").startswith(("Heading", "Title")):
                parts.append(Part(heading, "\n".join(lines)))
                heading, lines = block.text, []
            else:
                lines.append(block.text)
        return document.core_properties.title or "", [*parts, Part(heading, "\n".join(lines))]
    except (OpcError, KeyError, ValueError, AttributeError, OSError, SyntaxError) as error:  # lxml's errors are SyntaxErrors
        raise Refused(refused.DAMAGED) from error


_NOT_READ = (
    "head",
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "object",
    "svg",
    "canvas",
    "form",
    "nav",
    "footer",
    "aside",
)
_BLOCKS = (
    "p",
    "div",
    "li",
    "tr",
    "section",
    "article",
    "br",
    "ul",
    "ol",
    "table",
    "dd",
    "dt",
    "blockquote",
    "pre",
    "header",
    "main",
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
"""In a `style`: what no visitor of the page sees is no knowledge of the site's, and may be meant to mislead."""


def _html(text: str) -> tuple[str, list[Part]]:
    from bs4 import BeautifulSoup

    page = BeautifulSoup(text.replace("\0", " "), "html.parser")
    title = page.title.get_text() if page.title else ""
    before, *rest = "".join(_shown(page)).split("\0")
    parts = [Part("", before)] + [Part(*(under.partition("\n")[::2])) for under in rest]
    return title, parts


def _shown(page: Any) -> Iterator[str]:
    """What a browser shows, in one pass however deep the page is nested: a line for each block, a NUL before each heading."""
    from bs4.element import NavigableString, Tag

    inside = [(page, iter(page.contents))]
    while inside:
        tag, rest = inside[-1]
        child = next(rest, None)
        if child is None:
            inside.pop()
            yield "\n" if tag.name in _BLOCKS else " | " if tag.name in ("td", "th") else ""
        elif type(child) is NavigableString:  # comments and the like are of types of their own
            yield child if tag.name == "pre" else re.sub(r"\s+", " ", child)
        elif isinstance(child, Tag) and _is_shown(child):
            if child.name in ("h1", "h2", "h3", "h4"):
                yield f"\n\n\0{' '.join(child.get_text().split())}\n"
            else:
                inside.append((child, iter(child.contents)))
                yield "\n" if child.name in _BLOCKS else ""


def _is_shown(tag: Any) -> bool:
    return not (tag.name in _NOT_READ or tag.has_attr("hidden") or _HIDDEN.search(str(tag.get("style", ""))))


_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def _markdown(text: str) -> Iterator[Part]:
    """Headings keep those above them: "Returns: Shoes"."""
    above, lines, in_code = list[str](), list[str](), False
    for line in text.splitlines():
        in_code ^= line.lstrip().startswith("```")
        found = None if in_code else _HEADING.match(line)
        if found is None:
            lines.append(_LINK.sub(r"\1", line))
            continue
        yield Part(": ".join(above), "\n".join(lines))
        depth = len(line.lstrip()) - len(line.lstrip().lstrip("#"))
        above, lines = [*above[: depth - 1], _LINK.sub(r"\1", found[1])], []
    yield Part(": ".join(above), "\n".join(lines))


def _csv(text: str) -> Iterator[Part]:
    """One part a row, each value with its column's name: "Model: XR-200; Price: ₹4,999"."""
    csv.field_size_limit(2**20)
    try:
        dialect = csv.Sniffer().sniff(text[:8192], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), dialect))
    except csv.Error as error:
        raise Refused(refused.DAMAGED) from error
    for line in _rows(rows):
        yield Part("", line)


def _rows(rows: list[list[str]]) -> list[str]:
    """Lines of a table whose first row names the columns."""
    if len(rows) < 2:
        return ["; ".join(cell for cell in row if cell.strip()) for row in rows]
    names = [name.strip() for name in rows[0]]
    return [
        "; ".join(
            f"{names[at]}: {cell.strip()}" if at < len(names) and names[at] else cell.strip()
            for at, cell in enumerate(row)
            if cell.strip()
        )
        for row in rows[1:]
    ]


_FULL = 0.6
"""Of the longest line's length: a line that was broken to fit the page has that much of it, a heading hardly…"""
_FULL_LEAST = 40
"""…and so many characters."""
_RUNS_ON = re.compile(
    r"(?:[,(\u2013-]|\b(?:an?|the|of|and|or|to|for|in|on|at|by|with|from|is|are|per|rs\.?|dr\.?|ka|ki|ke|ko|se|aur|mein))$", re.I
)
_CASELESS = re.compile(r"[\u0900-\u0d7f]")


def unwrapped(text: str) -> str:
    """Sentences that were broken to fit a page in one line again: each line counts as a sentence later on."""
    lines = text.split("\n")
    full = max(_FULL_LEAST, _FULL * max(map(len, lines)))
    told = [lines[0]]
    for before, line in itertools.pairwise(lines):
        if line and len(before) >= full and _goes_on(before, line):
            told[-1] += line if before.endswith("-") else f" {line}"
        else:
            told.append(line)
    return "\n".join(told)


def _goes_on(before: str, line: str) -> bool:
    """Small letters go on with a sentence, capitals (a table's next row) only after a word that can't end one."""
    ended = before[-1] in ".!?:;।॥" and not _RUNS_ON.search(before)
    return not ended and (line[0].islower() or bool(_RUNS_ON.search(before) or _CASELESS.match(line)))


def _tidy(text: str) -> str:
    """Lines without their trailing blanks, at most one empty line between two, no control characters."""
    text = re.sub(r"[\0-\x08\x0b-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]", " ", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = re.sub(r"[ \t\xa0]+", " ", text)
    return re.sub(r" ?\n ?", "\n", re.sub(r"\n\s*\n+", "\n\n", text)).strip()


def _line(text: str) -> str:
    return " ".join(_tidy(text).split())[:200]
