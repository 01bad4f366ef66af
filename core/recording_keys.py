"""Keys of recordings: each file has one, in the database, sealed by the vault for this site and this call.

analytics makes them (as the relay), the gateway asks for them (as the site), `haazir sites rotate-vault` wraps them anew.
"""

from core.db import Rows
from core.ids import CallId, SiteId
from core.sealed_file import new_key
from core.vault import Sealed, Vault

_FIND = "select kek_id, wrapped, sealed from recording_key where site_id = %s and call_id = %s"
_KEEP = "insert into recording_key (site_id, call_id, kek_id, wrapped, sealed) values (%s, %s, %s, %s, %s) on conflict do nothing"


async def make_key(rows: Rows, vault: Vault, site: SiteId, call: CallId) -> bytes:
    """The call's key: the one that it has, or a new one. VaultError."""
    made = vault.seal(new_key(), _context(site, call))
    await rows.execute(_KEEP, [site, call, made.kek_id, made.wrapped, made.sealed])
    key = await find_key(rows, vault, site, call)
    assert key is not None
    return key


async def find_key(rows: Rows, vault: Vault, site: SiteId, call: CallId) -> bytes | None:
    """None: it has none, or no longer. VaultError."""
    row = await (await rows.execute(_FIND, [site, call])).fetchone()
    return None if row is None else vault.open(Sealed(row[0], bytes(row[1]), bytes(row[2])), _context(site, call))


def _context(site: SiteId, call: CallId) -> bytes:
    return f"recording\0{site}\0{call}".encode()
