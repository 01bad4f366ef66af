"""Pieces with their terms and vectors, as they wait on disk until all of a document are there. One JSON line each."""

import base64
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from brain.knowledge.embedders import wording
from brain.knowledge.normal import Normal, normalise
from brain.knowledge.offline import Vector
from brain.knowledge.write import Passage, digest_of
from core.sites import Embedding, Language
from kb_api.ingest.language import language_of


class Piece(msgspec.Struct, frozen=True):
    """As the reader wrote it."""

    body: str
    heading: str
    starts: int
    ends: int


class Made(msgspec.Struct, frozen=True):
    piece: Piece
    language: Language
    normal: Normal
    digest: bytes
    vector: str
    """Half precision, base64."""

    @property
    def passage(self) -> Passage:
        vector = np.frombuffer(base64.b64decode(self.vector), "<f2").astype(np.float32)
        piece = self.piece
        return Passage(
            piece.body, piece.heading, self.language, piece.starts, piece.ends, self.normal, self.digest, vector
        )  # fmt: skip


class Worded(msgspec.Struct, frozen=True):
    """A piece and what the model is given of it."""

    piece: Piece
    language: Language
    normal: Normal
    words: str

    @property
    def digest(self) -> bytes:
        return digest_of(self.words)

    def with_vector(self, vector: Vector) -> Made:
        return Made(
            self.piece, self.language, self.normal, self.digest, base64.b64encode(vector.astype("<f2").tobytes()).decode()
        )


def worded(piece: Piece, embedding: Embedding) -> Worded:
    """Its heading is searched with it, unless it says it itself."""
    text = piece.body if piece.body.startswith(piece.heading) else f"{piece.heading}\n{piece.body}"
    language = language_of(piece.body)
    normal = normalise(text)
    return Worded(piece, language, normal, wording(embedding, text, normal, english=language == "en"))


@dataclass(frozen=True, slots=True)
class Place:
    """How far a document is, so that the next step need not read its files from the start."""

    made: int
    """Pieces that have their vector…"""
    made_bytes: int
    """…and how long the file is with them."""
    piece_at: int
    """Where the next piece begins in its file."""


def place_of(pieces: Path, made: Path) -> Place:
    """By reading both. A line that a killed worker left half written is cut off."""
    count, whole, piece_at = 0, 0, 0
    if made.exists():
        with made.open("r+b") as file:
            for line in file:
                if line.endswith(b"\n"):
                    count, whole = count + 1, whole + len(line)
            file.truncate(whole)
    with pieces.open("rb") as file:
        for line in itertools.islice(file, count):
            piece_at += len(line)
    return Place(count, whole, piece_at)


def read_pieces(path: Path, place: Place, count: int) -> tuple[list[Piece], int]:
    """The next `count`, and where the one after them begins."""
    with path.open("rb") as file:
        file.seek(place.piece_at)
        lines = list(itertools.islice(file, count))
    return [msgspec.json.decode(line, type=Piece) for line in lines], place.piece_at + sum(map(len, lines))


def append_made(path: Path, made: list[Made]) -> int:
    """How long the file is then. FileNotFoundError if the document's folder is gone: it was deleted."""
    with path.open("ab") as file:
        file.write(b"".join(msgspec.json.encode(each) + b"\n" for each in made))
        return file.tell()


def read_made(path: Path) -> Iterator[Passage]:
    with path.open("rb") as file:
        for line in file:
            yield msgspec.json.decode(line, type=Made).passage
