"""A file in multipart/form-data (RFC 7578) straight to disk: whatever its size, a few kilobytes of it are in memory."""

import asyncio
import hashlib
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO

from fastapi import Request
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError

from core.http.problems import FieldError, Invalid, Problem

TITLE_LIMIT = 800
"""Bytes of `title`."""
NAME_LIMIT = 200


@dataclass(slots=True)
class Upload:
    """What came: the file is where it was to go."""

    file_name: str = ""
    media_type: str = ""
    title: str = ""
    size: int = 0
    """In bytes."""
    sha256: bytes = b""


async def receive(request: Request, to: Path, limit: int) -> Upload:
    """The body's `file` to `to`. Problem 413 past `limit` bytes, 422 for what is no form or has no file in it."""
    boundary = _parameter(request.headers.get("content-type", ""), "boundary")
    if not boundary:
        raise Problem(422, "multipart/form-data needs a boundary: let your client set the Content-Type", "not-a-form")
    with to.open("wb") as file:
        form = _Form(file, limit)
        try:
            parser = MultipartParser(boundary.encode(), form.callbacks())  # type: ignore[arg-type]  # its TypedDict wants all
            async for chunk in request.stream():
                await asyncio.to_thread(parser.write, chunk)
            parser.finalize()
        except FormParserError as error:
            raise Problem(422, "the form can't be read", "not-a-form") from error
    if not form.complete:
        raise Problem(422, "the form ends before its last part does", "not-a-form")
    if not form.has_file:
        raise Invalid([FieldError(field="body.file", detail="is missing: send the document as the form's field `file`")])
    form.found.sha256 = form.digest.digest()
    return form.found


class _Form:
    """What the parser tells of, as it comes."""

    def __init__(self, file: IO[bytes], limit: int) -> None:
        self.found = Upload()
        self.digest = hashlib.sha256()
        self.has_file = False
        self.complete = False
        self._file = file
        self._limit = limit
        self._field = ""
        self._name = self._value = b""
        self._headers: dict[str, str] = {}
        self._title = b""

    def callbacks(self) -> dict[str, object]:
        names = ("part_begin", "header_field", "header_value", "header_end", "headers_finished", "part_data", "end")
        return {f"on_{name}": getattr(self, f"_{name}") for name in names}

    def _part_begin(self) -> None:
        self._headers, self._field, self._name, self._value = {}, "", b"", b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value.decode("utf-8", "replace")
        self._name = self._value = b""

    def _headers_finished(self) -> None:
        disposition = self._headers.get("content-disposition", "")
        self._field = _parameter(disposition, "name")
        if self._field == "file" and not self.has_file:
            self.has_file = True
            self.found.file_name = _plain(_parameter(disposition, "filename"))
            self.found.media_type = self._headers.get("content-type", "")[:100]
        elif self._field == "file":
            raise Invalid([FieldError(field="body.file", detail="one at a time: send each document by itself")])

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._field == "file":
            self.found.size += end - start
            if self.found.size > self._limit:
                raise Problem(413, f"a document may have {self._limit // 2**20} MB: send it in parts", "document-too-large")
            self._file.write(data[start:end])
            self.digest.update(data[start:end])
        elif self._field == "title":
            self._title += data[start:end]
            if len(self._title) > TITLE_LIMIT:
                raise Invalid([FieldError(field="body.title", detail="is longer than 200 characters")])
            self.found.title = _plain(self._title.decode("utf-8", "replace"))

    def _end(self) -> None:
        self.complete = True


def _parameter(header: str, name: str) -> str:
    """Of a header such as `form-data; name="file"`, percent-encoded or not."""
    message = Message()
    message["x"] = header
    found = message.get_param(name, "", "x")
    return found[2] if isinstance(found, tuple) else str(found or "")


def _plain(text: str) -> str:
    """One printable line, without the folders that some browsers send."""
    return "".join(letter if letter.isprintable() else " " for letter in Path(text).name or text)[:NAME_LIMIT].strip()
