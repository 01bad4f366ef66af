"""Who is with the caller."""

import pytest

from ari_app.followers import Company, follow, missed, told
from core.events import PersonJoined, PersonLeft
from core.ids import CallId, SiteId

CALL, SITE = CallId("1"), SiteId("demo")
FIRST, SECOND = "PJSIP/201-0000002a", "PJSIP/202-0000002b"


def story(*peers: str) -> list[str]:
    """What the record is told of a caller whose peers these were, one after another."""
    company, lines = Company(), []
    for at, peer in enumerate(peers):
        before, company = company, follow(company, peer)
        for event in told(before, company, CALL, SITE, float(at)):
            assert (event.call_id, event.site_id, event.at) == (CALL, SITE, at)
            lines.append(f"{'+' if isinstance(event, PersonJoined) else '-'}{event.person}")
            assert isinstance(event, PersonJoined | PersonLeft)
    return lines


def test_a_person_comes_and_goes() -> None:
    assert story(FIRST, "") == ["+201", "-201"]


def test_the_agents_leg_is_nobody() -> None:
    assert story("UnicastRTP/127.0.0.1:10004-0x7f3c", "") == []


def test_an_attended_transfer_is_one_person_after_the_other() -> None:
    assert story(FIRST, SECOND, "") == ["+201", "-201", "+202", "-202"]


@pytest.mark.parametrize("peer", ["UnicastRTP/127.0.0.1:10004-0x7f3c", "Local/_attended@transfer-00000000;1"])
def test_back_to_the_agent_the_person_has_left(peer: str) -> None:
    assert story(FIRST, peer) == ["+201", "-201"]


def test_the_queues_local_channel_is_on_the_way_to_a_person_and_no_person() -> None:
    assert story("Local/201@member-00000001;1", FIRST, "Local/x@y-00000002;2", "") == ["+201", "-201"]


def test_being_told_twice_is_being_told_once() -> None:
    assert story(FIRST, FIRST, "", "") == ["+201", "-201"]


def test_a_trunk_is_somebody_outside() -> None:
    assert story("PJSIP/my-trunk-0000002c") == ["+my-trunk"]


@pytest.mark.parametrize("peer", ["PJSIP/201", "201", "PJSIP/-0000002a,", "CBAnn/x", ";1"])
def test_what_is_no_leg_is_nobody(peer: str) -> None:
    assert follow(Company(), peer) == Company()


def test_of_three_the_first_is_who_talks() -> None:
    assert follow(Company(), f"{FIRST},{SECOND}") == Company("201")


TRAIL = f"10.5 {FIRST}|20.0 {SECOND}|20.1 -{FIRST}|30.25 -{SECOND}|"
"""As the dialplan notes it: 201 hands over to 202 before they leave."""


def test_what_was_missed_is_read_from_the_dialplan_s_own_notes() -> None:
    assert list(missed(Company(), TRAIL, 0.0)) == [(10.5, Company("201")), (20.0, Company("202")), (30.25, Company())]


def test_what_was_seen_is_not_told_again() -> None:
    assert list(missed(Company("201"), TRAIL, 10.6)) == [(20.0, Company("202")), (30.25, Company())]
    assert list(missed(Company(), TRAIL, 30.26)) == []
    assert list(missed(Company(), "", 0.0)) == []
