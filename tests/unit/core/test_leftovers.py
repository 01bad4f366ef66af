"""What may be deleted in Asterisk once nobody controls it: nothing on which somebody talks."""

import pytest

from core.leftovers import call_bridged, call_left_by
from watchdog.rescue import Channel, Place

HELD = Place("Stasis", "haazir,media")


@pytest.mark.parametrize(
    ("channel", "call"),
    [
        (Channel("media-1", "Up", HELD), "1"),
        (Channel("media2-17.4", "Up", HELD), "17.4"),
        (Channel("operator1-1", "Ringing", Place("AppDial2", "(Outgoing Line)")), "1"),
        (Channel("operator1.2-1", "Down"), "1"),
        (Channel("operator1-1", "Up", Place("Read", "OK,/summary")), None),
        (Channel("operator1-1", "Up", Place("Bridge", "1,x")), None),
        (Channel("monitor1-1", "Up", Place("ChanSpy", "1,uqES")), None),
        (Channel("1", "Up", Place("Stasis", "haazir,inbound,1000,(ulaw)")), None),
        (Channel("1", "Ring", Place("Stasis", "haazir,inbound,1000,(ulaw)")), None),
        (Channel("media-1", "Up", Place("Stasis", "another,media")), None),
    ],
)
def test_a_leg_is_of_no_use_without_a_controller_where_nobody_is_on_it(channel: Channel, call: str | None) -> None:
    assert call_left_by(channel, "haazir") == call


def test_a_bridge_of_ours_is_known_by_its_name() -> None:
    assert call_bridged("bridge-17.4") == "17.4"
    assert call_bridged("17.4") is None
    assert call_bridged("somebody-elses") is None
