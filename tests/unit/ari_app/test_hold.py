"""A caller's phone that puts us on hold while the agent is being replaced, or stands by."""

import pytest

from ari_app.call import vocabulary as do
from core import commands
from core.ids import CallId
from core.orders import HoldCall, TransferCall
from tests.unit.ari_app.test_call_machine import OPENED, SITE, Story, talking

HOLD = HoldCall(on=True, order_id="o1", call_id=CallId("1"), site_id=SITE.site_id)
TRANSFER = TransferCall(destination="humans", order_id="o2", call_id=CallId("1"), site_id=SITE.site_id)
SILENT = do.Tell(commands.Hold())


def replaced(*meanwhile: do.Happening) -> Story:
    """The media server dies in a call that is on hold."""
    story = talking()
    story.after(do.PutOnHold(), do.MediaGone(), *meanwhile, OPENED, do.LegReady(), do.LegMade("127.0.0.1", 10002))
    return story


def test_another_agent_is_silent_while_the_phone_holds() -> None:
    assert SILENT in replaced().after(do.Joined())


def test_a_phone_that_is_taken_off_hold_while_the_agent_is_replaced_has_one_that_hears() -> None:
    story = replaced(do.TakenOffHold())
    assert SILENT not in story.after(do.Joined())
    assert SILENT in story.after(HOLD), "and that can be put on hold again"


@pytest.mark.parametrize("holds", [True, False])
def test_what_a_phone_does_while_a_person_is_looked_for_is_told_to_the_agent_that_comes_back(holds: bool) -> None:
    story = talking()
    story.after(do.PutOnHold(), TRANSFER, commands.TransferRequested(destination="", reason="ordered"))
    assert story.after(do.TakenOffHold(), *([do.PutOnHold()] if holds else [])) == []
    back = story.after(do.CallerLeft(), do.CallerBack("TIMEOUT"), do.Joined())
    assert (SILENT in back) is holds and do.Tell(commands.ComeBack()) in back
