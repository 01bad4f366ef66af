"""A file that lies encrypted and can still be read from any place: a recording at rest.

    magic, salt │ chunk 0 │ chunk 1 │ … │ last chunk          each: 64 KiB (the last: what is left), AES-256-GCM, 16 bytes of tag

A key is for one file, a salt for one writing of it. A chunk's nonce is salt, number, and whether it is the last, so none can be
changed, moved, left out or cut off unseen: opening proves the length, reading proves what is read.
(The construction is STREAM: Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015.)
"""

import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY = 32
CHUNK = 2**16
"""Bytes of plain text: 2 s of a stereo recording, decrypted in 30 µs."""
TAG = 16
MAGIC = b"haazir1\n"
_SALT = 7
HEADER = len(MAGIC) + _SALT


class Broken(ValueError):
    """This is no sealed file, or was changed, or is another's."""


def new_key() -> bytes:
    return AESGCM.generate_key(8 * KEY)


def seal(plain: Iterable[bytes], out: BinaryIO, key: bytes) -> int:
    """Write `plain` sealed; returns its length."""
    salt, cipher, length = os.urandom(_SALT), AESGCM(key), 0
    out.write(MAGIC + salt)
    for number, (piece, is_last) in enumerate(_chunks(plain)):
        out.write(cipher.encrypt(_nonce(salt, number, is_last), piece, MAGIC))
        length += len(piece)
    return length


class SealedFile:
    """One that is open for reading. Broken."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._file = file
        self._cipher = AESGCM(key)
        head = file.read(HEADER)
        if len(head) < HEADER or not head.startswith(MAGIC):
            raise Broken("no sealed file")
        self._salt = head[len(MAGIC) :]
        sealed = file.seek(0, os.SEEK_END) - HEADER
        self._last = max(0, sealed - 1) // (CHUNK + TAG)
        self.length = sealed - (self._last + 1) * TAG
        """Bytes of the plain text."""
        self._chunk(self._last)

    @property
    def salt(self) -> str:
        """Another one for every writing."""
        return self._salt.hex()

    def read(self, begin: int, end: int) -> Iterator[bytes]:
        """The plain text from `begin` to before `end`, within the file, piece by piece."""
        for number in range(begin // CHUNK, (end + CHUNK - 1) // CHUNK):
            place = number * CHUNK
            yield self._chunk(number)[max(0, begin - place) : end - place]

    def _chunk(self, number: int) -> bytes:
        self._file.seek(HEADER + number * (CHUNK + TAG))
        try:
            nonce = _nonce(self._salt, number, number == self._last)
            return self._cipher.decrypt(nonce, self._file.read(CHUNK + TAG), MAGIC)
        except (InvalidTag, ValueError) as error:
            raise Broken("a sealed file was changed, or is another's") from error


def _nonce(salt: bytes, number: int, is_last: bool) -> bytes:
    return salt + number.to_bytes(4) + bytes([is_last])


def _chunks(plain: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Pieces of CHUNK bytes, and at the end what is left: at least one piece, though it be empty."""
    rest = bytearray()
    for piece in plain:
        rest += piece
        while len(rest) > CHUNK:
            yield bytes(rest[:CHUNK]), False
            del rest[:CHUNK]
    yield bytes(rest), True
