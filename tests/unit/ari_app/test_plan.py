"""Whom a caller can be handed over to: as the site says, within what the machine's admin lets it."""

import msgspec
import pytest

from ari_app.call.plan import Way, towards, usual
from core.trunks import Trunk
from tests.unit.ari_app.test_call_machine import SITE
from tests.unit.ari_app.test_handover import CARRIER, PHONES, TRUNKS, site


def test_what_a_site_says_is_the_way() -> None:
    own = site(operators=("202",), queue=False, outside="+919812345678", trunk="carrier")
    assert usual(own, PHONES, TRUNKS) == (Way("operator", "202"), Way("outside", "+919812345678"))
    assert usual(site(supervised=False), PHONES, TRUNKS) == (Way("queue", "humans"),)
    assert towards("sales", "supervised", SITE, PHONES, TRUNKS) == (Way("queue", "sales"),)
    assert towards("", "blind", SITE, PHONES, TRUNKS) == (Way("queue", "humans"),)
    assert towards("202", "blind", own, PHONES, TRUNKS) == (Way("extension", "202"),)
    assert towards("201", "blind", own, PHONES, TRUNKS) is None, "another site's operator, perhaps"
    assert towards("humans", "supervised", SITE, PHONES, TRUNKS) == usual(SITE, PHONES, TRUNKS)


@pytest.mark.parametrize(
    ("trunk", "wish"),
    [
        ("another site's", {"trunk": "lent"}),
        ("which this machine has not", {"trunk": "gone"}),
        ("which leads elsewhere", {"outside": "+4930123456"}),
        ("which is lent without this number to show", {"caller_id": "+911600000000"}),
    ],
)
def test_a_site_can_not_give_itself_a_trunk(trunk: str, wish: dict[str, str]) -> None:
    lent = Trunk("lent", frozenset({"clinic"}), frozenset({"*"}), frozenset({"*"}))
    at = site(**{"outside": "+919812345678", "trunk": "carrier", "caller_id": "+911612345678"} | wish)
    assert usual(at, (), (CARRIER, lent)) == (Way("queue", "humans"),), trunk
    assert towards(at.handover.outside, "blind", at, (), (CARRIER, lent)) is None


def test_the_number_that_the_caller_dialled_is_shown_where_the_carrier_lent_it() -> None:
    at = msgspec.structs.replace(site(outside="+919812345678", trunk="carrier", queue=False), numbers=("+911612345678",))
    assert usual(at, (), TRUNKS) == (Way("outside", "+919812345678"),)
    assert usual(msgspec.structs.replace(at, numbers=("1000",)), (), TRUNKS) == ()
