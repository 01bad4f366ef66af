"""Both ends of a connection between hosts prove that they know a secret, without saying it.

    listener ── nonce ──────────────────────────────> dialler
             <── nonce · HMAC(secret, "dialler" · both) ──
             ── HMAC(secret, "listener" · both) ──────>        then messages, as on a unix socket

This says who is there and nothing more: what follows is neither hidden nor sealed. It is for a private network, or for a
tunnel (WireGuard) through another one.
"""

import asyncio
import hashlib
import hmac
import secrets

NONCE = 32
PROOF = 32
LIMIT_S = 2.0
"""For the whole of it: who dawdles is no process of ours."""


class NotOurs(ConnectionError):
    """The other end does not know the secret, or did not say so in time."""


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, secret: bytes) -> None:
    """The listener's part. NotOurs."""
    ours = secrets.token_bytes(NONCE)
    writer.write(ours)
    said = await _hear(reader, NONCE + PROOF)
    theirs, proof = said[:NONCE], said[NONCE:]
    if not hmac.compare_digest(proof, _proof(secret, b"dialler", ours, theirs)):
        raise NotOurs("wrong secret")
    writer.write(_proof(secret, b"listener", ours, theirs))


async def introduce(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, secret: bytes) -> None:
    """The dialler's part. NotOurs."""
    theirs, ours = await _hear(reader, NONCE), secrets.token_bytes(NONCE)
    writer.write(ours + _proof(secret, b"dialler", theirs, ours))
    if not hmac.compare_digest(await _hear(reader, PROOF), _proof(secret, b"listener", theirs, ours)):
        raise NotOurs("wrong secret")


async def _hear(reader: asyncio.StreamReader, length: int) -> bytes:
    try:
        async with asyncio.timeout(LIMIT_S):
            return await reader.readexactly(length)
    except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
        raise NotOurs(f"no proof: {type(error).__name__}") from error


def _proof(secret: bytes, who: bytes, listeners: bytes, diallers: bytes) -> bytes:
    return hmac.digest(secret, b"haazir bus 1 " + who + listeners + diallers, hashlib.sha256)
