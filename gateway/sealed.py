"""A sealed file as an HTTP answer: whole or a range of it (RFC 9110 section 14), decrypted while it is sent."""

import contextlib
import functools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from fastapi import Response
from starlette.responses import StreamingResponse

from core.http.problems import Problem
from core.sealed_file import SealedFile


def sealed_answer(path: Path, key: bytes, media_type: str, asked: Mapping[str, str], headers: Mapping[str, str]) -> Response:
    """`asked`: the request's headers. Blocks for a moment. OSError; Broken; Problem 400, 416."""
    with contextlib.ExitStack() as until_sent:
        file = until_sent.enter_context(path.open("rb"))
        sealed = SealedFile(file, key)
        tag = f'"{sealed.salt}"'
        fresh = asked.get("if-range", tag) == tag  # else the file is another one by now: all of it
        part = wanted(asked.get("range"), sealed.length) if fresh else None
        until_sent.pop_all()  # _read closes it
    begin, end = part or (0, sealed.length)
    more = {"Accept-Ranges": "bytes", "Content-Length": str(end - begin), "ETag": tag}
    if part:
        more["Content-Range"] = f"bytes {begin}-{end - 1}/{sealed.length}"
    return StreamingResponse(
        _read(file, functools.partial(sealed.read, begin, end)), 206 if part else 200, {**headers, **more}, media_type
    )


def wanted(header: str | None, length: int) -> tuple[int, int] | None:
    """(begin, end) of a Range header, the end not in it; None: everything, as for several ranges at once, or ranges of what is
    no bytes (RFC 9110 section 14.2). Problem 400, 416."""
    unit, _, places = (header or "").partition("=")
    if unit.strip().lower() != "bytes" or "," in places:
        return None
    asked = re.fullmatch(r"\s*([0-9]{0,18})-([0-9]{0,18})\s*", places)
    if asked is None or asked[1] == asked[2] == "":
        raise Problem(400, "the request, or its Range, can't be read")
    if asked[1] == "":  # the last so many
        begin, end = max(0, length - int(asked[2])), length
    else:
        begin, end = int(asked[1]), min(length, int(asked[2] or length) + 1)
        if asked[2] and int(asked[2]) < begin:
            raise Problem(400, "the request, or its Range, can't be read")
    if begin >= end:
        raise Problem(
            416, "the file is shorter than that: its size is in Content-Range", "", {"Content-Range": f"bytes */{length}"}
        )
    return begin, end


def _read(file: BinaryIO, pieces: functools.partial[Iterator[bytes]]) -> Iterator[bytes]:
    with file:
        yield from pieces()
