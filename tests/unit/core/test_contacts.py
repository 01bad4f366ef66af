"""The same person by any spelling of their number; unreadable without the vault; nobody else's at another site."""

import pytest

from core.contacts import Contacts
from core.ids import SiteId
from core.numbers import e164
from core.vault import Vault

SHOP, BANK = SiteId("shop"), SiteId("bank")


def contacts(vault_key: str = "a vault key") -> Contacts:
    return Contacts("pepper", Vault(lambda: vault_key))


@pytest.mark.parametrize(
    "number", ["9800000001", "+91 98000 00001", "09800000001", "0091 98000-00001", "919800000001", "(+91)9800000001"]
)
def test_spellings_of_one_number_are_one(number: str) -> None:
    assert e164(number) == "+919800000001"


@pytest.mark.parametrize(
    ("number", "dialled"),
    [("+1 212 555 0100", "+12125550100"), ("1000", ""), ("anonymous", ""), ("", ""), ("1" * 16, ""), ("sip:201@pbx", "")],
)
def test_what_is_not_indian_or_nobody_s(number: str, dialled: str) -> None:
    assert e164(number) == dialled


def test_a_key_is_found_by_its_hmac_and_shown_through_the_vault_only() -> None:
    [key] = contacts().keys(SHOP, phone="98000 00001")
    assert key.mac == contacts().mac(SHOP, "phone", "+919800000001") != contacts().mac(BANK, "phone", "+919800000001")
    assert b"9800000001" not in key.sealed.sealed + key.sealed.wrapped
    assert contacts().reveal(SHOP, "phone", key.sealed) == "+919800000001"
    assert contacts().reveal(BANK, "phone", key.sealed) is None
    assert contacts("another vault key").reveal(SHOP, "phone", key.sealed) is None


def test_nobody_has_no_keys() -> None:
    assert contacts().keys(SHOP, phone="100", user="") == []
    assert [key.kind for key in contacts().keys(SHOP, phone="9800000001", user="asha")] == ["phone", "user"]
