"""Who it is: a number or a chat's own name for somebody, as the database knows it. Never in the open.

"+91 98000 00001" ──HMAC──> what is looked for      ──vault──> what only the site's own door shows again
"""

import hmac
from dataclasses import dataclass
from typing import Literal, Self

from core.ids import SiteId
from core.numbers import e164
from core.settings import Settings
from core.vault import Sealed, Vault, VaultError

Kind = Literal["phone", "user"]


@dataclass(frozen=True, slots=True)
class ContactKey:
    """One row of contact_key."""

    kind: Kind
    mac: bytes
    sealed: Sealed

    def row(self) -> dict[str, str]:
        """For the SQL function contact_of: bytes in hex."""
        return {
            "kind": self.kind,
            "mac": self.mac.hex(),
            "kek_id": self.sealed.kek_id,
            "wrapped": self.sealed.wrapped.hex(),
            "sealed": self.sealed.sealed.hex(),
        }


class Contacts:
    def __init__(self, pepper: str, vault: Vault) -> None:
        self._pepper = pepper.encode()
        self._vault = vault

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """This instance's. KeyError says which secret is missing."""
        return cls(settings.secret("key_pepper"), Vault.of(settings))

    def keys(self, site: SiteId, *, phone: str = "", user: str = "") -> list[ContactKey]:
        """What is known of somebody; none if there is nothing to know them by."""
        known: list[tuple[Kind, str]] = [("phone", e164(phone)), ("user", user)]
        return [self._key(site, kind, value) for kind, value in known if value]

    def mac(self, site: SiteId, kind: Kind, value: str) -> bytes:
        """What contact_key.mac holds: HMAC-SHA256, 32 bytes. `value` as `e164` writes a number."""
        return hmac.digest(self._pepper, f"contact\0{site}\0{kind}\0{value}".encode(errors="surrogatepass"), "sha256")

    def reveal(self, site: SiteId, kind: Kind, sealed: Sealed) -> str | None:
        """The number or name again; None if its key is not there any more."""
        try:
            return self._vault.open(sealed, _context(site, kind)).decode(errors="replace")
        except VaultError:
            return None

    def _key(self, site: SiteId, kind: Kind, value: str) -> ContactKey:
        sealed = self._vault.seal(value.encode(errors="replace"), _context(site, kind))
        return ContactKey(kind, self.mac(site, kind, value), sealed)


def _context(site: SiteId, kind: Kind) -> bytes:
    return f"contact\0{site}\0{kind}".encode()
