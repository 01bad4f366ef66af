"""The vault: secrets of sites (their CRM's token, their LLM's key), encrypted before the database sees them.

    value ──AES-256-GCM, a key of its own (DEK)──> sealed ─┐
    DEK ────AES-256-GCM, the instance's key (KEK)─> wrapped ┴─> site_secret

What is sealed is bound to site and name, so a row that was copied to another site opens nothing. The KEKs are the secret
`vault_key`: the first wraps, the others still unwrap; `bin/haazir sites rotate-vault` adds one and wraps the DEKs anew, in
every table that has columns kek_id, wrapped and sealed; the values are never opened for it.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.db import Rows
from core.ids import SiteId
from core.settings import Settings

SECRET_NAME = r"^[a-z0-9][a-z0-9_.-]{0,62}$"
_NONCE = 12
"""Bytes, as NIST SP 800-38D recommends for GCM. Random: a DEK seals one value, a KEK wraps far fewer than 2**32."""

_DEK = b"haazir vault dek"
_SEALED_TABLES = """
select quote_ident(table_name) from information_schema.columns
where table_schema = 'public' and column_name in ('site_id', 'kek_id', 'wrapped', 'sealed')
group by table_name having count(*) = 4 order by table_name
"""


class VaultError(RuntimeError):
    """What is stored can't be opened: its KEK is not there any more, or it was not sealed for this site and name."""


@dataclass(frozen=True, slots=True)
class Sealed:
    kek_id: str
    wrapped: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class _Kek:
    id: str
    cipher: AESGCM


class Vault:
    def __init__(self, keys: Callable[[], str]) -> None:
        """`keys`: the KEKs as they are now, comma between them, the newest first. Asked again when they may have changed."""
        self._read = keys
        self._keks = _keks(keys())

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """This instance's. KeyError says where the key belongs."""
        return cls(lambda: settings.secret("vault_key"))

    # ── a site's secrets ─────────────────────────────────────────────────────────────────────────────────────────────
    async def put(self, rows: Rows, site: SiteId, name: str, value: str) -> None:
        """Store `value`, in place of what is there. `rows`: core.db's, as this site."""
        self._keks = _keks(self._read())  # a rotation may be under way: nothing new is wrapped in an old key
        made = self.seal(value.encode(), _context(site, name))
        await rows.execute(
            "insert into site_secret (site_id, name, kek_id, wrapped, sealed) values (%s, %s, %s, %s, %s) on conflict "
            "(site_id, name) do update set kek_id = excluded.kek_id, wrapped = excluded.wrapped, sealed = excluded.sealed, "
            "updated_at = now()",
            [site, name, made.kek_id, made.wrapped, made.sealed],
        )

    async def get(self, rows: Rows, site: SiteId, name: str) -> str:
        """KeyError if the site has no such secret; VaultError."""
        query = "select kek_id, wrapped, sealed from site_secret where site_id = %s and name = %s"
        row = await (await rows.execute(query, [site, name])).fetchone()
        if row is None:
            raise KeyError(name)
        return self.open(Sealed(row[0], bytes(row[1]), bytes(row[2])), _context(site, name)).decode()

    async def names(self, rows: Rows, site: SiteId) -> list[str]:
        found = await (await rows.execute("select name from site_secret where site_id = %s order by name", [site])).fetchall()
        return [name for (name,) in found]

    async def delete(self, rows: Rows, site: SiteId, name: str) -> bool:
        """False: there was none."""
        done = await rows.execute("delete from site_secret where site_id = %s and name = %s returning name", [site, name])
        return await done.fetchone() is not None

    async def rewrap(self, rows: Rows, site: SiteId) -> int:
        """Wrap the site's DEKs in the newest KEK; how many were in an older one. VaultError."""
        newest, done = self._keks[0], 0
        for (table,) in await (await rows.execute(_SEALED_TABLES)).fetchall():
            query = f"select kek_id, wrapped from {table} where site_id = %s and kek_id <> %s and wrapped <> '' for update"
            for kek_id, wrapped in await (await rows.execute(query.encode(), [site, newest.id])).fetchall():
                dek = _decrypt(self._kek(kek_id).cipher, bytes(wrapped), _DEK)
                change = f"update {table} set kek_id = %s, wrapped = %s where site_id = %s and wrapped = %s"
                await rows.execute(change.encode(), [newest.id, _encrypt(newest.cipher, dek, _DEK), site, wrapped])
                done += 1
        return done

    # ── anything else that must not lie in the open ──────────────────────────────────────────────────────────────────
    def seal(self, value: bytes, context: bytes) -> Sealed:
        """To be opened with the same `context` only."""
        kek = self._keks[0]
        dek = AESGCM.generate_key(256)
        return Sealed(kek.id, _encrypt(kek.cipher, dek, _DEK), _encrypt(AESGCM(dek), value, context))

    def open(self, sealed: Sealed, context: bytes) -> bytes:
        """VaultError."""
        dek = _decrypt(self._kek(sealed.kek_id).cipher, sealed.wrapped, _DEK)
        return _decrypt(AESGCM(dek), sealed.sealed, context)

    def _kek(self, kek_id: str) -> _Kek:
        for keks in (self._keks, _keks(self._read())):
            self._keks = keks
            for kek in keks:
                if kek.id == kek_id:
                    return kek
        raise VaultError("a secret was sealed with a vault_key that is not there any more: put that key back, after the newest")


def key_ids(keys: str) -> list[str]:
    """What the database calls these KEKs."""
    return [kek.id for kek in _keks(keys)]


def _keks(keys: str) -> tuple[_Kek, ...]:
    texts = [text for text in (part.strip() for part in keys.split(",")) if text]
    if not texts:
        raise VaultError("the secret vault_key is empty")
    return tuple(map(_derived, texts))


def _derived(text: str) -> _Kek:
    """A key of the right length from what its owner wrote; HKDF wants chance, not a password (fresh ones have 192 bits)."""
    key = HKDF(SHA256(), 32, salt=None, info=b"haazir vault kek").derive(text.encode())
    return _Kek(hashlib.sha256(b"haazir vault kek id" + key).hexdigest()[:16], AESGCM(key))


def _context(site: SiteId, name: str) -> bytes:
    return f"secret\0{site}\0{name}".encode()


def _encrypt(cipher: AESGCM, value: bytes, context: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, value, context)


def _decrypt(cipher: AESGCM, value: bytes, context: bytes) -> bytes:
    try:
        return cipher.decrypt(value[:_NONCE], value[_NONCE:], context)
    except InvalidTag as error:
        raise VaultError("a secret was changed, or copied from another site or name") from error
